/** @soak */

import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { stat } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { sqlRoute } from '@countersign/contract';
import { readSqlLogin, sqlSetup } from '@countersign/gateway-protocol';
import fc from 'fast-check';
import { run } from '../../../apps/cli/src/main.js';
import { Terminal } from '../../../apps/cli/test/terminal.js';
import { organisation } from '../../factories/organisation.js';
import { GatewayWorld } from '../../fakes/gateway-world.js';
import { until } from '../../fakes/until.js';
import { eventually } from '../../support/eventually.js';
import { callApi, expectStatus } from '../../support/http.js';
import { onlyInSoak, someRows } from '../../support/samples.js';
import { Site } from '../../support/site.js';
import { VendorDatabase } from '../../support/sql-database.js';
import { isRefused, REFUSED_TABLES, unreviewed } from '../../support/sql-effects.js';
import { makeGrant } from '../../support/story.js';
import { removeFolder, tempFolder } from '../../support/temp-folder.js';

type Answer = {
  status: number;
  body: {
    code?: string;
    detail?: string;
    sqlstate?: string;
    position?: number;
    columns?: { name: string; type: string }[];
    rows?: (string | null)[][];
    rowCount?: number;
    truncated?: string | null;
  };
  record: string | null;
};

let world: GatewayWorld;
let database: VendorDatabase;

beforeAll(async () => {
  world = new GatewayWorld();
  await world.prepare();
  database = await VendorDatabase.create(world.spoolDir, 'books');
  world.broker.services = [
    {
      name: 'books',
      upstream: database.upstream,
      audience: 'books',
      tenantFrom: 'path',
      routes: [sqlRoute(new URL(database.url).pathname.slice(1))],
    },
  ];
  await world.startGateway({
    sqlLimits: { statementMs: 5_000, rowMs: 1_500, maxRows: 400, maxBytes: 200_000 },
    maxSqlStatements: 5,
  });
  await until(() => world.gateway.isInTouch());
});
afterAll(async () => {
  await world.stop();
  await database.drop();
});

const grantFor = (tenant: string) =>
  world.broker.grant({ tenant, service: 'books', scope: [{ resource: 'sql/*', actions: ['read'] }] });

async function send(tenant: string, body: unknown, token: string, signal?: AbortSignal): Promise<Answer> {
  const response = await world.send({
    method: 'POST',
    path: `/books/tenants/${tenant}/sql`,
    token,
    headers: { 'content-type': 'application/json' },
    body: typeof body === 'string' ? body : JSON.stringify(body),
    ...(signal && { signal }),
  });
  return {
    status: response.status,
    body: (await response.json()) as Answer['body'],
    record: response.headers.get('countersign-record'),
  };
}

const sql = (statement: string, params: unknown[] = [], tenant = 'acme'): Promise<Answer> =>
  send(tenant, { statement, params }, world.broker.token(grantFor(tenant)));

test('a query answers the rows of the tenant, as text, with names and types of the columns', async () => {
  const { status, body } = await sql(
    'SELECT id, note, total > $1 AS large, NULL::date AS paid FROM invoices WHERE id < $2 ORDER BY id;',
    [30, '6'],
  );
  expect([status, body]).toEqual([
    200,
    {
      columns: [
        { name: 'id', type: 'integer' },
        { name: 'note', type: 'text' },
        { name: 'large', type: 'boolean' },
        { name: 'paid', type: 'date' },
      ],
      rows: [
        ['2', 'of acme', 'f', null],
        ['4', 'of acme', 't', null],
      ],
      rowCount: 2,
      truncated: null,
    },
  ]);
});

test('P9: rows of two tenants never mix, also if both ask at once', async () => {
  const [acme, globex] = await Promise.all([
    sql('SELECT DISTINCT tenant FROM invoices'),
    sql('SELECT DISTINCT tenant FROM invoices', [], 'globex'),
  ]);
  expect([acme.body.rows, globex.body.rows]).toEqual([[['acme']], [['globex']]]);
  const other = await send('globex', { statement: 'SELECT 1' }, world.broker.token(grantFor('acme')));
  expect([other.status, other.body.code]).toEqual([403, 'insufficient_scope']);
});

