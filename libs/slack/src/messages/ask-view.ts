import type { Evaluation } from '@countersign/access';
import { entryWords, type Offering, tickOf } from '@countersign/wording';
import type { InputBlock, KnownBlock, ModalView, PlainTextOption } from '@slack/types';
import { FORMS } from '../action-ids.js';
import { paragraph, plain } from './blocks.js';
import { LIMITS } from './limits.js';
import { cut, durationText, oneLine } from './text.js';
import { RISK } from './words.js';

/** Where in the form something stands. `what` and `duration` are named with what their options follow. */
export const ASK = {
  tenant: 'tenant',
  service: 'service',
  what: 'what',
  objects: 'objects',
  duration: 'duration',
  ticket: 'ticket',
  reason: 'reason',
} as const;

export const TITLE = 'Ask for access';

/** What the form shows beside what its reader has typed. */
export interface AskFacts {
  /** Chosen; null until then. */
  service: string | null;
  /** Where there is one service alone, it is chosen already. */
  only: string | null;
  /** The longest that may be asked for, in seconds. */
  longest: number;
  ticketRequired: boolean;
  /** What would come of asking; null while customer, scope or time are missing. */
  evaluation: Evaluation | null;
}

const USUAL = [900, 1_800, 3_600, 7_200, 14_400, 28_800, 86_400];
const FIRST = 1_800;

const durationOption = (seconds: number): PlainTextOption => ({
  text: plain(durationText(seconds), LIMITS.option.text),
  value: String(seconds),
});

function durationInput(longest: number): InputBlock {
  const offered = [...new Set([...USUAL.filter((each) => each < longest), longest])];
  const first = offered.includes(FIRST) ? FIRST : (offered[0] ?? longest);
  return {
    type: 'input',
    block_id: `${ASK.duration}:${longest}`,
    dispatch_action: true,
    label: plain('For how long?', LIMITS.input.label),
    element: {
      type: 'static_select',
      action_id: ASK.duration,
      options: offered.map(durationOption),
      initial_option: durationOption(first),
    },
  };
}

function searched(
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

const whatInput = (service: string): InputBlock => ({
  type: 'input',
  // Another service has other resources: what was chosen of the last one is gone.
  block_id: `${ASK.what}:${service}`,
  dispatch_action: true,
  label: plain('What do you need to do?', LIMITS.input.label),
  element: {
    type: 'multi_external_select',
    action_id: ASK.what,
    min_query_length: 0,
    placeholder: plain('Search resources and actions', LIMITS.input.placeholder),
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

/** The form that asks: what is chosen in it stays, since its fields keep their names. */
export function askView({ service, only, longest, ticketRequired, evaluation }: AskFacts): ModalView {
  return {
    type: 'modal',
    callback_id: FORMS.ask,
    title: plain(TITLE, LIMITS.view.title),
    submit: plain('Ask', LIMITS.view.button),
    close: plain('Close', LIMITS.view.button),
    blocks: [
      searched(ASK.tenant, 'Customer', 'Search customers', null),
      searched(ASK.service, 'Data service', 'Search data services', only === null ? null : namedOption(only)),
      ...(service === null ? [] : [whatInput(service)]),
      textInput(ASK.objects, 'Only these objects', {
        optional: true,
        hint: 'Names separated by spaces or commas. Left empty, it is all of them.',
      }),
      durationInput(longest),
      textInput(ASK.ticket, 'Ticket', {
        optional: !ticketRequired,
        hint: 'Where the customer expects one.',
        most: 256,
      }),
      textInput(ASK.reason, 'Why? The customer reads this.', {
        multiline: true,
        hint: 'A sentence, such as “Case 4711: the total of an invoice is wrong”.',
      }),
      ...outlook(evaluation),
    ],
  };
}

const MOST_REFUSALS = 8;

/** What would be needed, or refused, in the words of the pages. */
function outlook(evaluation: Evaluation | null): KnownBlock[] {
  if (evaluation === null)
    return [paragraph('◔ Choose a customer and what you need; this says at once what will be needed.')];
  const { refusals, needs } = evaluation;
  if (refusals.length > 0)
    return [
      paragraph(
        [
          '⊘ This would be refused:',
          ...refusals.slice(0, MOST_REFUSALS).map(({ detail }) => `• ${cut(oneLine(detail), 250)}`),
        ].join('\n'),
      ),
    ];
  if (needs === null) return [paragraph('⊘ This cannot be judged.')];
  return [
    paragraph(
      [
        '✓ This can be asked for. What happens next:',
        `• ${count(needs.vendor.required, 'No review at the vendor', 'One review at the vendor', 'reviews at the vendor')}`,
        `• ${count(needs.customer.required, 'No approval of the customer', 'One approval of the customer', 'approvals of the customer')}`,
        ...(needs.customer.countersignature ? ['• The customer must countersign with a passkey'] : []),
        `• ${RISK[needs.risk.level]}`,
      ].join('\n'),
    ),
  ];
}

function count(number: number, none: string, one: string, many: string): string {
  if (number === 0) return none;
  return number === 1 ? one : `${number} ${many}`;
}

/** A tenant, a service: a name that people gave, under a name that is fixed. */
export const namedOption = (name: string, called?: string): PlainTextOption => ({
  text: plain(
    called === undefined ? name : `${cut(oneLine(called), 50)} (${cut(name, 20)})`,
    LIMITS.option.text,
  ),
  value: name,
});

/**
 * One thing that a service lets be asked for.
 *
 * @param keyOf what it is found again by
 */
export const offeringOption = (offering: Offering, keyOf: (tick: string) => string): PlainTextOption => ({
  text: plain(
    entryWords({ resource: offering.pattern, actions: [offering.action] }, 'en'),
    LIMITS.option.text,
  ),
  value: keyOf(tickOf(offering)),
});
