import { toInstant } from '@countersign/contract';
import {
  type AccessRequest,
  applyDueReminder,
  escalationAt,
  isOpen,
  stageAt,
} from '../../domain/access-request.js';
import { openStage } from '../../domain/approval-stages.js';
import { dueStep, markWarned } from '../../domain/grant.js';
import { changedMeanwhile } from '../../errors.js';
import type { TenantUnit } from '../../ports/index.js';
import { markDisclosureLate } from '../emergencies/disclosures.js';
import { startNotified } from '../emergencies/notify-first.js';
import { endGrantIn } from '../ending/end-grant.js';
import { endRequestIn } from '../ending/end-request.js';
import { activateIn } from '../grants/start-grant.js';
import { expireInvitation } from '../invitations/invitation-transitions.js';
import { expireLock } from '../locks/locks.js';
import { endingNotice, reminderNotice } from '../notices/notices.js';
import { runWideningStep } from '../organisation/run-widening.js';
import type { Deps } from '../shared/deps.js';

const BATCH = 200;

/** What one run did. */
interface TransitionCounts {
  /** Expired. */
  requests: number;
  /** Expired, or revoked at their start because the rules no longer allow them. */
  grants: number;
  locks: number;
  invitations: number;
  started: number;
  warned: number;
  /** Requests whose reviewers were reminded. */
  reminded: number;
  /** Emergencies that began, or ended before, once the customer was notified. */
  notified: number;
  /** Disclosures that became late. */
  late: number;
  /** Widenings that took effect, or lapsed. */
  widenings: number;
}

/**
 * The scheduler's job: expires requests, locks and invitations, sends reminders, and starts, warns about and ends grants.
 * Each is a logged transition in a unit of work of its own. What a person decided meanwhile stays as decided.
 *
 * @throws AggregateError after trying all of them, if some failed: a failure does not block the others
 */
export async function runDueTransitions(deps: Deps): Promise<TransitionCounts> {
  const now = deps.clock.now();
  const due = await deps.store.schedule.read((unit) => unit.schedule.due(toInstant(now), BATCH));
  const done: TransitionCounts = {
    ...{ requests: 0, grants: 0, locks: 0, invitations: 0 },
    ...{ started: 0, warned: 0, reminded: 0, notified: 0, late: 0, widenings: 0 },
  };
  const failures: unknown[] = [];
  const attempt = (what: Promise<keyof TransitionCounts | null>) =>
    what.then(
      (kind) => {
        if (kind !== null) done[kind] += 1;
      },
      (error: unknown) => failures.push(error),
    );
  for (const { id, tenant } of due.requests) await attempt(expireRequest(deps, tenant, id));
  for (const { id, tenant } of due.reminders) await attempt(sendReminder(deps, tenant, id));
  for (const { id, tenant } of due.grants)
    await attempt(deps.store.forTenant(tenant, (unit) => runGrantStep(unit, id, deps.clock.now())));
  for (const { id, tenant } of due.locks)
    await attempt(expireLock(deps, id, tenant).then((lifted) => (lifted ? 'locks' : null)));
  for (const { id, tenant } of due.invitations)
    await attempt(expireInvitation(deps, tenant, id).then((expired) => (expired ? 'invitations' : null)));
  for (const { id, tenant } of due.notifying)
    await attempt(startNotified(deps, tenant, id).then((moved) => (moved ? 'notified' : null)));
  for (const { id, tenant } of due.disclosures)
    await attempt(markDisclosureLate(deps, tenant, id).then((marked) => (marked ? 'late' : null)));
  for (const { id, tenant } of due.widenings)
    await attempt(runWideningStep(deps, tenant, id).then((done) => (done === null ? null : 'widenings')));
  if (failures.length > 0) throw new AggregateError(failures, `${failures.length} due transitions failed`);
  return done;
}

function expireRequest(deps: Deps, tenant: string, id: string): Promise<'requests' | null> {
  return deps.store.forTenant(tenant, async (unit) => {
    const request = await unit.requests.find(id);
    if (request === null || !isOpen(request)) return null;
    await endRequestIn(unit, request, { to: 'expired', actor: 'job', at: toInstant(deps.clock.now()) });
    return 'requests';
  });
}

function sendReminder(deps: Deps, tenant: string, id: string): Promise<'reminded' | null> {
  return deps.store.forTenant(tenant, async (unit) => {
    const request = await unit.requests.find(id);
    if (request === null) return null;
    const now = deps.clock.now();
    const due = escalationAt(request);
    if (due !== null && Date.parse(due) <= now.getTime()) return escalateIn(unit, request, toInstant(now));
    const next = applyDueReminder(request, now);
    if (next === null) return null;
    if (!(await unit.requests.update(next.request))) throw changedMeanwhile('request');
    const tenant = await unit.organisation.tenant(unit.tenant);
    await unit.outbox.add(reminderNotice(next.request, next.kind, toInstant(now), tenant));
    return 'reminded';
  });
}

/**
 * Notifies the next approvers that a stage has waited too long. If a voided review has opened an earlier stage meanwhile,
 * only the time of that stage begins.
 */
async function escalateIn(unit: TenantUnit, request: AccessRequest, at: string): Promise<'reminded' | null> {
  const reviews = await unit.reviews.ofRequests([request.id]);
  const open = openStage(request.needs, reviews, request.digest);
  const isStale = open === null || open.name !== request.stage?.name;
  const stage = isStale
    ? stageAt(request, open?.name ?? null, at)
    : { name: open.name, since: request.stage?.since ?? at, escalatedAt: at };
  const escalated = { ...request, stage, version: request.version + 1 };
  if (!(await unit.requests.update(escalated))) throw changedMeanwhile('request');
  if (isStale) return null;
  const { id, requester, digest } = request;
  await unit.log.append({
    type: 'request.stage-overdue',
    at,
    actor: 'job',
    data: { request: id, requester, digest, stage: open.name, to: open.escalate?.to ?? [] },
  });
  const tenant = await unit.organisation.tenant(unit.tenant);
  await unit.outbox.add(reminderNotice(escalated, 'request.stage-overdue', at, tenant));
  return 'reminded';
}

async function runGrantStep(
  unit: TenantUnit,
  id: string,
  now: Date,
): Promise<'grants' | 'started' | 'warned' | null> {
  const grant = await unit.grants.find(id);
  if (grant === null) return null;
  const at = toInstant(now);
  switch (dueStep(grant, now)) {
    case null:
      return null;
    case 'activate':
      return (await activateIn(unit, grant, now)).state === 'active' ? 'started' : 'grants';
    case 'warn':
      if (!(await unit.grants.update(markWarned(grant, at)))) throw changedMeanwhile('grant');
      await unit.outbox.add(endingNotice(grant, at));
      return 'warned';
    case 'expire':
      await endGrantIn(unit, grant, { reason: 'expired', actor: 'job', at });
      return 'grants';
  }
}