describe('the record', () => {
  const openedPaths = () => world.broker.openings.map(({ path }) => path?.value);

  test('P5: is durable before the statement runs, and has its text, parameters and SHA-256', async () => {
    const statement = 'SELECT id FROM invoices WHERE id = $1';
    const { record, body } = await sql(statement, [8]);
    expect(body.rows).toEqual([['8']]);
    await until(() => world.broker.recordsOf('outcome').some(({ id }) => id === record));
    const allowed = world.broker.recordsOf('allowed').find(({ id }) => id === record);
    expect(allowed).toMatchObject({ method: 'POST', action: 'read', context: 'none' });
    const sha256 = createHash('sha256').update(statement).digest('hex');
    expect(openedPaths()).toContain(
      `/tenants/acme/sql?${JSON.stringify({ params: ['8'], sha256, statement })}`,
    );
    expect(JSON.stringify(allowed)).not.toContain('invoices WHERE');
    const outcome = world.broker.recordsOf('outcome').find(({ id }) => id === record);
    expect(outcome).toMatchObject({ status: 200, outcome: 'completed' });
    expect(outcome?.bytes).toBeGreaterThan(50);
  });

  onlyInSoak(() => {
    test('a statement that is refused or fails is recorded too', async () => {
      const refused = await sql('SELECT pg_sleep(1)');
      expect([refused.status, refused.body.code]).toEqual([400, 'statement_refused']);
      const failed = await sql('SELECT nothing FROM invoices');
      expect(failed).toMatchObject({
        status: 422,
        body: { code: 'statement_failed', sqlstate: '42703', position: 8 },
      });
      await until(() => world.broker.recordsOf('outcome').some(({ id }) => id === failed.record));
      expect(openedPaths()).toEqual(expect.arrayContaining([expect.stringContaining('SELECT nothing')]));
    });
  });
});

