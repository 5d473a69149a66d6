import type { Language } from '@countersign/contract';
import { accessReasonText, durationText, firstCallCommand } from '@countersign/wording';
import type { ContextBlock, KnownBlock, MrkdwnElement, PlainTextElement } from '@slack/types';
import { ACTIONS } from '../action-ids.js';
import type { CardFacts } from '../facts.js';
import { pressedValue } from '../pressed.js';
import { actions, aside, button, confirm, context, mrkdwn, paragraph, section } from './blocks.js';
import { shortName } from './terms-rows.js';
import { cut, oneLine, readerTime } from './text.js';
import { wordsOf } from './words/index.js';

/**
 * The state of the grant: its start and end, how much was used, how it ended.
 *
 * @param withLeft also shows how much time is left
 */
export function grantBlocks(facts: CardFacts, withLeft = false): KnownBlock[] {
  const { grant, access, accessReason, endedBy, now } = facts;
  const words = wordsOf(facts);
  const callsText = words.grant.callsSoFar;
  if (grant === null) return [];
  if (access === 'stopped' || access === 'locked')
    return [
      context(aside(`⊗ ${words.blocked[access]}`), ...blockedBy(facts), aside(callsText(grant.used.calls))),
    ];
  const { state, startsAt, endsAt, endedAt, endReason, used } = grant;
  // Its time may be over before a job has ended it.
  if (state === 'ended' || access === 'ended') {
    const by = endedBy === null ? '' : words.grant.by(shortName(endedBy));
    const how = `${words.endReason[endReason ?? 'expired']}${by}`;
    const at = endedAt ?? accessReason?.at ?? now;
    return [context(aside(`⊝ ${how}`), mrkdwn(readerTime(at)), aside(callsText(used.calls)))];
  }
  if (startsAt === null || endsAt === null) return [context(aside(`◔ ${words.grant.firstUse}`))];
  if (state === 'scheduled')
    return [
      context(
        aside(`◔ ${words.grant.begins}`),
        mrkdwn(readerTime(startsAt)),
        aside(words.grant.ends),
        mrkdwn(readerTime(endsAt)),
      ),
    ];
  return [
    context(
      aside(`◉ ${words.grant.openUntil}`),
      mrkdwn(readerTime(endsAt)),
      ...(withLeft ? [aside(leftText(facts, endsAt))] : []),
      aside(callsText(used.calls)),
    ),
  ];
}

/** Who has stopped or locked it, why and since when. */
function blockedBy({ accessReason, language }: CardFacts): (MrkdwnElement | PlainTextElement)[] {
  if (accessReason === null) return [];
  const { name, at } = accessReason;
  const by = name === null ? [] : [aside(wordsOf({ language }).grant.by(shortName(name)).trim())];
  const why = cut(oneLine(accessReasonText(accessReason, language)), MAX_REASON);
  return [aside(why), ...by, mrkdwn(readerTime(at))];
}

/** Rounded up to whole minutes: a message does not count down. */
function leftText({ now, language }: CardFacts, endsAt: string): string {
  const seconds = Math.max(0, Date.parse(endsAt) - Date.parse(now)) / 1_000;
  const rounded = seconds < 60 ? seconds : Math.ceil(seconds / 60) * 60;
  return wordsOf({ language }).grant.left(durationText(rounded, language));
}

/** For the engineer: the command to paste, the service in the browser, the page of the grant, more time, and the end of access. */
export function workBlocks(facts: CardFacts, publicUrl: string): KnownBlock[] {
  const { request, grant, access, browserUrl, service, language } = facts;
  const { buttons, confirm: asks, labels } = wordsOf(facts);
  if (grant === null || grant.state === 'ended' || access === 'ended') return [];
  const isUsable = access === 'open' || (access === 'not_yet' && grant.startsAt === null);
  const { tenant, scope } = request.terms;
  const command = firstCallCommand({ id: grant.id, tenant, scope }, service);
  const value = pressedValue({ request: request.id, digest: request.digest });
  const opensBrowser = isUsable && browserUrl !== null;
  return [
    ...(isUsable ? [section(mrkdwn(`*${labels.begin}*`)), paragraph(cut(command, 1_500))] : []),
    ...actions('requester.work', [
      ...(opensBrowser
        ? [button(ACTIONS.openService, buttons.openService, { url: browserUrl, style: 'primary' })]
        : []),
      button(ACTIONS.open, buttons.open, {
        url: `${publicUrl}/grants/${grant.id}`,
        ...(opensBrowser ? {} : { style: 'primary' }),
      }),
      ...(access === 'open' ? [button(ACTIONS.extend, buttons.extend, { value })] : []),
      button(ACTIONS.release, buttons.release, {
        value,
        confirm: confirm(language, asks.release),
      }),
    ]),
  ];
}

type NamedReview = CardFacts['reviews'][number];

const MAX_NAME = 120;
/** The length of a reason under a seal; the page shows the whole reason. */
const MAX_REASON = 400;

/** Who decided, in the same words as the pages. */
export function sealTitle({ decision, assurance, name }: NamedReview, language: Language): string {
  const words = wordsOf({ language }).seal;
  const who = cut(oneLine(name), MAX_NAME);
  if (decision === 'deny') return words.denied(who);
  if (decision === 'counter') return words.offered(who);
  return assurance === 'passkey' ? words.countersigned(who) : words.approved(who);
}

/** The side that decided, and how the person was authenticated. */
export function sealGround({ side, assurance }: NamedReview, language: Language): string {
  const words = wordsOf({ language });
  const isSigned = assurance === 'passkey';
  const basis = side === 'customer' && !isSigned ? ` · ${words.onVendorsWord}` : '';
  return `${words.seal[side]} · ${words.assurance[assurance]}${basis}`;
}

/** The seal of a decision: who decided, when, and how they were authenticated. */
export function seal(review: NamedReview, language: Language): ContextBlock {
  const mark = review.decision === 'deny' ? '⊖' : '⊛';
  return context(
    aside(`${mark} ${sealTitle(review, language)}`),
    mrkdwn(readerTime(review.at)),
    aside(sealGround(review, language)),
    ...(review.reason === null || review.reason === ''
      ? []
      : [aside(`“${cut(oneLine(review.reason), MAX_REASON)}”`)]),
  );
}
