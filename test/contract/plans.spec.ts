/** @soak */

import type { ListFilter } from '@countersign/access';
import { systemHashing } from '@countersign/persistence';
import type { EntityManager } from 'typeorm';
import { Deliveries } from '../../libs/persistence/src/repositories/deliveries.js';
import { MessageQueues } from '../../libs/persistence/src/repositories/delivery-queues.js';
import { Events } from '../../libs/persistence/src/repositories/events.js';
import { Feed } from '../../libs/persistence/src/repositories/feed.js';
import { Grants } from '../../libs/persistence/src/repositories/grants.js';
import { IdempotentAnswers } from '../../libs/persistence/src/repositories/idempotency.js';
import { Invitations } from '../../libs/persistence/src/repositories/invitations.js';
import { Leases } from '../../libs/persistence/src/repositories/leases.js';
import { Locks } from '../../libs/persistence/src/repositories/locks.js';
import { PendingNotices } from '../../libs/persistence/src/repositories/outbox.js';
import { Records } from '../../libs/persistence/src/repositories/records.js';
import { RequestWords } from '../../libs/persistence/src/repositories/request-words.js';
import { Requests } from '../../libs/persistence/src/repositories/requests.js';
import { Reviews } from '../../libs/persistence/src/repositories/reviews.js';
import { Schedule } from '../../libs/persistence/src/repositories/schedule.js';
import { ScimGroups, ScimUsers } from '../../libs/persistence/src/repositories/scim.js';
import { Sessions } from '../../libs/persistence/src/repositories/sign-in.js';
import { isFullRun, samples } from '../support/samples.js';
import { BEGIN, BIG_TENANT, seed, seededId } from '../support/seed/seed.js';
import { seedRest } from '../support/seed/seed-rest.js';
import type { TestDatabase } from './support/database.js';
import { openPlanner, type Plan, type Planner } from './support/plans.js';
import { postgresDatabase } from './support/postgres.js';
import { sqliteDatabase } from './support/sqlite.js';

/** Enough rows to notice a plan that reads a whole table: no page may look at a tenth of them. */
const ROWS = samples('plannedRows');
const SIZE = { requests: ROWS, tenants: 200, activeGrants: ROWS / 10, rows: ROWS };
const [HALF, LATE, NEWEST] = [ROWS / 2, ROWS * 0.95, ROWS * 0.975];
const PAGE = 50;
/** A page of 50 may look at its own rows, at one more, and at few that it passes over. */
const MOST_LOOKED = 400;

/** A grant has one request. */
const ONE_ROW = /FROM "requests" "row" WHERE .*"row"\."grant_id" = /;

const BIG = { tenant: BIG_TENANT };
const ALL = 'all-tenants' as const;
/** Before the first row: the job that finds nothing must not look at anything. */
const NOTHING_DUE = '2026-01-01T00:00:00.000Z';
/** When a share of the rows had been made: each is a second younger than the one before it. */
const when = (share: number): string =>
  `${new Date((BEGIN + share * ROWS) * 1_000).toISOString().slice(0, 19)}Z`;
const [EARLY, MIDDLE] = [when(0.36), when(0.54)];
const [request, grant, person] = [seededId('req', LATE), seededId('grt', LATE), seededId('usr', 3)];

/** A value for each filter of the lists (docs/contract.md, Lists), and times that leave half of all on either side. */
const REQUESTS: ListFilter[] = [
  {},
  { state: 'denied' },
  { tenant: BIG_TENANT },
  { service: 'service-3' },
  { requester: person },
  { person },
  { grant },
  { request },
  { from: MIDDLE },
  { to: MIDDLE },
  { from: EARLY, to: MIDDLE, tenant: BIG_TENANT },
  { tenant: BIG_TENANT, state: 'denied', service: 'service-3', requester: person },
  { state: 'awaiting_vendor', tenant: 'tenant-7' },
];
const GRANTS: ListFilter[] = REQUESTS.map(({ state, ...rest }) =>
  state === undefined ? rest : { ...rest, state: state === 'denied' ? 'active' : 'ended' },
);
const RECORDS: ListFilter[] = [
  {},
  { service: 'service-3' },
  { grant },
  { request },
  { person },
  { decision: 'refused' },
  { from: MIDDLE },
  { to: MIDDLE },
  { person, to: MIDDLE },
];
const EVENTS: Parameters<Events['list']>[0][] = [
  {},
  { request },
  { grant },
  { requester: person },
  { from: MIDDLE },
  { to: MIDDLE },
  { from: EARLY, to: MIDDLE },
];

