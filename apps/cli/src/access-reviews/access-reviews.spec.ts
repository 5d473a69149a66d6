import { fakeServers } from '../../test/fake-broker.js';
import { Terminal } from '../../test/terminal.js';
import { run } from '../main.js';

const REVIEW = 'acr_0193a5e0-0000-7000-8000-000000000001';
const PERSON = 'usr_0193a5e0-0000-7000-8000-000000000002';
const BASE = '/api/v1/tenants/acme/access-reviews';

const item = (change: object = {}) => ({
  ...{ item: `person:${PERSON}`, kind: 'person', id: PERSON, owner: PERSON, service: null },
  ...{ roles: ['admin'], since: null, until: null, outcome: null, reason: null, by: null, at: null },
  practice: { result: 'unanswered', at: '2026-12-01T00:00:00Z' },
  recurs: null,
  ...change,
});
const summary = (change: object = {}) => ({
  ...{ id: REVIEW, tenant: 'acme', quarter: '2027-01-01', state: 'open', missed: ['2026-10-01'] },
  ...{ openedAt: '2027-01-01T00:00:00Z', dueAt: '2027-01-15T00:00:00Z', closedAt: null },
  counts: { open: 1, confirmed: 0, pruned: 0, gone: 0, lapsed: 0, kept: 0 },
  ...change,
});

const serve = fakeServers();

async function cli(
  argv: string[],
  { tenant = 'acme', reviews = [summary()] as object[], items = [item()] } = {},
) {
  const decided: unknown[] = [];
  const broker = await serve({
    'GET /api/v1/whoami': () => ({
      body: {
        ...{
          person: PERSON,
          email: 'ada@acme.example',
          name: 'Ada',
          tenant,
          roles: ['admin'],
          channel: 'api',
        },
        ...{ assurance: 'api-key', zone: null, authenticatedAt: null, permissions: [] },
      },
    }),
    [`GET ${BASE}`]: () => ({ body: { items: reviews, next: null } }),
    [`GET ${BASE}/${REVIEW}`]: () => ({ body: { ...summary(), items } }),
    [`POST ${BASE}/${REVIEW}/decisions`]: ({ body }) => {
      decided.push(body);
      return { status: 201, body: item({ outcome: 'pruned', by: PERSON, at: '2027-01-02T00:00:00Z' }) };
    },
  });
  const terminal = new Terminal({ COUNTERSIGN_BROKER_URL: broker.url, COUNTERSIGN_API_KEY: 'csk_x' });
  const exit = await run(['access-review', ...argv], terminal);
  return { exit, decided, out: terminal.out, err: terminal.err };
}

test('shows the newest review, what is open, and what silence means', async () => {
  const { exit, out } = await cli(['show']);
  expect(exit).toBe(0);
  for (const part of [`person:${PERSON}`, 'not answered', '1 of 1', '2026-10-01', 'lapses', 'unanswered'])
    expect(out).toContain(part);
});

test('says why something was kept without an answer', async () => {
  const { out } = await cli(['show', REVIEW], {
    items: [item({ outcome: 'kept', reason: 'last-admin', by: 'job' })],
  });
  expect(out).toContain('KEPT: the last admin');
});

test('decides each item that is named', async () => {
  const { exit, decided, out } = await cli(['prune', 'api-key:key_1', `person:${PERSON}`]);
  expect(exit).toBe(0);
  expect(decided).toEqual([
    { item: 'api-key:key_1', decision: 'pruned' },
    { item: `person:${PERSON}`, decision: 'pruned' },
  ]);
  expect(out).toContain('pruned');
});

test('lists reviews', async () => {
  expect((await cli(['list'])).out).toContain('2027-01-01');
});

test('says that there is none yet, and refuses the vendor’s staff', async () => {
  expect(await cli(['show'], { reviews: [] })).toMatchObject({
    exit: 1,
    err: expect.stringContaining('not_found'),
  });
  expect(await cli(['show'], { tenant: null as unknown as string })).toMatchObject({
    ...{ exit: 1, err: expect.stringContaining('forbidden') },
  });
});
