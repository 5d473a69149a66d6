import {
  canonicalJson,
  PRACTICE_TYPE,
  type PracticeResult,
  type PracticeStatement,
  parsePractice,
  parseSignature,
  rightPracticeAnswer,
  type Signature,
  toInstant,
} from '@countersign/contract';
import type { Principal } from '../../domain/person.js';
import {
  countResults,
  dayOccasion,
  isPracticeDue,
  type Practice,
  type PracticeCounts,
  type PracticePasskey,
  type PracticeRequest,
  resultOf,
} from '../../domain/practice.js';
import { parseInput, wrongStatement } from '../../domain/validate-input.js';
import { AccessError, notFound } from '../../errors.js';
import { tenantDay } from '../../policy/stage-in-charge.js';
import type { Page, PageQuery, TenantUnit } from '../../ports/index.js';
import { requireOwnKey } from '../shared/claimed-tenant.js';
import type { Deps, SigningDeps } from '../shared/deps.js';
import { requireOwnTenant, requireTenantAccess } from '../shared/tenant-access.js';
import { requireSignedBy, signingKeysOf } from '../shared/verify-signature.js';
import { readAsPerson } from '../shared/visible-objects.js';
import { closePracticeIn, openPracticeIn } from './practice-steps.js';

/** A practice, and how many approvers have each result. */
export interface PracticeSummary {
  practice: Practice;
  counts: PracticeCounts;
}

/** A practice with every approver's part. */
export interface PracticeView extends PracticeSummary {
  requests: PracticeRequest[];
}

/** The caller's task in a practice, and the passkeys that can sign the answer. */
interface PracticeOffer {
  practice: Practice;
  request: PracticeRequest;
  /** `statement` has no `decision`: the signer adds it. Null: the caller has no valid passkey, and answers without one. */
  signing: {
    statement: Omit<PracticeStatement, 'decision'>;
    credentials: string[];
    rpId: string;
    origins: string[];
  } | null;
}

/** The tenant's practices, the newest first. @throws AccessError `forbidden`, `not_found` */
export async function listPractices(
  deps: Deps,
  principal: Principal,
  slug: string,
  page: PageQuery,
): Promise<Page<PracticeSummary>> {
  requireTenantAccess(principal, 'practice.read', slug);
  return deps.store.readForTenant(slug, async ({ practices }) => {
    const { items, next } = await practices.list(page);
    const all = await practices.requests(items.map(({ id }) => id));
    const countsOf = (id: string) => countResults(all.filter(({ practice }) => practice === id));
    return { items: items.map((practice) => ({ practice, counts: countsOf(practice.id) })), next };
  });
}

/** One practice with every approver's part. @throws AccessError `forbidden`, `not_found` */
export async function getPractice(
  deps: Deps,
  principal: Principal,
  slug: string,
  id: string,
): Promise<PracticeView> {
  requireTenantAccess(principal, 'practice.read', slug);
  return deps.store.readForTenant(slug, async ({ practices }) => {
    const practice = await practices.find(id);
    if (practice === null) throw notFound('practice');
    const requests = await practices.requests([id]);
    return { practice, counts: countResults(requests), requests };
  });
}

/**
 * Begins a practice for an admin: at most once a day, and not while a practice is open.
 *
 * @throws AccessError `forbidden`, `not_found`, `conflict`
 */
export function openPracticeNow(deps: Deps, principal: Principal, slug: string): Promise<PracticeView> {
  return deps.store.forTenant(slug, async (unit) => {
    const { tenant, actor } = await requireOwnTenant(unit, principal, 'practice.open', slug);
    await requireOwnKey(unit, principal);
    const now = deps.clock.now();
    if ((await unit.practices.open()) !== null)
      throw new AccessError('conflict', 'A practice is open already. It ends once everyone has answered.');
    const of = { occasion: dayOccasion(tenantDay(tenant.controls, now)), missed: [], openedBy: actor.id };
    const practice = await openPracticeIn(deps, unit, tenant, of, now);
    if (practice === null) throw new AccessError('conflict', 'There is no approver who could practise.');
    const requests = await unit.practices.requests([practice.id]);
    return { practice, counts: countResults(requests), requests };
  });
}

/** The caller's task in a practice. @throws AccessError `forbidden`, `not_found` if they have no part in it */
export async function readOwnPractice(
  deps: SigningDeps,
  principal: Principal,
  slug: string,
  id: string,
): Promise<PracticeOffer> {
  requireTenantAccess(principal, 'practice.answer', slug);
  const person = principal.person.id;
  return readAsPerson(deps, principal.person, async (unit) => {
    const practice = await unit.practices.find(id);
    const request = (await unit.practices.requests([id])).find((each) => each.person === person);
    if (practice === null || request === undefined) throw notFound('practice');
    const own = { tenant: slug, trust: unit.trust, authenticators: unit.authenticators };
    const keys = await signingKeysOf(deps, own, person);
    const [first] = keys;
    const statement = statementOf(deps, practice, request);
    const signing =
      first === undefined
        ? null
        : {
            ...{ statement, rpId: first.rpId, origins: [...first.origins] },
            credentials: keys.filter(({ rpId }) => rpId === first.rpId).map((key) => key.id),
          };
    return { practice, request, signing };
  });
}

