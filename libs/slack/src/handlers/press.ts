import { AccessError, getRequest, type Principal } from '@countersign/access';
import type {
  AllMiddlewareArgs,
  BlockAction,
  ButtonAction,
  RespondFn,
  SlackActionMiddlewareArgs,
} from '@slack/bolt';
import type { WebClient } from '@slack/web-api';
import type { SlackParts } from '../config.js';
import { readFacts } from '../facts.js';
import { type Clicker, slackUserOf } from '../identity.js';
import { saying } from '../messages/blocks.js';
import { audienceOf } from '../messages/decide-buttons.js';
import { sealTitle } from '../messages/grant-blocks.js';
import { requestCard } from '../messages/request-card.js';
import { oneLine } from '../messages/text.js';
import { type Pressed, readPressed } from '../pressed.js';
import { publishHome } from './home.js';
import { REFUSALS, SENTENCES, STRANGERS } from './sentences.js';
import { unexpected } from './submit.js';

export type ButtonPress = SlackActionMiddlewareArgs<BlockAction<ButtonAction>> & AllMiddlewareArgs;

/** Says one sentence to whoever pressed, seen by them alone. */
export type Tell = (sentence: string, url?: string) => Promise<void>;

/** What a button does: the use case, and what is said when it is done. */
export type Does = (principal: Principal, pressed: Pressed) => Promise<string>;

/**
 * A button: acknowledged at once, then its presser is looked up, then the domain decides. Whoever it refuses is told
 * why in one sentence, and a card that told of something else than there is now is made anew.
 */
export const pressing =
  (parts: SlackParts, does: Does) =>
  async (press: ButtonPress): Promise<void> => {
    await press.ack();
    const tell = teller(parts, press);
    try {
      const clicker = await whoPressed(parts, press.body);
      if (!clicker.known) return await tell(STRANGERS[clicker.why], clicker.linkUrl);
      const pressed = readPressed(press.action.value);
      if (pressed === null) return await tell(SENTENCES.unreadable);
      try {
        await tell(await again(() => does(clicker.principal, pressed)));
      } catch (error) {
        if (!(error instanceof AccessError)) throw error;
        await tell(await refusal(parts, clicker.principal, pressed, error));
        if (STALE.has(error.code)) await refreshed(parts, press, clicker.principal, pressed);
      }
    } catch (error) {
      await tell(unexpected(parts, press.logger, error)).catch((failure: unknown) =>
        press.logger.warn(failure),
      );
    }
  };

/** After these the card shows something else than there is. */
const STALE: ReadonlySet<AccessError['code']> = new Set([
  'digest_mismatch',
  'already_decided',
  'wrong_state',
  'conflict',
  'grant_not_active',
  'controls_changed',
]);

/** By the presser's own workspace; what the payload says of names or roles counts for nothing. */
export async function whoPressed(
  parts: SlackParts,
  body: Parameters<typeof slackUserOf>[0],
): Promise<Clicker> {
  const who = slackUserOf(body);
  if (who === null) throw new Error('a payload without a user');
  return parts.identify(who);
}

/** Once more where two wrote at the same moment: then it is judged by what the other has left. */
async function again<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof AccessError && error.code === 'conflict') return work();
    throw error;
  }
}

/** What the domain's refusal means for whoever pressed; the loser of a race is told who was faster. */
export async function refusal(
  parts: SlackParts,
  principal: Principal,
  { request }: Pressed,
  error: AccessError,
): Promise<string> {
  const kind = REFUSALS[error.code];
  if (error.code === 'already_decided') {
    const who = await lastDecision(parts, principal, request);
    return who === null ? kind : `${kind} ${who}`;
  }
  if (error.code === 'invalid_request' || error.code === 'controls_changed')
    return `${kind} ${oneLine(error.message)}`;
  return kind;
}

async function lastDecision(
  parts: SlackParts,
  principal: Principal,
  request: string,
): Promise<string | null> {
  const facts = await factsFor(parts, principal, request).catch(() => null);
  const last = facts?.reviews.at(-1);
  return last === undefined ? null : `${sealTitle(last)}.`;
}

/** What one card tells, for somebody who may see it. @throws AccessError `not_found`, `forbidden` */
export async function factsFor({ deps }: SlackParts, principal: Principal, id: string) {
  const { request } = await getRequest(deps, principal, id);
  const facts = await deps.store.readForTenant(request.tenant, (unit) =>
    readFacts(unit, id, deps.clock.now()),
  );
  if (facts === null) throw new AccessError('not_found', 'There is no such request, or you may not see it.');
  return facts;
}

/** The press is answered already: a card that could not be made anew is for the log, and for the next notice. */
async function refreshed(
  parts: SlackParts,
  press: ButtonPress,
  principal: Principal,
  pressed: Pressed,
): Promise<void> {
  await refresh(parts, press, principal, pressed).catch((error: unknown) => press.logger.warn(error));
}

/** Makes the card under the pressed button anew, until it tells of what there is. */
async function refresh(
  parts: SlackParts,
  { body, action, client }: ButtonPress,
  principal: Principal,
  { request }: Pressed,
): Promise<void> {
  const audience = audienceOf(action.block_id);
  const { channel, message } = body;
  if (audience === null || channel === undefined || message === undefined) return;
  for (let facts = await factsFor(parts, principal, request), told = ''; told !== stamp(facts); ) {
    told = stamp(facts);
    const card = requestCard(facts, audience, parts.settings.publicUrl);
    await client.chat.update({ channel: channel.id, ts: message.ts, ...card });
    facts = await factsFor(parts, principal, request);
  }
}

const stamp = ({ request, grant }: Awaited<ReturnType<typeof factsFor>>): string =>
  `${request.version} ${grant?.version ?? 0}`;

/** In a channel by what follows the press, in App Home on App Home itself. */
export function teller(
  parts: SlackParts,
  { body, respond, client }: { body: BlockAction; respond: RespondFn; client: WebClient },
): Tell {
  return async (sentence, url) => {
    if (body.view?.type === 'home') return publishHome(parts, client, body, sentence);
    await respond({ response_type: 'ephemeral', replace_original: false, ...saying(sentence, url) });
  };
}
