import { openPractice, openReview } from '@countersign/access';
import { migrate, type OpenedStore, openStore, uuidV7Ids } from '@countersign/persistence';
import type pg from 'pg';
import { filler } from '../factories/filler.js';
import { optionsFor } from '../support/migrated-database.js';
import { withClient } from '../support/postgres/database.js';
import { fanOut } from './support/attempts.js';
import type { TestDatabase } from './support/database.js';
import { oneUnit } from './support/one-unit.js';
import { postgresDatabase } from './support/postgres.js';
import {
  aDisclosure,
  aGrant,
  aLease,
  aLock,
  anExportTarget,
  anInvitation,
  aPasskey,
  aPerson,
  aProposal,
  aRecord,
  aRecoveryKey,
  aRelayedStop,
  aRequest,
  aReset,
  aReview,
  aSignature,
  aStop,
  aTrustVersion,
  aWidening,
  NOW,
} from './support/rows.js';

const CONTROLS = { approvals: 1, maxDuration: null, countersign: [], slackMayApprove: [], forbid: [] };

/** Each table that has rows of tenants, with the column that says whose. */
const OWN: Record<string, string> = {
  requests: 'tenant',
  grants: 'tenant',
  invitations: 'tenant',
  disclosures: 'tenant',
  widenings: 'tenant',
  access_reviews: 'tenant',
  access_review_items: 'tenant',
  access_review_schedules: 'tenant',
  bypass_reports: 'tenant',
  notice_addresses: 'tenant',
  practices: 'tenant',
  practice_requests: 'tenant',
  practice_schedules: 'tenant',
  request_words: 'tenant',
  request_notes: 'tenant',
  reviews: 'tenant',
  openings: 'tenant',
  events: 'tenant',
  log_heads: 'tenant',
  log_days: 'tenant',
  day_seals: 'tenant',
  sealed_leaves: 'tenant',
  opened_leaves: 'tenant',
  log_nodes: 'tenant',
  log_checkpoints: 'tenant',
  log_hand_overs: 'tenant',
  access_records: 'tenant',
  record_chains: 'tenant',
  browser_sessions: 'tenant',
  budget_leases: 'tenant',
  supervision_counts: 'tenant',
  notices: 'tenant',
  deliveries: 'tenant',
  idempotent_answers: 'tenant',
  locks: 'tenant',
  voided_reviews: 'tenant',
  passkeys: 'tenant',
  recovery_keys: 'tenant',
  trust_versions: 'tenant',
  trust_proposals: 'tenant',
  trust_signatures: 'tenant',
  trust_reminders: 'tenant',
  trust_resets: 'tenant',
  stops: 'tenant',
  relayed_stops: 'tenant',
  erasures: 'tenant',
  legal_holds: 'tenant',
  log_settings: 'tenant',
  statements: 'tenant',
  head_wants: 'tenant',
  tenants: 'slug',
};

/** Tables with a tenant's name that only the vendor's side reads. */
const VENDORS_OF_TENANTS = ['api_keys', 'log_sightings', 'sealed_logs', 'witness_states'];

