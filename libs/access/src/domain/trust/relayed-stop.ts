import { LIFT_TYPE, type LiftStatement, type Signature, type StopStatement } from '@countersign/contract';

/** A stop or lift as a gateway passes it on. */
export type HandedStop = Signature<StopStatement> | Signature<LiftStatement>;

export const isLift = (signature: HandedStop): signature is Signature<LiftStatement> =>
  signature.statement.type === LIFT_TYPE;
export const isStop = (signature: HandedStop): signature is Signature<StopStatement> => !isLift(signature);

/**
 * A stop or lift that a customer handed in at a gateway and this broker cannot judge. It counts for nothing here; the
 * feed brings it to the gateways, which judge by what they have pinned.
 */
export interface RelayedStop {
  /** Of the whole signature: somebody else’s over the same statement takes nobody’s place. */
  id: string;
  tenant: string;
  /** That passed it on. */
  gateway: string;
  signature: HandedStop;
  at: string;
}

/**
 * More than any people sign that a broker cannot judge, and less than a gateway in bad hands could fill the feed, and the
 * memory of all others, with.
 */
const MOST_OF_TENANT = 20;
const MOST_IN_ALL = 200;
const KEPT_DAYS = 30;

/**
 * Which of those that a gateway has passed on make room for one more of this tenant, and whether there is room then. Only
 * what every gateway has had long enough to hear, and only where room is wanted.
 *
 * @param relayed what this gateway passed on, of all tenants
 */
export function roomForOneMore(
  relayed: readonly Pick<RelayedStop, 'id' | 'tenant' | 'at'>[],
  tenant: string,
  now: Date,
): { isThere: boolean; ends: { id: string; tenant: string }[] } {
  const isFull = (those: typeof relayed) =>
    those.length >= MOST_IN_ALL || those.filter((each) => each.tenant === tenant).length >= MOST_OF_TENANT;
  if (!isFull(relayed)) return { isThere: true, ends: [] };
  const oldest = now.getTime() - KEPT_DAYS * 86_400_000;
  const ends = relayed.filter(({ at }) => Date.parse(at) < oldest);
  return { isThere: !isFull(relayed.filter((each) => !ends.includes(each))), ends };
}
