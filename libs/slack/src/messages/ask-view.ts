import type { Evaluation, Refusal } from '@countersign/access';
import { entryWords, type Offering, tickOf } from '@countersign/wording';
import type { InputBlock, KnownBlock, ModalView, PlainTextOption } from '@slack/types';
import { FORMS } from '../action-ids.js';
import { paragraph, plain } from './blocks.js';
import { LIMITS } from './limits.js';
import { cut, durationText, oneLine } from './text.js';
import { RISK } from './words.js';

/** Names of the form's fields. The `block_id` of `what` and `duration` has a suffix: the service, and the longest time. */
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

/** What the form shows besides the values that its reader has entered. */
export interface AskFacts {
  /** The selected service; null until one is selected. */
  service: string | null;
  /** The only service, which is selected from the start; null if there are several. */
  only: string | null;
  /** The longest time that may be requested, in seconds. */
  longest: number;
  ticketRequired: boolean;
  /** The preview of the request; null while customer, scope or time are missing. */
  evaluation: Evaluation | null;
}

const USUAL_SECONDS = [900, 1_800, 3_600, 7_200, 14_400, 28_800, 86_400];
const DEFAULT_SECONDS = 1_800;

const durationOption = (seconds: number): PlainTextOption => ({
  text: plain(durationText(seconds), LIMITS.option.text),
  value: String(seconds),
});

function durationInput(longest: number): InputBlock {
  const offered = [...new Set([...USUAL_SECONDS.filter((each) => each < longest), longest])];
  const first = offered.includes(DEFAULT_SECONDS) ? DEFAULT_SECONDS : (offered[0] ?? longest);
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

const whatInput = (service: string): InputBlock => ({
  type: 'input',
  // Another service has other resources, so a new `block_id` drops the selection.
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

/** The request form. Slack keeps the entered values on an update, since the `block_id`s stay the same. */
export function askView({ service, only, longest, ticketRequired, evaluation }: AskFacts): ModalView {
  return {
    type: 'modal',
    callback_id: FORMS.ask,
    title: plain(TITLE, LIMITS.view.title),
    submit: plain('Ask', LIMITS.view.button),
    close: plain('Close', LIMITS.view.button),
    blocks: [
      searchInput(ASK.tenant, 'Customer', 'Search customers', null),
      searchInput(
        ASK.service,
        'Data service',
        'Search data services',
        only === null ? null : namedOption(only),
      ),
      ...(service === null ? [] : [whatInput(service)]),
      textInput(ASK.objects, 'Only these objects', {
        optional: true,
        hint: 'Names separated by spaces or commas. If left empty, all of them.',
      }),
      durationInput(longest),
      textInput(ASK.ticket, 'Ticket', {
        optional: !ticketRequired,
        hint: 'If the customer expects one.',
        most: 256,
      }),
      textInput(ASK.reason, 'Why? The customer reads this.', {
        multiline: true,
        hint: 'A sentence, such as “Case 4711: the total of an invoice is wrong”.',
      }),
      ...previewBlocks(evaluation),
    ],
  };
}

const MAX_REFUSALS = 8;

/** What a request may state, and this form has no field for. */
const WITHOUT_FIELD = ['/reasonCode', '/budget'];

/** Why a request is refused; if no field of the form can change that, where it can be requested instead. */
export const refusalText = ({ detail, pointer }: Pick<Refusal, 'detail' | 'pointer'>): string =>
  WITHOUT_FIELD.some((start) => pointer.startsWith(start))
    ? `${detail} This form has no field for it: request this in the browser.`
    : detail;

/** What the request will need, or why it would be refused, in the same words as the pages. */
function previewBlocks(evaluation: Evaluation | null): KnownBlock[] {
  if (evaluation === null)
    return [paragraph('◔ Choose a customer and what you need; then this line shows what will be needed.')];
  const { refusals, needs } = evaluation;
  if (refusals.length > 0)
    return [
      paragraph(
        [
          '⊘ This would be refused:',
          ...refusals.slice(0, MAX_REFUSALS).map((each) => `• ${cut(oneLine(refusalText(each)), 250)}`),
        ].join('\n'),
      ),
    ];
  if (needs === null) return [paragraph('⊘ This cannot be evaluated.')];
  return [
    paragraph(
      [
        '✓ This can be requested. What happens next:',
        `• ${count(needs.vendor.required, 'No review at the vendor', 'One review at the vendor', 'reviews at the vendor')}`,
        `• ${count(needs.customer.required, 'No approval by the customer', 'One approval by the customer', 'approvals by the customer')}`,
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
export const offeringOption = (offering: Offering, keyOf: (tick: string) => string): PlainTextOption => ({
  text: plain(
    entryWords({ resource: offering.pattern, actions: [offering.action] }, 'en'),
    LIMITS.option.text,
  ),
  value: keyOf(tickOf(offering)),
});