describe('one plain query', () => {
  test.each(
    someRows(
      [
        ['two statements', 'SELECT 1; SELECT 2'],
        ['a commit before', 'COMMIT; SELECT * FROM invoices'],
        ['an insert', "INSERT INTO invoices VALUES (1, 'acme', 1, '')"],
        ['an update', 'UPDATE invoices SET total = 0'],
        ['a delete in WITH', 'WITH gone AS (DELETE FROM invoices RETURNING *) SELECT * FROM gone'],
        ['SELECT INTO', 'SELECT * INTO stolen FROM invoices'],
        ['a lock', 'SELECT * FROM invoices FOR UPDATE'],
        ['SET', 'SET countersign.tenant = globex'],
        ['RESET', 'RESET ALL'],
        ['SET ROLE', 'SET ROLE postgres'],
        ['EXPLAIN', 'EXPLAIN SELECT * FROM invoices'],
        ['EXPLAIN ANALYZE', 'EXPLAIN ANALYZE DELETE FROM invoices'],
        ['COPY', 'COPY invoices TO STDOUT'],
        ['COPY to a program', "COPY (SELECT 1) TO PROGRAM 'id'"],
        ['DO', 'DO $$ BEGIN PERFORM 1; END $$'],
        ['CALL', 'CALL anything()'],
        ['LISTEN', 'LISTEN channel'],
        ['PREPARE', 'PREPARE x AS SELECT 1'],
        ['a cursor of its own', 'DECLARE x CURSOR FOR SELECT 1'],
        ['FETCH', 'FETCH ALL FROM countersign_statement'],
        ['a table', 'CREATE TABLE x (y int)'],
        ['a temporary table', 'CREATE TEMP TABLE x (y int)'],
        ['a new password', `ALTER ROLE CURRENT_USER PASSWORD 'x'`],
        ['nothing', '-- nothing'],
        ['a second one in a comment that ends', '/* */ SELECT 1 /* */; DROP TABLE invoices --'],
      ],
      3,
    ),
  )('PostgreSQL’s own parser refuses %s', async (_name, statement) => {
    const { status, body } = await sql(statement);
    expect([status, body.code]).toEqual([422, 'statement_failed']);
    expect(body.rows).toBeUndefined();
  });

  test.each(
    someRows(
      [
        ['a setting', "SELECT set_config('countersign.tenant', 'globex', true), * FROM invoices"],
        ['a setting in capitals', "SELECT SET_CONFIG('row_security', 'off', true)"],
        ['a quoted name', `SELECT "set_config"('a.b', 'c', true)`],
        ['a name with escapes', `SELECT U&"set\\005fconfig"('a.b', 'c', true)`],
        ['the view of settings', "UPDATE pg_settings SET setting = 'x'"],
        ['SQL in a text', "SELECT query_to_xml('SELECT 1', true, false, '')"],
        ['a name in such a text', "SELECT 'pg_advisory_lock(1)'"],
        ['a lock of other programs', 'SELECT pg_advisory_lock(1)'],
        ['sleep', 'SELECT pg_sleep(100)'],
        ['other backends', 'SELECT pg_terminate_backend(pid) FROM pg_stat_activity'],
        ['messages of replication', "SELECT pg_logical_emit_message(false, 'a', 'b')"],
        ['files', "SELECT pg_read_file('/etc/passwd')"],
        ['a large object that is made', "SELECT lo_from_bytea(0, '\\x00')"],
        ['a large object that is opened', 'SELECT pg_catalog."lowrite"(LO_OPEN(1, 131072), $1)'],
        ['settings of other roles', 'SELECT * FROM pg_catalog.pg_db_role_setting'],
        ['settings of other roles in another view', 'SELECT * FROM pg_roles'],
        ['all settings without their view', 'SELECT * FROM pg_show_all_settings()'],
        ['locks', 'SELECT * FROM pg_locks'],
        ['replication slots', 'SELECT * FROM pg_get_replication_slots()'],
        ['an id of a transaction', 'SELECT txid_current()'],
        ['a NUL', 'SELECT 1\0'],
      ],
      3,
    ),
  )('a statement may not contain %s', async (_name, statement) => {
    const { status, body } = await sql(statement);
    expect([status, body.code]).toEqual([400, 'statement_refused']);
  });

  test('the server has no function and no view that acts or shows beyond the statement, and is neither refused nor reviewed', async () => {
    expect(await database.asGateway(unreviewed)).toEqual([]);
    expect(REFUSED_TABLES.filter((name) => !isRefused(name))).toEqual([]);
    // Columns and tables of a vendor may be named so.
    expect(['solo_created_at', 'hello_puts', 'flowrites'].filter(isRefused)).toEqual([]);
  });

  test('a mistake in a statement is answered with what is wrong, and says nothing about the database', async () => {
    const { rows } = await database.asGateway((client) =>
      client.query<{ temp_file_limit: string }>('SHOW temp_file_limit'),
    );
    expect(rows).toEqual([{ temp_file_limit: '256MB' }]);
    const limitFiles = (size = '') =>
      database.administer(`ALTER ROLE ${database.login.login} SET temp_file_limit = '${size}'`);
    await limitFiles('1MB');
    const before = world.logLines.length;
    const answers = [
      await sql('SELECT $1::int', ['1', '2']),
      await sql('SELECT $1::int + $2::int', ['1']),
      await sql('SELECT pg_describe_object(1, 1, 0)'),
      await sql(
        'SELECT count(*) FROM (SELECT repeat(md5(g::text), 60) x FROM generate_series(1, 300000) g ORDER BY x) s',
      ),
    ];
    await limitFiles(rows[0]?.temp_file_limit);
    expect(answers.map(({ status, body: { code, sqlstate } }) => [status, code, sqlstate])).toEqual([
      [422, 'statement_failed', '08P01'],
      [422, 'statement_failed', '08P01'],
      [422, 'statement_failed', 'XX000'],
      // The login's limit of temporary files, which `sql-setup` sets.
      [422, 'statement_failed', '53400'],
    ]);
    expect(answers[0]?.body.detail).toBe('the statement has 1 parameter ($1, …), and 2 were sent');
    expect(answers[1]?.body.detail).toBe('the statement has 2 parameters ($1, …), and 1 was sent');
    expect(world.logLines.slice(before).join('')).not.toContain('no statement runs in the database');
  });

  test.each(
    someRows(
      [
        ['no JSON', 'SELECT 1'],
        ['another member', { statement: 'SELECT 1', role: 'postgres' }],
        ['a parameter that is a list', { statement: 'SELECT $1', params: [[1]] }],
        ['no statement', {}],
        ['a long statement', { statement: `SELECT '${'x'.repeat(17_000)}'` }],
        ['no UTF-8 text', '{"statement":"SELECT \\ud800"}'],
      ],
      2,
    ),
  )('a body with %s is refused', async (_name, body) => {
    const answer = await send('acme', body, world.broker.token(grantFor('acme')));
    expect([answer.status, answer.body.code]).toEqual([400, 'statement_refused']);
  });
});

