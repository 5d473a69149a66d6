import type { Evaluation, Refusal } from '@countersign/access';
import type { Language } from '@countersign/contract';
import {
  durationText,
  entryWords,
  needReasonText,
  type Offering,
  refusalWords,
  tickOf,
} from '@countersign/wording';
import type { InputBlock, KnownBlock, ModalView, PlainTextOption } from '@slack/types';
import { FORMS } from '../action-ids.js';
import { paragraph, plain } from './blocks.js';
import { LIMITS } from './limits.js';
import { cut, oneLine } from './text.js';
import { type Words, wordsOf } from './words/index.js';

/** Names of the form's fields. The `block_id` of `what` and `duration` has a suffix: the service, and the longest time. */
export const ASK = {
  tenant: 'tenant',
  service: 'service',
  what: 'what',
  objects: 'objects',
  unmasked: 'unmasked',
  duration: 'duration',
  ticket: 'ticket',
  reason: 'reason',
} as const;

/** What the form shows besides the values that its reader has entered. */
export interface AskFacts {
  /** The selected service; null until one is selected. */
  service: string | null;
  /** The only service, which is selected from the start; null if there are several. */
  only: string | null;
  /** The longest time that may be requested, in seconds. */
  longest: number;
  ticketRequired: boolean;
  /** What the service hides in the selected scope, in a sentence; null if it hides nothing. */
  hidden: string | null;
  /** What the request would show of it in full, in a sentence; null if it asks for nothing of it. */
  shown: string | null;
  /** The preview of the request; null while customer, scope or time are missing. */
  evaluation: Evaluation | null;
  language: Language;
}

const USUAL_SECONDS = [900, 1_800, 3_600, 7_200, 14_400, 28_800, 86_400];
const DEFAULT_SECONDS = 1_800;

const durationOption = (seconds: number, language: Language): PlainTextOption => ({
  text: plain(durationText(seconds, language), LIMITS.option.text),
  value: String(seconds),
});

function durationInput(longest: number, language: Language): InputBlock {
  const offered = [...new Set([...USUAL_SECONDS.filter((each) => each < longest), longest])];
  const first = offered.includes(DEFAULT_SECONDS) ? DEFAULT_SECONDS : (offered[0] ?? longest);
  return {
    type: 'input',
    block_id: `${ASK.duration}:${longest}`,
    dispatch_action: true,
    label: plain(wordsOf({ language }).form.ask.howLong, LIMITS.input.label),
    element: {
      type: 'static_select',
      action_id: ASK.duration,
      options: offered.map((seconds) => durationOption(seconds, language)),
      initial_option: durationOption(first, language),
    },
  };
}

function searchInput(
  id: string,
  label: string,
  placeholder: string,
  initial: PlainTextOption | null,
): InputBlock {
  return {
    type: 'input',
    block_id: id,
    dispatch_action: true,
    label: plain(label, LIMITS.input.label),
    element: {
      type: 'external_select',
      action_id: id,
      min_query_length: 0,
      placeholder: plain(placeholder, LIMITS.input.placeholder),
      ...(initial === null ? {} : { initial_option: initial }),
    },
  };
}

const whatInput = (service: string, words: Words['form']['ask']): InputBlock => ({
  type: 'input',
  // Another service has other resources, so a new `block_id` drops the selection.
  block_id: `${ASK.what}:${service}`,
  dispatch_action: true,
  label: plain(words.what, LIMITS.input.label),
  element: {
    type: 'multi_external_select',
    action_id: ASK.what,
    min_query_length: 0,
    placeholder: plain(words.searchWhat, LIMITS.input.placeholder),
  },
});

const textInput = (
  id: string,
  label: string,
  more: { hint?: string; optional?: boolean; multiline?: boolean; most?: number },
): InputBlock => ({
  type: 'input',
  block_id: id,
  optional: more.optional ?? false,
  label: plain(label, LIMITS.input.label),
  ...(more.hint === undefined ? {} : { hint: plain(more.hint, LIMITS.input.hint) }),
  element: {
    type: 'plain_text_input',
    action_id: id,
    multiline: more.multiline ?? false,
    max_length: more.most ?? LIMITS.input.text,
  },
});

/** The value of the option that asks to show hidden fields in full. */
export const IN_FULL = 'in-full';

