import { createHash, createPrivateKey, sign } from 'node:crypto';
import type { Store } from '@countersign/access';
import {
  formatCheckpoint,
  formatNote,
  formatStatement,
  logOrigin,
  type StatementBody,
  signNote,
} from '@countersign/audit-log';
import { type Manifest, manifestJson, manifestNoteText } from '@countersign/evidence';
import { systemHashing } from '@countersign/persistence';

/** A checkpoint that a deployment's own log key signs, whatever its logs hold: as a database that went back has signed before. */
export function signedByLog(
  store: Store,
  checkpoint: { origin: string; size: number; root: Uint8Array },
): Promise<string> {
  return signedText(store, checkpoint.origin, formatCheckpoint(checkpoint));
}

/** A statement of a log in its first epoch, signed by that log's key, whatever it says. */
export const signedStatementByLog = (store: Store, body: StatementBody): Promise<string> =>
  signedText(store, logOrigin(body.deployment, body.tenant, 1), formatStatement(body));

/** The manifest of an evidence pack with the signature of the log's key, whatever it says. */
export async function signedEvidenceByLog(
  store: Store,
  manifest: Manifest,
): Promise<{ manifest: string; note: string }> {
  const json = manifestJson(manifest);
  const text = manifestNoteText(manifest, createHash('sha256').update(json).digest('hex'));
  const note = await signedText(store, logOrigin(manifest.deployment, manifest.tenant, 1), text);
  return { manifest: json, note };
}

async function signedText(store: Store, name: string, text: string): Promise<string> {
  const [key] = await store.signingKeys.read((unit) => unit.keys.list('log'));
  const signature = signNote(systemHashing, text, {
    name,
    publicKey: Buffer.from(String(key?.publicJwk['x']), 'base64url'),
    sign: (message) => sign(null, message, createPrivateKey(key?.secret ?? '')),
  });
  return formatNote({ text, signatures: [signature] });
}
