import { firstCallCommand } from '@countersign/wording';
import type { ContextBlock, KnownBlock } from '@slack/types';
import { ACTIONS } from '../action-ids.js';
import type { CardFacts } from '../facts.js';
import { pressedValue } from '../pressed.js';
import { actions, aside, button, confirm, context, mrkdwn, paragraph, section } from './blocks.js';
import { shortName } from './terms-rows.js';
import { cut, durationText, oneLine, readerTime } from './text.js';
import { ACCESS_BLOCKED, ASSURANCE, END_REASON, ON_VENDORS_WORD } from './words.js';

const callsText = (calls: number): string => `${calls} ${calls === 1 ? 'call' : 'calls'} so far`;

/**
 * The state of the grant: its start and end, how much was used, how it ended.
 *
 * @param withLeft also shows how much time is left
 */
export function grantBlocks({ grant, access, endedBy, now }: CardFacts, withLeft = false): KnownBlock[] {
  if (grant === null) return [];
  if (access === 'stopped' || access === 'locked')
    return [context(aside(`⊗ ${ACCESS_BLOCKED[access]}`), aside(callsText(grant.used.calls)))];
  const { state, startsAt, endsAt, endedAt, endReason, used } = grant;
  if (state === 'ended') {
    const by = endedBy === null ? '' : ` By ${shortName(endedBy)}.`;
    const how = `${END_REASON[endReason ?? 'expired']}${by}`;
    return [context(aside(`⊝ ${how}`), mrkdwn(readerTime(endedAt ?? now)), aside(callsText(used.calls)))];
  }
  if (startsAt === null || endsAt === null)
    return [context(aside('◔ Approved. Access begins with the first use.'))];
  if (state === 'scheduled')
    return [
      context(
        aside('◔ Approved. Access begins:'),
        mrkdwn(readerTime(startsAt)),
        aside('and ends:'),
        mrkdwn(readerTime(endsAt)),
      ),
    ];
  return [
    context(
      aside('◉ Access is open now, until:'),
      mrkdwn(readerTime(endsAt)),
      ...(withLeft ? [aside(leftText(endsAt, now))] : []),
      aside(callsText(used.calls)),
    ),
  ];
}

/** Rounded up to whole minutes: a message does not count down. */
function leftText(endsAt: string, now: string): string {
  const seconds = Math.max(0, Date.parse(endsAt) - Date.parse(now)) / 1_000;
  return `${durationText(seconds < 60 ? seconds : Math.ceil(seconds / 60) * 60)} left when this was written`;
}

/** For the engineer: the command to paste, the page of the grant, and the button to release access. */
export function workBlocks({ request, grant, access, service }: CardFacts, publicUrl: string): KnownBlock[] {
  if (grant === null || grant.state === 'ended') return [];
  const isUsable = access === 'open' || (access === 'not_yet' && grant.startsAt === null);
  const { tenant, scope } = request.terms;
  const command = firstCallCommand({ id: grant.id, tenant, scope }, service);
  const value = pressedValue({ request: request.id, digest: request.digest });
  return [
    ...(isUsable ? [section(mrkdwn('*Paste this to begin*')), paragraph(cut(command, 1_500))] : []),
    ...actions('requester.work', [
      button(ACTIONS.open, 'Open', { url: `${publicUrl}/grants/${grant.id}`, style: 'primary' }),
      button(ACTIONS.release, 'Release', {
        value,
        confirm: confirm(
          'Release access?',
          'Access ends at once. Ask again if you need it later.',
          'Release',
        ),
      }),
    ]),
  ];
}

type NamedReview = CardFacts['reviews'][number];

const MAX_NAME = 120;
/** The length of a reason under a seal; the page shows the whole reason. */
const MAX_REASON = 400;

/** Who decided, in the same words as the pages. */
export function sealTitle({ decision, assurance, name }: NamedReview): string {
  const who = cut(oneLine(name), MAX_NAME);
  if (decision === 'deny') return `Denied by ${who}`;
  if (decision === 'counter') return `Less was offered by ${who}`;
  return assurance === 'passkey' ? `Countersigned by ${who} with a passkey` : `Approved by ${who}`;
}

/** The side that decided, and how the person was authenticated. */
export function sealGround({ side, assurance }: NamedReview): string {
  const isSigned = assurance === 'passkey';
  const basis = side === 'customer' && !isSigned ? ` · ${ON_VENDORS_WORD}` : '';
  return `for the ${side} · ${ASSURANCE[assurance]}${basis}`;
}

/** The seal of a decision: who decided, when, and how they were authenticated. */
export function seal(review: NamedReview): ContextBlock {
  const mark = review.decision === 'deny' ? '⊖' : '⊛';
  return context(
    aside(`${mark} ${sealTitle(review)}`),
    mrkdwn(readerTime(review.at)),
    aside(sealGround(review)),
    ...(review.reason === null || review.reason === ''
      ? []
      : [aside(`“${cut(oneLine(review.reason), MAX_REASON)}”`)]),
  );
}
