import type { Terms } from '@countersign/contract';
import { type AccessRequest, isOpen } from '../../domain/access-request.js';
import type { ReadUnit } from '../../ports/index.js';
import type { PolicyReads } from './load-context.js';
import { type Outdated, whyOutdated } from './reevaluate.js';

type Reads = PolicyReads & Pick<ReadUnit, 'grants'>;

/**
 * Those of the requests that can no longer be approved, by id, with the reason. Requests of a list share tenants, services and people,
 * so each read is made once for all of them.
 *
 * @param requests with the terms that would be approved: their own, or those that were offered instead
 */
export async function outdatedRequests(
  unit: Reads,
  requests: readonly { request: AccessRequest; terms: Terms }[],
  now: Date,
): Promise<Map<string, Outdated>> {
  const reads: Reads = {
    organisation: readOnce(unit.organisation),
    locks: readOnce(unit.locks),
    invitations: readOnce(unit.invitations),
    openings: readOnce(unit.openings),
    trust: readOnce(unit.trust),
    authenticators: readOnce(unit.authenticators),
    stops: readOnce(unit.stops),
    grants: readOnce(unit.grants),
  };
  const found = await Promise.all(
    requests
      .filter(({ request }) => isOpen(request))
      .map(async ({ request, terms }) => {
        const outdated = await whyOutdated(reads, request, terms, now);
        return outdated === null ? [] : [[request.id, outdated] as const];
      }),
  );
  return new Map(found.flat());
}

/** The same repository, which makes a read with the same parameters only once. Its reads must all see the same snapshot. */
function readOnce<Repository extends object>(repository: Repository): Repository {
  const answers = new Map<string, unknown>();
  return new Proxy(repository, {
    get(target, name) {
      const read: unknown = Reflect.get(target, name, target);
      if (typeof read !== 'function') return read;
      return (...parameters: unknown[]) => {
        const key = JSON.stringify([name, ...parameters]);
        if (!answers.has(key)) answers.set(key, read.apply(target, parameters));
        return answers.get(key);
      };
    },
  });
}
