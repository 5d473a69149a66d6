import { toInstant } from '@countersign/contract';
import {
  answerDisclosure as answered,
  type Disclosure,
  giveDisclosure as given,
  isOverdue,
  markLate,
} from '../../domain/disclosure.js';
import { type Grant, hasEnded } from '../../domain/grant.js';
import { canSee, requestVisibility, requirePermission } from '../../domain/permissions.js';
import { hasRole, type Person, type Principal } from '../../domain/person.js';
import { AccessError, changedMeanwhile, notFound } from '../../errors.js';
import type { ListFilter, Page, PageQuery, ReadUnit, TenantUnit } from '../../ports/index.js';
import { disclosureNotice } from '../notices/notices.js';
import { type Deps, idempotencyOptions, type Repeatable } from '../shared/deps.js';
import { commitText } from '../shared/secrets.js';
import { loadVisibleGrant, locateGrant, narrowFilter, readAsPerson } from '../shared/visible-objects.js';

/** A disclosure with its texts; a text that was erased, or is not there yet, is null. */
export interface DisclosureView {
  disclosure: Disclosure;
  reason: string | null;
  prevention: string | null;
  /** What the customer answered. */
  answerReason: string | null;
}

/** What the vendor says about an emergency. */
interface DisclosureInput {
  reason: string;
  needed: boolean;
  prevention: string;
}

/**
 * The counts are those of now, also after the vendor has explained: records of calls may arrive later, from a gateway that was cut
 * off. Otherwise an explanation that comes before the first record would show no calls for ever.
 */
async function viewsOf(
  { openings, grants }: Pick<ReadUnit, 'openings' | 'grants'>,
  disclosures: readonly Disclosure[],
): Promise<DisclosureView[]> {
  const commitments = disclosures.flatMap(({ content, answer }) => [
    ...(content === null ? [] : [content.reason, content.prevention]),
    ...(answer?.reason == null ? [] : [answer.reason]),
  ]);
  const opened = await openings.find(commitments);
  const text = (commitment: string | null | undefined) => opened.get(commitment ?? '')?.value ?? null;
  const counted = new Map(
    (await grants.findAll(disclosures.map(({ id }) => id))).map((each) => [each.id, each]),
  );
  const withCounts = (disclosure: Disclosure): Disclosure => {
    const grant = counted.get(disclosure.id);
    if (disclosure.content === null || grant === undefined) return disclosure;
    return { ...disclosure, content: { ...disclosure.content, ...countsOf(grant) } };
  };
  return disclosures.map((disclosure) => ({
    disclosure: withCounts(disclosure),
    reason: text(disclosure.content?.reason),
    prevention: text(disclosure.content?.prevention),
    answerReason: text(disclosure.answer?.reason),
  }));
}

/** Allowed calls and refusals of a grant, by the records that have arrived. */
const countsOf = ({ used, refused }: Grant) => ({ ...used, refused });

async function viewOf(
  unit: Pick<ReadUnit, 'openings' | 'grants'>,
  disclosure: Disclosure,
): Promise<DisclosureView> {
  const [view] = await viewsOf(unit, [disclosure]);
  if (view === undefined) throw notFound('disclosure');
  return view;
}

/** Disclosures that the caller may see, the newest emergency first. @throws AccessError `forbidden` */
export async function listDisclosures(
  deps: Deps,
  principal: Principal,
  filter: ListFilter,
  page: PageQuery,
): Promise<Page<DisclosureView>> {
  requirePermission(principal, 'disclosure.read');
  const { person } = principal;
  const allowed = narrowFilter(filter, requestVisibility(person));
  if (allowed === null) return { items: [], next: null };
  return readAsPerson(deps, person, async (unit) => {
    const { items, next } = await unit.disclosures.list(allowed, page);
    return { items: await viewsOf(unit, items), next };
  });
}

/** @param id of the grant @throws AccessError `forbidden`, `not_found` */
export async function getDisclosure(deps: Deps, principal: Principal, id: string): Promise<DisclosureView> {
  requirePermission(principal, 'disclosure.read');
  const { person } = principal;
  return readAsPerson(deps, person, async (unit) => {
    const disclosure = await unit.disclosures.find(id);
    if (disclosure === null || !canSee(requestVisibility(person), disclosure)) throw notFound('disclosure');
    return viewOf(unit, disclosure);
  });
}

/**
 * The vendor explains an emergency: the engineer who used it or, in their place, a security admin. Only once the grant has
 * ended, so that the disclosure covers all of its calls.
 *
 * @param id of the grant
 * @throws AccessError `forbidden`, `not_found`, `reason_required`, `wrong_state` while the grant is open, `already_decided`
 */
export async function giveDisclosure(
  deps: Deps,
  principal: Principal,
  id: string,
  input: DisclosureInput,
  repeatable: Repeatable = {},
): Promise<DisclosureView> {
  requirePermission(principal, 'disclosure.give');
  return deps.store.forTenant(
    locateGrant(principal, id),
    async (unit) => {
      const { grant, person } = await loadVisibleGrant(unit, principal, id);
      requirePermission(principal, 'disclosure.give', person);
      const disclosure = await requireDisclosure(unit, id);
      requireMayGive(disclosure, grant, person);
      for (const member of ['reason', 'prevention'] as const) requireText(input[member], member);
      return giveIn(deps, unit, disclosure, { input, grant, person });
    },
    idempotencyOptions(deps, repeatable),
  );
}

