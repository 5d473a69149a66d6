/** @soak */

import { createApiKey, recordAccessHeads } from '@countersign/access';
import { organisation, type PersonName } from '../../factories/organisation.js';
import { RecordingGateway } from '../../support/recorded-calls.js';
import { isFullRun } from '../../support/samples.js';
import { TestBroker, TestClock } from '../harness.js';
import { EventStream } from '../sse.js';
import { makeGrant } from '../story.js';

const WORDS = {
  authority: 'Landgericht Wirsingen',
  legalBasis: '§ 94 StPO Wirsing',
  data: 'Rechnungen Wirsing',
  scope: 'Oktober Wirsing',
  reason: 'per Kurier, Wirsing',
  accounts: ['konto-wirsing'],
};
/**
 * Who reads: people of the customer and of another one. In `npm test` only an admin of the customer reads, who may read all that
 * its auditor may.
 */
const TENANTS: readonly PersonName[] = isFullRun()
  ? ['approver', 'tenantAuditor', 'foreignAdmin']
  : ['approver'];
/** The broker's own answer that never ends. */
const ENDLESS = new Set(['/api/v1/stream', '/gateway/v1/feed']);

let broker: TestBroker;
let demand: string;
let paths: string[];
let gateway: RecordingGateway;

const counsel: Record<string, string> = {};

beforeAll(async () => {
  const file = organisation((draft) => {
    for (const name of ['leo', 'lia'])
      draft.vendor.staff.push({ email: `${name}@vendor.example`, name, roles: ['legal'] });
  });
  broker = await TestBroker.start({ organisation: file, clock: TestClock.awayFromMidnight() });
  for (const name of ['leo', 'lia'])
    counsel[name] = (
      await createApiKey(broker.host, { email: `${name}@vendor.example`, tenant: null, ttl: 86_400 })
    ).key;
  gateway = await RecordingGateway.enrol(broker);
  const { request, grant } = await makeGrant(broker);
  const { paths: routes } = (await broker.call(null, 'GET', '/api/openapi.json')).body as {
    paths: Record<string, Record<string, unknown>>;
  };
  const fill = (path: string, id: string) =>
    path
      .replace('{slug}', 'acme')
      .replace('{id}', id)
      .replace('{name}', 'billing')
      .replace(/\{[^}]+\}/g, '0');
  const [from, to] = ['2026-01-01T00:00:00Z', new Date(Date.now() + 3_600_000).toISOString().slice(0, 19)];
  paths = Object.entries(routes)
    .filter(([path, methods]) => 'get' in methods && !ENDLESS.has(path))
    .flatMap(([path]) => {
      const ids = path.includes('{id}') ? [request.id, grant] : [''];
      return ids.map((id) => fill(path, id));
    })
    .flatMap((path) => [path, path.endsWith('/statement') ? `${path}?from=${from}&to=${to}Z` : path])
    .concat(
      '/api/v1/tenants/acme/log-export?format=ocsf',
      '/log/acme/tile/entries/000.p/9',
      '/log/acme/openings/3',
    );
  paths = [...new Set(paths)];
});
afterAll(() => broker.close());

/** Everything that the customers' people read. */
async function readAll(): Promise<Map<string, string>> {
  const answers = new Map<string, string>();
  for (const who of TENANTS)
    for (const path of paths) {
      const { status, text } = await broker.call(who, 'GET', path);
      answers.set(`${who} ${path}`, `${status} ${text}`);
    }
  return answers;
}
const body = (gag: boolean) => ({
  ...WORDS,
  ...{ country: 'DE', kind: 'order', tenants: ['acme'], receivedAt: '2026-01-01T00:00:00Z' },
  ...(gag
    ? {
        gag: {
          order: 'Verschwiegen, Wirsing',
          until: `${new Date(Date.now() + 30 * 86_400_000).toISOString().slice(0, 19)}Z`,
        },
      }
    : {}),
});

