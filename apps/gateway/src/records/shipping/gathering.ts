/** Lets records of some calls share a batch; with it a record is at the broker well within a second. */
const GATHER_MS = 100;
/** At a broker that is slow to take a batch; a record is there within a second still. */
const LONGEST_GATHER_MS = 500;
/** So many times as long as the broker took for the last batch: many gateways may wait for one broker. */
const GATHER_TO_HAND = 25;

/** How long records gather for the next batch, in milliseconds, where the broker took `handMs` for the last one. */
export function gatherMsAfter(handMs: number): number {
  return Math.min(Math.max(handMs * GATHER_TO_HAND, GATHER_MS), LONGEST_GATHER_MS);
}
