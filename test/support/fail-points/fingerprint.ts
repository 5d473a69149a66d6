import { rowsAt } from '../rows-at.js';

/**
 * Everything in the store about one engineer's requests, and about locks and invitations made only for them. It has no
 * ids, so that engineers can be compared.
 */
export type Fingerprint = {
  requests: string[];
  reviews: string[];
  grants: string[];
  locks: string[];
  invitations: string[];
  leaves: string[];
  notices: string[];
  feedChanges: number;
  rememberedAnswers: number;
};

const MINTED = 'token.minted';

/** @param requester `usr_…` @param key the `Idempotency-Key` of the inspected call */
export async function fingerprint(url: string, requester: string, key: string): Promise<Fingerprint> {
  const own = `(SELECT id FROM requests WHERE requester = '${requester}')`;
  const grants = `(SELECT id FROM grants WHERE requester = '${requester}')`;
  const locks = `(SELECT id FROM locks WHERE name = '${requester}')`;
  const invitations = `(SELECT id FROM invitations WHERE statement LIKE '%${requester}%')`;
  const words = async (sql: string) => (await rowsAt<{ word: string }>(url, sql)).map(({ word }) => word);
  const count = async (sql: string) => (await rowsAt<{ count: number }>(url, sql))[0]?.count ?? 0;
  // At midnight the day's statement names open grants too. It is none of their steps.
  const leaves = await words(
    `SELECT type AS word FROM events WHERE tenant = 'acme' AND leaf LIKE '%${requester}%' AND type <> 'standing.stated' ORDER BY seq`,
  );
  return {
    requests: await words(`SELECT state AS word FROM requests WHERE requester = '${requester}' ORDER BY id`),
    reviews: await words(`SELECT decision AS word FROM reviews WHERE request_id IN ${own} ORDER BY id`),
    grants: await words(`SELECT state AS word FROM grants WHERE requester = '${requester}' ORDER BY id`),
    locks: await words(
      `SELECT CASE WHEN lifted_at IS NULL THEN 'set' ELSE 'lifted' END AS word FROM locks WHERE id IN ${locks} ORDER BY id`,
    ),
    invitations: await words(`SELECT state AS word FROM invitations WHERE id IN ${invitations} ORDER BY id`),
    // A token is a secret, so no key stores it: a repeated call gets another token, and the log records that.
    leaves: leaves.filter((type, index) => type !== MINTED || leaves[index - 1] !== MINTED),
    notices: await words(
      `SELECT kind AS word FROM notices WHERE subject IN ${own} OR subject IN ${grants} OR subject IN ${invitations} ORDER BY id`,
    ),
    feedChanges: await count(
      `SELECT count(*) AS count FROM feed_changes WHERE ref IN ${grants} OR ref IN ${locks}`,
    ),
    rememberedAnswers: await count(`SELECT count(*) AS count FROM idempotent_answers WHERE key = '${key}'`),
  };
}

/** A sentence if the feed does not count from 1 to its head without a gap. */
export async function feedGap(url: string): Promise<string[]> {
  const [feed] = await rowsAt<{ head: number; count: number; last: number }>(
    url,
    `SELECT feed_seq AS head, (SELECT count(*) FROM feed_changes) AS count,
     (SELECT max(seq) FROM feed_changes) AS last FROM deployment`,
  );
  const whole = feed !== undefined && feed.head === feed.count && feed.head === feed.last;
  return whole ? [] : [`the feed has a gap: ${JSON.stringify(feed)}`];
}