/** Access of the demand, approved by two others, and a call under it. @returns what must not be seen anywhere */
async function access(): Promise<string[]> {
  const body = {
    ...{ tenant: 'acme', service: 'billing', scope: [{ resource: 'invoices/*', actions: ['read'] }] },
    ...{ duration: 'PT30M', justification: 'Wirsing', basis: 'legal', demand },
  };
  const asked = await broker.call('legal', 'POST', '/api/v1/requests', { body });
  expect(asked.status).toBe(201);
  const { id, digest, sealedLog } = asked.body as { id: string; digest: string; sealedLog: string };
  for (const key of Object.values(counsel)) {
    const review = { body: { decision: 'approve', digest }, headers: { authorization: `Bearer ${key}` } };
    expect((await broker.fetch('POST', `/api/v1/requests/${id}/reviews`, review)).status).toBe(201);
  }
  const { grant } = (await broker.call('legal', 'GET', `/api/v1/requests/${id}`)).body as { grant: string };
  expect((await broker.call('legal', 'POST', `/api/v1/grants/${grant}/tokens`)).status).toBe(200);
  const person = broker.persons.legal;
  const chain = gateway.chain({ grant, request: id, digest, person });
  const call = chain.add('allowed', { tenant: sealedLog });
  const end = chain.add('outcome', { tenant: sealedLog, id: call.record.id });
  await gateway.send(chain, [call, end, chain.add('head', { tenant: sealedLog })]);
  const { body: records } = await broker.call('legal', 'GET', `/api/v1/tenants/${sealedLog}/access-records`);
  expect((records as { items: unknown[] }).items).toHaveLength(1);
  await recordAccessHeads(broker.host);
  paths.push(`/api/v1/requests/${id}`, `/api/v1/grants/${grant}`, `/log/${sealedLog}/checkpoint`);
  paths.push(`/api/v1/tenants/${sealedLog}/events`, `/api/v1/tenants/${sealedLog}/access-records`);
  return [id, digest, grant, sealedLog, call.record.id, person];
}

test('P9: nothing of a demand under a gag is in any answer, notice, statement, export or stream of a customer', async () => {
  expect(paths.length).toBeGreaterThan(40);
  const headers = { authorization: `Bearer ${broker.keys.approver}` };
  const stream = await EventStream.open(`${broker.url}/api/v1/stream`, headers);
  const [first, second] = [await readAll(), await readAll()];
  const entered = await broker.call('legal', 'POST', '/api/v1/demands', { body: body(true) });
  expect(entered.status).toBe(201);
  demand = (entered.body as { id: string }).id;
  const path = `/api/v1/demands/${demand}`;
  const step = { action: 'redirected', outcome: 'declined', reason: 'Wirsing' };
  expect((await broker.call('legal', 'POST', `${path}/steps`, { body: step })).status).toBe(201);
  const file = { name: 'wirsing.pdf', content: Buffer.from('Wirsing').toString('base64'), reason: 'Wirsing' };
  expect((await broker.call('legal', 'POST', `${path}/documents`, { body: file })).status).toBe(201);
  paths.push(path);
  const hidden = new RegExp((await access()).join('|'));

  const after = await readAll();
  for (const [key, text] of after) {
    // The API's own description names demands in general; their endpoints refuse every customer.
    if (key.includes('/api/v1/demands')) expect([key, text.slice(0, 3)]).toEqual([key, '403']);
    else if (!key.includes('/api/openapi.json'))
      expect([key, /wirsing|dem_0|"demand\./i.exec(text)?.[0] ?? null]).toEqual([key, null]);
    if (!key.includes('/directory') && !key.includes('/people'))
      expect([key, hidden.exec(text)?.[0] ?? null]).toEqual([key, null]);
    // What two reads before had alike is still the same: no size, counter, time or index has moved.
    if (first.has(key) && first.get(key) === second.get(key))
      expect([key, text]).toEqual([key, first.get(key)]);
  }
  const same = [...first].filter(([key, text]) => text === second.get(key));
  expect(same.length).toBeGreaterThan(first.size * 0.9);

  const notices = await broker.host.store.readAsVendor((unit) => unit.outbox.after('', 1_000));
  expect(notices.filter(({ kind, subject }) => kind.startsWith('demand.') || hidden.test(subject))).toEqual(
    [],
  );
  for (const log of ['acme', 'globex', 'deployment']) {
    const leaves = await broker.host.store.readForTenant(log, (unit) => unit.events.leaves(0, 10_000));
    expect(leaves.filter((leaf) => leaf.includes('demand.') || leaf.includes(demand))).toEqual([]);
  }
  // The first that the stream says of demands is the one without a gag.
  const open = await broker.call('legal', 'POST', '/api/v1/demands', { body: body(false) });
  const event = await stream.until(({ event: kind }) => kind?.startsWith('demand.') === true);
  expect(JSON.parse(event.data)).toMatchObject({ subject: (open.body as { id: string }).id });
  stream.close();
});
