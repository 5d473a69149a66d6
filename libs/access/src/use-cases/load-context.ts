import type { Terms } from '@countersign/scope';
import type { Person } from '../organisation/person.js';
import type { Ask } from '../policy/ask.js';
import type { PolicyContext, Stage } from '../policy/context.js';
import type { ReadUnit } from '../ports/store.js';

/** Reads what the evaluator looks at. In a writing unit these reads belong to the change they allow. */
export async function loadContext(
  { organisation, locks }: Pick<ReadUnit, 'organisation' | 'locks'>,
  ask: Ask,
  more: { stage: Stage; now: Date; requester: Person; openRequests: number; terms: Terms | null },
): Promise<PolicyContext> {
  const tenant = await organisation.tenant(ask.tenant);
  return {
    ...more,
    policy: await organisation.policy(),
    tenant,
    locks: await locks.binding({ tenant: ask.tenant, person: more.requester.id, service: ask.service }),
    service: await organisation.service(ask.service),
    reviewers: {
      vendor: await organisation.countWithRole(null, 'reviewer', more.requester.id),
      customer:
        tenant === null ? 0 : await organisation.countWithRole(tenant.slug, 'approver', more.requester.id),
    },
  };
}