const SQLITE = { engine: 'SQLite', make: sqliteDatabase };
const POSTGRES = { engine: 'PostgreSQL', make: postgresDatabase };
/** `npm test` reads the plans of the quicker one, and `npm run test:operate` those of a server that Debian packages. */
const isOfDebian = process.env['COUNTERSIGN_TEST_POSTGRES_BIN'] !== undefined;
const ENGINES = isOfDebian ? [POSTGRES] : isFullRun() ? [SQLITE, POSTGRES] : [SQLITE];

describe.each(ENGINES)('what work costs on $engine, however much there is', ({ make }) => {
  let database: TestDatabase;
  let planner: Planner;

  beforeAll(async () => {
    database = await make();
    const target = {
      engine: database.engine,
      run: async (sql: string) => void (await database.raw(sql)),
      all: (sql: string) => database.raw(sql) as Promise<Record<string, unknown>[]>,
    };
    await seed(target, SIZE);
    await seedRest(target, SIZE);
    planner = await openPlanner(database);
  }, 120_000);
  afterAll(async () => {
    await planner.close();
    await database.close();
  });

  const check = (plans: Plan[], most = MOST_LOOKED) => {
    expect(plans).not.toEqual([]);
    for (const plan of plans) {
      expect({ sql: plan.sql, scans: plan.scans }).toEqual({ sql: plan.sql, scans: [] });
      if (plan.looked !== null && plan.looked > most)
        throw new Error(`${plan.looked} rows were looked at by ${plan.sql}`);
    }
  };
  /** A first page and one from the middle on. */
  const pages = async (
    middle: string,
    list: (manager: EntityManager, page: { cursor: string | null; limit: number }) => Promise<unknown>,
  ) => {
    for (const cursor of [null, middle]) {
      const plans = await planner.plans((manager) => list(manager, { cursor, limit: PAGE }));
      check(plans);
      // Where rows are not counted: a limit on what no index has put in order tells that all of it is read.
      if (database.engine === 'sqlite')
        expect(plans.filter(({ sorts, sql }) => sorts && /LIMIT/.test(sql) && !ONE_ROW.test(sql))).toEqual(
          [],
        );
    }
  };
  const said = (filter: object): string => Object.keys(filter).join(' + ') || 'nothing';

  test.each(REQUESTS.map((filter) => [said(filter), filter] as const))(
    'a page of requests by %s comes from an index',
    (_name, filter) =>
      pages(seededId('req', HALF), (manager, page) => new Requests(manager, ALL).list(filter, page)),
  );

  test.each<[ListFilter]>([
    [{}],
    [{ tenant: BIG_TENANT }],
    [{ requester: person }],
    [{ tenant: 'tenant-7', requester: person }],
    [{ from: MIDDLE }],
    [{ to: MIDDLE }],
  ])('a page of the search for a word by %j comes from an index', async (filter) => {
    const words = (manager: EntityManager) => new RequestWords(manager, ALL);
    const after = { request: seededId('req', HALF), createdAt: MIDDLE };
    for (const word of ['common', 'rare'])
      for (const place of [null, after]) {
        const plans = await planner.plans((manager) => words(manager).find(word, filter, place, PAGE));
        check(plans);
        expect(plans.filter(({ sorts }) => sorts)).toEqual([]);
      }
  });

  test.each(GRANTS.map((filter) => [said(filter), filter] as const))(
    'a page of grants by %s comes from an index',
    (_name, filter) =>
      pages(seededId('grt', NEWEST), (manager, page) => new Grants(manager, ALL).list(filter, page)),
  );

  test.each(RECORDS.map((filter) => [said(filter), filter] as const))(
    'a page of access records by %s comes from an index',
    (_name, filter) =>
      pages(seededId('rec', HALF), (manager, page) => new Records(manager, BIG).list(filter, page)),
  );

  test.each(EVENTS.map((filter) => [said(filter), filter] as const))(
    'a page of events by %s comes from an index',
    (_name, filter) =>
      pages(String(HALF), (manager, page) =>
        new Events(manager, BIG_TENANT, systemHashing).list(filter, page),
      ),
  );

  test('a page of a log’s export comes from an index, also one of a span of times', async () => {
    const span = { from: EARLY, to: MIDDLE };
    const events = (manager: EntityManager) => new Events(manager, BIG_TENANT, systemHashing);
    check(await planner.plans((manager) => events(manager).stored(HALF, HALF + PAGE)));
    check(await planner.plans((manager) => events(manager).stored(HALF, HALF + PAGE, span)));
    // It looks at the span's entries of an index, and at no leaf.
    check(
      await planner.plans((manager) => events(manager).firstWithin(span, HALF)),
      Number.POSITIVE_INFINITY,
    );
    check(await planner.plans((manager) => events(manager).lastWithin(span, HALF)), Number.POSITIVE_INFINITY);
  });

  test.each([
    {},
    { state: 'dead' },
    { tenant: BIG_TENANT },
    { state: 'delivered', tenant: BIG_TENANT },
  ] as const)('a page of notices by %j comes from an index', (filter) =>
    pages(seededId('ntc', HALF), (manager, page) => new Deliveries(manager).list(filter, page)),
  );

  test.each<[string, string, (manager: EntityManager) => Promise<unknown>]>([
    ['lapsed requests', 'requests', (manager) => new Requests(manager, ALL).due(NOTHING_DUE, 200)],
    [
      'requests that remind',
      'requests',
      (manager) => new Requests(manager, ALL).toRemindOf(NOTHING_DUE, 200),
    ],
    ['grants that are due', 'grants', (manager) => new Grants(manager, ALL).due(NOTHING_DUE, 200)],
    ['locks that are due', 'locks', (manager) => new Locks(manager, ALL).due(NOTHING_DUE, 200)],
    ['days to seal', 'log_days', (manager) => new Schedule(manager).toSeal('2026-06-01', null, 200)],
    ['seals to open', 'log_days', (manager) => new Schedule(manager).toOpen('2025-12-31', null, 200)],
    [
      'invitations that are due',
      'invitations',
      (manager) => new Invitations(manager, ALL).due(NOTHING_DUE, 200),
    ],
    [
      'locks that bind',
      'locks',
      (manager) =>
        new Locks(manager, BIG).binding([{ tenant: BIG_TENANT, person, service: 'x', grant: 'grt_x' }]),
    ],
    ['a page of locks', 'locks', (manager) => new Locks(manager, BIG).list({ cursor: null, limit: PAGE })],
    [
      'a page of invitations',
      'invitations',
      (manager) => new Invitations(manager, BIG).list({}, { cursor: null, limit: PAGE }),
    ],
    [
      'open invitations to a service',
      'invitations',
      (manager) => new Invitations(manager, BIG).open(BIG_TENANT, 'service-3', 200),
    ],
    [
      'an approver’s invitations',
      'invitations',
      (manager) => new Invitations(manager, ALL).standingOf(person),
    ],
    [
      'open requests of an engineer',
      'requests',
      (manager) => new Requests(manager, BIG).countOpen(BIG_TENANT, person),
    ],
    ['a request', 'requests', (manager) => new Requests(manager, ALL).find(request)],
    ['a grant by its digest', 'grants', (manager) => new Grants(manager, ALL).findByDigest('sha256:x')],
    [
      'live grants of who and what is gone',
      'grants',
      (manager) =>
        new Grants(manager, ALL).liveOf({ requesters: [person], tenants: ['tenant-7'], services: ['x'] }),
    ],
    ['grants that extend one', 'grants', (manager) => new Grants(manager, ALL).extending('sha256:x')],
    [
      'reviews of requests',
      'reviews',
      (manager) => new Reviews(manager, ALL).ofRequests([request, seededId('req', 1)]),
    ],
    ['changes of the feed', 'feed_changes', (manager) => new Feed(manager).since(LATE, 100)],
    ['the mark of a change', 'feed_changes', (manager) => new Feed(manager).markAt(LATE)],
    [
      'notices that wait',
      'notices',
      (manager) => new PendingNotices(manager).due('2099-01-01T00:00:00Z', 100),
    ],
    [
      'notices of the last seconds',
      'notices',
      (manager) => new PendingNotices(manager).after(seededId('ntc', ROWS - 10), 500),
    ],
    [
      'the oldest notice that has not arrived',
      'deliveries',
      (manager) => new Deliveries(manager).oldestDue(),
    ],
    ['the lag of each channel', 'delivery_queues', (manager) => new MessageQueues(manager).dueSince()],
    ['the dead letters’ count', 'deliveries', (manager) => new Deliveries(manager).count('dead', 100)],
    [
      'an idempotent answer',
      'idempotent_answers',
      (manager) =>
        new IdempotentAnswers(manager).find({
          ...{ principal: person, route: 'POST /x', key: '000000000015', bodyHash: 'h' },
        }),
    ],
    ['leases of a grant’s budget', 'budget_leases', (manager) => new Leases(manager, ALL).ofGrant(grant)],
    [
      'open leases of a gateway’s runs',
      'budget_leases',
      (manager) => new Leases(manager, ALL).openOf('gtw_3', ['boot-5']),
    ],
    ['a session by its secret', 'sessions', (manager) => new Sessions(manager).findByHash('000000000032')],
    [
      'the sessions of a person',
      'sessions',
      (manager) => new Sessions(manager).ofPerson(person, '2026-01-01T00:00:00.000Z'),
    ],
    [
      'people by a SCIM client’s own id',
      'scim_users',
      (manager) => new ScimUsers(manager).idsByExternalId(BIG_TENANT, 'x'),
    ],
    ['people by their ids', 'scim_users', (manager) => new ScimUsers(manager).of([person])],
    [
      'the groups of people',
      'scim_members',
      (manager) => new ScimGroups(manager).memberships([person, seededId('usr', 4)]),
    ],
    [
      'records that an outcome ends',
      'access_records',
      (manager) => new Records(manager, BIG).allowed([seededId('rec', 2), 'rec_x']),
    ],
  ])('%s are found by an index of %s', async (_name, table, work) => {
    const isOf = new RegExp(`\\b${table}\\b`);
    check((await planner.plans(work)).filter(({ sql }) => isOf.test(sql)));
  });

  test('a claim of messages, and the end of their attempts, look at no others, however many wait', async () => {
    const when = { now: '2098-01-01T00:00:00.000Z', until: '2098-01-01T00:01:00.000Z' };
    const notice = seededId('ntc', 1);
    for (const channel of ['slack', 'webhook'] as const)
      check(
        await planner.plansOfWrites(async (manager) => {
          const queues = new MessageQueues(manager);
          // A broker is at work already.
          await queues.claim(channel, 8, when);
          const claimed = await queues.claim(channel, 8, when);
          expect(claimed).toHaveLength(channel === 'slack' ? 8 : 0);
          const outcome = { state: 'delivered', at: when.now } as const;
          const ended = claimed.map((message) => ({
            ...{ message, instead: [] },
            parts: [{ recipients: [message.recipient], outcome }],
          }));
          await queues.settle(channel, ended, when.now);
          await queues.retry(notice, when.now);
        }),
      );
  });
});
