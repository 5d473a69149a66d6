import type { Grant } from '@countersign/api';

type Choosable = Pick<Grant, 'id' | 'service' | 'access' | 'startsAt'>;

/** Whether the grant allows calls now, or will once the first call begins it. */
export const isOpenAt = ({ service: of, access, startsAt }: Choosable, service: string): boolean =>
  of === service && (access === 'open' || (access === 'not_yet' && startsAt === null));

/** Whether a stop or a lock keeps the calls of a grant at the service from passing. */
export const isBlockedAt = ({ service: of, access }: Choosable, service: string): boolean =>
  of === service && (access === 'stopped' || access === 'locked');

/**
 * The grant that the page chooses without a click: the only one that fits, if its access has begun. Anyone can make a link to this
 * page, and a link must not begin access that waits for its first use.
 *
 * @param grants those that are open at the service
 * @param named the id in the address; null if there is none
 */
export function chosenAtOnce(grants: readonly Choosable[], named: string | null): string | undefined {
  const fitting = named === null ? grants : grants.filter(({ id }) => id === named);
  const [only] = fitting;
  return fitting.length === 1 && only?.access === 'open' ? only.id : undefined;
}
