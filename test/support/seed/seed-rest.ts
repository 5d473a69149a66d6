import { BEGIN, ENGINEERS, idOf, SERVICES, type SeedTarget } from './seed.js';
import { DIALECTS } from './sql.js';

/** The number of seeded grants: the newest requests have one. */
export interface RestSize {
  requests: number;
  tenants: number;
  activeGrants: number;
  /** The number of rows in each table. */
  rows: number;
}

const WAITS = '9999-12-31T23:59:59.999Z';
const queueOf = { slack: `'U:' || (i / 2)`, webhook: `'acme:slow'` };

/**
 * Fills what `seed` leaves empty, after it: locks, changes of the feed, remembered answers, reviews, invitations,
 * leases of budgets, sessions, daily leaves of many tenants. One in fifty locks, invitations and sessions is active.
 */
export async function seedRest(
  target: SeedTarget,
  { requests, tenants, activeGrants, rows }: RestSize,
): Promise<void> {
  const dialect = DIALECTS[target.engine];
  const { numbers, hex, instant } = dialect;
  const id = (prefix: string, number: string) => idOf(dialect, prefix, number);
  const tenant = `'tenant-' || (CASE WHEN i % 2 = 0 THEN 0 ELSE i % ${tenants} END)`;
  const service = `'service-' || (i / 3 % ${SERVICES})`;
  const person = id('usr', `i / 7 % ${ENGINEERS}`);
  const hash = `'sha256:' || ${hex('i')} || '${'0'.repeat(52)}'`;
  const at = instant(`${BEGIN} + i`);
  const later = `'2099-01-01T00:00:00.000Z'`;
  const isOver = 'i % 50 <> 0';
  const first = requests - activeGrants;
  for (const statement of [
    `INSERT INTO people (id, side, email, name, roles)
     SELECT ${id('usr', 'i')}, '', 'engineer-' || i || '@vendor.example', 'An engineer', '["engineer"]' FROM ${numbers(ENGINEERS)}`,
    // Half of the requests have the first word, few the second.
    `INSERT INTO request_words (commitment, word, request_id, tenant, requester, created_at)
     SELECT 'c1:' || ${hex('i')}, CASE WHEN i % 500 = 1 THEN 'rare' WHEN i % 2 = 0 THEN 'common' ELSE 'w' || i END,
       ${id('req', 'i')}, ${tenant}, ${person}, ${at} FROM ${numbers(requests)}`,
    `INSERT INTO locks (id, kind, name, tenant, side, reason, person, created_at, expires_at, lifted_at)
     SELECT ${id('lck', 'i')}, CASE WHEN i % 3 = 0 THEN 'service' ELSE 'person' END, 'name-' || i, ${tenant}, 'vendor', 'a reason',
       ${person}, ${at}, ${later}, CASE WHEN ${isOver} THEN ${at} END FROM ${numbers(rows)}`,
    `INSERT INTO feed_changes (seq, kind, ref, mark) SELECT i + 1, 'grant', ${id('grt', 'i')}, ${hex('i')} FROM ${numbers(rows)}`,
    `INSERT INTO idempotent_answers (principal, route, key, tenant, body_hash, result, expires_at)
     SELECT ${person}, 'POST /x', ${hex('i')}, ${tenant}, ${hash}, '{}', ${at} FROM ${numbers(rows)}`,
    `INSERT INTO reviews (id, request_id, tenant, person, side, decision, digest, channel, assurance, at)
     SELECT ${id('rev', 'i')}, ${id('req', `i % ${requests}`)}, ${tenant}, ${person}, 'vendor', 'approve', ${hash}, 'api', 'api-key', ${at}
     FROM ${numbers(rows)}`,
    `INSERT INTO invitations (id, tenant, service, person, state, version, hash, statement, used, not_after, created_at)
     SELECT ${id('inv', 'i')}, ${tenant}, ${service}, ${person}, CASE WHEN ${isOver} THEN 'expired' ELSE 'open' END, 1, ${hash},
       '{"notAfter":"2099-01-01T00:00:00Z"}', 0, ${later}, ${at} FROM ${numbers(rows)}`,
    `INSERT INTO budget_leases (grant_id, gateway, boot, tenant, turn, held_calls, held_bytes, used_calls, used_bytes, ended_calls, lost_calls)
     SELECT ${id('grt', `${first} + i % ${activeGrants}`)}, 'gtw_' || (i / ${activeGrants}), 'boot-' || (i % 100), ${tenant}, 1, 0, 0, 0, 0, 0, 0
     FROM ${numbers(rows)}`,
    `INSERT INTO log_days (tenant, next_day, next_opening, recorded)
     SELECT 'sealed-' || i, '2026-06-01', '2026-01-01', 0 FROM ${numbers(rows)}`,
    `INSERT INTO sessions (id, hash, person, kind, assurance, device, created_at, seen_at, expires_at, ended_at)
     SELECT ${id('ses', 'i')}, ${hex('i')}, ${person}, 'web', 'oidc', 'a browser', ${at}, ${at}, ${later},
       CASE WHEN ${isOver} THEN ${at} END FROM ${numbers(rows)}`,
    // As many messages wait as there are notices: Slack's in many queues, each second one behind an earlier
    // one, and those of one slow webhook in one.
    ...(['slack', 'webhook'] as const).map(
      (
        channel,
      ) => `INSERT INTO deliveries (notice, channel, recipient, queue, tenant, lane, state, attempts, next_at)
       SELECT ${id('ntc', 'i')}, '${channel}', ${queueOf[channel]}, ${queueOf[channel]}, ${tenant}, 'lane-' || (i / 2), 'due', 0,
         CASE WHEN '${channel}' = 'slack' AND i % 2 = 1 THEN '${WAITS}' ELSE ${at} END FROM ${numbers(rows)}`,
    ),
    `INSERT INTO delivery_queues (channel, queue, next_at)
     SELECT channel, queue, MIN(next_at) FROM deliveries WHERE state = 'due' GROUP BY channel, queue`,
    'ANALYZE',
  ])
    await target.run(statement);
}
