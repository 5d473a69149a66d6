import { canonicalJson, type Opening } from '@countersign/contract';
import type { AccessRequest } from '../../domain/access-request.js';
import { type ChangedMember, changedMembers, narrowingPart } from '../../domain/controls-narrowing.js';
import { isForTenant, type TenantRecord } from '../../domain/organisation.js';
import type { Principal } from '../../domain/person.js';
import type { PrivacyControls, WideningControls } from '../../domain/privacy-controls.js';
import type { ReviewNeeds } from '../../domain/review.js';
import { notFound, type Refusal } from '../../errors.js';
import type { PolicyContext } from '../../policy/context.js';
import { evaluate } from '../../policy/evaluate.js';
import { stricterNeeds } from '../../policy/needs.js';
import { requestedByTerms } from '../../policy/requested-access.js';
import { RULES } from '../../policy/rules.js';
import type { ReadUnit } from '../../ports/index.js';
import { loadPolicyContext } from '../evaluation/load-context.js';
import { letterCount } from '../requests/request-input.js';
import type { Deps } from '../shared/deps.js';
import { requireTenantAccess } from '../shared/tenant-access.js';
import { readAsPerson } from '../shared/visible-objects.js';
import { mustWait } from './change-controls.js';
import { findUnfitGrants, type UnfitGrant } from './end-unfit-grants.js';
import type { ControlsFacts } from './privacy-controls.js';

/** How many past requests a draft is tried on: the newest. */
const MAX_TESTED = 200;

/** How many of them one unit of reads tries. Between two units others have their turn. */
const TRIED_AT_ONCE = 10;

/** What controls make of a past request. */
interface Trial {
  refusals: Refusal[];
  needs: ReviewNeeds | null;
}

/** A past request that the draft would treat in another way than the present controls. */
interface TrialDifference {
  request: AccessRequest;
  now: Trial;
  draft: Trial;
  /** What the draft requires beyond the present controls: a sentence each. */
  stricter: string[];
}

/** What saving the draft would do. */
interface ChangePreview {
  members: ChangedMember[];
  /**
   * What its widening part would wait for; null: all of it would apply at once. `signed`: an admin's passkey would have to confirm
   * it, because the tenant is claimed.
   */
  waits: (WideningControls & { signed: boolean }) | null;
  /** The live grants that would end at once. */
  ends: UnfitGrant[];
}

export interface ControlsTest {
  change: ChangePreview;
  /** How many past requests were tried. */
  tested: number;
  differences: TrialDifference[];
}

/**
 * Tries a draft of the controls on the tenant's past requests, by the same evaluator that decides. Each request is evaluated as
 * of the moment at which it was made, with the people, services and policy of today. Locks and stops are left out: they are no
 * part of the policy. Nothing is stored.
 *
 * @param parse parses the draft strictly, by the rules of the organisation file; throws if it is invalid
 * @throws AccessError `forbidden`, `not_found`
 */
export async function testPrivacyControls(
  deps: Deps,
  principal: Principal,
  slug: string,
  parse: (facts: ControlsFacts) => PrivacyControls,
): Promise<ControlsTest> {
  requireTenantAccess(principal, 'controls.read', slug);
  const services = await deps.store.directory.read(({ organisation }) => organisation.services());
  const { draft, items, change } = await readAsPerson(deps, principal.person, async (unit) => {
    const tenant = await unit.organisation.tenant(slug);
    if (tenant === null) throw notFound('tenant');
    const approvers = await unit.organisation.withRole(slug, 'approver');
    const draft = parse({
      services: services.filter((each) => isForTenant(each, slug)).map(({ definition }) => definition.name),
      approvers: approvers.map(({ groups = [] }) => groups),
    });
    const { items } = await unit.requests.list({ tenant: slug }, { cursor: null, limit: MAX_TESTED });
    return { draft, items, change: await previewChange(unit, tenant, draft, deps.clock.now()) };
  });
  const differences: TrialDifference[] = [];
  let tested = 0;
  for (let start = 0; start < items.length; start += TRIED_AT_ONCE) {
    const part = items.slice(start, start + TRIED_AT_ONCE);
    for (const [request, trials] of await tryAll(deps, principal, part, draft)) {
      tested += 1;
      if (isDifferent(trials)) differences.push({ request, ...trials, stricter: stricterBy(trials) });
    }
  }
  return { change, tested, differences };
}