async function requireDisclosure({ disclosures }: TenantUnit, id: string): Promise<Disclosure> {
  const disclosure = await disclosures.find(id);
  if (disclosure === null) throw notFound('disclosure');
  return disclosure;
}

function requireMayGive(disclosure: Disclosure, grant: Grant, person: Person): void {
  if (disclosure.requester !== person.id && !hasRole(person, 'security-admin'))
    throw new AccessError(
      'forbidden',
      'The engineer who used the emergency explains it, or a security admin in their place.',
    );
  if (!hasEnded(grant))
    throw new AccessError(
      'wrong_state',
      'This access is still open. Release it first, so that the disclosure covers all of its calls.',
    );
  if (disclosure.state === 'given' || disclosure.state === 'acknowledged')
    throw new AccessError('already_decided', `This disclosure is ${disclosure.state} already.`);
}

function requireText(text: string, member: string): void {
  if (text.trim() === '')
    throw new AccessError('reason_required', 'Say why it was needed, and what prevents the next one.', {
      pointer: `/${member}`,
    });
}

async function giveIn(
  deps: Deps,
  unit: TenantUnit,
  disclosure: Disclosure,
  { input, grant, person }: { input: DisclosureInput; grant: Grant; person: Person },
): Promise<DisclosureView> {
  const at = toInstant(deps.clock.now());
  const reason = commitText(deps, 'reason', input.reason);
  const prevention = commitText(deps, 'prevention', input.prevention);
  const counted = countsOf(grant);
  const next = given(disclosure, {
    ...{ by: person.id, at, needed: input.needed, ...counted },
    ...{ reason: reason.commitment, prevention: prevention.commitment },
  });
  if (!(await unit.disclosures.update(next))) throw changedMeanwhile('disclosure');
  await unit.openings.save([
    { name: 'reason', ...reason },
    { name: 'prevention', ...prevention },
  ]);
  await unit.log.append({
    type: 'disclosure.given',
    at,
    actor: person.id,
    data: {
      ...namesOf(next),
      ...{
        digest: grant.digest,
        reviewers: next.reviewers,
        needed: input.needed,
        late: next.lateAt !== null,
      },
      ...counted,
    },
    commitments: { reason: reason.commitment, prevention: prevention.commitment },
  });
  await unit.outbox.add(disclosureNotice(next, 'given', at));
  return viewOf(unit, next);
}

const namesOf = ({ id, request, requester }: Disclosure) => ({ grant: id, request, requester });

/**
 * The customer acknowledges a disclosure, or disputes it with a reason. After a dispute the vendor may explain again.
 *
 * @throws AccessError `forbidden`, `not_found`, `reason_required` for a dispute without one, `wrong_state`
 */
export async function answerDisclosure(
  deps: Deps,
  principal: Principal,
  id: string,
  { answer, reason }: { answer: 'acknowledged' | 'disputed'; reason: string | null },
  repeatable: Repeatable = {},
): Promise<DisclosureView> {
  requirePermission(principal, 'disclosure.answer');
  return deps.store.forTenant(
    locateGrant(principal, id),
    async (unit) => {
      const { person } = await loadVisibleGrant(unit, principal, id);
      requirePermission(principal, 'disclosure.answer', person);
      const disclosure = await requireDisclosure(unit, id);
      if (disclosure.state !== 'given')
        throw new AccessError(
          'wrong_state',
          `This disclosure is ${disclosure.state}: there is none to answer.`,
        );
      const words = reason === null || reason.trim() === '' ? null : commitText(deps, 'reason', reason);
      if (answer === 'disputed' && words === null) throw new AccessError('reason_required');
      const at = toInstant(deps.clock.now());
      const next = answered(disclosure, answer, { by: person.id, at, reason: words?.commitment ?? null });
      if (!(await unit.disclosures.update(next))) throw changedMeanwhile('disclosure');
      if (words !== null) await unit.openings.save([{ name: 'reason', ...words }]);
      await unit.log.append({
        type: `disclosure.${answer}`,
        at,
        actor: person.id,
        data: namesOf(next),
        commitments: words === null ? {} : { reason: words.commitment },
      });
      await unit.outbox.add(disclosureNotice(next, answer, at));
      return viewOf(unit, next);
    },
    idempotencyOptions(deps, repeatable),
  );
}

/** The term of a disclosure is over: it becomes late, and everyone concerned is notified. */
export function markDisclosureLate(deps: Deps, tenant: string, id: string): Promise<boolean> {
  return deps.store.forTenant(tenant, async (unit) => {
    const disclosure = await unit.disclosures.find(id);
    const now = deps.clock.now();
    if (disclosure === null || !isOverdue(disclosure, now)) return false;
    const at = toInstant(now);
    const late = markLate(disclosure, at);
    if (!(await unit.disclosures.update(late))) throw changedMeanwhile('disclosure');
    await unit.log.append({
      type: 'disclosure.late',
      at,
      actor: 'job',
      data: { ...namesOf(late), dueAt: late.dueAt },
    });
    await unit.outbox.add(disclosureNotice(late, 'late', at));
    return true;
  });
}
