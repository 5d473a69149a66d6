import type { PrunedBatch } from '../../ports/index.js';
import type { Deps } from '../shared/deps.js';

/** How many days a notice and its deliveries are kept. */
export const NOTICES_KEPT_DAYS = 30;
/** How many days after its last change a Slack message is still updated: longer than any request and grant together. */
export const SLACK_POSTS_KEPT_DAYS = 180;
const DAY_MS = 86_400_000;
/** Rows per unit of work. Small, so that it blocks no other unit for long. */
const BATCH = 500;

/** What one run deleted. */
interface Pruned {
  notices: number;
  idempotentAnswers: number;
  /** Records of Slack messages that are no longer updated. */
  slackPosts: number;
}

/**
 * Deletes rows past their retention: notices after 30 days, answers stored under an expired Idempotency-Key, and the
 * records of Slack messages and events. A notice with a due or dead delivery stays. The log is never pruned.
 */
export async function prune(deps: Deps): Promise<Pruned> {
  const now = deps.clock.now();
  const before = new Date(now.getTime() - NOTICES_KEPT_DAYS * DAY_MS).toISOString();
  const idempotentAnswers = await deps.store.housekeeping.write(({ idempotency }) =>
    idempotency.clearExpired(now.toISOString()),
  );
  let notices = 0;
  let after: string | null = null;
  do {
    const at: string | null = after;
    const batch: PrunedBatch = await deps.store.notices.write(({ deliveries }) =>
      deliveries.prune(before, at, BATCH),
    );
    notices += batch.deleted;
    after = batch.next;
  } while (after !== null);
  const slackPosts = await deps.store.slack.write(async ({ slackPosts: posts, slackSeen }) => {
    await slackSeen.purge(now.toISOString());
    return posts.prune(new Date(now.getTime() - SLACK_POSTS_KEPT_DAYS * DAY_MS).toISOString());
  });
  // An erasure could not do this if another process used the database at that moment.
  await deps.store.scrubDeleted();
  return { notices, idempotentAnswers, slackPosts };
}
