import {
  AuditLogError,
  cosignedAt,
  type Note,
  parseVerifierKey,
  type TlogPolicy,
  type VerifierKey,
} from '@countersign/audit-log';
import type { Hashing } from '@countersign/contract';
import { fault } from './faults.js';
import type { VerifierPorts } from './ports.js';

/** A witness and when it signed the checkpoint, in seconds since 1970; null if it has not. */
export type Cosignature = { name: string; vkey: string; at: number | null };

/** Which witnesses signed the checkpoint, and whether they are enough. */
export type Witnessed = { cosignatures: Cosignature[]; isQuorum: boolean };

/**
 * The witnesses of a trust document: each a verifier key, and after a space its address. A majority of them is a quorum, as in
 * the policy file that the log serves.
 *
 * @param entries `witnesses` of the document. One that is no verifier key counts as a witness that has not signed
 */
export async function witnessedByTrust(
  ports: Pick<VerifierPorts, 'hashing' | 'check'>,
  note: Note,
  entries: readonly string[],
): Promise<Witnessed> {
  const vkeys = [...new Set(entries.map((entry) => entry.split(' ')[0] ?? ''))];
  const cosignatures: Cosignature[] = [];
  for (const vkey of vkeys) {
    const key = witnessKeyOf(ports.hashing, vkey);
    const at = key === undefined ? null : await signedAt(ports, note, key);
    cosignatures.push({ name: key?.name ?? vkey, vkey, at });
  }
  const signed = cosignatures.filter(({ at }) => at !== null).length;
  return { cosignatures, isQuorum: vkeys.length === 0 || signed * 2 > vkeys.length };
}

/** The witnesses of a policy file (C2SP tlog-policy), with its own rule of how many are enough. */
export async function witnessedByPolicy(
  ports: Pick<VerifierPorts, 'hashing' | 'check'>,
  note: Note,
  policy: TlogPolicy,
): Promise<Witnessed> {
  const signed = new Set<string>();
  const cosignatures: Cosignature[] = [];
  for (const [name, { key }] of policy.witnesses) {
    const at = await signedAt(ports, note, key);
    if (at !== null) signed.add(name);
    cosignatures.push({ name: key.name, vkey: name, at });
  }
  return { cosignatures, isQuorum: policy.isQuorum(signed) };
}

/** When a witness cosigned a checkpoint, in seconds since 1970; null if it has not. @throws LogFault `bad_cosignature` */
export async function signedAt(
  { check }: Pick<VerifierPorts, 'check'>,
  note: Note,
  key: VerifierKey,
): Promise<number | null> {
  try {
    return (await cosignedAt(check, note, key)) ?? null;
  } catch (error) {
    if (!(error instanceof AuditLogError)) throw error;
    throw fault('bad_cosignature', error.message);
  }
}

/** The key of an entry of a trust document; undefined if it is none. */
export function witnessKeyOf(hashing: Hashing, vkey: string): VerifierKey | undefined {
  try {
    return parseVerifierKey(hashing, vkey);
  } catch (error) {
    if (!(error instanceof AuditLogError)) throw error;
    return undefined;
  }
}