describe('the database itself keeps the tenants apart', () => {
  /** Runs text as the login does, without the gateway's checks of names and of the statement. */
  const direct = (texts: string[]) =>
    database.asGateway(async (client) => {
      const seen: unknown[] = [];
      for (const text of texts) {
        const result = await client.query(text).catch((error: Error) => error);
        if (!(result instanceof Error)) seen.push(...result.rows);
      }
      return JSON.stringify(seen);
    });

  test.each(
    someRows(
      [
        ['without a tenant', ['SELECT * FROM invoices']],
        ['by the name alone', ["SET countersign.tenant = 'globex'", 'SELECT * FROM invoices']],
        [
          'with an invented proof',
          [`SET countersign.tenant = 'globex.${'0'.repeat(64)}'`, 'SELECT * FROM invoices'],
        ],
        ['with the key', ['SELECT * FROM countersign.tenant_keys']],
        ['without row security', ['SET row_security = off', 'SELECT * FROM invoices']],
        [
          'as another role',
          ['SET ROLE postgres', 'SET SESSION AUTHORIZATION postgres', 'SELECT * FROM invoices'],
        ],
        [
          'with writes',
          ['SET default_transaction_read_only = off', 'BEGIN READ WRITE', 'DELETE FROM invoices RETURNING *'],
        ],
      ],
      2,
    ),
  )('P9: no rows %s, even for a caller who has the gateway’s own password', async (_name, texts) => {
    const seen = await direct(texts);
    expect(seen).not.toContain('acme');
    expect(seen).not.toContain('globex');
  });

  test('P9: a proof is of no use in another transaction', async () => {
    const { body } = await sql("SELECT current_setting('countersign.tenant')");
    const proof = body.rows?.[0]?.[0] ?? '';
    expect(proof).toMatch(/^acme\.[0-9a-f]{64}$/);
    expect(await direct([`SET countersign.tenant = '${proof}'`, 'SELECT * FROM invoices'])).toBe('[]');
  });

  onlyInSoak(() => {
    test('P9: random statements never show a row of another tenant, and change nothing', async () => {
      const token = world.broker.token(grantFor('acme'));
      const expression = fc.constantFrom(
        ...[
          '*',
          'note',
          'count(*)',
          'string_agg(note, $$,$$)',
          'to_jsonb(invoices)',
          'invoices::text',
          'ctid, xmin, note',
        ],
      );
      const source = fc.constantFrom(
        ...[
          'invoices',
          'ONLY invoices',
          '(SELECT * FROM invoices) invoices',
          'public.invoices',
          'invoices TABLESAMPLE SYSTEM (100)',
        ],
      );
      const condition = fc.constantFrom(
        ...[
          "tenant = 'globex'",
          'true',
          "tenant <> 'acme' OR true",
          '1/(id - id + 1) = 1',
          "note LIKE 'SECRET%'",
          "(SELECT bool_or(tenant = 'globex') FROM invoices) IS NOT TRUE",
        ],
      );
      const tail = fc.constantFrom(
        ...['', ';', ' -- \' "', ' LIMIT ALL', '; COMMIT', " UNION ALL SELECT 'x'", ')', ' /* '],
      );
      await fc.assert(
        fc.asyncProperty(expression, source, condition, tail, async (what, from, where, end) => {
          const statement = `SELECT ${what} FROM ${from} WHERE ${where}${end}`;
          const { body } = await send('acme', { statement }, token);
          expect(JSON.stringify(body.rows ?? body.detail)).not.toContain('SECRET');
        }),
        { numRuns: 25 },
      );
      const { rows } = await database.administer('SELECT count(*)::int AS n FROM invoices');
      expect(rows).toEqual([{ n: 600 }]);
    });
  });
});

