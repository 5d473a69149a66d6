import type { Language, Terms } from '@countersign/contract';
import { durationText, halfTime, type Narrowing, readOnly, withHiddenFields } from '@countersign/wording';
import type { Button, KnownBlock } from '@slack/types';
import { ACTIONS } from '../action-ids.js';
import type { CardFacts } from '../facts.js';
import { pressedValue } from '../pressed.js';
import { actions, button, confirm, context, mrkdwn } from './blocks.js';
import { talkButtons } from './conversation.js';
import { scopePhrase, shortName } from './terms-rows.js';
import { wordsOf } from './words/index.js';

/**
 * The readers of a card: the tenant’s approvers, the vendor’s reviewers, or the requester. The `block_id` of each row of
 * buttons starts with it, so that an update keeps the audience.
 */
const AUDIENCES = ['approver', 'reviewer', 'requester'] as const;
export type Audience = (typeof AUDIENCES)[number];

const phrase = (terms: Pick<Terms, 'scope' | 'seconds' | 'unmasked'>, language: Language): string =>
  wordsOf({ language }).phrase(
    withHiddenFields(scopePhrase(terms.scope, 90, language), terms, language),
    durationText(terms.seconds, language),
  );

/** A button that offers less with one press. No button if the offer would change nothing or leave nothing. */
function preset(facts: CardFacts, action: string, words: string, change: Narrowing | null): Button[] {
  const { request, requester, language } = facts;
  const { offer } = wordsOf(facts).confirm;
  if (change === null) return [];
  const offered = { ...request.terms, ...change };
  const isSame =
    offered.seconds === request.terms.seconds &&
    JSON.stringify(offered.scope) === JSON.stringify(request.terms.scope);
  if (isSame) return [];
  return [
    button(action, words, {
      value: pressedValue({ request: request.id, digest: request.digest }),
      confirm: confirm(language, {
        title: words,
        text: offer.text(shortName(requester), phrase(offered, language)),
        yes: offer.yes,
      }),
    }),
  ];
}

/** The presets of the domain (read only, half the time, only these objects), then the form for a free choice. */
function lessButtons(facts: CardFacts): Button[] {
  const { request, service } = facts;
  const { terms } = request;
  const words = wordsOf(facts).buttons;
  const value = pressedValue({ request: request.id, digest: request.digest });
  const isPattern = terms.scope.some(({ resource }) => resource.includes('*'));
  return [
    ...preset(facts, ACTIONS.readOnly, words.readOnly, service === null ? null : readOnly(terms, service)),
    ...preset(facts, ACTIONS.halfTime, words.halfTime, halfTime(terms)),
    ...(isPattern ? [button(ACTIONS.onlyObjects, words.onlyObjects, { value })] : []),
    button(ACTIONS.less, words.less, { value }),
  ];
}

const openButton = (url: string, isPrimary: boolean, language: Language): Button =>
  button(ACTIONS.open, wordsOf({ language }).openInBrowser, {
    url,
    ...(isPrimary ? { style: 'primary' } : {}),
  });

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
  const { request, requester, tenant, language } = facts;
  const words = wordsOf(facts);
  const open = (isPrimary: boolean) => openButton(url, isPrimary, language);
  const { customer } = request.needs;
  const value = pressedValue({ request: request.id, digest: request.digest });
  const deny = button(ACTIONS.deny, words.buttons.deny, { value, style: 'danger' });
  const isCustomers = audience === 'approver';
  if (isCustomers && request.state === 'countered') return actions(`${audience}.decide`, [open(false), deny]);
  if (request.state !== (isCustomers ? 'awaiting_customer' : 'awaiting_vendor')) return [];
  if (facts.outdated !== null)
    return [note(words.outdated[facts.outdated]), ...actions(`${audience}.decide`, [open(true), deny])];
  const talk = actions(`${audience}.talk`, talkButtons(facts));
  if (isCustomers && customer.countersignature)
    return [note(words.passkeyOnly), ...actions(`${audience}.decide`, [open(true)]), ...talk];
  if (isCustomers && !customer.channels.includes('slack'))
    return [note(words.browserOnly), ...actions(`${audience}.decide`, [open(true), deny]), ...talk];
  if (!isWhole) return [note(words.tooLong), ...actions(`${audience}.decide`, [open(true), deny]), ...talk];
  const approve = button(ACTIONS.approve, words.buttons.approve, {
    value,
    style: 'primary',
    confirm: confirm(language, {
      title: words.confirm.approve.title,
      text: words.confirm.approve[isCustomers ? 'customer' : 'vendor'](
        shortName(requester),
        phrase(request.terms, language),
        shortName(tenant),
      ),
      yes: words.confirm.approve.yes,
    }),
  });
  return [
    ...actions(`${audience}.decide`, [approve, deny, open(false)]),
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
export function stopButtons(facts: CardFacts): KnownBlock[] {
  const { request, grant } = facts;
  if (grant === null || grant.state === 'ended') return [];
  const value = pressedValue({ request: request.id, digest: request.digest });
  return actions('approver.stop', [
    button(ACTIONS.stop, wordsOf(facts).buttons.stop, { value, style: 'danger' }),
  ]);
}