describe('row-level security on PostgreSQL', () => {
  let database: TestDatabase;
  let store: OpenedStore;

  beforeAll(async () => {
    database = await postgresDatabase();
    store = await database.open();
    for (const tenant of ['acme', 'globex']) await fill(tenant);
    await store.asVendor((unit) => unit.organisation.savePerson(aPerson({ roles: ['reviewer'] })));
  });
  afterAll(() => database.close());

  /** One row of everything for one tenant. */
  async function fill(tenant: string): Promise<void> {
    const approver = aPerson({ tenant, roles: ['approver'] });
    await store.asVendor(async ({ organisation }) => {
      const removedAt = null;
      await organisation.saveTenant({
        slug: tenant,
        name: tenant,
        controls: CONTROLS,
        oidc: null,
        slack: null,
        webhooks: [],
        removedAt,
      });
      await organisation.savePerson(approver);
    });
    await oneUnit(store, tenant);
    await store.forTenant(tenant, async (unit) => {
      const request = aRequest({ tenant });
      const grant = aGrant(request);
      const record = aRecord(grant);
      await unit.requests.insert(request);
      await unit.requestWords.insert(request, [{ commitment: 'c1:y', words: ['word'] }]);
      await unit.grants.insert(grant);
      await unit.disclosures.insert(aDisclosure(grant));
      await unit.widenings.insert(aWidening(tenant));
      await unit.accessReviews.begin('2027-01-01');
      const owner = approver.id;
      await unit.accessReviews.insert(
        openReview({ id: uuidV7Ids.next('acr'), tenant, quarter: '2026-10-01', missed: [] }, new Date(NOW)),
        [
          {
            ...{ item: `person:${owner}`, kind: 'person', id: owner, owner, service: null },
            ...{ roles: ['approver'], since: null, until: null },
          },
        ],
      );
      await unit.noticeAddresses.insert({
        ...{ id: uuidV7Ids.next('nad'), tenant, address: 'a@b.example', normalised: 'a@b.example' },
        ...{ topics: ['emergency'], state: 'waiting', version: 1, codeHash: 'x', codeUntil: NOW, misses: 0 },
        ...{ addedBy: owner, addedAt: NOW, confirmedAt: null, removedAt: null },
      });
      await unit.bypassReports.insert({
        ...{
          id: uuidV7Ids.next('byp'),
          tenant,
          service: 'billing',
          from: NOW,
          to: NOW,
          passed: 1,
          refused: 0,
        },
        ...{ calls: [], digest: 'sha256:x', reportedBy: owner, reportedAt: NOW },
      });
      await unit.practices.begin('2027-01-01');
      const ask = { action: 'read', resource: 'invoices', seconds: 900 } as const;
      const occasion = 'quarter:2026-10-01';
      await unit.practices.insert(
        openPractice(
          { id: uuidV7Ids.next('prc'), tenant, occasion, missed: [], openedBy: 'job' },
          new Date(NOW),
        ),
        [{ person: owner, task: { expected: ask, asked: ask } }],
      );
      await unit.notes.insert({
        ...{ request: request.id, tenant, number: 1, kind: 'question', person: approver.id },
        ...{ to: null, text: 'c1:x', at: NOW },
      });
      const review = aReview(request);
      await unit.reviews.insert(review);
      await unit.reviews.void(review, NOW);
      await unit.invitations.insert(anInvitation({ tenant }));
      await unit.locks.insert(aLock({ tenant, name: tenant }));
      await unit.records.insert([record]);
      await unit.leases.save(aLease(grant));
      await unit.browserSessions.insert({
        ...{ id: `ses_of_${unit.tenant}`, tenant: unit.tenant, grant: grant.id, requester: grant.requester },
        ...{
          service: grant.service,
          challenge: 'c',
          codeHash: 'h',
          codeUntil: NOW,
          secretHash: null,
          createdAt: NOW,
          address: null,
          webSession: null,
        },
      });
      await unit.supervision.save([
        {
          ...{ side: 'vendor', rule: 'bulk', person: grant.requester, spanMs: 1_000 },
          ...{ spans: [], since: null, quietUntil: null },
        },
      ]);
      await unit.authenticators.addPasskey(aPasskey(approver));
      await unit.authenticators.addRecoveryKey(aRecoveryKey(approver));
      const version = aTrustVersion(approver);
      await unit.trust.adopt(version);
      await unit.trust.remind(version.hash, 60, NOW);
      const proposal = aProposal(approver);
      await unit.trust.propose(proposal);
      await unit.trust.sign(aSignature(proposal));
      await unit.trust.beginReset(aReset(approver));
      await unit.stops.insert(aStop(approver));
      await unit.relayed.insert(aRelayedStop(approver));
      await unit.logSettings.save({ erasureAfterDays: 100, retentionDays: null, dailyStatement: 'off' });
      await unit.statements.insert({
        ...{ day: '2026-11-24', isComplete: true, accesses: 0, size: 1, root: 'r', note: 'n', madeAt: NOW },
      });
      await unit.statements.wantHeads(NOW);
      await unit.logSettings.hold({ side: 'customer', person: approver.id, setAt: NOW });
      const erasure = { commitment: 'c1:x', name: 'reason', leaf: 0, event: 1, person: approver.id, at: NOW };
      await unit.erasures.erase([erasure], { objects: [] });
      await unit.days.begin('2026-11-24');
      const opening = { value: 'v', salt: 's' };
      await unit.days.seal({ day: '2026-11-24', leaf: 0, commitment: 'c', opening });
      await unit.days.sealLeaf('dem_1', 0, {
        ...{ type: 'demand.received', at: NOW, actor: 'job' },
        data: { demand: 'dem_1', step: 0, state: 'received' },
      });
      await unit.days.markOpened(0, 0);
      const { gateway, boot } = record;
      await unit.records.moveCursors([{ gateway, boot, seq: 1, hash: 'h', head: null }], NOW);
    });
    await store.exports.write(({ exportTargets }) => exportTargets.insert(anExportTarget(tenant), 'secret'));
    // As many as fill a tile.
    await store.forTenant(tenant, (unit) => unit.log.appendAll(Array.from({ length: 256 }, () => filler())));
    await database.raw(`INSERT INTO log_hand_overs (tenant, kid, seq) VALUES ('${tenant}', 'k', 0)`);
    await database.raw(
      `INSERT INTO log_sightings (tenant, epoch, size, root, note, seen_at) VALUES ('${tenant}', 1, 9, 'r', 'n', '${NOW}')`,
    );
    await database.raw(`INSERT INTO witness_states (tenant, vkey, epoch) VALUES ('${tenant}', 'v', 1)`);
    const checkpoint = { epoch: 1, size: 256, root: 'r', note: 'n', signedAt: NOW };
    await store.checkpoints.write((unit) => unit.checkpoints.advance(tenant, checkpoint));
    await store.forTenant(tenant, async () => 1, {
      idempotency: { principal: 'usr_1', route: tenant, key: 'k', bodyHash: 'h', now: new Date(NOW) },
    });
    const waiting = await store.readAsVendor((unit) => unit.outbox.due('2099-01-01T00:00:00Z', 50));
    for (const notice of waiting)
      await fanOut(store, notice, [{ channel: 'mail', recipient: 'usr_1', orderKey: 'req_1' }], NOW);
  }

  /** Statements as the brokers’ role, for a tenant, as the vendor, or with nothing set; rolled back. */
  const asApp = <T>(reach: string | null, work: (client: pg.Client) => Promise<T>): Promise<T> =>
    withClient(database.url, async (client) => {
      await client.query('BEGIN');
      await client.query('SET LOCAL ROLE countersign_app');
      if (reach === 'vendor') await client.query("SET LOCAL countersign.vendor = 'on'");
      else if (reach !== null) await client.query(`SET LOCAL countersign.tenant = '${reach}'`);
      try {
        return await work(client);
      } finally {
        await client.query('ROLLBACK');
      }
    });
  const rows = (reach: string | null, sql: string) =>
    asApp(reach, async (client) => (await client.query(sql)).rows);
  const attempt = (reach: string | null, sql: string): Promise<string> =>
    asApp(reach, (client) =>
      client.query(sql).then(
        ({ rowCount }) => `${rowCount} rows`,
        (error: Error) => error.message,
      ),
    );

  test('P9: covers every table but those that hold no one’s rows, and binds their owner too', async () => {
    const tables =
      (await database.raw(`SELECT relname AS name, relrowsecurity AND relforcerowsecurity AS "isBound"
      FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' ORDER BY 1`)) as {
        name: string;
        isBound: boolean;
      }[];
    expect(tables.filter(({ isBound }) => !isBound).map(({ name }) => name)).toEqual([
      'legal_transitions',
      'migrations',
    ]);
    const bearing = await database.raw(`SELECT table_name AS name FROM information_schema.columns
      WHERE table_schema = 'public' AND column_name = 'tenant' ORDER BY 1`);
    const known = [...Object.keys(OWN).filter((table) => OWN[table] === 'tenant'), ...VENDORS_OF_TENANTS];
    expect(bearing).toEqual(known.sort().map((name) => ({ name })));
  });

  test('P9: without a tenant, plain SQL sees nothing of anybody', async () => {
    for (const table of [
      ...Object.keys(OWN),
      'people',
      'incidents',
      'incident_tenants',
      'api_keys',
      'gateways',
      'signing_keys',
      'sessions',
      'identities',
      'sign_in_attempts',
      'slack_installations',
      'slack_accounts',
      'request_templates',
      'notice_choices',
      'push_subscriptions',
      'slack_posts',
      'slack_seen',
      'export_targets',
      'demands',
      'demand_keys',
      'demand_tenants',
      'demand_steps',
      'demand_documents',
      'log_sightings',
      'witness_states',
      'feed_changes',
      'deployment',
    ])
      expect([table, await rows(null, `SELECT * FROM ${table}`)]).toEqual([table, []]);
    // What a transaction had set is gone with it, on the same connection too.
    const after = await withClient(database.url, async (client) => {
      await client.query("BEGIN; SET LOCAL ROLE countersign_app; SET LOCAL countersign.tenant = 'acme'");
      await client.query('COMMIT');
      await client.query('SET ROLE countersign_app');
      return (await client.query('SELECT * FROM requests')).rows;
    });
    expect(after).toEqual([]);
  });

  test.each(Object.entries(OWN))(
    'P9: of %s a tenant sees its own rows alone, the vendor all',
    async (table, column) => {
      const seen = async (reach: string) =>
        new Set((await rows(reach, `SELECT ${column} AS whose FROM ${table}`)).map(({ whose }) => whose));
      // How far the deployment's log has grown is every tenant's to know.
      const own = table === 'log_heads' ? ['acme', 'deployment'] : ['acme'];
      expect(await seen('acme')).toEqual(new Set(own));
      const all = await seen('vendor');
      expect([all.has('acme'), all.has('globex')]).toEqual([true, true]);
    },
  );

  test('P9: of people a tenant sees its own and the vendor’s staff; keys and gateways are the vendor’s', async () => {
    expect(
      (await rows('acme', 'SELECT DISTINCT side FROM people ORDER BY 1')).map(({ side }) => side),
    ).toEqual(['', 'acme']);
    for (const table of [
      'api_keys',
      'gateways',
      'signing_keys',
      'sessions',
      'identities',
      'sign_in_attempts',
      'slack_installations',
      'slack_accounts',
      'request_templates',
      'notice_choices',
      'push_subscriptions',
      'slack_posts',
      'slack_seen',
      'export_targets',
      'log_sightings',
      'witness_states',
      'feed_changes',
    ])
      expect(await rows('acme', `SELECT * FROM ${table}`)).toEqual([]);
  });

  test.each([
    'requests',
    'grants',
    'access_records',
    'record_chains',
    'notices',
    'log_heads',
    'log_days',
    'locks',
    'invitations',
    'passkeys',
    'stops',
    'relayed_stops',
  ])('P9: %s of another tenant can be neither changed nor moved nor made', async (table) => {
    const column = { log_heads: 'units', log_days: 'recorded' }[table] ?? 'tenant';
    expect(
      await attempt('globex', `UPDATE ${table} SET ${column} = ${column} WHERE tenant = 'acme'`),
    ).toMatch(/^0 rows|permission denied/);
    expect(await attempt('globex', `UPDATE ${table} SET tenant = 'acme'`)).toMatch(
      /row-level security|permission denied/,
    );
    expect(await attempt('globex', `INSERT INTO ${table} SELECT * FROM ${table}`)).toMatch(/duplicate key/);
    expect(
      await attempt(
        'globex',
        `INSERT INTO ${table} SELECT (jsonb_populate_record(x, '{"tenant": "acme"}')).* FROM ${table} x`,
      ),
    ).toMatch(/row-level security/);
  });

  test.each(['events', 'reviews', 'feed_changes', 'trust_versions', 'trust_signatures'])(
    'P10: the brokers’ role cannot rewrite %s',
    async (table) => {
      for (const reach of ['acme', 'vendor'])
        for (const sql of [
          `DELETE FROM ${table}`,
          `TRUNCATE ${table}`,
          ...['leaf', 'reason', 'ref', 'document', 'signature'].map(
            (column) => `UPDATE ${table} SET ${column} = 'x'`,
          ),
        ])
          expect(await attempt(reach, sql)).toMatch(/permission denied|does not exist|is append-only/);
    },
  );

  test('P1: no role takes a step that the transition table does not have, nor adds one to it', async () => {
    expect(await attempt('acme', "UPDATE grants SET state = 'ended'")).toBe('1 rows');
    expect(
      await asApp('acme', async (client) => {
        await client.query("UPDATE grants SET state = 'ended'");
        return client.query("UPDATE grants SET state = 'active'").catch((error: Error) => error.message);
      }),
    ).toBe('no such transition of a grant');
    const [insert, disable, shadow] = [
      await attempt('vendor', "INSERT INTO legal_transitions VALUES ('grant', 'ended', 'active')"),
      await attempt('vendor', 'ALTER TABLE grants DISABLE TRIGGER ALL'),
      await asApp('acme', async (client) => {
        await client.query(
          "CREATE TEMP TABLE legal_transitions AS SELECT 'grant' AS kind, 'active' AS from_state, 'open' AS to_state",
        );
        return client.query("UPDATE grants SET state = 'open'").catch((error: Error) => error.message);
      }),
    ];
    expect(insert).toContain('permission denied');
    expect(disable).toContain('must be owner');
    expect(shadow).toBe('no such transition of a grant');
  });

  test('the brokers’ role may neither log in nor make anything, nor touch the feed’s number downwards', async () => {
    const [role] = await database.raw(`SELECT rolcanlogin, rolsuper, rolbypassrls, rolcreaterole, rolcreatedb
      FROM pg_roles WHERE rolname = 'countersign_app'`);
    expect(Object.values(role as object)).toEqual([false, false, false, false, false]);
    expect(await attempt('vendor', 'CREATE TABLE t (a integer)')).toContain('permission denied');
    expect(await attempt('acme', 'UPDATE deployment SET epoch = 9')).toContain('only grows');
    expect(await attempt('vendor', 'UPDATE deployment SET epoch = 9')).toBe('1 rows');
    expect(await attempt('vendor', 'UPDATE deployment SET epoch = 0')).toContain('only grows');
    expect(await attempt('vendor', 'UPDATE deployment SET feed_seq = 0')).toContain('never shrinks');
    expect(await attempt('vendor', 'DELETE FROM deployment')).toContain('permission denied');
  });

  test('P9: the store’s units go by it: SQL through a tenant’s unit sees what the policies let through', async () => {
    await migrate(optionsFor(database.url));
    const again = await openStore(optionsFor(database.url));
    const visible = await again.readForTenant('acme', async (unit) => {
      const { manager } = unit.requests as unknown as { manager: { query(sql: string): Promise<unknown[]> } };
      return {
        who: await manager.query(
          'SELECT current_user::text AS role, current_setting($$countersign.tenant$$) AS tenant',
        ),
        tenants: await manager.query('SELECT DISTINCT tenant FROM requests'),
      };
    });
    await again.close();
    expect(visible).toEqual({
      who: [{ role: 'countersign_app', tenant: 'acme' }],
      tenants: [{ tenant: 'acme' }],
    });
  });
});
