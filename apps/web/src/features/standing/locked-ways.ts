import type { Lock, Standing } from '@countersign/api';

type Way = Pick<Standing['ways'][number], 'kind' | 'tenant' | 'service' | 'accessReason'>;

/**
 * Whether a stop or a lock keeps an invitation or a rule from letting anyone in: its tenant or its service is locked, or the grants of
 * its tenant show that the customer has stopped all access. A grant says in `access` whether it is blocked.
 */
export function isLockedWay(
  { kind, tenant, service }: Way,
  ways: readonly Way[],
  locks: readonly Pick<Lock, 'kind' | 'name' | 'tenant'>[],
): boolean {
  if (kind === 'grant') return false;
  const isStopped = ways.some((way) => way.tenant === tenant && way.accessReason?.code === 'stopped_all');
  return (
    isStopped ||
    locks.some(
      (lock) =>
        (lock.tenant === null || lock.tenant === tenant) &&
        ((lock.kind === 'tenant' && lock.name === tenant) ||
          (lock.kind === 'service' && lock.name === service)),
    )
  );
}
