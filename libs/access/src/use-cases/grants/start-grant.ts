import { toInstant } from '@countersign/contract';
import type { AccessRequest } from '../../domain/access-request.js';
import { windowAtApproval } from '../../domain/access-window.js';
import type { Grant, StartedGrant } from '../../domain/grant.js';
import type { TenantUnit } from '../../ports/index.js';
import { grantNotice } from '../notices/notices.js';
import type { Deps } from '../shared/deps.js';
import { announceStart } from './activate-grant.js';

/**
 * Creates the grant of a fully approved request: open now, or scheduled. The store refuses a second one per
 * digest. Gateways hear of a grant when it opens, not before.
 */
export async function createGrantIn(
  deps: Deps,
  unit: TenantUnit,
  request: AccessRequest,
  now: Date,
): Promise<Grant> {
  const at = toInstant(now);
  const grant: Grant = {
    id: deps.ids.next('grt'),
    request: request.id,
    tenant: request.tenant,
    service: request.service,
    requester: request.requester,
    digest: request.digest,
    extends: request.terms.extends ?? null,
    version: 1,
    createdAt: at,
    ...windowAtApproval(request.terms, now),
    warnedAt: null,
    endedAt: null,
    endReason: null,
    endedBy: null,
    used: { calls: 0, bytes: 0 },
    refused: 0,
  };
  await unit.grants.insert(grant);
  if (isStarted(grant)) await announceStart(unit, grant, at);
  else await announceSchedule(unit, grant, at);
  return grant;
}

const isStarted = (grant: Grant): grant is StartedGrant => grant.state === 'active';

async function announceSchedule(unit: TenantUnit, grant: Grant, at: string): Promise<void> {
  const { id, request, requester, digest, startsAt, endsAt, useBy } = grant;
  await unit.log.append({
    type: 'grant.scheduled',
    at,
    actor: 'job',
    data: { grant: id, request, requester, digest, startsAt, endsAt, useBy },
  });
  await unit.outbox.add(grantNotice(grant, at));
}
