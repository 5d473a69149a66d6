import {
  type Deps,
  listEvents,
  listGrants,
  listNotices,
  listRecords,
  listRequests,
  type Page,
  type Person,
  type Principal,
} from '@countersign/access';
import { uuidV7Ids } from '@countersign/persistence';
import { percentile } from '../../test/support/percentile.js';
import { PreparedStore } from '../../test/support/prepared-store.js';
import { BIG_TENANT, type Size, seed } from '../../test/support/seed/seed.js';
import type { Closing } from '../support/closing.js';
import { type BenchEngine, ENGINES } from '../support/engines.js';
import { benchOrganisation } from '../support/organisation.js';
import { seconds } from '../support/rate.js';
import { type Family, type Row, rounded, times } from '../support/table.js';
import { feedRows } from './feed-start.js';

/** As few as fill more than one page of each list: a page that ends early would be no rival. */
const SMALL: Size = { requests: 1_000, tenants: 10, activeGrants: 600, rows: 6_000 };
const SAMPLE: Size = { requests: 100_000, tenants: 1_000, activeGrants: 10_000, rows: 50_000 };
const FULL: Size = { requests: 1_000_000, tenants: 10_000, activeGrants: 100_000, rows: 500_000 };
/** Pages of each list. */
const PAGES = 400;
const WARM_UP = 40;
const PAGE = { cursor: null, limit: 50 };

type Work = (deps: Deps) => Promise<Page<unknown>>;

/**
 * Pages of each list with a hundred times as many rows (`--full`: a thousand times, a million requests) against few,
 * in turn. What is measured is the use case with its unit of work, without HTTP.
 */
export const lists: Family = {
  name: 'lists',
  async run(closing: Closing, { full }): Promise<Row[]> {
    const size = full ? FULL : SAMPLE;
    const rows: Row[] = [];
    for (const engine of ENGINES) {
      const many = await filled(engine, closing, size);
      const few = await filled(engine, closing, SMALL);
      for (const [what, work] of Object.entries(LISTS)) {
        for (const store of [many, few]) await expectFull(what, work(store.host));
        const p99 = await compared(many.host, few.host, work);
        rows.push({
          what: `${what}, a page of 50, p99, ${engine.name}, ${rounded(size.requests)} requests`,
          figure: `${rounded(p99.many * 1000)} ms`,
          rival: `the same with ${rounded(SMALL.requests)}`,
          rivalFigure: `${rounded(p99.few * 1000)} ms`,
          ratio: times(p99.many / p99.few),
          target: '≤ 1.5 ×',
        });
      }
      rows.push(
        ...(await feedRows(engine.name, many, few, { many: size.activeGrants, few: SMALL.activeGrants })),
      );
    }
    return rows;
  },
};

const security: Principal = principal(['security-admin'], null);
const customer: Principal = principal(['auditor'], BIG_TENANT);

const LISTS: Readonly<Record<string, Work>> = {
  'all requests': (deps) => listRequests(deps, security, {}, PAGE),
  'a tenant’s denied requests': (deps) => listRequests(deps, customer, { state: 'denied' }, PAGE),
  'active grants of a service': (deps) =>
    listGrants(deps, security, { state: 'active', service: 'service-3' }, PAGE),
  'a tenant’s events': (deps) => listEvents(deps, customer, BIG_TENANT, {}, PAGE),
  'a tenant’s refused calls': (deps) =>
    listRecords(deps, customer, BIG_TENANT, { decision: 'refused' }, PAGE),
  'dead notices': (deps) => listNotices(deps, security, { state: 'dead' }, PAGE),
};

async function filled(engine: BenchEngine, closing: Closing, size: Size): Promise<PreparedStore> {
  const url = await engine.database(closing);
  const organisation = benchOrganisation(1, 'http://127.0.0.1:9');
  const [acme] = organisation.tenants;
  if (acme === undefined) throw new Error('the organisation has a tenant');
  const store = await PreparedStore.at(url, {
    ...organisation,
    tenants: [acme, { ...acme, slug: BIG_TENANT, people: [] }],
  });
  closing.add(() => store.close());
  const bare = await engine.connect(url);
  const took = await seconds(() => seed(bare, size));
  process.stderr.write(
    `bench: ${rounded(size.requests)} requests on ${engine.name} seeded in ${took.toFixed(1)} s\n`,
  );
  await bare.close();
  return store;
}

/** @throws Error where the page is not full, or is the last one */
async function expectFull(what: string, page: Promise<Page<unknown>>): Promise<void> {
  const { items, next } = await page;
  if (items.length !== PAGE.limit || next === null)
    throw new Error(`${what}: a page of ${items.length} rows is not measured against one of ${PAGE.limit}`);
}

async function compared(many: Deps, few: Deps, work: Work): Promise<{ many: number; few: number }> {
  const taken: { many: number[]; few: number[] } = { many: [], few: [] };
  for (let page = 0; page < PAGES + WARM_UP; page += 1) {
    const a = await seconds(() => work(many));
    const b = await seconds(() => work(few));
    if (page < WARM_UP) continue;
    taken.many.push(a);
    taken.few.push(b);
  }
  return { many: percentile(taken.many, 0.99), few: percentile(taken.few, 0.99) };
}

function principal(roles: Person['roles'], tenant: string | null): Principal {
  const person: Person = {
    id: uuidV7Ids.next('usr'),
    tenant,
    email: 'bench@vendor.example',
    name: 'Bench',
    roles,
    removedAt: null,
  };
  return { person, channel: 'api', assurance: 'api-key' };
}
