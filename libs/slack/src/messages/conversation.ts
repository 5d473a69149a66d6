import { isOpen, isOverdue, openQuestion, waitTimes } from '@countersign/access';
import type { Button, InputBlock, KnownBlock, ModalView } from '@slack/types';
import { ACTIONS, FORMS } from '../action-ids.js';
import type { CardFacts } from '../facts.js';
import { type Pressed, pressedValue } from '../pressed.js';
import { aside, button, context, mrkdwn, paragraph, plain } from './blocks.js';
import { LIMITS } from './limits.js';
import { FIELDS, form, textInput } from './modals.js';
import { sentence, shortName } from './terms-rows.js';
import { cut, durationText, lines, oneLine, readerTime } from './text.js';
import { STATE_SENTENCE, WAITS_FOR } from './words.js';

/** A form shows this much of the question that it answers. */
const MAX_QUESTION = 2_900;

/** The question that waits for the engineer's answer; undefined if none does, or once the request is decided. */
export const waitingQuestion = ({ request, notes }: CardFacts): CardFacts['notes'][number] | undefined =>
  isOpen(request) ? openQuestion(notes) : undefined;

/** Whose turn it is, or how the request ended. A question can wait while the request waits for its decision. */
export const stateSentence = (facts: CardFacts): string =>
  waitingQuestion(facts) === undefined
    ? STATE_SENTENCE[facts.request.state]
    : 'The engineer has to answer a question. It can be decided meanwhile.';

/**
 * The last question and its answer, and to whom it was forwarded last. The thread has the whole conversation.
 *
 * @param most of each text, in UTF-16 units
 */
export function conversationBlocks({ notes }: CardFacts, most: number): KnownBlock[] {
  const last = (kind: CardFacts['notes'][number]['kind']) => notes.findLast((note) => note.kind === kind);
  const question = last('question');
  const answer = openQuestion(notes) === undefined ? last('answer') : undefined;
  const forward = last('forward');
  const said = (text: string | null) => (text === null ? [] : [aside(`“${cut(oneLine(text), most)}”`)]);
  return [
    ...(question === undefined
      ? []
      : [context(aside(`${shortName(question.name)} asked`), ...said(question.text))]),
    ...(answer === undefined
      ? []
      : [context(aside(`${shortName(answer.name)} answered`), ...said(answer.text))]),
    ...(forward === undefined
      ? []
      : [context(aside(`${shortName(forward.name)} forwarded it to ${shortName(forward.toName)}`))]),
  ];
}

/** Whom the request has waited for and for how long, and how long the customer usually takes. */
export function waitBlocks({ request, usually }: CardFacts): KnownBlock[] {
  const waits = waitTimes(request);
  const now = waits.at(-1);
  if (!isOpen(request) || now === undefined) return [];
  const past = waits
    .slice(0, -1)
    .slice(-MAX_WAITS)
    .map(({ for: whom, stage, since, until }) => {
      const seconds = (Date.parse(until ?? since) - Date.parse(since)) / 1_000;
      return `${WAITS_FOR[whom]}${stageText(stage)}: ${durationText(Math.max(1, Math.round(seconds)))}`;
    });
  return [
    context(
      ...(past.length === 0 ? [] : [aside(`So far: ${past.join(' · ')}`)]),
      aside(`◔ Waits for: ${WAITS_FOR[now.for]}${stageText(now.stage)}, since`),
      mrkdwn(readerTime(now.since)),
      ...(isOverdue(request) ? [aside(OVERDUE)] : []),
      ...(usually === null
        ? []
        : [
            aside(`This customer usually decides within ${durationText(Math.max(60, Math.round(usually)))}.`),
          ]),
    ),
  ];
}

const OVERDUE = 'It has waited longer than the customer’s rules allow. Others may decide too now.';
const MAX_WAITS = 6;
const stageText = (stage: string | undefined): string =>
  stage === undefined ? '' : ` (stage “${cut(oneLine(stage), 80)}”)`;

/** For someone who may decide: ask the engineer, or hand it to a colleague. */
export function talkButtons(facts: CardFacts): Button[] {
  const { request } = facts;
  const value = pressedValue({ request: request.id, digest: request.digest });
  const ask =
    waitingQuestion(facts) === undefined ? [button(ACTIONS.question, 'Ask a question…', { value })] : [];
  return [...ask, button(ACTIONS.forward, 'Forward…', { value })];
}

/** For the engineer, while a question waits. */
export function answerButtons(facts: CardFacts): Button[] {
  const { request } = facts;
  if (waitingQuestion(facts) === undefined) return [];
  const value = pressedValue({ request: request.id, digest: request.digest });
  return [button(ACTIONS.answer, 'Answer the question…', { value, style: 'primary' })];
}

/** The form for a question to the engineer. */
export const questionView = (facts: CardFacts, pressed: Pressed): ModalView =>
  form(FORMS.question, 'Ask a question', 'Send', pressed, [
    paragraph(cut(sentence(facts), 1_000)),
    textInput('Your question. The engineer reads it.', false),
    context(
      aside(
        'The first question stops the deadline until the answer: at most 4 hours, and at most half of the requested time.',
      ),
    ),
  ]);

/** The form for the engineer's answer, below the question. */
export const answerView = (
  facts: CardFacts,
  pressed: Pressed,
  { name, text }: CardFacts['notes'][number],
): ModalView =>
  form(FORMS.answer, 'Answer the question', 'Send', pressed, [
    paragraph(cut(sentence(facts), 1_000)),
    paragraph(
      text === null
        ? `${shortName(name)} asked. The text was erased.`
        : cut(`${shortName(name)} asks: “${lines(text)}”`, MAX_QUESTION),
    ),
    textInput('Your answer. Those who decide read it.', false),
  ]);

/** Someone of the same side who may decide the request now. */
export interface Colleague {
  /** `usr_…` */
  id: string;
  name: string;
}

/** The form to hand a request to a colleague. Slack shows at most 100 of them: the first by name. */
export function forwardView(facts: CardFacts, pressed: Pressed, colleagues: readonly Colleague[]): ModalView {
  const options = [...colleagues]
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .slice(0, LIMITS.options)
    .map(({ id, name }) => ({ text: plain(oneLine(name), LIMITS.option.text), value: id }));
  const whom: InputBlock = {
    type: 'input',
    block_id: FIELDS.to,
    label: plain('Colleague', LIMITS.input.label),
    element: { type: 'static_select', action_id: FIELDS.to, options },
  };
  return form(FORMS.forward, 'Forward', 'Forward', pressed, [
    paragraph(cut(sentence(facts), 1_000)),
    whom,
    textInput('What your colleague should know', true),
    context(aside('You may still decide it yourself.')),
    ...(colleagues.length > LIMITS.options
      ? [context(aside('More colleagues are listed in the browser.'))]
      : []),
  ]);
}
