import { DIALECTS, type Dialect } from './sql.js';

/** The size of a deployment. Half of the rows belong to one tenant, the rest are spread over the others. */
export interface Size {
  requests: number;
  tenants: number;
  /** At most the number of requests. The newest requests have an open grant, the others have none. */
  activeGrants: number;
  /** The number of access records, of events, and of notices with one delivery each. */
  rows: number;
}

/** Runs plain SQL on one of our databases, as its owner. */
export interface SeedTarget {
  engine: 'sqlite' | 'postgres';
  run(sql: string): Promise<void>;
  all(sql: string): Promise<Record<string, unknown>[]>;
}

/** 2026-01-01; each row is a second younger than the one before it. */
export const BEGIN = 1_767_225_600;
/** Leaves before this index come from the preparation of the database. */
const FIRST_LEAF = 1_000;
export const SERVICES = 10;
export const ENGINEERS = 50;
export const BIG_TENANT = 'tenant-0';

/** The n-th id of its kind: in the form of a UUIDv7, increasing. */
export const idOf = (dialect: Dialect, prefix: string, number: string): string =>
  `'${prefix}_00000000-0000-7000-8000-' || ${dialect.hex(number)}`;

/** An id that `seed` assigned. */
export const seededId = (prefix: string, number: number): string =>
  `${prefix}_00000000-0000-7000-8000-${number.toString(16).padStart(12, '0')}`;

/**
 * Fills an empty, migrated database by bulk SQL, the same rows every time. Indexes are created after the rows, which
 * makes a million rows feasible.
 */
export async function seed(target: SeedTarget, size: Size): Promise<void> {
  const dialect = DIALECTS[target.engine];
  const tables = ['requests', 'grants', 'access_records', 'events', 'notices', 'deliveries'];
  const indices = (await target.all(dialect.indices)).filter(({ definition }) =>
    tables.some((table) => new RegExp(`\\bON "?(public\\.)?"?${table}\\b`).test(String(definition))),
  );
  for (const { name } of indices) await target.run(`DROP INDEX "${name}"`);
  for (const statement of rowsOf(dialect, size)) await target.run(statement);
  for (const { definition } of indices) await target.run(String(definition));
  await target.run('ANALYZE');
}

function rowsOf(dialect: Dialect, { requests, tenants, activeGrants, rows }: Size): string[] {
  const { numbers, hex, instant } = dialect;
  const id = (prefix: string, number: string) => idOf(dialect, prefix, number);
  const tenant = `'tenant-' || (CASE WHEN i % 2 = 0 THEN 0 ELSE i % ${tenants} END)`;
  const service = `'service-' || (i / 3 % ${SERVICES})`;
  const person = id('usr', `i / 7 % ${ENGINEERS}`);
  const digest = `'sha256:' || ${hex('i')} || '${'0'.repeat(52)}'`;
  const at = instant(`${BEGIN} + i`);
  const granted = `i >= ${requests - activeGrants}`;
  const state = `CASE WHEN ${granted} THEN 'approved' WHEN i % 50 = 0 THEN 'awaiting_customer' WHEN i % 3 = 0 THEN 'denied' ELSE 'expired' END`;
  const needs = `{"vendor":{"required":1,"approved":1},"customer":{"required":1,"approved":1,"countersignature":false,"channels":["web","api"]},"risk":{"level":"medium","reasons":[]}}`;
  const terms = `'{"v":1,"deployment":"dep_x","request":"' || ${id('req', 'i')} || '","basis":"approval","routes":"sha256:${'a'.repeat(64)}","scope":[{"resource":"invoices/*","actions":["list","read"]}],"seconds":3600,"startsOn":"approval","lapsesAt":"2099-01-01T00:00:00Z","justification":"c1:${'A'.repeat(43)}"}'`;
  return [
    `INSERT INTO requests (id, tenant, service, requester, state, version, digest, terms, needs, asked, basis, reminders, waits, created_at, lapses_at, ended_at, grant_id)
     SELECT ${id('req', 'i')}, ${tenant}, ${service}, ${person}, ${state}, 1, ${digest}, ${terms}, '${needs}', '{}', 'approval', 0, '[]', ${at},
       '2099-01-01T00:00:00.000Z', NULL, CASE WHEN ${granted} THEN ${id('grt', 'i')} END FROM ${numbers(requests)}`,
    `INSERT INTO grants (id, request_id, tenant, service, requester, digest, state, version, created_at, starts_at, ends_at, due_at, basis, used_calls, used_bytes, refused_calls)
     SELECT ${id('grt', 'i')}, ${id('req', 'i')}, ${tenant}, ${service}, ${person}, ${digest}, 'active', 1, ${at}, ${at},
       '2099-01-01T00:00:00.000Z', '2098-12-31T23:50:00.000Z', 'approval', 0, 0, 0
     FROM ${numbers(requests)} WHERE ${granted}`,
    `INSERT INTO access_records (id, at, tenant, grant_id, digest, request_id, service, person, method, path, route, resource, action, decision, count, mode, status, bytes, duration_ms, outcome, gateway, boot, seq)
     SELECT ${id('rec', 'i')}, ${at}, ${tenant}, ${id('grt', `i % ${requests}`)}, ${digest}, ${id('req', `i % ${requests}`)}, ${service}, ${person},
       'GET', '/tenants/x/invoices/1', '/tenants/{tenant}/invoices/{id}', 'invoices/1', 'read',
       CASE WHEN i % 20 = 0 THEN 'refused' ELSE 'allowed' END, 1, 'gateway', 200, 64, 3, 'completed', 'gtw_x', 'boot', i
     FROM ${numbers(rows)}`,
    // A real leaf index has no gaps within its tenant; for lists it need only be unique and ordered.
    `INSERT INTO events (tenant, seq, type, at, hash, leaf, request_id, grant_id, requester)
     SELECT ${tenant}, i + ${FIRST_LEAF}, 'access.allowed', ${at}, ${digest}, '{"v":1,"type":"access.allowed","data":{"method":"GET"}}',
       ${id('req', `i % ${requests}`)}, ${id('grt', `i % ${requests}`)}, ${person} FROM ${numbers(rows)}`,
    `INSERT INTO notices (id, tenant, kind, subject, audience, at, attempts, state, next_at, delivered_at)
     SELECT ${id('ntc', 'i')}, ${tenant}, 'request.approved', ${id('req', `i % ${requests}`)}, '[]', ${at}, 1, 'delivered', ${at}, ${at}
     FROM ${numbers(rows)}`,
    `INSERT INTO deliveries (notice, channel, recipient, queue, tenant, lane, state, attempts, next_at, delivered_at)
     SELECT ${id('ntc', 'i')}, 'mail', ${person}, ${person}, ${tenant}, ${id('req', `i % ${requests}`)},
       CASE WHEN i % 100 = 0 THEN 'dead' ELSE 'delivered' END, 1, ${at}, ${at} FROM ${numbers(rows)}`,
  ];
}
