import { isTenantSlug, type RequestState, termsCommitments, toInstant } from '@countersign/contract';
import { type AccessRequest, firstWait, type RequestOrigin, stageAt } from '../../domain/access-request.js';
import { openStage } from '../../domain/approval-stages.js';
import { requirePermission } from '../../domain/permissions.js';
import type { Principal } from '../../domain/person.js';
import { searchWords } from '../../domain/request-words.js';
import type { ReviewNeeds } from '../../domain/review.js';
import { AccessError, noLongerKnown, type Refusal } from '../../errors.js';
import { evaluate, withDefaultBudget } from '../../policy/evaluate.js';
import type { SearchedText, TenantUnit } from '../../ports/index.js';
import { demandRefusals } from '../demands/requested-demand.js';
import { logOfRequest } from '../demands/sealed-access.js';
import { loadPolicyContext } from '../evaluation/load-context.js';
import { requestNotice } from '../notices/notices.js';
import { type Deps, idempotencyOptions, type Repeatable } from '../shared/deps.js';
import { type AccessRequestInput, draftTerms, type TermsDraft } from './draft-terms.js';
import { previewRequest } from './preview-request.js';
import type { RequestView } from './read-requests.js';
import { normaliseRequest } from './request-input.js';
import { transitionRequestIn } from './request-transitions.js';
import { requireShownChangeIn } from './shown-change.js';

/**
 * Requests access. The evaluator that previews a request decides here too, inside the transaction that stores it.
 *
 * @throws AccessError `forbidden`, `invalid_request`, `request_refused` with every refusal
 */
export async function requestAccess(
  deps: Deps,
  principal: Principal,
  input: AccessRequestInput,
  repeatable: Repeatable = {},
): Promise<RequestView> {
  requirePermission(principal, 'request.create');
  // There is no unit of work for an invalid slug. The preview refuses it together with all other reasons.
  if (!isTenantSlug(input.tenant)) refuseIfAny((await previewRequest(deps, principal, input)).refusals);
  // Demands are the vendor's rows, which a tenant's unit does not read.
  refuseIfAny(await demandRefusals(deps, principal.person, input));
  return deps.store.forTenant(
    await logOfRequest(deps, principal, input),
    (unit) => requestIn(deps, unit, principal, input),
    idempotencyOptions(deps, repeatable),
  );
}

/**
 * Requests access inside a unit of work of the tenant.
 *
 * @param digest of the grant that this extends; only `extendGrant` passes one
 */
export async function requestIn(
  deps: Deps,
  unit: TenantUnit,
  principal: Principal,
  input: AccessRequestInput,
  digest?: string,
): Promise<RequestView> {
  const now = deps.clock.now();
  const requested = normaliseRequest(input, now);
  const requester = await unit.organisation.person(principal.person.id);
  if (requester === null) throw noLongerKnown();
  requirePermission(principal, 'request.create', requester);
  await requireShownChangeIn(unit, input, requester.id, now);
  const context = await loadPolicyContext(unit, requested, {
    stage: 'request',
    now,
    requester,
    openRequests: () => unit.requests.countOpen(unit.tenant, requester.id),
    terms: null,
  });
  const access = withDefaultBudget(requested, context);
  if (context.service === null || context.tenant === null) refuseIfAny(evaluate(access, context).refusals);
  const draft = draftTerms(
    deps,
    { ...input, ...access },
    {
      requester,
      routes: context.service?.routes ?? '',
      requestTtl: context.policy.requestTtl,
      now,
      invitation: context.invitationMatch.invitation,
      ...(digest === undefined ? {} : { extends: digest }),
    },
  );
  const { refusals, needs, invitation } = evaluate(access, { ...context, terms: draft.terms });
  refuseIfAny(refusals);
  if (needs === null) throw new AccessError('request_refused', 'The request cannot be evaluated.');
  const askedBy = { channel: principal.channel, assurance: principal.assurance };
  const { demand } = input;
  const { reasonCode } = access;
  const stated = { needs, invitation, asked: askedBy, reasonCode, demand, at: toInstant(now) };
  const view = await storeRequest(unit, draft, stated);
  return initialState(needs) === 'approved' ? approveAtOnce(deps, unit, view, now) : view;
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
    reviews: [],
  });
  return { ...view, request };
}

/** The state of a new request: it waits for the side that decides first, and is approved if no review is required. */
function initialState({ vendor, customer }: ReviewNeeds): RequestState {
  if (vendor.required > 0) return 'awaiting_vendor';
  return customer.required > 0 ? 'awaiting_customer' : 'approved';
}

/** The texts that the request is found by. */
const searchedTexts = (
  commitments: Readonly<Record<string, string>>,
  openings: TermsDraft['openings'],
): SearchedText[] =>
  ['justification', 'ticket'].flatMap((name) => {
    const [commitment, opening] = [commitments[name], openings[name]];
    return commitment === undefined || opening === undefined
      ? []
      : [{ commitment, words: searchWords(name, opening.value) }];
  });

type Decided = {
  needs: ReviewNeeds;
  asked: RequestOrigin;
  reasonCode: string | null;
  demand: string | undefined;
  at: string;
};

/** The request as it is stored first. @param tenant whose log it belongs to: that of the terms, or the sealed one under a gag */
function newRequest(
  tenant: string,
  { terms, digest }: TermsDraft,
  { needs, asked, reasonCode, demand, at }: Decided,
): AccessRequest {
  const state = initialState(needs);
  const stage = openStage(needs, [], digest)?.name ?? null;
  return {
    id: terms.request,
    tenant,
    service: terms.service,
    requester: terms.requester,
    // A request that is approved at once is in this state only within this unit: no one sees it or is notified of it.
    state: state === 'approved' ? 'awaiting_customer' : state,
    version: 1,
    digest,
    terms,
    needs,
    reasonCode,
    asked,
    createdAt: at,
    lapsesAt: terms.lapsesAt,
    endedAt: null,
    stage: state === 'awaiting_customer' ? stageAt({ stage: null }, stage, at) : null,
    reminders: 0,
    grant: null,
    waits: firstWait(state, at, stage),
    pause: null,
    ...(demand === undefined ? {} : { demand }),
    notice: null,
  };
}

async function storeRequest(
  unit: TenantUnit,
  draft: TermsDraft,
  { invitation, ...decided }: Decided & { invitation: string | null },
): Promise<RequestView> {
  const { terms, digest, openings } = draft;
  const { needs, reasonCode, demand, at } = decided;
  const state = initialState(needs);
  const request = newRequest(unit.tenant, draft, decided);
  const commitments = termsCommitments(terms);
  await unit.requests.insert(request);
  await unit.requestWords.insert(request, searchedTexts(commitments, openings));
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
    data: {
      ...{ request: request.id, requester: terms.requester, digest, state, terms, needs: loggedNeeds(needs) },
      ...(demand === undefined ? {} : { demand }),
      ...(reasonCode === null ? {} : { reasonCode }),
    },
    commitments,
  });
  if (state !== 'approved')
    await unit.outbox.add(requestNotice(request, at, await unit.organisation.tenant(unit.tenant)));
  return { request, reviews: [], openings, erased: {}, offer: null, invitation };
}

/** What the leaf has of the needs: what a verifier recomputes. Impact and reasons are for people. */
function loggedNeeds({ vendor, customer: { reasons: _reasons, ...customer }, risk }: ReviewNeeds) {
  return { vendor, customer, risk };
}
