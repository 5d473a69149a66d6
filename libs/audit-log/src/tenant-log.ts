import type { Hashing } from '@countersign/contract';
import { parseLogOrigin } from './checkpoint.js';
import { AuditLogError } from './errors.js';
import { type LeafV1, parseLeaf } from './leaf.js';
import { LogFault } from './log-fault.js';
import type { Ed25519Check, VerifierKey } from './note.js';
import { LogSuccession } from './succession.js';
import type { LogSource, VerifiedPoint } from './tree-reader.js';
import { type VerifiedLog, type VerifyOptions, verifyLog } from './verifier.js';

export type TenantLogOptions = Pick<
  VerifyOptions,
  'since' | 'everyLeaf' | 'onStart' | 'onProgress' | 'onBundle'
> & {
  /** A key of the log, under the origin of any of its epochs. */
  key: VerifierKey;
  /** Called with each leaf that is read, in its order. It may throw a LogFault of its own. The walk waits for its promise. */
  onLeaf?: ((index: number, leaf: LeafV1) => void | Promise<void>) | undefined;
};

/**
 * Verifies a log of Countersign as a whole: what `verifyLog` verifies, that each leaf is a leaf of this log at its own
 * index, that new keys and restores are what the log's leaves say, and that leaves are missing only if a leaf says that
 * they were pruned. The command line, the pages and the static verifier all call it.
 *
 * @throws LogFault with the first fault
 * @throws AuditLogError `wrong_origin` if the key is not of a log of Countersign
 */
export async function verifyTenantLog(
  ports: { hashing: Hashing; check: Ed25519Check },
  source: LogSource,
  { key, onLeaf, ...options }: TenantLogOptions,
): Promise<VerifiedLog> {
  const name = parseLogOrigin(key.name);
  if (name === undefined) throw new AuditLogError('wrong_origin', `${key.name} is no log of Countersign.`);
  const succession = new LogSuccession(ports, [key]);
  /** Up to which leaf the log's own leaves say that it was pruned. */
  let saysPruned = 0;
  const verified = await verifyLog(ports, source, {
    ...options,
    keys: succession,
    onLeaf: (index, bytes) => {
      const leaf = requireLeafOfLog(index, bytes, name.slug);
      succession.readLeaf(index, leaf);
      saysPruned = Math.max(saysPruned, prunedBefore(leaf));
      return onLeaf?.(index, leaf);
    },
  });
  requirePruningLeaf(verified, options.since, saysPruned);
  return verified;
}

function requireLeafOfLog(index: number, bytes: Uint8Array, log: string): LeafV1 {
  let leaf: LeafV1;
  try {
    leaf = parseLeaf(bytes);
  } catch (cause) {
    if (!(cause instanceof AuditLogError)) throw cause;
    throw new LogFault('invalid_leaf', `Leaf ${index}: ${cause.message}.`, index, { cause });
  }
  if (leaf.seq !== index || leaf.tenant !== log)
    throw new LogFault(
      'invalid_leaf',
      `Leaf ${index} says that it is leaf ${leaf.seq} of ${leaf.tenant}.`,
      index,
    );
  return leaf;
}

/** Up to which leaf the log was pruned, as this leaf says; 0 if it is about something else. */
const prunedBefore = ({ type, data }: LeafV1): number =>
  type === 'log.pruned' && typeof data['before'] === 'number' ? data['before'] : 0;

/** Leaves that no one verified may be missing only if a later leaf says that they were pruned. */
function requirePruningLeaf(
  { start, prunedBefore: gone }: VerifiedLog,
  since: VerifiedPoint | undefined,
  least: number,
): void {
  const isKnown = since !== undefined && since.size >= start;
  if (start > 0 && !isKnown && least < gone)
    throw new LogFault(
      'pruned',
      `The log no longer gives the leaves before ${gone}, but no leaf says that it pruned them.`,
      0,
    );
}
