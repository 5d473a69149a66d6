import { toInstant } from '@countersign/contract';
import { activateGrant, type Grant, type StartedGrant, startOnFirstUse } from '../../domain/grant.js';
import { AccessError, notFound, type Refusal } from '../../errors.js';
import { evaluate } from '../../policy/evaluate.js';
import { requestedByTerms } from '../../policy/requested-access.js';
import type { TenantUnit } from '../../ports/index.js';
import { loadPolicyContext } from '../evaluation/load-context.js';
import { grantNotice } from '../notices/notices.js';
import { endGrantIn } from './end-grant.js';

/** Stores a grant that has just begun; its event, feed change and notice commit with it. */
export async function openGrantIn(unit: TenantUnit, opened: StartedGrant, at: string): Promise<StartedGrant> {
  if (!(await unit.grants.update(opened)))
    throw new AccessError('conflict', 'Somebody else changed this grant at the same moment. Read it again.');
  await announceStart(unit, opened, at);
  return opened;
}

/** The event, feed change and notice of a grant that begins. */
export async function announceStart(unit: TenantUnit, grant: StartedGrant, at: string): Promise<void> {
  const { id, request, requester, digest, startsAt, endsAt } = grant;
  await unit.log.append({
    type: 'grant.started',
    at,
    actor: 'job',
    data: { grant: id, request, requester, digest, startsAt, endsAt },
  });
  await unit.feed.changed('grant', id);
  await unit.outbox.add(grantNotice(grant, at));
}

/**
 * A scheduled grant at its start: the evaluator looks once more, and what the rules no longer allow ends
 * without ever having opened.
 *
 * @returns the grant, active or ended
 */
export async function activateIn(unit: TenantUnit, grant: Grant, now: Date): Promise<Grant> {
  const at = toInstant(now);
  const refusals = inShort(await refusalsNow(unit, grant, now));
  if (refusals.length > 0) return endGrantIn(unit, grant, { reason: 'revoked', actor: 'job', at, refusals });
  return openGrantIn(unit, activateGrant(grant), at);
}

/** Reasons that a leaf of the log has room for: one of a kind and place, so many, so long. */
const MAX_REASONS = 20;
const MAX_REASON_LENGTH = 500;

function inShort(refusals: readonly Refusal[]): Refusal[] {
  const first = new Map<string, Refusal>();
  for (const each of refusals) {
    const of = `${each.code} ${each.pointer}`;
    if (!first.has(of))
      first.set(of, { ...each, detail: [...each.detail].slice(0, MAX_REASON_LENGTH).join('') });
  }
  return [...first.values()].slice(0, MAX_REASONS);
}

/** The first token of a grant that waits for one: its time runs from now on. */
export async function startOnFirstUseIn(
  unit: TenantUnit,
  grant: Grant,
  seconds: number,
  now: Date,
): Promise<StartedGrant> {
  return openGrantIn(unit, startOnFirstUse(grant, seconds, now), toInstant(now));
}

async function refusalsNow(unit: TenantUnit, grant: Grant, now: Date): Promise<Refusal[]> {
  const request = await unit.requests.find(grant.request);
  const requester = await unit.organisation.person(grant.requester);
  if (request === null || requester === null) throw notFound('grant');
  const ask = requestedByTerms(request.terms);
  const context = await loadPolicyContext(unit, ask, {
    stage: 'activation',
    now,
    requester,
    openRequests: 0,
    terms: request.terms,
  });
  return evaluate(ask, context).refusals;
}
