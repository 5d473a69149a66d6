import {
  AccessError,
  answerQuestion,
  askRequester,
  forwardRequest,
  getRequest,
  isOpen,
  type Principal,
} from '@countersign/access';
import type { App, BlockAction, ButtonAction, ViewSubmitAction } from '@slack/bolt';
import type { ModalView } from '@slack/types';
import { ACTIONS, FORMS } from '../action-ids.js';
import type { SlackParts } from '../config.js';
import { type CardFacts, namesOf } from '../facts.js';
import {
  answerView,
  type Colleague,
  forwardView,
  questionView,
  waitingQuestion,
} from '../messages/conversation.js';
import { FIELDS, messageView } from '../messages/modals.js';
import { wordsOf } from '../messages/words/index.js';
import type { Pressed } from '../pressed.js';
import { requestAsShown } from './decide.js';
import { type Form, type FormValues, formOpener, formSubmitter, type MakeView, typed } from './forms.js';
import { factsFor } from './press.js';
import { messageOf, sentencesOf } from './sentences.js';
import type { SubmissionResult } from './submit.js';

type ByButton = BlockAction<ButtonAction>;

/** Questions to the engineer, answers, and forwards to colleagues: the buttons and the forms that they open. */
export function listenForConversation(app: App, parts: SlackParts): void {
  app.action<ByButton>(ACTIONS.question, formOpener(parts, 'question', questionForm));
  app.action<ByButton>(ACTIONS.answer, formOpener(parts, 'answer', answerForm));
  app.action<ByButton>(ACTIONS.forward, formOpener(parts, 'forward', forwardForm));
  app.view<ViewSubmitAction>(FORMS.question, formSubmitter(parts, saying(ask)));
  app.view<ViewSubmitAction>(FORMS.answer, formSubmitter(parts, saying(answer)));
  app.view<ViewSubmitAction>(FORMS.forward, formSubmitter(parts, saying(forward)));
}

const questionForm: MakeView = async (parts, principal, pressed) => {
  const facts = await openFacts(parts, principal, pressed);
  return waitingQuestion(facts) === undefined
    ? questionView(facts, pressed)
    : instead(facts, 'question', 'questionWaits');
};

const answerForm: MakeView = async (parts, principal, pressed) => {
  const facts = await openFacts(parts, principal, pressed);
  const question = waitingQuestion(facts);
  return question === undefined
    ? instead(facts, 'answer', 'noQuestion')
    : answerView(facts, pressed, question);
};

const forwardForm: MakeView = async (parts, principal, pressed) => {
  const facts = await openFacts(parts, principal, pressed);
  const colleagues = await colleaguesOf(parts, principal, facts);
  return colleagues.length === 0
    ? instead(facts, 'forward', 'noColleague')
    : forwardView(facts, pressed, colleagues);
};

/** A sentence in place of the form. */
const instead = (
  facts: CardFacts,
  form: 'question' | 'answer' | 'forward',
  why: 'questionWaits' | 'noQuestion' | 'noColleague',
): ModalView => messageView(facts.language, wordsOf(facts).form[form].title, sentencesOf(facts).said[why]);

/** @throws AccessError `already_decided`, `digest_mismatch`, and as `factsFor` */
async function openFacts(parts: SlackParts, principal: Principal, pressed: Pressed): Promise<CardFacts> {
  const facts = await factsFor(parts, principal, pressed.request);
  if (!isOpen(facts.request)) throw new AccessError('already_decided');
  if (facts.request.digest !== pressed.digest) throw new AccessError('digest_mismatch');
  return facts;
}

/** Those of the person's side to whom they may forward it; empty if they may not decide it now. */
async function colleaguesOf(
  { deps }: SlackParts,
  principal: Principal,
  { request }: CardFacts,
): Promise<Colleague[]> {
  const { forwardTo } = await getRequest(deps, principal, request.id);
  const names = await deps.store.readForTenant(request.tenant, (unit) => namesOf(unit, forwardTo));
  return forwardTo.map((id) => ({ id, name: names(id) }));
}

type Say = (parts: SlackParts, principal: Principal, request: string, values: FormValues) => Promise<unknown>;

const ask: Say = ({ deps }, principal, request, values) =>
  askRequester(deps, principal, request, typed(values, FIELDS.reason));

const answer: Say = ({ deps }, principal, request, values) =>
  answerQuestion(deps, principal, request, typed(values, FIELDS.reason));

const forward: Say = ({ deps }, principal, request, values) => {
  const to = values[FIELDS.to]?.[FIELDS.to]?.selected_option?.value ?? '';
  return forwardRequest(deps, principal, request, { to, note: typed(values, FIELDS.reason) });
};

/** What the domain refuses because of the form's content appears under its field: what was typed stays. */
const saying =
  (say: Say): Form =>
  async (parts, principal, pressed, values): Promise<SubmissionResult> => {
    try {
      const { id } = await requestAsShown(parts, principal, pressed);
      await say(parts, principal, id, values);
      return { done: true };
    } catch (error) {
      if (!(error instanceof AccessError) || !IN_THE_FORM.has(error.code)) throw error;
      const field = FIELDS.to in values && error.code !== 'reason_required' ? FIELDS.to : FIELDS.reason;
      return { errors: { [field]: messageOf(parts.settings, error) } };
    }
  };

const IN_THE_FORM: ReadonlySet<AccessError['code']> = new Set([
  'reason_required',
  'invalid_request',
  'conflict',
]);
