import {
  AccessError,
  acceptOffer,
  cancelRequest,
  getRequest,
  getService,
  type Principal,
  releaseGrant,
  reviewRequest,
} from '@countersign/access';
import { type Terms } from '@countersign/contract';
import { counterTerms, halfTime, type Narrowing, readOnly } from '@countersign/wording';
import type { App, BlockAction, ButtonAction } from '@slack/bolt';
import { ACTIONS } from '../action-ids.js';
import type { SlackParts } from '../config.js';
import type { Pressed } from '../pressed.js';
import { buttonListener, type PressHandler } from './press.js';
import { sentencesOf } from './sentences.js';

type ByButton = BlockAction<ButtonAction>;

/** Buttons that act at once. Each calls a use case and returns the sentence that confirms it. */
export function listenForDecisions(app: App, parts: SlackParts): void {
  const { said } = sentencesOf(parts.settings);
  const handlers: Readonly<Record<string, PressHandler>> = {
    [ACTIONS.approve]: approve(parts),
    [ACTIONS.readOnly]: offer(parts, async (principal, terms) => {
      const { definition } = await getService(parts.deps, principal, terms.service);
      return readOnly(terms, definition);
    }),
    [ACTIONS.halfTime]: offer(parts, async (_principal, terms) => halfTime(terms)),
    [ACTIONS.accept]: async (principal, { request, digest }) => {
      await acceptOffer(parts.deps, principal, request, digest);
      return said.accepted;
    },
    [ACTIONS.withdraw]: async (principal, { request }) => {
      await cancelRequest(parts.deps, principal, request);
      return said.withdrawn;
    },
    [ACTIONS.release]: async (principal, pressed) => {
      await releaseGrant(parts.deps, principal, await grantOf(parts, principal, pressed));
      return said.released;
    },
  };
  for (const [id, handler] of Object.entries(handlers))
    app.action<ByButton>(id, buttonListener(parts, handler));
  // Slack opens a link itself, but sends the press too and expects an acknowledgement.
  for (const link of [ACTIONS.open, ACTIONS.openService]) app.action(link, async ({ ack }) => ack());
}

const approve =
  ({ deps, settings }: SlackParts): PressHandler =>
  async (principal, { request, digest }) => {
    await reviewRequest(deps, principal, request, { decision: 'approve', digest, reason: null });
    return sentencesOf(settings).said.approved;
  };

const offer =
  (
    parts: SlackParts,
    narrow: (principal: Principal, terms: Terms) => Promise<Narrowing | null>,
  ): PressHandler =>
  async (principal, pressed) => {
    const { terms } = await requestAsShown(parts, principal, pressed);
    const change = await narrow(principal, terms);
    if (change === null) return sentencesOf(parts.settings).said.nothingLeft;
    await offerInstead(parts, principal, pressed, counterTerms(terms, pressed.digest, change));
    return sentencesOf(parts.settings).said.offered;
  };

/** The request, if its terms are still those that the card showed. @throws AccessError `not_found`, `digest_mismatch` */
export async function requestAsShown({ deps }: SlackParts, principal: Principal, pressed: Pressed) {
  const { request } = await getRequest(deps, principal, pressed.request);
  if (request.digest !== pressed.digest)
    throw new AccessError('digest_mismatch', 'The request has changed since you read it. Read it again.');
  return request;
}

/** Makes a counter-offer with these terms. @throws AccessError as `reviewRequest` */
export async function offerInstead(
  { deps }: SlackParts,
  principal: Principal,
  { request, digest }: Pressed,
  terms: Terms,
): Promise<void> {
  await reviewRequest(deps, principal, request, { decision: 'counter', digest, reason: null, terms });
}

/** The id of the request's grant. @throws AccessError `not_found`; `grant_not_active` if it has none */
export async function grantOf(
  { deps, settings }: SlackParts,
  principal: Principal,
  pressed: Pressed,
): Promise<string> {
  const { request } = await getRequest(deps, principal, pressed.request);
  if (request.grant === null) throw new AccessError('grant_not_active', sentencesOf(settings).said.noGrant);
  return request.grant;
}
