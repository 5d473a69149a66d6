import { toInstant } from '@countersign/contract';
import type { AccessRequest, RequestOrigin, RequestState } from '../../domain/access-request.js';
import { isUsable } from '../../domain/grant.js';
import { requirePermission } from '../../domain/permissions.js';
import type { Principal } from '../../domain/person.js';
import { type ReviewNeeds } from '../../domain/review.js';
import { AccessError, type Refusal } from '../../errors.js';
import { evaluate } from '../../policy/evaluate.js';

import type { TenantUnit } from '../../ports/store.js';
import { loadPolicyContext } from '../evaluation/load-context.js';
import { previewRequest } from '../evaluation/preview-request.js';
import { requestNotice } from '../notices/notices.js';
import type { Deps } from '../shared/deps.js';
import { type AccessRequestInput, draftTerms, type TermsDraft } from './draft-terms.js';
import { transitionRequestIn } from './move-request.js';
import { normaliseRequest } from './normalised-ask.js';
import type { RequestView } from './request-view.js';

/**
 * Asks for access. What preview refuses is refused before anything is written; the same evaluator then runs
 * once more inside the transaction that stores the request.
 *
 * @param more the digest of the grant that this extends, which only `extendGrant` may name
 * @throws AccessError `forbidden`, `invalid_request`, `request_refused` with every refusal
 */
export async function requestAccess(
  deps: Deps,
  principal: Principal,
  input: AccessRequestInput,
  more: { extends?: string } = {},
): Promise<RequestView> {
  refuseIfAny((await previewRequest(deps, principal, input)).refusals);
  const ask = normaliseRequest(input, deps.clock.now());
  return deps.store.forTenant(input.tenant, async (unit) => {
    const requester = await unit.organisation.person(principal.person.id);
    if (requester === null) throw new AccessError('forbidden', 'You are no longer known here.');
    requirePermission(requester, 'request.create');
    const now = deps.clock.now();
    const context = await loadPolicyContext(unit, ask, {
      stage: 'request',
      now,
      requester,
      openRequests: await unit.requests.countOpen(unit.tenant, requester.id),
      terms: null,
    });
    if (context.service === null) refuseIfAny(evaluate(ask, context).refusals);
    const draft = draftTerms(
      deps,
      { ...input, ...ask },
      {
        requester,
        routes: context.service?.routes ?? '',
        requestTtl: context.policy.requestTtl,
        now,
        invitation: context.invitationMatch.invitation,
        ...more,
      },
    );
    await extendsWhatStands(unit, more.extends, now);
    const { refusals, needs, invitation } = evaluate(ask, { ...context, terms: draft.terms });
    refuseIfAny(refusals);
    if (needs === null) throw new AccessError('request_refused', 'The request cannot be judged.');
    const asked = { channel: principal.channel, assurance: principal.assurance };
    const view = await store(unit, draft, { needs, invitation, asked, at: toInstant(now) });
    return beginning(needs) === 'approved' ? approveAtOnce(deps, unit, view, now) : view;
  });
}

/** The grant that this extends may have ended since it was read. */
async function extendsWhatStands(unit: TenantUnit, digest: string | undefined, now: Date): Promise<void> {
  if (digest === undefined) return;
  const grant = await unit.grants.findByDigest(digest);
  if (grant === null || !isUsable(grant, now))
    throw new AccessError('grant_not_active', 'The grant to be extended has ended. Ask anew.');
}

function refuseIfAny(refusals: readonly Refusal[]): void {
  if (refusals.length === 0) return;
  throw new AccessError('request_refused', refusals.map((each) => each.detail).join(' '), { refusals });
}

async function approveAtOnce(
  deps: Deps,
  unit: TenantUnit,
  view: RequestView,
  now: Date,
): Promise<RequestView> {
  const request = await transitionRequestIn(deps, unit, view.request, 'approved', {
    needs: view.request.needs,
    actor: 'job',
    now,
  });
  return { ...view, request };
}

/** A request begins with the side that has to decide first; where neither is asked, it is approved. */
function beginning({ vendor, customer }: ReviewNeeds): RequestState {
  if (vendor.required > 0) return 'awaiting_vendor';
  return customer.required > 0 ? 'awaiting_customer' : 'approved';
}

async function store(
  unit: TenantUnit,
  draft: TermsDraft,
  {
    needs,
    invitation,
    asked,
    at,
  }: { needs: ReviewNeeds; invitation: string | null; asked: RequestOrigin; at: string },
): Promise<RequestView> {
  const { terms, digest, openings } = draft;
  const state = beginning(needs);
  const request: AccessRequest = {
    id: terms.request,
    tenant: terms.tenant,
    service: terms.service,
    requester: terms.requester,
    // What is approved at once passes through here within this unit, seen by no one and told to no one.
    state: state === 'approved' ? 'awaiting_customer' : state,
    version: 1,
    digest,
    terms,
    needs,
    asked,
    createdAt: at,
    lapsesAt: terms.lapsesAt,
    endedAt: null,
    reminders: 0,
    grant: null,
  };
  const commitments: Record<string, string> = { justification: terms.justification };
  if (terms.ticket !== undefined) commitments['ticket'] = terms.ticket;
  await unit.requests.insert(request);
  await unit.openings.save(
    Object.entries(commitments).flatMap(([name, commitment]) => {
      const opening = openings[name];
      return opening === undefined ? [] : [{ commitment, name, opening }];
    }),
  );
  await unit.log.append({
    type: 'request.created',
    at,
    actor: terms.requester,
    data: { request: request.id, requester: terms.requester, digest, state, terms, needs },
    commitments,
  });
  if (state !== 'approved') await unit.outbox.add(requestNotice(request, at));
  return { request, reviews: [], openings, offer: null, invitation };
}
