import { type GrantAccess, type ScopeEntry, scopeAllows } from '@countersign/contract';
import type { AccessRequest } from '../../domain/access-request.js';
import type { Grant } from '../../domain/grant.js';
import { accessStatus } from '../../domain/grant-access.js';
import { requestVisibility, requirePermission } from '../../domain/permissions.js';
import type { Person, Principal } from '../../domain/person.js';
import { evaluate } from '../../policy/evaluate.js';
import { requestedByTerms } from '../../policy/requested-access.js';
import type { ReadUnit } from '../../ports/index.js';
import { loadBlocks } from '../locks/locks.js';
import type { Deps } from '../shared/deps.js';
import { findStaff } from '../shared/staff.js';
import { narrowFilter, readAsPerson } from '../shared/visible-objects.js';
import { loadPolicyContext } from './load-context.js';

/** One question: may this person do this, now? */
interface AccessQuestion {
  /** `usr_…`, or a vendor e-mail. */
  person: string;
  tenant: string;
  service: string;
  resource: string;
  action: string;
}

/** `grant`: which one allows it. `reason`: one sentence why none does. */
type AccessAnswer = { allowed: true; grant: string } | { allowed: false; reason: string };

const MOST_GRANTS = 200;
const NO_GRANT = 'No grant of this person covers it now.';
const NOT_OPEN: Readonly<Record<Exclude<GrantAccess, 'open'>, string>> = {
  not_yet: 'has not begun',
  stopped: 'is stopped',
  locked: 'is locked',
  ended: 'is over',
};

/**
 * Whether a grant lets a person act on a resource now, by the rules that also decide about new tokens: it is open, not
 * stopped or locked, covers the resource and action, and the controls of today allow it. What the caller may not see
 * counts as not there (P9), so the answer is then no.
 *
 * Routes, budgets and countersignatures are checked at the gateway alone, for each call.
 */
export async function evaluateAccess(
  deps: Deps,
  principal: Principal,
  question: AccessQuestion,
): Promise<AccessAnswer> {
  requirePermission(principal, 'grant.read');
  const { person: reader } = principal;
  const person = await findStaff(deps, question.person);
  if (person === null) return { allowed: false, reason: NO_GRANT };
  return readAsPerson(deps, reader, async (unit) => {
    const { tenant, service } = question;
    const wanted = { tenant, service, requester: person.id, state: 'active' };
    const filter = narrowFilter(wanted, requestVisibility(reader));
    if (filter === null) return { allowed: false, reason: NO_GRANT };
    const { items } = await unit.grants.list(filter, { cursor: null, limit: MOST_GRANTS });
    return decide(deps, unit, person, items, question);
  });
}

async function decide(
  { clock }: Deps,
  unit: ReadUnit,
  person: Person,
  grants: readonly Grant[],
  { resource, action }: AccessQuestion,
): Promise<AccessAnswer> {
  const requests = await unit.requests.findAll(grants.map(({ request }) => request));
  const ofGrant = new Map(requests.map((request) => [request.id, request]));
  const blocks = await loadBlocks(unit, grants);
  const now = clock.now();
  let reason = NO_GRANT;
  for (const grant of grants) {
    const request = ofGrant.get(grant.request);
    const terms = request?.terms;
    if (request === undefined || terms === undefined || !scopeAllows(terms.scope, resource, action)) continue;
    const status = accessStatus(grant, blocks, now);
    if (status.access !== 'open') {
      reason = `The grant that covers it ${NOT_OPEN[status.access]}.`;
      continue;
    }
    const refused = await refusalOf(unit, person, request, [{ resource, actions: [action] }], now);
    if (refused === null) return { allowed: true, grant: grant.id };
    reason = refused;
  }
  return { allowed: false, reason };
}

/** Why the rules of today no longer allow this part of the terms; null if they do. */
async function refusalOf(
  unit: ReadUnit,
  requester: Person,
  { terms, reasonCode }: Pick<AccessRequest, 'terms' | 'reasonCode'>,
  scope: ScopeEntry[],
  now: Date,
): Promise<string | null> {
  const access = { ...requestedByTerms(terms, reasonCode), scope };
  const more = { stage: 'mint' as const, now, requester, openRequests: 0, terms };
  const { refusals } = evaluate(access, await loadPolicyContext(unit, access, more));
  return refusals[0]?.detail ?? null;
}