/** In a unit of reads of its own. The requests whose requester is no longer known are left out. */
function tryAll(
  deps: Deps,
  { person }: Principal,
  requests: readonly AccessRequest[],
  draft: PrivacyControls,
): Promise<[AccessRequest, Trials][]> {
  return readAsPerson(deps, person, async (unit) => {
    const opened = await unit.openings.find(
      requests.flatMap(({ terms }) => [
        terms.justification,
        ...(terms.ticket === undefined ? [] : [terms.ticket]),
      ]),
    );
    const tried: [AccessRequest, Trials][] = [];
    for (const request of requests) {
      const trials = await tryOn(unit, request, opened, draft);
      if (trials !== null) tried.push([request, trials]);
    }
    return tried;
  });
}

/** By the same steps as `changeControlsIn`, which makes the change. */
async function previewChange(
  unit: ReadUnit,
  { slug, controls: present }: TenantRecord,
  draft: PrivacyControls,
  now: Date,
): Promise<ChangePreview> {
  const members = changedMembers(present, draft);
  if (members.length === 0) return { members, waits: null, ends: [] };
  if (!mustWait(present, draft))
    return { members, waits: null, ends: await findUnfitGrants(unit, slug, draft, now) };
  const atOnce = narrowingPart(present, draft);
  const { delay = 0, secondAdmin = false } = atOnce.widening ?? {};
  const signed = (await unit.trust.current(slug)) !== null;
  const isNarrowed = canonicalJson(atOnce) !== canonicalJson(present);
  const ends = isNarrowed ? await findUnfitGrants(unit, slug, atOnce, now) : [];
  return { members, waits: { delay, secondAdmin, signed }, ends };
}

/** Place and employer count as the terms state them. What has become of them since is no part of the draft. */
const { statesPresentFacts: _today, ...RULES_OF_THEN } = RULES;

type Trials = { now: Trial; draft: Trial };

/** Null if the requester is no longer known. */
async function tryOn(
  unit: ReadUnit,
  { terms, reasonCode, createdAt, requester: id }: AccessRequest,
  opened: ReadonlyMap<string, Opening>,
  draft: PrivacyControls,
): Promise<Trials | null> {
  const requester = await unit.organisation.person(id);
  if (requester === null) return null;
  const justification = opened.get(terms.justification)?.value;
  const ticket = terms.ticket === undefined ? null : (opened.get(terms.ticket)?.value ?? terms.ticket);
  const access = {
    ...requestedByTerms(terms, reasonCode),
    ticket,
    // An erased text cannot be measured.
    ...(justification === undefined ? {} : { justificationLength: letterCount(justification) }),
  };
  const now = new Date(createdAt);
  const loaded = await loadPolicyContext(unit, access, {
    stage: 'review',
    now,
    requester,
    openRequests: 0,
    terms,
  });
  const context: PolicyContext = {
    ...loaded,
    stage: loaded.invitationMatch.invitation === null ? 'request' : 'review',
    locks: [],
    trust: { ...loaded.trust, stopped: false },
  };
  const trial = (controls: PrivacyControls | null): Trial => {
    const tenant =
      context.tenant === null || controls === null ? context.tenant : { ...context.tenant, controls };
    const { refusals, needs } = evaluate(access, { ...context, tenant }, RULES_OF_THEN);
    return { refusals, needs };
  };
  return { now: trial(null), draft: trial(draft) };
}

const stricterBy = ({ now, draft }: Trials): string[] =>
  now.needs === null || draft.needs === null ? [] : stricterNeeds(now.needs, draft.needs);

const codesOf = ({ refusals }: Trial): string =>
  JSON.stringify(refusals.map(({ code, pointer }) => [code, pointer]));

const isDifferent = (trials: Trials): boolean =>
  codesOf(trials.now) !== codesOf(trials.draft) ||
  JSON.stringify(trials.now.needs) !== JSON.stringify(trials.draft.needs);
