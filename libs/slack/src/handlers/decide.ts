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
import { type Does, pressing } from './press.js';
import { SENTENCES } from './sentences.js';

type ByButton = BlockAction<ButtonAction>;

/** Buttons that act at once. What each does is the domain's use case; what is said afterwards is all that is ours. */
export function listenForDecisions(app: App, parts: SlackParts): void {
  const does: Readonly<Record<string, Does>> = {
    [ACTIONS.approve]: approve(parts),
    [ACTIONS.readOnly]: offer(parts, async (principal, terms) => {
      const { definition } = await getService(parts.deps, principal, terms.service);
      return readOnly(terms, definition);
    }),
    [ACTIONS.halfTime]: offer(parts, async (_principal, terms) => halfTime(terms)),
    [ACTIONS.accept]: async (principal, { request, digest }) => {
      await acceptOffer(parts.deps, principal, request, digest);
      return SENTENCES.accepted;
    },
    [ACTIONS.withdraw]: async (principal, { request }) => {
      await cancelRequest(parts.deps, principal, request);
      return SENTENCES.withdrawn;
    },
    [ACTIONS.release]: async (principal, pressed) => {
      await releaseGrant(parts.deps, principal, await grantOf(parts, principal, pressed));
      return SENTENCES.released;
    },
  };
  for (const [id, work] of Object.entries(does)) app.action<ByButton>(id, pressing(parts, work));
  // A link is followed by Slack itself; it tells of it, and wants an answer.
  app.action(ACTIONS.open, async ({ ack }) => ack());
}

const approve =
  ({ deps }: SlackParts): Does =>
  async (principal, { request, digest }) => {
    await reviewRequest(deps, principal, request, { decision: 'approve', digest, reason: null });
    return SENTENCES.approved;
  };

const offer =
  (parts: SlackParts, narrow: (principal: Principal, terms: Terms) => Promise<Narrowing | null>): Does =>
  async (principal, pressed) => {
    const { terms } = await asShown(parts, principal, pressed);
    const change = await narrow(principal, terms);
    if (change === null) return SENTENCES.nothingLeft;
    await offerInstead(parts, principal, pressed, counterTerms(terms, pressed.digest, change));
    return SENTENCES.offered;
  };

/** The request, where it is still the one that was shown. @throws AccessError `not_found`, `digest_mismatch` */
export async function asShown({ deps }: SlackParts, principal: Principal, pressed: Pressed) {
  const { request } = await getRequest(deps, principal, pressed.request);
  if (request.digest !== pressed.digest)
    throw new AccessError('digest_mismatch', 'The request has changed since you read it. Read it again.');
  return request;
}

/** A counter-offer with these terms. @throws AccessError as `reviewRequest` */
export async function offerInstead(
  { deps }: SlackParts,
  principal: Principal,
  { request, digest }: Pressed,
  terms: Terms,
): Promise<void> {
  await reviewRequest(deps, principal, request, { decision: 'counter', digest, reason: null, terms });
}

/** The grant that the request opened. @throws AccessError `not_found`, `grant_not_active` where it opened none */
export async function grantOf({ deps }: SlackParts, principal: Principal, pressed: Pressed): Promise<string> {
  const { request } = await getRequest(deps, principal, pressed.request);
  if (request.grant === null) throw new AccessError('grant_not_active', SENTENCES.noGrant);
  return request.grant;
}