describe('limits', () => {
  /** Does not end while the table is locked. */
  const waiting = { statement: 'SELECT count(*) FROM invoices' };

  test('rows: an answer has at most so many, and says that there are more', async () => {
    const { body } = await sql('SELECT n FROM generate_series(1, 100000) AS n');
    expect([body.rowCount, body.truncated]).toEqual([400, 'rows']);
    expect((await sql('SELECT n FROM generate_series(1, 400) AS n')).body.truncated).toBeNull();
  });

  onlyInSoak(() => {
    test('bytes: an answer ends before the row that is too much; a single row that is too large is refused', async () => {
      const { body } = await sql("SELECT repeat('x', 1000) FROM generate_series(1, 390)");
      expect([body.truncated, body.rowCount]).toEqual(['bytes', 199]);
      const large = await sql("SELECT repeat('x', 5000000)");
      expect([large.status, large.body.code]).toEqual([422, 'result_too_large']);
    });
  });

  test('time: a statement that gives no rows is ended, at the server too', async () => {
    const { status, body } = await database.whileLocked(() => sql(waiting.statement));
    expect([status, body.code]).toEqual([504, 'statement_timeout']);
    await until(async () => (await database.backends()) === 0);
  });

  test('P6: the end of the grant cuts a statement that runs, at the server too', async () => {
    const grant = grantFor('acme');
    const answer = await database.whileLocked(async () => {
      const sent = send('acme', waiting, world.broker.token(grant));
      await until(async () => (await database.backends()) === 1);
      world.broker.end(grant);
      return sent;
    });
    expect(answer).toMatchObject({ status: 403, body: { code: 'grant_ended' } });
    await until(async () => (await database.backends()) === 0);
    const { record } = answer;
    await until(() => world.broker.recordsOf('outcome').some(({ id }) => id === record));
    expect(world.broker.recordsOf('outcome').find(({ id }) => id === record)?.outcome).toBe('cut');
  });

  onlyInSoak(() => {
    test('a budget of bytes counts the rows, and a used-up budget of calls refuses', async () => {
      const scope = [{ resource: 'sql/*', actions: ['read'] }];
      const grant = world.broker.grant({ tenant: 'acme', service: 'books', scope, budget: { calls: 1 } });
      const token = world.broker.token(grant);
      expect((await send('acme', { statement: 'SELECT 1' }, token)).status).toBe(200);
      const second = await send('acme', { statement: 'SELECT 1' }, token);
      expect([second.status, second.body.code]).toEqual([403, 'budget_exhausted']);
    });

    test('statements at once: one grant has two, and others still run', async () => {
      const stop = new AbortController();
      const token = world.broker.token(grantFor('acme'));
      const { refused, ofOthers } = await database.whileLocked(async () => {
        const three = [1, 2, 3].map(() => send('acme', waiting, token, stop.signal).catch(() => undefined));
        const first = await Promise.race(three);
        const others = [await sql('SELECT 1'), await sql('SELECT 1', [], 'globex')];
        stop.abort();
        await Promise.all(three);
        return { refused: first, ofOthers: others };
      });
      expect(refused).toMatchObject({
        status: 429,
        body: {
          code: 'rate_limited',
          detail: 'this grant runs 2 statements already: wait until one of them ends',
        },
      });
      expect(ofOthers.map(({ status }) => status)).toEqual([200, 200]);
      await until(async () => (await database.backends()) === 0);
      expect((await send('acme', { statement: 'SELECT 1' }, token)).status).toBe(200);
    });
  });
});

