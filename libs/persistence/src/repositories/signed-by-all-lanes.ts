import type { ChainVouch } from '@countersign/access';

/**
 * Up to when a gateway has signed the chains of a log, given the newest signed head of each chain: a gateway with several lanes
 * has signed what all of them have. The newest head says how many lanes there are. Undefined if a lane has signed nothing.
 */
export function signedByAllLanes(heads: readonly ChainVouch[]): string | undefined {
  const byLane = new Map<number, ChainVouch>();
  for (const head of heads) {
    const number = head.lane?.number ?? 0;
    if (!isBefore(head, byLane.get(number))) byLane.set(number, head);
  }
  const newest = [...byLane.values()].reduce<ChainVouch | undefined>(
    (last, head) => (isBefore(head, last) ? last : head),
    undefined,
  );
  const lanes = Array.from({ length: newest?.lane?.of ?? 1 }, (_, number) => byLane.get(number));
  return lanes.reduce((oldest, head) => (isBefore(head, oldest) ? head : oldest), newest)?.at;
}

/** A lane without a head is before everything. */
function isBefore(head: ChainVouch | undefined, other: ChainVouch | undefined): boolean {
  if (other === undefined) return false;
  return head === undefined || Date.parse(head.at) < Date.parse(other.at);
}
