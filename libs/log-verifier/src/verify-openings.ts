import {
  type Checkpoint,
  type LeafV1,
  LogFault,
  type LogSource,
  parseLeaf,
  provenLeaf,
  UnknownLeaves,
} from '@countersign/audit-log';
import type { Hashing } from '@countersign/contract';
import { Warnings } from './faults.js';
import { LeafData } from './leaf-data.js';
import { LeafOrder } from './leaf-order.js';
import { Openings } from './openings.js';

/**
 * Reads what a log serves behind the commitments of its leaves, all of it, also after a fault. The leaves were verified before. When
 * a value may be erased depends on their times, so these have to follow the order of the log.
 *
 * @param log `start`: the first leaf that the log still has. `isComplete`: whether its reader may see every opening. `now`: the
 *   caller's clock, in milliseconds since the epoch
 * @returns the first fault: `false_opening`, `missing_opening`, `wrong_erasure`, `backdated`, `dated_ahead`; undefined if there is
 *   none
 */
export async function verifyOpenings(
  hashing: Hashing,
  source: LogSource,
  leaves: AsyncIterable<LeafV1>,
  log: { start: number; checkpoint: Checkpoint; isComplete: boolean; now: () => number },
): Promise<LogFault<string> | undefined> {
  const { start, checkpoint, isComplete } = log;
  const openings = new Openings(hashing, source, {
    ...{ isComplete, warnings: new Warnings() },
    leafAt: async (index) =>
      index < start ? undefined : parseLeaf(await provenLeaf(hashing, source, index, checkpoint)),
  });
  const order = new LeafOrder();
  const unknown = new UnknownLeaves();
  let first: LogFault<string> | undefined;
  const attempt = async (work: () => void | Promise<void>): Promise<LogFault<string> | undefined> => {
    try {
      await work();
      return undefined;
    } catch (error) {
      if (!(error instanceof LogFault)) throw error;
      first ??= error;
      return error;
    }
  };
  for await (const leaf of leaves) {
    const data = new LeafData(leaf.seq, leaf);
    await attempt(() => {
      if (!unknown.take(leaf, data.difference)) order.take(data);
    });
    await attempt(() => openings.take(data));
  }
  // Each attempt reports one leaf that was still being read; the last one, what is missing.
  for (let fault = await attempt(() => openings.finish()); fault !== undefined; )
    fault = fault.code === 'missing_opening' ? undefined : await attempt(() => openings.finish());
  // A leaf of an unknown type may say that the value was erased.
  if (first?.code === 'missing_opening' && unknown.found !== null) first = undefined;
  await attempt(() => order.requirePast(log.now()));
  return first;
}
