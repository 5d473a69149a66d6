import { toInstant } from '@countersign/scope';
import type { AccessRequest } from '../access-request/access-request.js';
import type { Grant } from '../grant/grant.js';
import type { TenantUnit } from '../ports/store.js';
import type { Deps } from './deps.js';
import { grantNotice } from './notices.js';

/** Creates the grant of a fully approved request; it begins now. The store refuses a second one per digest. */
export async function startGrant(
  deps: Deps,
  unit: TenantUnit,
  request: AccessRequest,
  now: Date,
): Promise<Grant> {
  const startsAt = toInstant(now);
  const grant: Grant = {
    id: deps.ids.next('grt'),
    request: request.id,
    tenant: request.tenant,
    service: request.service,
    requester: request.requester,
    digest: request.digest,
    state: 'active',
    version: 1,
    startsAt,
    endsAt: toInstant(new Date(Date.parse(startsAt) + request.terms.seconds * 1000)),
    endedAt: null,
    endReason: null,
    used: { calls: 0, bytes: 0 },
  };
  await unit.grants.insert(grant);
  await unit.log.append({
    type: 'grant.started',
    at: startsAt,
    actor: 'job',
    data: {
      grant: grant.id,
      request: grant.request,
      requester: grant.requester,
      digest: grant.digest,
      startsAt,
      endsAt: grant.endsAt,
    },
  });
  await unit.feed.changed('grant', grant.id);
  await unit.outbox.add(grantNotice(grant, startsAt));
  return grant;
}
