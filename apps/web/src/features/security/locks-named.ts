import type { Lock } from '@countersign/api';
import type { ListChoice } from '../lists/list-filter.js';

/** The locks of the chosen customer, service or person. All locks if nothing is chosen. */
export function locksNamed<Row extends Pick<Lock, 'kind' | 'name' | 'tenant'>>(
  locks: readonly Row[],
  { tenant, service, person }: ListChoice,
): Row[] {
  if ([tenant, service, person].every((each) => each === undefined)) return [...locks];
  const chosen: Readonly<Record<string, string | undefined>> = { tenant, service, person };
  return locks.filter(
    (lock) => chosen[lock.kind] === lock.name || (tenant !== undefined && lock.tenant === tenant),
  );
}
