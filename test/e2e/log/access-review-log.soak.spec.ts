import { quarterOf, runAccessReviews } from '@countersign/access';
import { utcDay } from '@countersign/contract';
import { eventually } from '../../support/eventually.js';
import { copiesOf, faultOf } from '../../support/log-copy.js';
import { TestBroker } from '../harness.js';
import { makeGrant } from '../story.js';

const DAY_MS = 86_400_000;

let broker: TestBroker;
beforeAll(async () => {
  broker = await TestBroker.start();
});
afterAll(() => broker.close());

test('P10: a log with a whole access review verifies: what was confirmed, pruned, kept and what lapsed', async () => {
  await makeGrant(broker);
  const { store, clock } = broker.host;
  const quarter = quarterOf(utcDay(clock.now()));
  await store.forTenant('acme', async ({ accessReviews }) => {
    await accessReviews.advance((await accessReviews.nextQuarter()) ?? '', quarter);
  });
  // The broker's own job may be faster.
  await runAccessReviews(broker.host).catch(() => undefined);
  const base = '/api/v1/tenants/acme/access-reviews';
  const opened = await eventually('the review is open', async () => {
    const { items } = (await broker.call('tenantAdmin', 'GET', base)).body as { items: { id: string }[] };
    return items[0];
  });
  const review = `${base}/${opened.id}`;
  const decide = async (item: string, decision: string) =>
    (await broker.call('tenantAdmin', 'POST', `${review}/decisions`, { body: { item, decision } })).status;
  const { approver, secondApprover, tenantAdmin } = broker.persons;
  // Their key is confirmed too, or it would lapse before the end of this test.
  const listed = (await broker.call('approver', 'GET', review)).body as {
    items: { item: string; kind: string; owner: string | null }[];
  };
  const key = listed.items.find(({ kind, owner }) => kind === 'api-key' && owner === approver);
  expect(await decide(key?.item ?? '', 'confirmed')).toBe(201);
  expect(await decide(`person:${approver}`, 'confirmed')).toBe(201);
  expect(await decide(`person:${secondApprover}`, 'pruned')).toBe(201);
  expect(await decide(`person:${tenantAdmin}`, 'confirmed')).toBe(403);
  expect(await faultOf(await copiesOf(broker))).toBe('none');
  const later = { now: () => new Date(clock.now().getTime() + 15 * DAY_MS) };
  await runAccessReviews({ ...broker.host, clock: later });
  const { counts } = (await broker.call('approver', 'GET', review)).body as {
    counts: Record<string, number>;
  };
  expect(counts).toMatchObject({ open: 0, confirmed: 2, pruned: 1 });
  expect((counts['lapsed'] ?? 0) + (counts['kept'] ?? 0) + (counts['gone'] ?? 0)).toBeGreaterThan(3);
  expect(await faultOf(await copiesOf(broker))).toBe('none');
});