const statementOf = (
  { store }: Deps,
  { id, tenant, openedAt, dueAt }: Practice,
  { person, task }: PracticeRequest,
): Omit<PracticeStatement, 'decision'> => ({
  ...{ type: PRACTICE_TYPE, deployment: store.deployment, tenant, practice: id, person },
  ...{ expected: task.expected, asked: task.asked, notBefore: openedAt, notAfter: dueAt },
});

/** An approver's answer as received. */
export interface PracticeAnswer {
  decision: PracticeStatement['decision'];
  /** The signature; undefined if none came. */
  countersignature: unknown;
  /** The approver says that their passkey does not work. */
  passkeyFailed: boolean;
}

/** An approver's result, and the right answer. */
interface PracticeOutcome {
  result: PracticeResult;
  right: PracticeStatement['decision'];
}

/**
 * Stores an approver's answer to their part of a practice. They answer once, on the same channel and with the same passkey as a
 * real decision. The last answer ends the practice. It has no other effect.
 *
 * @throws AccessError `forbidden`, `not_found`, `wrong_state` after the end, `already_decided`, `countersignature_required`,
 *   `invalid_request`
 */
export function answerPractice(
  deps: SigningDeps,
  principal: Principal,
  slug: string,
  id: string,
  answer: PracticeAnswer,
): Promise<PracticeOutcome> {
  return deps.store.forTenant(slug, async (unit) => {
    const { actor } = await requireOwnTenant(unit, principal, 'practice.answer', slug);
    // A key that the vendor's host may have made must not pass for the approver.
    await requireOwnKey(unit, principal);
    const practice = await unit.practices.find(id);
    const requests = await unit.practices.requests([id]);
    const request = requests.find(({ person }) => person === actor.id);
    if (practice === null || request === undefined) throw notFound('practice');
    if (request.result !== null)
      throw new AccessError('already_decided', 'You have already answered this practice, or it has ended.');
    const now = deps.clock.now();
    if (practice.state === 'closed' || isPracticeDue(practice, now))
      throw new AccessError('wrong_state', 'This practice has ended.');
    const { passkey, signature } = await passkeyOf(deps, unit, { practice, request }, answer);
    const at = toInstant(now);
    const { decision } = answer;
    const result = resultOf(request.task, decision, passkey);
    const settled: PracticeRequest = {
      ...request,
      ...{ result, decision, passkey },
      ...{ channel: principal.channel, settledAt: at },
    };
    if (!(await unit.practices.settle(settled)))
      throw new AccessError('already_decided', 'You have answered this practice at the same moment.');
    await appendAnswerIn(unit, practice, settled, signature);
    const all = requests.map((each) => (each.person === actor.id ? settled : each));
    if (all.every(({ result }) => result !== null)) await closePracticeIn(unit, practice, all, now);
    return { result, right: rightPracticeAnswer(request.task) };
  });
}

function appendAnswerIn(
  unit: TenantUnit,
  { id, openedAt }: Practice,
  { person, task, result, decision, passkey, channel, settledAt }: PracticeRequest,
  signature: Signature<PracticeStatement> | null,
) {
  const at = settledAt ?? openedAt;
  return unit.log.append({
    ...{ type: 'practice.answered', at, actor: person },
    data: {
      ...{ practice: id, ...task, decision, result, passkey, channel },
      seconds: (Date.parse(at) - Date.parse(openedAt)) / 1_000,
      ...(signature === null ? {} : { countersignature: signature }),
    },
  });
}

/** Whether the passkey worked, and its signature over exactly this answer. */
async function passkeyOf(
  deps: SigningDeps,
  unit: TenantUnit,
  { practice, request }: { practice: Practice; request: PracticeRequest },
  { decision, countersignature, passkeyFailed }: PracticeAnswer,
): Promise<{ passkey: PracticePasskey; signature: Signature<PracticeStatement> | null }> {
  if (countersignature === undefined) {
    const hasKey = (await signingKeysOf(deps, unit, request.person)).length > 0;
    if (hasKey && !passkeyFailed)
      throw new AccessError(
        'countersignature_required',
        'Answer with your passkey, in the browser; or say that it does not work.',
      );
    return { passkey: hasKey ? 'failed' : 'none', signature: null };
  }
  const signature = parseInput('/countersignature', () => parseSignature(countersignature));
  const statement = parseInput('/countersignature/statement', () => parsePractice(signature.statement));
  if (canonicalJson({ ...statementOf(deps, practice, request), decision }) !== canonicalJson(statement))
    throw wrongStatement('practice', 'is not this answer to this practice');
  const signed = { ...signature, statement };
  await requireSignedBy(deps, unit, request.person, signed);
  return { passkey: 'worked', signature: signed };
}

/** The newest result of each approver in the tenant's last practices. */
export async function newestPracticeResults({
  practices,
}: {
  practices: Pick<TenantUnit['practices'], 'list' | 'requests'>;
}): Promise<Map<string, { result: PracticeResult; at: string }>> {
  const { items } = await practices.list({ cursor: null, limit: LAST_PRACTICES });
  const requests = await practices.requests(items.map(({ id }) => id));
  const results = new Map<string, { result: PracticeResult; at: string }>();
  for (const { id } of items)
    for (const { practice, person, result, settledAt } of requests)
      if (practice === id && result !== null && settledAt !== null && !results.has(person))
        results.set(person, { result, at: settledAt });
  return results;
}

/** A year of quarters. */
const LAST_PRACTICES = 4;