describe('a database that lacks a protection runs nothing', () => {
  // All of them: each is the only protection against something that would show rows of another tenant.
  test.each([
    ['role_is_privileged', 'ALTER ROLE $login BYPASSRLS', 'ALTER ROLE $login NOBYPASSRLS'],
    ['a superuser', 'ALTER ROLE $login SUPERUSER', 'ALTER ROLE $login NOSUPERUSER', 'is a superuser'],
    [
      'a member of a role',
      'GRANT pg_read_all_data TO $login',
      'REVOKE pg_read_all_data FROM $login',
      'a member',
    ],
    [
      'an owner',
      'ALTER TABLE staff OWNER TO $login',
      'ALTER TABLE staff OWNER TO postgres; REVOKE ALL ON staff FROM $login',
      'owns something',
    ],
    [
      'a table without row security',
      'GRANT SELECT ON staff TO $login',
      'REVOKE SELECT ON staff FROM $login',
      'staff',
    ],
    [
      'one column of such a table',
      'GRANT SELECT (name) ON staff TO $login',
      'REVOKE SELECT (name) ON staff FROM $login',
      'staff',
    ],
    [
      'a policy that anyone can satisfy',
      "CREATE POLICY loose ON invoices USING (tenant = current_setting('app.tenant', true))",
      'DROP POLICY loose ON invoices',
      'a policy of this table',
    ],
    [
      'a right to write',
      'GRANT INSERT ON invoices TO $login',
      'REVOKE INSERT ON invoices FROM $login',
      'may change',
    ],
    [
      'a view with its owner’s rights',
      'CREATE VIEW everything AS SELECT * FROM invoices; GRANT SELECT ON everything TO $login',
      'DROP VIEW everything',
      'everything',
    ],
    [
      'a materialized view',
      'CREATE MATERIALIZED VIEW kept AS SELECT * FROM invoices; GRANT SELECT ON kept TO $login',
      'DROP MATERIALIZED VIEW kept',
      'kept',
    ],
    [
      'a function with its owner’s rights',
      'CREATE FUNCTION peek() RETURNS bigint LANGUAGE sql SECURITY DEFINER AS $$SELECT count(*) FROM invoices$$',
      'DROP FUNCTION peek()',
      'peek()',
    ],
    [
      'files of the server',
      'GRANT EXECUTE ON FUNCTION pg_catalog.pg_read_file(text) TO $login',
      'REVOKE EXECUTE ON FUNCTION pg_catalog.pg_read_file(text) FROM $login',
      'files of the server',
    ],
    [
      'a large object',
      'SELECT lo_create(4711); GRANT SELECT ON LARGE OBJECT 4711 TO PUBLIC',
      'SELECT lo_unlink(4711)',
      'large objects',
    ],
    [
      'another function in place of the tenant’s',
      "CREATE OR REPLACE FUNCTION countersign.tenant() RETURNS text LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$SELECT split_part(current_setting('countersign.tenant', true), '.', 1)$$",
      '$setup',
      'countersign.tenant()',
    ],
    ['another key', "UPDATE countersign.tenant_keys SET inner_key = 'x'", '$setup', 'proof of the tenant'],
  ])('%s', async (_name, breakIt, mend, says = 'bypasses row-level security') => {
    const setup = sqlSetup(database.login);
    const of = (text: string) =>
      text.replaceAll('$login', database.login.login).replace('$setup', () => setup);
    await database.administer(of(breakIt));
    const broken = await sql('SELECT tenant FROM invoices');
    await database.administer(of(mend));
    expect([broken.status, broken.body.code]).toEqual([503, 'database_unsafe']);
    expect(broken.body.detail).toContain(says);
    expect(broken.body.rows).toBeUndefined();
    expect((await sql('SELECT 1')).status).toBe(200);
  });

  onlyInSoak(() => {
    test('P9: a function with its owner’s rights counts although the login may not use its schema: a view reaches it', async () => {
      const { login } = database.login;
      await database.administer(`
        CREATE SCHEMA hidden;
        CREATE FUNCTION hidden.peek() RETURNS SETOF text LANGUAGE sql SECURITY DEFINER AS $$SELECT note FROM public.invoices$$;
        CREATE VIEW peeking WITH (security_invoker = true) AS SELECT note FROM hidden.peek() AS note;
        GRANT SELECT ON peeking TO ${login};`);
      const direct = await database.asGateway((client) =>
        client.query("SELECT note FROM peeking WHERE note LIKE 'SECRET%'").catch(String),
      );
      const broken = await sql('SELECT note FROM peeking');
      await database.administer('REVOKE EXECUTE ON FUNCTION hidden.peek() FROM PUBLIC');
      const revoked = await sql('SELECT note FROM peeking');
      await database.administer('DROP SCHEMA hidden CASCADE');
      // PostgreSQL looks at a schema when the view is made, and only at the function when it is read.
      expect(direct).toMatchObject({ rowCount: 300 });
      expect([broken.status, broken.body.code]).toEqual([503, 'database_unsafe']);
      expect(broken.body.detail).toContain('hidden.peek()');
      expect([revoked.status, revoked.body.code, revoked.body.sqlstate]).toEqual([
        422,
        'statement_failed',
        '42501',
      ]);
    });

    test('a view with the caller’s rights, and a restrictive policy beside a loose one, are fine', async () => {
      const { login } = database.login;
      await database.administer(`
        CREATE VIEW mine WITH (security_invoker = true) AS SELECT * FROM invoices;
        GRANT SELECT ON mine TO ${login};
        CREATE POLICY loose ON invoices USING (true);
        CREATE POLICY strict ON invoices AS RESTRICTIVE FOR SELECT TO ${login} USING (tenant = (SELECT countersign.tenant()));`);
      const { body } = await sql('SELECT DISTINCT tenant FROM mine');
      await database.administer(
        'DROP VIEW mine; DROP POLICY loose ON invoices; DROP POLICY strict ON invoices',
      );
      expect(body.rows).toEqual([['acme']]);
    });
  });
});

