import { isOpen, isOverdue, openQuestion, type Wait, waitTimes } from '@countersign/access';
import { durationText } from '@countersign/wording';
import type { Button, InputBlock, KnownBlock, ModalView } from '@slack/types';
import { ACTIONS, FORMS } from '../action-ids.js';
import type { CardFacts } from '../facts.js';
import { type Pressed, pressedValue } from '../pressed.js';
import { aside, button, context, mrkdwn, paragraph, plain } from './blocks.js';
import { LIMITS } from './limits.js';
import { FIELDS, form, textInput } from './modals.js';
import { sentence, shortName } from './terms-rows.js';
import { cut, lines, oneLine, readerTime } from './text.js';
import { wordsOf } from './words/index.js';

/** A form shows this much of the question that it answers. */
const MAX_QUESTION = 2_700;

/** The question that waits for the engineer's answer; undefined if none does, or once the request is decided. */
export const waitingQuestion = ({ request, notes }: CardFacts): CardFacts['notes'][number] | undefined =>
  isOpen(request) ? openQuestion(notes) : undefined;

/** Whose turn it is, or how the request ended. A question can wait while the request waits for its decision. */
export const stateSentence = (facts: CardFacts): string =>
  waitingQuestion(facts) === undefined
    ? wordsOf(facts).state[facts.request.state]
    : wordsOf(facts).questionWaits;

/**
 * The newest question with its answer, and the person to whom the request was last forwarded. The thread has everything.
 *
 * @param most of each text, in UTF-16 units
 */
export function conversationBlocks(facts: CardFacts, most: number): KnownBlock[] {
  const { notes } = facts;
  const words = wordsOf(facts);
  const last = (kind: CardFacts['notes'][number]['kind']) => notes.findLast((note) => note.kind === kind);
  const question = last('question');
  const answer = openQuestion(notes) === undefined ? last('answer') : undefined;
  const forward = last('forward');
  const quoted = (text: string | null) => (text === null ? [] : [aside(`“${cut(oneLine(text), most)}”`)]);
  return [
    ...(question === undefined
      ? []
      : [context(aside(words.asked(shortName(question.name))), ...quoted(question.text))]),
    ...(answer === undefined
      ? []
      : [context(aside(words.answered(shortName(answer.name))), ...quoted(answer.text))]),
    ...(forward === undefined
      ? []
      : [context(aside(words.forwarded(shortName(forward.name), shortName(forward.toName))))]),
  ];
}

/** Whom the request has waited for and for how long, and how long the customer usually takes. */
export function waitBlocks(facts: CardFacts): KnownBlock[] {
  const { request, usually, language } = facts;
  const words = wordsOf(facts);
  const whom = ({ for: side, stage }: Wait): string =>
    `${words.waitsFor[side]}${stage === undefined ? '' : words.stage(cut(oneLine(stage), 80))}`;
  const waits = waitTimes(request);
  const now = waits.at(-1);
  if (!isOpen(request) || now === undefined) return [];
  const past = waits
    .slice(0, -1)
    .slice(-MAX_WAITS)
    .map((wait) => {
      const seconds = (Date.parse(wait.until ?? wait.since) - Date.parse(wait.since)) / 1_000;
      return `${whom(wait)}: ${durationText(Math.max(1, Math.round(seconds)), language)}`;
    });
  return [
    context(
      ...(past.length === 0 ? [] : [aside(words.waitedSoFar(past.join(' · ')))]),
      aside(`◔ ${words.waitsSince(whom(now))}`),
      mrkdwn(readerTime(now.since)),
      ...(isOverdue(request) ? [aside(words.overdue)] : []),
      ...(usually === null
        ? []
        : [aside(words.usually(durationText(Math.max(60, Math.round(usually)), language)))]),
    ),
  ];
}

const MAX_WAITS = 6;

/** For someone who may decide: ask the engineer, or hand it to a colleague. */
export function talkButtons(facts: CardFacts): Button[] {
  const { request } = facts;
  const words = wordsOf(facts).buttons;
  const value = pressedValue({ request: request.id, digest: request.digest });
  const ask =
    waitingQuestion(facts) === undefined ? [button(ACTIONS.question, words.question, { value })] : [];
  return [...ask, button(ACTIONS.forward, words.forward, { value })];
}

/** For the engineer, while a question waits. */
export function answerButtons(facts: CardFacts): Button[] {
  const { request } = facts;
  if (waitingQuestion(facts) === undefined) return [];
  const value = pressedValue({ request: request.id, digest: request.digest });
  return [button(ACTIONS.answer, wordsOf(facts).buttons.answer, { value, style: 'primary' })];
}

/** The form for a question to the engineer. */
export function questionView(facts: CardFacts, pressed: Pressed): ModalView {
  const words = wordsOf(facts).form.question;
  return form(FORMS.question, words, facts, pressed, [
    paragraph(cut(sentence(facts), 1_000)),
    textInput(words.label, false),
    context(aside(words.note)),
  ]);
}

/** The form for the engineer's answer, below the question. */
export function answerView(
  facts: CardFacts,
  pressed: Pressed,
  { name, text }: CardFacts['notes'][number],
): ModalView {
  const words = wordsOf(facts).form.answer;
  const who = shortName(name);
  return form(FORMS.answer, words, facts, pressed, [
    paragraph(cut(sentence(facts), 1_000)),
    paragraph(text === null ? words.erased(who) : words.asks(who, cut(lines(text), MAX_QUESTION))),
    textInput(words.label, false),
  ]);
}

/** Someone of the same side who may decide the request now. */
export interface Colleague {
  /** `usr_…` */
  id: string;
  name: string;
}

/** The form to hand a request to a colleague. Slack shows at most 100 of them: the first by name. */
export function forwardView(facts: CardFacts, pressed: Pressed, colleagues: readonly Colleague[]): ModalView {
  const words = wordsOf(facts).form.forward;
  const options = [...colleagues]
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .slice(0, LIMITS.options)
    .map(({ id, name }) => ({ text: plain(oneLine(name), LIMITS.option.text), value: id }));
  const whom: InputBlock = {
    type: 'input',
    block_id: FIELDS.to,
    label: plain(words.colleague, LIMITS.input.label),
    element: { type: 'static_select', action_id: FIELDS.to, options },
  };
  return form(FORMS.forward, words, facts, pressed, [
    paragraph(cut(sentence(facts), 1_000)),
    whom,
    textInput(words.label, true),
    context(aside(words.note)),
    ...(colleagues.length > LIMITS.options ? [context(aside(words.more))] : []),
  ]);
}
