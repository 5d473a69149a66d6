import type { ClaimedMessage, Delivered, Deps } from '@countersign/access';
import { type CardFacts, factsOf } from '../facts.js';
import type { Rendered } from '../messages/blocks.js';
import { reminderDigest } from '../messages/thread-lines.js';
import type { Target } from './recipients.js';

/** At most this many waiting requests are read. */
const MAX_WAITING = 50;

/**
 * Sends one message about everything that waits for the recipient's side. Skips it if another reminder went out after
 * this notice was created, since that one already listed this request.
 */
export async function sendReminder(
  deps: Deps,
  { notice, recipient }: ClaimedMessage,
  { installation, channel, audience }: Target,
  facts: CardFacts,
  post: (message: Rendered) => Promise<string>,
  publicUrl: string,
): Promise<Delivered> {
  const { tenant } = notice;
  const { request } = facts;
  const side = request.state === 'awaiting_vendor' ? 'vendor' : tenant;
  const name = `reminder:${side}`;
  const last = await deps.store.slack.read((unit) => unit.slackPosts.find(name, recipient));
  if (last !== null && Date.parse(last.postedAt) > Date.parse(notice.at))
    return { done: 'skipped', code: 'superseded' };
  const waiting = await waitingFor(deps, side, tenant, facts, audience === 'approver');
  const digest = reminderDigest(waiting, publicUrl);
  if (digest === null) return { done: 'skipped', code: 'superseded' };
  const ts = await post(digest);
  const now = deps.clock.now().toISOString();
  await deps.store.slack.write(({ slackPosts }) =>
    slackPosts.save({
      ...{ request: name, recipient, workspace: installation.workspace, channel, ts },
      ...{ shown: notice.id, postedAt: now, updatedAt: now },
    }),
  );
  return { done: 'delivered' };
}

/** A tenant's people see requests of that tenant only (P9). The vendor's reviewers see all that wait for them. */
async function waitingFor(
  deps: Deps,
  side: string,
  tenant: string,
  { request: { state }, language }: CardFacts,
  asTenant: boolean,
): Promise<CardFacts[]> {
  const page = { cursor: null, limit: MAX_WAITING };
  const as = { now: deps.clock.now(), language };
  if (side === tenant || asTenant)
    return deps.store.readForTenant(tenant, async (unit) =>
      factsOf(unit, (await unit.requests.list({ state }, page)).items, as),
    );
  return deps.store.readAsVendor(async (unit) =>
    factsOf(unit, (await unit.requests.list({ state }, page)).items, as),
  );
}