test('P12: a broker that names another address gets no login: nothing is sent there', async () => {
  const contacts: string[] = [];
  const other = createServer((socket) => {
    contacts.push('connected');
    socket.destroy();
  });
  await once(other.listen(0, '127.0.0.1'), 'listening');
  const { port } = other.address() as AddressInfo;
  const [own] = world.broker.services;
  if (own === undefined) throw new Error('no service');
  const upstream = database.upstream.replace(/:[0-9]+\//, `:${port}/`);
  const announce = (service: typeof own) => {
    world.broker.olderMaps.push(own);
    world.broker.services = [service];
    world.broker.announceServices();
  };
  announce({ ...own, upstream });
  await until(async () => (await sql('SELECT 1')).body.detail?.includes('another address') === true);
  announce(own);
  await until(async () => (await sql('SELECT 1')).status === 200);
  other.close();
  expect(contacts).toEqual([]);
});

test('P11: `gateways sql-setup` prints no password, keeps the login to its owner, and replaces none without --replace', async () => {
  const spool = await tempFolder('sql-setup');
  const setUp = async (...argv: string[]) => {
    const terminal = new Terminal({ COUNTERSIGN_SPOOL_DIR: spool }, '');
    const exit = await run(
      ['gateways', 'sql-setup', 'crm-rows', 'postgres://db.internal/crm', ...argv],
      terminal,
    );
    return { exit, ...terminal };
  };
  const { exit, out, err } = await setUp();
  const path = join(spool, 'sql', 'crm-rows.json');
  const login = await readSqlLogin(spool, 'crm-rows');
  expect([exit, login.login, login.upstream]).toEqual([
    0,
    'countersign_crm_rows',
    'postgres://db.internal/crm',
  ]);
  expect((await stat(path)).mode & 0o777).toBe(0o600);
  for (const secret of [login.password ?? 'none', login.tenantKey]) expect(out + err).not.toContain(secret);
  expect(out).toContain('SCRAM-SHA-256$');
  const again = await setUp();
  expect([again.exit, again.out]).toEqual([1, '']);
  expect(again.err).toContain('error[login_exists]');
  expect(await readSqlLogin(spool, 'crm-rows')).toEqual(login);
  expect((await setUp('--replace', '--login', 'other')).exit).toBe(0);
  expect((await readSqlLogin(spool, 'crm-rows')).login).toBe('other');
  await removeFolder(spool);
});

test('the whole way: request, approval, `countersign sql`, and the statement in the record that the customer reads', async () => {
  const spool = await tempFolder('sql-spool');
  const books = await VendorDatabase.create(spool, 'books');
  const routes = [sqlRoute(new URL(books.url).pathname.slice(1))];
  const site = await Site.inside({
    organisation: organisation(({ services }) => {
      services.push({
        name: 'books',
        upstream: books.upstream,
        audience: 'books',
        tenantFrom: 'path',
        routes,
      });
    }),
    gatewayEnv: { COUNTERSIGN_SPOOL_DIR: spool },
  });
  try {
    await site.startGateway();
    const grant = await makeGrant(site, 'engineer', {
      service: 'books',
      scope: [{ resource: 'sql/*', actions: ['read'] }],
    });
    const key = await site.key('engineer');
    const env = { COUNTERSIGN_BROKER_URL: site.brokerUrl, COUNTERSIGN_API_KEY: key };
    const countersign = async (argv: string[], stdin = '') => {
      const terminal = new Terminal(env, stdin);
      const exit = await run(['sql', grant, ...argv], terminal);
      return { exit, out: terminal.out, err: terminal.err };
    };
    const statement = 'SELECT id, NULL AS paid, note FROM invoices WHERE id < $1 ORDER BY id';
    const table = await countersign([statement, '--param', '5']);
    expect(table).toEqual({
      exit: 0,
      err: '',
      out: 'id  paid  note\n2   ∅     of acme\n4   ∅     of acme\n(2 rows)\n',
    });
    const csv = await countersign(['--csv'], "SELECT 1 AS one, '=1+1' AS two");
    expect(csv).toEqual({ exit: 0, err: '', out: '"one","two"\r\n"1","\'=1+1"\n' });
    const json = await countersign(['--json', '-'], 'SELECT 1 AS one');
    expect(JSON.parse(json.out)).toMatchObject({
      columns: [{ name: 'one', type: 'integer' }],
      rows: [['1']],
    });
    const refused = await countersign(['DELETE FROM invoices']);
    expect([refused.exit, refused.err]).toEqual([
      1,
      'error[statement_failed]: syntax error at or near "DELETE"\n',
    ]);

    await eventually('the record of the statement', async () => {
      const calls = await callApi(
        await site.key('approver'),
        'GET',
        `${site.brokerUrl}/api/v1/tenants/acme/access-records?grant=${grant}`,
      );
      const { items } = expectStatus<{ items: { path: string | null; outcome: string | null }[] }>(
        calls,
        200,
      );
      return items.some(
        ({ path, outcome }) => path?.includes(JSON.stringify(statement)) === true && outcome === 'completed',
      );
    });
  } finally {
    await site.close();
    await books.drop();
    await removeFolder(spool);
  }
});