function hiddenFieldsInput(hidden: string, words: Words['form']['ask']): InputBlock {
  const option = (text: string, value: string): PlainTextOption => ({
    text: plain(text, LIMITS.option.text),
    value,
  });
  const stay = option(words.stayHidden, 'hidden');
  return {
    type: 'input',
    block_id: ASK.unmasked,
    dispatch_action: true,
    label: plain(words.hiddenFields, LIMITS.input.label),
    hint: plain(cut(hidden, 600), LIMITS.input.hint),
    element: {
      type: 'static_select',
      action_id: ASK.unmasked,
      options: [stay, option(words.inFull, IN_FULL)],
      initial_option: stay,
    },
  };
}

/** The request form. Slack keeps the entered values on an update, since the `block_id`s stay the same. */
export function askView(facts: AskFacts): ModalView {
  const { service, only, longest, ticketRequired } = facts;
  const { form } = wordsOf(facts);
  const words = form.ask;
  return {
    type: 'modal',
    callback_id: FORMS.ask,
    title: plain(words.title, LIMITS.view.title),
    submit: plain(words.submit, LIMITS.view.button),
    close: plain(form.close, LIMITS.view.button),
    blocks: [
      searchInput(ASK.tenant, words.customer, words.searchCustomers, null),
      searchInput(ASK.service, words.service, words.searchServices, only === null ? null : namedOption(only)),
      ...(service === null ? [] : [whatInput(service, words)]),
      textInput(ASK.objects, words.objects, {
        optional: true,
        hint: words.objectsHint,
      }),
      ...(facts.hidden === null ? [] : [hiddenFieldsInput(facts.hidden, words)]),
      durationInput(longest, facts.language),
      textInput(ASK.ticket, words.ticket, {
        optional: !ticketRequired,
        hint: words.ticketHint,
        most: 256,
      }),
      textInput(ASK.reason, words.why, {
        multiline: true,
        hint: words.whyHint,
      }),
      ...previewBlocks(facts),
    ],
  };
}

const MAX_REFUSALS = 8;

/** What a request may state, and this form has no field for. */
const WITHOUT_FIELD = ['/reasonCode', '/budget'];

/** Why a request is refused. If the form has no field that would change this, it also says where to request the access. */
export const requestRefusalText =
  (language: Language) =>
  (refusal: Refusal): string => {
    const words = refusalWords(refusal, language);
    return WITHOUT_FIELD.some((start) => refusal.pointer.startsWith(start))
      ? `${words} ${wordsOf({ language }).form.ask.withoutField}`
      : words;
  };

/** What the request will need, or why it would be refused, in the same words as the pages. */
function previewBlocks({ evaluation, shown, language }: AskFacts): KnownBlock[] {
  const { risk, form } = wordsOf({ language });
  const words = form.ask;
  if (evaluation === null) return [paragraph(`◔ ${words.incomplete}`)];
  const { refusals, needs } = evaluation;
  if (refusals.length > 0)
    return [
      paragraph(
        [
          `⊘ ${words.refused}`,
          ...refusals
            .slice(0, MAX_REFUSALS)
            .map((each) => `• ${cut(oneLine(requestRefusalText(language)(each)), 250)}`),
        ].join('\n'),
      ),
    ];
  if (needs === null) return [paragraph(`⊘ ${words.notEvaluated}`)];
  return [
    paragraph(
      [
        `✓ ${words.possible}`,
        `• ${words.vendorReviews(needs.vendor.required)}`,
        `• ${words.approvals(needs.customer.required)}`,
        ...(shown === null ? [] : [`• ⚠ ${cut(shown, 600)}`]),
        ...(needs.customer.countersignature ? [`• ${words.countersigned}`] : []),
        `• ${risk[needs.impact.level]}: ${needs.impact.reasons.map((each) => needReasonText(each, 'vendor', language)).join(' ')}`,
      ].join('\n'),
    ),
  ];
}

/** An option for a tenant or a service: its display name, if it has one, and its fixed name. */
export const namedOption = (name: string, called?: string): PlainTextOption => ({
  text: plain(
    called === undefined ? name : `${cut(oneLine(called), 50)} (${cut(name, 20)})`,
    LIMITS.option.text,
  ),
  value: name,
});

/**
 * An option for one offering of a service.
 *
 * @param keyOf gives the option's value
 */
export const offeringOption = (
  offering: Offering,
  language: Language,
  keyOf: (tick: string) => string,
): PlainTextOption => ({
  text: plain(
    entryWords({ resource: offering.pattern, actions: [offering.action] }, language),
    LIMITS.option.text,
  ),
  value: keyOf(tickOf(offering)),
});
