import type { TenantUnit } from '../../ports/index.js';
import type { IncomingBatch, IncomingRecord } from './incoming-record.js';
import type { IngestedChain, IngestedChains } from './ingested-chains.js';

/** As long as a verifier excuses records that a restore has lost (docs/log.md, Restores). */
const EXCUSED_MS = 30 * 86_400_000;

/** A run whose records are missing before another run, up to and including a number. */
type MissingEnd = { boot: string; after: number; at: number };

/**
 * The records of an earlier run that the broker does not have, although the first record of a run says that they were
 * written before it. A gateway ships everything in the order in which it wrote it.
 */
export function missingBefore(
  chains: IngestedChains,
  gateway: string,
  { previous }: IncomingRecord,
): MissingEnd | undefined {
  if (previous == null) return undefined;
  const chain = chains.of({ gateway, boot: previous.boot });
  return chain.seq < previous.seq
    ? { boot: previous.boot, after: chain.seq, at: previous.seq + 1 }
    : undefined;
}

/** Why a batch is not taken: the database has lost records, or the batch before has not come yet. */
export type BatchRefusal = 'lost' | 'early';

/**
 * Whether records are missing before a batch that should not be. `early`: the gateway has sent these before it had the answer to those
 * before, and sends them again.
 *
 * `lost`: the database lacks records that a broker has confirmed to the gateway. Then it is a backup, and nothing is taken before
 * `countersign restore`: whatever a gateway had in the log before would be a gap in it, and no one could tell it from records that
 * someone has hidden. A gap that the last restore has left is no new loss.
 *
 * @param fresh the records of the batch that the broker does not have, in their order
 */
export async function refusalOf(
  { records }: Pick<TenantUnit, 'records'>,
  chains: IngestedChains,
  batch: IncomingBatch,
  fresh: readonly IncomingRecord[],
  now: Date,
): Promise<BatchRefusal | undefined> {
  if (batch.complete !== true && batch.follows !== true) return undefined;
  const short = shortChains(chains, batch, fresh);
  if (short.length === 0) return undefined;
  if (batch.follows === true) return 'early';
  const restoredAt = await records.restoredAt();
  if (restoredAt === null) return 'lost';
  const isExcused = ({ movedAt }: IngestedChain): boolean =>
    movedAt === null ? now.getTime() < Date.parse(restoredAt) + EXCUSED_MS : movedAt < restoredAt;
  return short.every(isExcused) ? undefined : 'lost';
}

/** The chains that end before the record that comes before one of these. */
function shortChains(
  chains: IngestedChains,
  batch: IncomingBatch,
  fresh: readonly IncomingRecord[],
): IngestedChain[] {
  const own = chains.of(batch);
  const [first] = fresh;
  const runs = fresh.flatMap((record) => missingBefore(chains, batch.gateway, record)?.boot ?? []);
  return [
    ...(first !== undefined && first.seq > own.seq + 1 ? [own] : []),
    ...runs.map((boot) => chains.of({ gateway: batch.gateway, boot })),
  ];
}
