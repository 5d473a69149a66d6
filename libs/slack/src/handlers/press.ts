import { AccessError, getRequest, isOnlyLocked, type Principal } from '@countersign/access';
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
import { sentenceMessage } from '../messages/blocks.js';
import { audienceOf } from '../messages/decide-buttons.js';
import { sealTitle } from '../messages/grant-blocks.js';
import { requestCard } from '../messages/request-card.js';
import { oneLine } from '../messages/text.js';
import { wordsOf } from '../messages/words/index.js';
import { type Pressed, readPressed } from '../pressed.js';
import { publishHome } from './home.js';
import { messageOf, sentencesOf } from './sentences.js';
import { logUnexpected } from './submit.js';

export type ButtonPress = SlackActionMiddlewareArgs<BlockAction<ButtonAction>> & AllMiddlewareArgs;

/** Sends one sentence to the person who pressed. No one else sees it. */
export type Respond = (sentence: string, url?: string) => Promise<void>;

/** Calls a button's use case. Returns the sentence that confirms it. */
export type PressHandler = (principal: Principal, pressed: Pressed) => Promise<string>;

/**
 * Handles a press: acknowledges it at once, identifies the person, and lets the domain decide. A refused person gets one
 * sentence that says why. If the card was outdated, it is updated.
 */
export const buttonListener =
  (parts: SlackParts, handler: PressHandler) =>
  async (press: ButtonPress): Promise<void> => {
    await press.ack();
    const respond = responder(parts, press);
    try {
      const clicker = await identifyClicker(parts, press.body);
      if (!clicker.known)
        return await respond(sentencesOf(parts.settings).unknown[clicker.why], clicker.linkUrl);
      const pressed = readPressed(press.action.value);
      if (pressed === null) return await respond(sentencesOf(parts.settings).said.unreadable);
      try {
        await respond(await retryOnConflict(() => handler(clicker.principal, pressed)));
      } catch (error) {
        if (!(error instanceof AccessError)) throw error;
        await respond(await pressRefusalText(parts, clicker.principal, pressed, error));
        if (OUTDATES_CARD.has(error.code)) await tryRefreshCard(parts, press, clicker.principal, pressed);
      }
    } catch (error) {
      await respond(logUnexpected(parts, press.logger, error)).catch((failure: unknown) =>
        press.logger.warn(failure),
      );
    }
  };

/** Error codes that mean that the card is outdated. */
const OUTDATES_CARD: ReadonlySet<AccessError['code']> = new Set([
  'digest_mismatch',
  'already_decided',
  'wrong_state',
  'conflict',
  'grant_not_active',
  'controls_changed',
]);

/** Identifies the sender by the ids of their own workspace. Names and roles in the payload are ignored. */
export async function identifyClicker(
  parts: SlackParts,
  body: Parameters<typeof slackUserOf>[0],
): Promise<Clicker> {
  const who = slackUserOf(body);
  if (who === null) throw new Error('the payload names no user');
  return parts.identify(who);
}

/** Retries once after a write conflict. The second attempt sees what the other writer left. */
async function retryOnConflict<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof AccessError && error.code === 'conflict') return work();
    throw error;
  }
}

/** Words the domain's refusal for the person who pressed. If someone else was faster, it names them. */
export async function pressRefusalText(
  parts: SlackParts,
  principal: Principal,
  { request }: Pressed,
  error: AccessError,
): Promise<string> {
  const sentence = sentencesOf(parts.settings).refusals[error.code];
  if (error.code === 'already_decided') {
    const who = await lastDecision(parts, principal, request);
    return who === null ? sentence : `${sentence} ${who}`;
  }
  if (error.code === 'controls_changed' && isOnlyLocked(error.refusals))
    return wordsOf(parts.settings).outdated.locked;
  if (error.code === 'invalid_request' || error.code === 'controls_changed') {
    const message = oneLine(messageOf(parts.settings, error));
    return message === sentence ? sentence : `${sentence} ${message}`;
  }
  return sentence;
}

async function lastDecision(
  parts: SlackParts,
  principal: Principal,
  request: string,
): Promise<string | null> {
  const facts = await factsFor(parts, principal, request).catch(() => null);
  const last = facts?.reviews.at(-1);
  return last === undefined ? null : `${sealTitle(last, parts.settings.language)}.`;
}

/** The facts of one card, if the person may see the request. @throws AccessError `not_found`, `forbidden` */
export async function factsFor({ deps, settings }: SlackParts, principal: Principal, id: string) {
  const { request } = await getRequest(deps, principal, id);
  const facts = await deps.store.readForTenant(request.tenant, (unit) =>
    readFacts(unit, id, { now: deps.clock.now(), language: settings.language }),
  );
  if (facts === null) throw new AccessError('not_found', 'There is no such request, or you may not see it.');
  return facts;
}

/** The press is answered already. If the card cannot be updated, log it; the next notice updates the card. */
async function tryRefreshCard(
  parts: SlackParts,
  press: ButtonPress,
  principal: Principal,
  pressed: Pressed,
): Promise<void> {
  await refreshCard(parts, press, principal, pressed).catch((error: unknown) => press.logger.warn(error));
}

/** Updates the card with the pressed button, and repeats that if the request changes meanwhile. */
async function refreshCard(
  parts: SlackParts,
  { body, action, client }: ButtonPress,
  principal: Principal,
  { request }: Pressed,
): Promise<void> {
  const audience = audienceOf(action.block_id);
  const { channel, message } = body;
  if (audience === null || channel === undefined || message === undefined) return;
  for (
    let facts = await factsFor(parts, principal, request), lastHash = '';
    lastHash !== versionStamp(facts);
  ) {
    lastHash = versionStamp(facts);
    const card = requestCard(facts, audience, parts.settings.publicUrl);
    await client.chat.update({ channel: channel.id, ts: message.ts, ...card });
    facts = await factsFor(parts, principal, request);
  }
}

const versionStamp = ({ request, grant }: Awaited<ReturnType<typeof factsFor>>): string =>
  `${request.version} ${grant?.version ?? 0}`;

/** Answers in the channel with an ephemeral message, or at the top of App Home if the press was there. */
export function responder(
  parts: SlackParts,
  { body, respond, client }: { body: BlockAction; respond: RespondFn; client: WebClient },
): Respond {
  return async (sentence, url) => {
    if (body.view?.type === 'home') return publishHome(parts, client, body, sentence);
    await respond({
      response_type: 'ephemeral',
      replace_original: false,
      ...sentenceMessage(parts.settings.language, sentence, url),
    });
  };
}
