import { type RequestNoteKind, toInstant } from '@countersign/contract';
import { type AccessRequest, waitFor } from '../../domain/access-request.js';
import { requirePermission } from '../../domain/permissions.js';
import type { Person, Principal } from '../../domain/person.js';
import {
  nextNumber,
  openQuestion,
  pauseClock,
  type RequestNote,
  requireUndecided,
  resumeClock,
} from '../../domain/request-note.js';
import { sideOf } from '../../domain/review.js';
import { AccessError, changedMeanwhile } from '../../errors.js';
import { mayDecideNow, type OpenDecision } from '../../policy/validate-review.js';
import type { TenantUnit } from '../../ports/index.js';
import { noteNotice } from '../notices/notices.js';
import { type Deps, idempotencyOptions, type Repeatable } from '../shared/deps.js';
import { commitText } from '../shared/secrets.js';
import { loadVisibleRequest, locateRequest } from '../shared/visible-objects.js';
import { openDecision } from './open-decision.js';

/** What a note is written from. */
interface NoteCase extends OpenDecision {
  unit: TenantUnit;
  person: Person;
  notes: RequestNote[];
}

/**
 * Someone who may decide the request now asks its requester a question. The first question stops the clock of the request,
 * for a bounded time; no later one does.
 *
 * @throws AccessError `forbidden`, `not_found`, `self_review`, `already_decided`, `wrong_state`, `reason_required`,
 *   `conflict`
 */
export async function askRequester(
  deps: Deps,
  principal: Principal,
  id: string,
  question: string,
  repeatable: Repeatable = {},
): Promise<RequestNote> {
  requirePermission(principal, 'request.ask');
  return withNotes(deps, principal, id, repeatable, async (item) => {
    requirePermission(principal, 'request.ask', item.person);
    requireDecider(item);
    // Nothing holds a notice back, so a question must not move the end of the request either.
    if (item.request.state === 'notifying')
      throw new AccessError('wrong_state', 'This starts once its notice has reached the customer.');
    if (openQuestion(item.notes) !== undefined)
      throw new AccessError('wrong_state', 'A question waits for its answer already.');
    const paused = pauseClock(item.request, toInstant(item.now));
    return addNote(
      deps,
      item,
      { kind: 'question', text: question, to: null },
      waitFor(paused, 'requester', item.now),
    );
  });
}

/** The requester answers the question that waits. @throws AccessError as `askRequester` */
export async function answerQuestion(
  deps: Deps,
  principal: Principal,
  id: string,
  answer: string,
  repeatable: Repeatable = {},
): Promise<RequestNote> {
  requirePermission(principal, 'request.answer');
  return withNotes(deps, principal, id, repeatable, async (item) => {
    requirePermission(principal, 'request.answer', item.person);
    if (item.request.requester !== item.person.id)
      throw new AccessError('forbidden', 'Only the requester answers.');
    const question = openQuestion(item.notes);
    if (question === undefined) throw new AccessError('wrong_state', 'No question waits for an answer.');
    const resumed = resumeClock(item.request, toInstant(item.now));
    return addNote(
      deps,
      item,
      { kind: 'answer', text: answer, to: null },
      waitFor(resumed, 'decision', item.now),
      question,
    );
  });
}

/**
 * Someone who may decide the request now hands it to a colleague who may decide it too. It changes no one's right to decide.
 *
 * @param to the colleague, `usr_…`
 * @throws AccessError as `askRequester`; `invalid_request` for someone who may not decide
 */
export async function forwardRequest(
  deps: Deps,
  principal: Principal,
  id: string,
  { to, note }: { to: string; note: string | null },
  repeatable: Repeatable = {},
): Promise<RequestNote> {
  requirePermission(principal, 'request.forward');
  return withNotes(deps, principal, id, repeatable, async (item) => {
    requirePermission(principal, 'request.forward', item.person);
    requireDecider(item);
    const colleague = await item.unit.organisation.person(to);
    const fits =
      colleague !== null &&
      colleague.id !== item.person.id &&
      sideOf(colleague) === sideOf(item.person) &&
      mayDecideNow(item, colleague);
    if (!fits)
      throw new AccessError('invalid_request', 'This person may not decide this request now.', {
        pointer: '/to',
      });
    if (item.notes.some((each) => each.kind === 'forward' && each.to === to))
      throw new AccessError('conflict', 'It was forwarded to this person already.');
    return addNote(deps, item, { kind: 'forward', text: note, to }, item.request);
  });
}

function withNotes(
  deps: Deps,
  principal: Principal,
  id: string,
  repeatable: Repeatable,
  work: (item: NoteCase) => Promise<RequestNote>,
): Promise<RequestNote> {
  return deps.store.forTenant(
    locateRequest(principal, id),
    async (unit) => {
      const [{ request, person }, notes, reviews] = await Promise.all([
        loadVisibleRequest(unit, principal, id),
        unit.notes.ofRequests([id]),
        unit.reviews.ofRequests([id]),
      ]);
      const now = deps.clock.now();
      requireUndecided(request, now);
      return work({ ...(await openDecision(unit, request, reviews, now)), unit, person, notes });
    },
    idempotencyOptions(deps, repeatable),
  );
}

function requireDecider(item: NoteCase): void {
  if (item.request.requester === item.person.id) throw new AccessError('self_review');
  if (!mayDecideNow(item, item.person))
    throw new AccessError('wrong_state', 'You have decided this, or it is not your side’s turn.');
}

const EVENTS: Readonly<Record<RequestNoteKind, 'asked' | 'answered' | 'forwarded'>> = {
  question: 'asked',
  answer: 'answered',
  forward: 'forwarded',
};

/** Stores the note; the request, the event and the notice commit with it. */
async function addNote(
  deps: Deps,
  { unit, request, person, notes, now }: NoteCase,
  said: { kind: RequestNoteKind; text: string | null; to: string | null },
  changed: AccessRequest,
  answers?: RequestNote,
): Promise<RequestNote> {
  const { kind, to } = said;
  const text = said.text === null || said.text.trim() === '' ? null : commitText(deps, kind, said.text);
  if (text === null && kind !== 'forward')
    throw new AccessError('reason_required', `Write the ${kind}.`, { pointer: '/text' });
  const at = toInstant(now);
  const note: RequestNote = {
    ...{ request: request.id, tenant: request.tenant, number: nextNumber(notes), kind },
    ...{ person: person.id, to, text: text?.commitment ?? null, at },
  };
  const stored = { ...changed, version: request.version + 1 };
  if (!(await unit.requests.update(stored))) throw changedMeanwhile('request');
  await unit.notes.insert(note);
  if (text !== null) await unit.openings.save([{ name: kind, ...text }]);
  await unit.log.append({
    type: `request.${EVENTS[kind]}`,
    at,
    actor: person.id,
    data: {
      ...{ request: request.id, requester: request.requester, digest: request.digest, number: note.number },
      ...(to === null ? {} : { to }),
      ...(answers === undefined ? {} : { answers: answers.number }),
      ...(kind === 'forward' ? {} : { lapsesAt: stored.lapsesAt }),
    },
    commitments: text === null ? {} : { [kind]: text.commitment },
  });
  const asker = answers?.person ?? null;
  await unit.outbox.add(noteNotice(request, EVENTS[kind], to ?? asker ?? request.requester, at));
  return note;
}
