import type { PrunedBatch } from '../../ports/index.js';
import type { Deps } from '../shared/deps.js';

/** Days that a notice is kept, with where it went. */
export const NOTICES_KEPT_DAYS = 30;
/** Days that a message in Slack is followed after its last change: longer than any request and grant together. */
export const SLACK_POSTS_KEPT_DAYS = 180;
const DAY_MS = 86_400_000;
/** Rows of one unit of work: it holds up no one for long. */
const BATCH = 500;

/** How much one run deleted. */
export interface Pruned {
  notices: number;
  idempotentAnswers: number;
  /** Slack messages that are no longer followed. */
  slackPosts: number;
}

/**
 * Deletes what has served its purpose: notices whose deliveries are all over, 30 days after they were made, and
 * answers kept under an Idempotency-Key once they have expired; and what Slack's side keeps of messages and of what came in. A notice with a delivery that is still due, or that
 * was given up and waits for someone (`dead`), stays. The log keeps everything; nothing of it is touched.
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
  return { notices, idempotentAnswers, slackPosts };
}
