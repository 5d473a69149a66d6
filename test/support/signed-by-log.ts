import { createPrivateKey, sign } from 'node:crypto';
import type { Store } from '@countersign/access';
import { formatCheckpoint, formatNote, signNote } from '@countersign/audit-log';
import { systemHashing } from '@countersign/persistence';

/** A checkpoint that a deployment's own log key signs, whatever its logs hold: as a database that went back has signed before. */
export async function signedByLog(
  store: Store,
  checkpoint: { origin: string; size: number; root: Uint8Array },
): Promise<string> {
  const [key] = await store.signingKeys.read((unit) => unit.keys.list('log'));
  const text = formatCheckpoint(checkpoint);
  const signature = signNote(systemHashing, text, {
    name: checkpoint.origin,
    publicKey: Buffer.from(String(key?.publicJwk['x']), 'base64url'),
    sign: (message) => sign(null, message, createPrivateKey(key?.privatePem ?? '')),
  });
  return formatNote({ text, signatures: [signature] });
}
