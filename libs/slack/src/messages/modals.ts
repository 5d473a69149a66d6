import type { Language, Terms } from '@countersign/contract';
import { minutesText } from '@countersign/wording';
import type { InputBlock, KnownBlock, ModalView, PlainTextOption } from '@slack/types';
import { FORMS } from '../action-ids.js';
import type { CardFacts } from '../facts.js';
import { type Pressed, pressedValue } from '../pressed.js';
import { aside, context, link, mrkdwn, paragraph, plain, section } from './blocks.js';
import { LIMITS } from './limits.js';
import { sentence } from './terms-rows.js';
import { cut } from './text.js';
import { wordsOf } from './words/index.js';

const title = (words: string) => plain(words, LIMITS.view.title);
const small = (words: string) => plain(words, LIMITS.view.button);

/** Shown while the content is being loaded. */
export const loadingView = (language: Language, words: string): ModalView => ({
  type: 'modal',
  title: title(words),
  close: small(wordsOf({ language }).form.close),
  blocks: [section(mrkdwn(wordsOf({ language }).form.oneMoment))],
});

/** A modal that is only read. */
export const plainView = (language: Language, words: string, blocks: KnownBlock[]): ModalView => ({
  type: 'modal',
  title: title(words),
  close: small(wordsOf({ language }).form.close),
  blocks,
});

/** A message in place of a form, with an optional link to one of our pages. */
export const messageView = (
  language: Language,
  words: string,
  sentences: string,
  to?: string,
): ModalView => ({
  type: 'modal',
  title: title(words),
  close: small(wordsOf({ language }).form.close),
  blocks: [
    paragraph(sentences),
    ...(to === undefined ? [] : [section(mrkdwn(link(to, wordsOf({ language }).openInBrowser)))]),
  ],
});

/** Names of the fields. A `view_submission` returns the values under them. */
export const FIELDS = {
  reason: 'reason',
  keep: 'keep',
  objects: 'objects',
  minutes: 'minutes',
  to: 'to',
} as const;

/** The field in which people write. */
export const textInput = (label: string, optional: boolean): InputBlock => ({
  type: 'input',
  block_id: FIELDS.reason,
  label: plain(label, LIMITS.input.label),
  optional,
  element: {
    type: 'plain_text_input',
    action_id: FIELDS.reason,
    multiline: true,
    max_length: LIMITS.input.text,
    focus_on_load: true,
  },
});

/** A modal with fields. It remembers the request and the terms that its reader saw. */
export const form = (
  callback: string,
  words: { title: string; submit: string },
  { language }: { language: Language },
  pressed: Pressed,
  blocks: KnownBlock[],
): ModalView => ({
  type: 'modal',
  callback_id: callback,
  private_metadata: pressedValue(pressed),
  title: title(words.title),
  submit: small(words.submit),
  close: small(wordsOf({ language }).form.back),
  blocks,
});

export function denyView(facts: CardFacts, pressed: Pressed): ModalView {
  const words = wordsOf(facts).form.deny;
  return form(FORMS.deny, words, facts, pressed, [
    paragraph(cut(sentence(facts), 1_000)),
    textInput(words.why, false),
  ]);
}

export function stopView(facts: CardFacts, pressed: Pressed): ModalView {
  const words = wordsOf(facts).form.stop;
  return form(FORMS.stop, { ...words, submit: words.title }, facts, pressed, [
    paragraph(cut(sentence(facts), 1_000)),
    paragraph(words.lead),
    textInput(words.why, true),
  ]);
}

/** The engineer's form for more time. */
export function extendView(facts: CardFacts, pressed: Pressed): ModalView {
  const words = wordsOf(facts).form.extend;
  return form(FORMS.extend, words, facts, pressed, [
    paragraph(cut(sentence(facts), 1_000)),
    paragraph(words.lead),
    {
      type: 'input',
      block_id: FIELDS.minutes,
      label: plain(words.minutes, LIMITS.input.label),
      element: {
        type: 'number_input',
        action_id: FIELDS.minutes,
        is_decimal_allowed: true,
        initial_value: '30',
        min_value: '0.1',
      },
    },
    textInput(words.why, false),
  ]);
}

/** What of the scope may stay: one option for each action on each resource, or for each entry if there are many. */
export function keepOptions(
  terms: Terms,
): { option: PlainTextOption; pairs: [resource: string, action: string][] }[] {
  const pairs = terms.scope.flatMap(({ resource, actions }, entry) =>
    actions.map((action, at) => ({ id: `${entry}.${at}`, resource, actions: [action] })),
  );
  const entries = terms.scope.map((each, entry) => ({ id: `${entry}`, ...each }));
  return (pairs.length <= LIMITS.options ? pairs : entries).map(({ id, resource, actions }) => ({
    option: {
      text: plain(`${actions.join(', ')}: ${resource}`, LIMITS.option.text),
      value: id,
    },
    pairs: actions.map((action) => [resource, action]),
  }));
}

/** The form for a counter-offer: which actions stay, on which objects, for how long. */
export function lessView(facts: CardFacts, pressed: Pressed, focus: 'keep' | 'objects'): ModalView {
  const { terms } = facts.request;
  const words = wordsOf(facts).form.less;
  const options = keepOptions(terms).map(({ option }) => option);
  const folder = terms.scope.map(({ resource }) => /^(.+)\/\*\*?$/.exec(resource)?.[1]).find(Boolean);
  const minutes = minutesText(terms.seconds);
  const objects: InputBlock = {
    type: 'input',
    block_id: FIELDS.objects,
    optional: true,
    label: plain(words.objects, LIMITS.input.label),
    hint: plain(
      words.objectsHint(folder === undefined ? 'invoices/inv-1001' : `${cut(folder, 200)}/…`),
      LIMITS.input.hint,
    ),
    element: {
      type: 'plain_text_input',
      action_id: FIELDS.objects,
      max_length: LIMITS.input.text,
      focus_on_load: focus === 'objects',
    },
  };
  return form(FORMS.less, words, facts, pressed, [
    paragraph(cut(sentence(facts), 1_000)),
    {
      type: 'input',
      block_id: FIELDS.keep,
      label: plain(words.stays, LIMITS.input.label),
      element: {
        type: 'multi_static_select',
        action_id: FIELDS.keep,
        options,
        initial_options: options,
        focus_on_load: focus === 'keep',
      },
    },
    objects,
    {
      type: 'input',
      block_id: FIELDS.minutes,
      label: plain(words.minutes, LIMITS.input.label),
      hint: plain(words.minutesHint(minutes), LIMITS.input.hint),
      element: {
        type: 'number_input',
        action_id: FIELDS.minutes,
        is_decimal_allowed: true,
        initial_value: minutes,
        min_value: '0.01',
        max_value: minutes,
      },
    },
    context(aside(words.note)),
  ]);
}
