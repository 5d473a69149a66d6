import { toInstant } from '@countersign/contract';
import type { AccessRequest } from '../../domain/access-request.js';
import { windowAtApproval } from '../../domain/access-window.js';
import { activateGrant, type Grant, type StartedGrant, startOnFirstUse } from '../../domain/grant.js';
import type { PrivacyControls } from '../../domain/privacy-controls.js';
import { changedMeanwhile, notFound, type Refusal } from '../../errors.js';
import { evaluate } from '../../policy/evaluate.js';
import { requestedByTerms } from '../../policy/requested-access.js';
import type { ReadUnit, TenantUnit } from '../../ports/index.js';
import { endGrantIn } from '../ending/end-grant.js';
import { loadPolicyContext, type PolicyReads } from '../evaluation/load-context.js';
import { grantNotice } from '../notices/notices.js';
import { checkpointChangedDeploymentIn } from '../shared/deployment-checkpoint.js';
import type { Deps } from '../shared/deps.js';

/**
 * Creates the grant of a fully approved request: active now, or scheduled. The store refuses a second grant for a digest.
 * Gateways learn of a grant when it becomes active, not before. The caller adds the grant's notice, after the request's.
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
    basis: request.terms.basis,
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
  if (isStarted(grant)) await recordStart(unit, grant, at);
  else await recordSchedule(unit, grant, at);
  return grant;
}

/**
 * The actor of a grant's start: the broker itself. A start follows from the rules and the clock, also long after the last
 * review. Who approved stands in the events of the reviews.
 */
const STARTED_BY = 'job';

const isStarted = (grant: Grant): grant is StartedGrant => grant.state === 'active';

async function recordSchedule(unit: TenantUnit, grant: Grant, at: string): Promise<void> {
  await checkpointChangedDeploymentIn(unit, at);
  const { id, request, requester, digest, startsAt, endsAt, useBy } = grant;
  await unit.log.append({
    type: 'grant.scheduled',
    at,
    actor: STARTED_BY,
    data: { grant: id, request, requester, digest, startsAt, endsAt, useBy },
  });
}

/** Stores a grant that has just started; its event, feed change and notice commit with it. */
async function openGrantIn(unit: TenantUnit, opened: StartedGrant, at: string): Promise<StartedGrant> {
  if (!(await unit.grants.update(opened))) throw changedMeanwhile('grant');
  await recordStart(unit, opened, at);
  await unit.outbox.add(grantNotice(opened, at));
  return opened;
}

/** Writes the event and the feed change of a grant that starts. */
async function recordStart(unit: TenantUnit, grant: StartedGrant, at: string): Promise<void> {
  await checkpointChangedDeploymentIn(unit, at);
  const { id, request, requester, digest, startsAt, endsAt } = grant;
  await unit.log.append({
    type: 'grant.started',
    at,
    actor: STARTED_BY,
    data: { grant: id, request, requester, digest, startsAt, endsAt },
  });
  await unit.feed.changed('grant', id);
}

/**
 * Starts a scheduled grant. The evaluator runs again first: a grant that the rules no longer allow ends without having
 * been active.
 *
 * @returns the grant, active or ended
 */
export async function activateIn(unit: TenantUnit, grant: Grant, now: Date): Promise<Grant> {
  const at = toInstant(now);
  const refusals = shortened(await refusalsNow(unit, grant, now));
  if (refusals.length > 0) return endGrantIn(unit, grant, { reason: 'revoked', actor: 'job', at, refusals });
  return openGrantIn(unit, activateGrant(grant), at);
}

/** A log leaf has room for this many reasons of this length; of equal code and pointer it takes the first. */
const MAX_REASONS = 20;
const MAX_REASON_LENGTH = 500;

export function shortened(refusals: readonly Refusal[]): Refusal[] {
  const first = new Map<string, Refusal>();
  for (const each of refusals) {
    const key = `${each.code} ${each.pointer}`;
    if (!first.has(key))
      first.set(key, { ...each, detail: [...each.detail].slice(0, MAX_REASON_LENGTH).join('') });
  }
  return [...first.values()].slice(0, MAX_REASONS);
}

/** Starts a grant that waits for its first token: its time runs from now. */
export async function startOnFirstUseIn(
  unit: TenantUnit,
  grant: Grant,
  seconds: number,
  now: Date,
): Promise<StartedGrant> {
  return openGrantIn(unit, startOnFirstUse(grant, seconds, now), toInstant(now));
}

/**
 * Why the present rules refuse to start this grant or to mint a token.
 *
 * @param controls evaluates by these, and not by the tenant's present ones
 */
export async function refusalsNow(
  unit: PolicyReads & Pick<ReadUnit, 'requests'>,
  grant: Grant,
  now: Date,
  stage: 'activation' | 'mint' = 'activation',
  controls?: PrivacyControls,
): Promise<Refusal[]> {
  const request = await unit.requests.find(grant.request);
  const requester = await unit.organisation.person(grant.requester);
  if (request === null || requester === null) throw notFound('grant');
  const access = requestedByTerms(request.terms, request.reasonCode);
  const context = await loadPolicyContext(unit, access, {
    stage,
    grant: grant.id,
    now,
    requester,
    openRequests: 0,
    terms: request.terms,
  });
  const { tenant } = context;
  if (controls === undefined || tenant === null) return evaluate(access, context).refusals;
  return evaluate(access, { ...context, tenant: { ...tenant, controls } }).refusals;
}
