import type { ListFilter } from '@countersign/access';
import { systemClock, systemHashing } from '@countersign/persistence';
import type { EntityManager } from 'typeorm';
import { Deliveries } from '../../libs/persistence/src/repositories/deliveries.js';
import { Events } from '../../libs/persistence/src/repositories/events.js';
import { Feed } from '../../libs/persistence/src/repositories/feed.js';
import { Grants } from '../../libs/persistence/src/repositories/grants.js';
import { IdempotentAnswers } from '../../libs/persistence/src/repositories/idempotency.js';
import { Locks } from '../../libs/persistence/src/repositories/locks.js';
import { WaitingNotices } from '../../libs/persistence/src/repositories/outbox.js';
import { Records } from '../../libs/persistence/src/repositories/records.js';
import { Requests } from '../../libs/persistence/src/repositories/requests.js';
import { Reviews } from '../../libs/persistence/src/repositories/reviews.js';
import { BIG_TENANT, seed, seededId } from '../support/seed/seed.js';
import type { TestDatabase } from './support/database.js';
import { openPlanner, type Plan, type Planner } from './support/plans.js';
import { postgresDatabase } from './support/postgres.js';
import { sqliteDatabase } from './support/sqlite.js';

const ROWS = 20_000;
const SIZE = { requests: ROWS, tenants: 200, activeGrants: 2_000, rows: ROWS };
const PAGE = 50;
/** A page of 50 may look at its own rows, at one more, and at few that it passes over. */
const MOST_LOOKED = 400;

/** A grant has one request. */
const ONE_ROW = /FROM "requests" "row" WHERE "row"\."grant_id" = /;

const BIG = { tenant: BIG_TENANT };
const ALL = 'everybody' as const;
const MIDDLE = '2026-01-01T03:00:00Z';
const [request, grant, person] = [seededId('req', 19_000), seededId('grt', 19_000), seededId('usr', 3)];

/** A value for each filter of CONTRACT §5, and times that leave half of all on either side. */
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
  { from: '2026-01-01T02:00:00Z', to: MIDDLE, tenant: BIG_TENANT },
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
  { from: '2026-01-01T02:00:00Z', to: MIDDLE },
];

describe.each([
  { engine: 'SQLite', make: sqliteDatabase },
  { engine: 'PostgreSQL', make: postgresDatabase },
])('what work costs on $engine, however much there is', ({ make }) => {
  let database: TestDatabase;
  let planner: Planner;

  beforeAll(async () => {
    database = await make();
    await seed(
      {
        engine: database.engine,
        run: async (sql) => void (await database.raw(sql)),
        all: (sql) => database.raw(sql) as Promise<Record<string, unknown>[]>,
      },
      SIZE,
    );
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
      pages(seededId('req', 10_000), (manager, page) => new Requests(manager, ALL).list(filter, page)),
  );

  test.each(GRANTS.map((filter) => [said(filter), filter] as const))(
    'a page of grants by %s comes from an index',
    (_name, filter) =>
      pages(seededId('grt', 19_500), (manager, page) => new Grants(manager, ALL).list(filter, page)),
  );

  test.each(RECORDS.map((filter) => [said(filter), filter] as const))(
    'a page of access records by %s comes from an index',
    (_name, filter) =>
      pages(seededId('rec', 10_000), (manager, page) => new Records(manager, BIG).list(filter, page)),
  );

  test.each(EVENTS.map((filter) => [said(filter), filter] as const))(
    'a page of events by %s comes from an index',
    (_name, filter) =>
      pages('10000', (manager, page) => new Events(manager, BIG_TENANT, systemHashing).list(filter, page)),
  );

  test.each([
    {},
    { state: 'dead' },
    { tenant: BIG_TENANT },
    { state: 'delivered', tenant: BIG_TENANT },
  ] as const)('a page of notices by %j comes from an index', (filter) =>
    pages(seededId('ntc', 10_000), (manager, page) => new Deliveries(manager).list(filter, page)),
  );

  test.each<[string, (manager: EntityManager) => Promise<unknown>]>([
    ['lapsed requests', (manager) => new Requests(manager, ALL).due('2026-01-01T00:00:00.000Z', 200)],
    ['grants that are due', (manager) => new Grants(manager, ALL).due('2026-01-01T00:00:00.000Z', 200)],
    ['locks that are due', (manager) => new Locks(manager, ALL).due('2026-01-01T00:00:00.000Z', 200)],
    [
      'locks that bind',
      (manager) => new Locks(manager, BIG).binding({ tenant: BIG_TENANT, person, service: 'x' }),
    ],
    ['open requests of an engineer', (manager) => new Requests(manager, BIG).countOpen(BIG_TENANT, person)],
    ['a request', (manager) => new Requests(manager, ALL).find(request)],
    ['a grant by its digest', (manager) => new Grants(manager, ALL).findByDigest('sha256:x')],
    [
      'live grants of who and what is gone',
      (manager) =>
        new Grants(manager, ALL).liveOf({ requesters: [person], tenants: ['tenant-7'], services: ['x'] }),
    ],
    ['grants that extend one', (manager) => new Grants(manager, ALL).extending('sha256:x')],
    ['reviews of requests', (manager) => new Reviews(manager, ALL).ofRequests([request, seededId('req', 1)])],
    ['changes of the feed', (manager) => new Feed(manager).since(0, 100)],
    ['notices that wait', (manager) => new WaitingNotices(manager).due('2099-01-01T00:00:00Z', 100)],
    [
      'notices of the last seconds',
      (manager) => new WaitingNotices(manager).after(seededId('ntc', 19_990), 500),
    ],
    [
      'deliveries that are due',
      (manager) => new Deliveries(manager).due('mail', '2099-01-01T00:00:00Z', 200, [person]),
    ],
    ['the dead letters’ count', (manager) => new Deliveries(manager).count('dead', 100)],
    [
      'an idempotent answer',
      (manager) => new IdempotentAnswers(manager, systemClock).find(person, 'POST /x', 'k'),
    ],
    [
      'records that an outcome ends',
      (manager) => new Records(manager, BIG).allowed([seededId('rec', 2), 'rec_x']),
    ],
  ])('%s are found by an index', async (_name, work) => {
    const large = /\b(requests|grants|access_records|events|notices|deliveries)\b/;
    const plans = (await planner.plans(work)).filter(({ sql }) => large.test(sql));
    for (const plan of plans) plan.scans = plan.scans.filter((scan) => large.test(scan) || /row/.test(scan));
    if (plans.length > 0) check(plans);
  });
});
