import { type Terms } from '@countersign/contract';
import { halfTime, type Narrowing, readOnly } from '@countersign/wording';
import type { Button, KnownBlock } from '@slack/types';
import { ACTIONS } from '../action-ids.js';
import type { CardFacts } from '../facts.js';
import { pressedValue } from '../pressed.js';
import { actions, button, confirm, context, mrkdwn } from './blocks.js';
import { talkButtons } from './conversation.js';
import { scopePhrase, shortName } from './terms-rows.js';
import { durationText } from './text.js';
import { TEXTS } from './words.js';

/**
 * The readers of a card: the tenant’s approvers, the vendor’s reviewers, or the requester. The `block_id` of each row of
 * buttons starts with it, so that an update keeps the audience.
 */
const AUDIENCES = ['approver', 'reviewer', 'requester'] as const;
export type Audience = (typeof AUDIENCES)[number];

const phrase = (terms: Pick<Terms, 'scope' | 'seconds'>): string =>
  `${scopePhrase(terms.scope, 120)} for ${durationText(terms.seconds)}`;

/** A button that offers less with one press. No button if the offer would change nothing or leave nothing. */
function preset(facts: CardFacts, action: string, words: string, change: Narrowing | null): Button[] {
  const { request, requester } = facts;
  if (change === null) return [];
  const offered = { ...request.terms, ...change };
  const isSame =
    offered.seconds === request.terms.seconds &&
    JSON.stringify(offered.scope) === JSON.stringify(request.terms.scope);
  if (isSame) return [];
  return [
    button(action, words, {
      value: pressedValue({ request: request.id, digest: request.digest }),
      confirm: confirm(
        words,
        `${shortName(requester)} is offered: ${phrase(offered)}. Nothing is open until they accept.`,
        'Offer this',
      ),
    }),
  ];
}

/** The presets of the domain (read only, half the time, only these objects), then the form for a free choice. */
function lessButtons(facts: CardFacts): Button[] {
  const { request, service } = facts;
  const { terms } = request;
  const value = pressedValue({ request: request.id, digest: request.digest });
  const isPattern = terms.scope.some(({ resource }) => resource.includes('*'));
  return [
    ...preset(facts, ACTIONS.readOnly, 'Read only', service === null ? null : readOnly(terms, service)),
    ...preset(facts, ACTIONS.halfTime, 'Half the time', halfTime(terms)),
    ...(isPattern ? [button(ACTIONS.onlyObjects, 'Only these objects…', { value })] : []),
    button(ACTIONS.less, 'Approve less…', { value }),
  ];
}

const openButton = (url: string, isPrimary: boolean): Button =>
  button(ACTIONS.open, TEXTS.openInBrowser, { url, ...(isPrimary ? { style: 'primary' } : {}) });

const note = (text: string): KnownBlock => context(mrkdwn(text));

/**
 * The buttons of an open request. They depend on whose turn it is, the risk and the tenant's privacy controls. The domain
 * authorizes the person who presses. A request that needs a countersignature can only be approved in the browser.
 *
 * @param isWhole false if the card does not show the whole scope: then it has no button to approve
 */
export function decideButtons(
  facts: CardFacts,
  audience: Exclude<Audience, 'requester'>,
  url: string,
  isWhole: boolean,
): KnownBlock[] {
  const { request, requester, tenant } = facts;
  const { customer } = request.needs;
  const value = pressedValue({ request: request.id, digest: request.digest });
  const deny = button(ACTIONS.deny, 'Deny…', { value, style: 'danger' });
  const isCustomers = audience === 'approver';
  if (isCustomers && request.state === 'countered')
    return actions(`${audience}.decide`, [openButton(url, false), deny]);
  if (request.state !== (isCustomers ? 'awaiting_customer' : 'awaiting_vendor')) return [];
  const talk = actions(`${audience}.talk`, talkButtons(facts));
  if (isCustomers && customer.countersignature)
    return [note(TEXTS.passkeyOnly), ...actions(`${audience}.decide`, [openButton(url, true)]), ...talk];
  if (isCustomers && !customer.channels.includes('slack'))
    return [
      note(TEXTS.browserOnly),
      ...actions(`${audience}.decide`, [openButton(url, true), deny]),
      ...talk,
    ];
  if (!isWhole)
    return [note(TEXTS.tooLong), ...actions(`${audience}.decide`, [openButton(url, true), deny]), ...talk];
  const approve = button(ACTIONS.approve, 'Approve', {
    value,
    style: 'primary',
    confirm: confirm(
      'Approve this access?',
      isCustomers
        ? `${shortName(requester)} may ${phrase(request.terms)} at ${shortName(tenant)}.`
        : `The request of ${shortName(requester)} goes on to ${shortName(tenant)}: ${phrase(request.terms)}.`,
      'Approve',
    ),
  });
  return [
    ...actions(`${audience}.decide`, [approve, deny, openButton(url, false)]),
    ...(isCustomers ? actions(`${audience}.less`, lessButtons(facts)) : []),
    ...talk,
  ];
}

/** The audience of the card that holds a row of buttons; null if the row is not one of ours. */
export function audienceOf(blockId: string | undefined): Audience | null {
  const [name] = (blockId ?? '').split('.');
  return AUDIENCES.find((each) => each === name) ?? null;
}

/** Stop access: on every copy of the customer's card until the grant ends. */
export function stopButtons({ request, grant }: CardFacts): KnownBlock[] {
  if (grant === null || grant.state === 'ended') return [];
  const value = pressedValue({ request: request.id, digest: request.digest });
  return actions('approver.stop', [button(ACTIONS.stop, 'Stop access', { value, style: 'danger' })]);
}
