/** @soak */

import { generateKeyPairSync, randomBytes, randomUUID } from 'node:crypto';
import {
  type GatewayCredential,
  type RecordEntry,
  recordHash,
  signRecord,
} from '@countersign/gateway-protocol';
import type { EventSourceMessage } from 'eventsource-parser';
import { enrolledGateway } from '../../factories/enrolled-gateway.js';
import { eventually } from '../../support/eventually.js';
import { gatewayIdentity, RecordChain } from '../../support/record-chain.js';
import { onlyInSoak, rowsOfEachKind } from '../../support/samples.js';
import { type Answer, TestBroker } from '../harness.js';
import { EventStream } from '../sse.js';
import { makeGrant, type RequestBody } from '../story.js';

let broker: TestBroker;
let credential: GatewayCredential;
let bearer: string;
let request: RequestBody;
let grant: string;

const identity = gatewayIdentity();

beforeAll(async () => {
  broker = await TestBroker.start();
  ({ credential, bearer } = await broker.enrolGateway('one'));
  await broker.fetch('POST', '/gateway/v1/identity', {
    body: { publicKey: identity.publicKey },
    headers: { authorization: bearer },
  });
});
afterAll(() => broker.close());
beforeEach(async () => {
  ({ request, grant } = await makeGrant(broker));
});

/** Records of one boot, under the grant of this test. */
const newChain = () =>
  new RecordChain(
    credential.gateway,
    identity.privateKey,
    { grant, digest: request.digest, request: request.id, person: broker.persons.engineer },
    () => broker.clock.now(),
  );

const send = (boot: string, entries: RecordEntry[]): Promise<Answer> =>
  broker.fetch('POST', '/gateway/v1/records', {
    body: newChain().batch(entries, boot),
    headers: { authorization: bearer },
  });

const items = (answer: Answer) => (answer.body as { items: Record<string, unknown>[] }).items;
const records = async () =>
  items(await broker.call('approver', 'GET', `/api/v1/tenants/acme/access-records?grant=${grant}`));
const events = async (type: string, boot: string) =>
  items(await broker.call('approver', 'GET', '/api/v1/tenants/acme/events?limit=200')).filter(
    (leaf) => leaf['type'] === type && (leaf['data'] as Record<string, unknown>)['boot'] === boot,
  );
const leaves = async (type: string) =>
  items(await broker.call('approver', 'GET', '/api/v1/tenants/acme/events?limit=200')).filter(
    (leaf) => leaf['type'] === type && JSON.stringify(leaf).includes(grant),
  );

describe('records of a gateway', () => {
  test('what the gateway dropped of a call is in the leaf that its customer verifies, and in the record', async () => {
    const chain = newChain();
    const droppedHeaders = ['x-user-id', 'x-roles'];
    await send(chain.boot, [chain.add('allowed', { change: { droppedHeaders } }), chain.add('allowed')]);
    expect((await records()).map((record) => record['droppedHeaders'])).toEqual([[], droppedHeaders]);
    const [plain, told] = await events('access.allowed', chain.boot);
    expect(told).toMatchObject({ data: { droppedHeaders } });
    expect(plain?.['data']).not.toHaveProperty('droppedHeaders');
  });

  onlyInSoak(() => {
    test('how a call was signed for its upstream is in the leaf and in the record', async () => {
      const chain = newChain();
      const modes = [{}, { context: 'hmac' }, { context: 'none' }].map((change) =>
        chain.add('allowed', { change }),
      );
      await send(chain.boot, [...modes, chain.add('refused')]);
      expect((await records()).map((record) => record['context'])).toEqual([null, 'none', 'hmac', 'ed25519']);
      const leaves = await events('access.allowed', chain.boot);
      expect(leaves.map(({ data }) => (data as Record<string, unknown>)['context'])).toEqual(
        expect.arrayContaining([undefined, 'hmac', 'none']),
      );
    });
  });

  test('a call is listed once with its outcome, and counts towards the grant', async () => {
    const chain = newChain();
    const allowed = chain.add('allowed');
    expect((await send(chain.boot, [allowed])).body).toEqual({ accepted: { acme: 1 } });
    expect((await records())[0]).toMatchObject({ decision: 'allowed', outcome: null, status: null });
    expect((await send(chain.boot, [chain.add('outcome', { id: allowed.record.id })])).body).toEqual({
      accepted: { acme: 2 },
    });
    expect(await records()).toEqual([
      {
        id: allowed.record.id,
        at: expect.any(String),
        grant,
        digest: request.digest,
        request: request.id,
        service: 'billing',
        person: broker.persons.engineer,
        method: 'GET',
        path: '/tenants/acme/invoices/inv-1?page=2',
        route: '/tenants/{tenant}/invoices/{id}',
        resource: 'invoices/inv-1',
        action: 'read',
        decision: 'allowed',
        code: null,
        count: 1,
        mode: 'gateway',
        droppedHeaders: [],
        context: 'ed25519',
        trust: null,
        status: 200,
        bytes: 120,
        bodySha256: null,
        durationMs: 7,
        outcome: 'completed',
        gateway: credential.gateway,
        boot: chain.boot,
        seq: 1,
      },
    ]);
    const { body } = await broker.call('engineer', 'GET', `/api/v1/grants/${grant}`);
    expect(body).toMatchObject({ used: { calls: 1, bytes: 120 } });
  });

  test('each record is stored exactly once, even if it arrives repeatedly and in parallel', async () => {
    const chain = newChain();
    const batch = Array.from({ length: 20 }, (_, index) =>
      chain.add(index % 4 === 3 ? 'refused' : 'allowed'),
    );
    const answers = await Promise.all(Array.from({ length: 10 }, () => send(chain.boot, batch)));
    expect(answers.map((answer) => answer.body)).toEqual(answers.map(() => ({ accepted: { acme: 20 } })));
    await send(chain.boot, [...batch.slice(10), chain.add('allowed')]);
    expect(await records()).toHaveLength(21);
    expect(await leaves('access.allowed')).toHaveLength(16);
    expect(await leaves('access.refused')).toHaveLength(5);
    const { body } = await broker.call('engineer', 'GET', `/api/v1/grants/${grant}`);
    expect(body).toMatchObject({ used: { calls: 16 } });
  });

  test('the deployment log, which every tenant may read, counts refusals without a verified token', async () => {
    const boot = randomUUID();
    const counts = [
      { service: 'billing', code: 'invalid_token', minute: '2026-11-24T15:00:00Z', count: 7 },
      { service: null, code: 'ambiguous_request', minute: '2026-11-24T15:00:00Z', count: 2 },
    ];
    const unsigned = {
      v: 1 as const,
      kind: 'counters' as const,
      id: broker.host.ids.next('rec'),
      gateway: credential.gateway,
      boot,
      tenant: 'deployment' as const,
      seq: 1,
      prev: null,
      at: new Date().toISOString(),
      counts,
    };
    const record = { ...unsigned, signature: signRecord(unsigned, identity.privateKey) };
    expect((await send(boot, [{ record, openings: {} }])).body).toEqual({ accepted: { deployment: 1 } });
    const found = items(await broker.call('foreignAdmin', 'GET', '/api/v1/tenants/deployment/events')).filter(
      (each) => each['type'] === 'access.counters',
    );
    expect(found).toMatchObject([
      {
        actor: credential.gateway,
        data: { boot, gatewaySeq: 1, record: record.id, signature: record.signature, counts },
      },
    ]);
  });

  test('a missing number adds an event, and the later record is accepted', async () => {
    const chain = newChain();
    const [first, , third] = [chain.add('allowed'), chain.add('allowed'), chain.add('allowed')];
    await send(chain.boot, [first, third]);
    const gaps = items(await broker.call('approver', 'GET', '/api/v1/tenants/acme/events')).filter(
      (leaf) => leaf['type'] === 'gateway.gap',
    );
    expect(gaps[0]).toMatchObject({ data: { boot: chain.boot, after: 1, at: 3 } });
    expect(await records()).toHaveLength(2);
  });

  onlyInSoak(() => {
    test('a record that does not continue its chain adds its own event, and is accepted', async () => {
      const [one, other] = [newChain(), newChain()];
      const first = one.add('allowed');
      other.add('refused');
      const { record, openings } = other.add('allowed');
      await send(one.boot, [first, { record: { ...record, boot: one.boot }, openings }]);
      expect(await events('gateway.mismatch', one.boot)).toMatchObject([{ data: { at: 2, reason: 'prev' } }]);
      expect(await events('gateway.gap', one.boot)).toEqual([]);
      expect(await records()).toHaveLength(2);
    });
  });

  test('P5: a signed head becomes a leaf of the tenant with all signed data; a head signed by another key is a mismatch', async () => {
    const chain = newChain();
    const allowed = chain.add('allowed');
    const head = chain.add('head');
    expect((await send(chain.boot, [allowed, head])).body).toEqual({ accepted: { acme: 2 } });
    const { signature } = head.record as { signature: string };
    expect(await events('gateway.head', chain.boot)).toMatchObject([
      {
        at: head.record.at,
        actor: credential.gateway,
        data: {
          gateway: credential.gateway,
          boot: chain.boot,
          gatewaySeq: 2,
          gatewayHash: recordHash(head.record),
          record: head.record.id,
          prev: recordHash(allowed.record),
          signature,
        },
      },
    ]);
    const forged = chain.add('head', { key: generateKeyPairSync('ed25519').privateKey });
    await send(chain.boot, [forged, chain.add('allowed')]);
    expect(await events('gateway.head', chain.boot)).toHaveLength(1);
    expect(await events('gateway.mismatch', chain.boot)).toMatchObject([
      { data: { at: 3, reason: 'signature' } },
    ]);
    const cursors = await broker.host.store.forTenant('acme', (unit) =>
      unit.records.cursors([{ gateway: credential.gateway, boot: chain.boot }]),
    );
    expect(cursors).toMatchObject([{ seq: 4, head: { seq: 2, signature, at: head.record.at } }]);
    expect(await records()).toHaveLength(2);
  });

  onlyInSoak(() => {
    test('P5: later records of a closed chain are accepted, and the gateway’s return adds an event', async () => {
      const chain = newChain();
      await send(chain.boot, [chain.add('allowed')]);
      await broker.host.store.forTenant('acme', (unit) =>
        unit.records.closeChains(credential.gateway, new Date().toISOString()),
      );
      await send(chain.boot, [chain.add('allowed'), chain.add('allowed')]);
      await send(chain.boot, [chain.add('allowed')]);
      expect(await events('gateway.returned', chain.boot)).toMatchObject([{ data: { after: 1 } }]);
      expect(await events('gateway.gap', chain.boot)).toEqual([]);
      expect(await records()).toHaveLength(4);
    });

    test('P5: the broker closes the chain of a gateway that is silent for too long, and reopens it when the gateway returns', async () => {
      const { id } = await broker.host.store.asVendor(async ({ gateways }) => {
        const at = broker.clock.now().toISOString();
        const gone = enrolledGateway({ id: broker.host.ids.next('gtw'), name: 'gone', createdAt: at });
        await gateways.insert(gone);
        await gateways.seen([gone.id], at);
        return gone;
      });
      broker.clock.advance(16 * 60);
      const closings = async () =>
        items(await broker.call('foreignAdmin', 'GET', '/api/v1/tenants/deployment/events?limit=200'))
          .filter(({ data }) => (data as Record<string, unknown>)['gateway'] === id)
          .map(({ type }) => type);
      await eventually('it is closed', async () => (await closings()).includes('gateway.closed'), 60_000);
      expect(await closings()).toEqual(['gateway.closed']);
    });

    test('a restart of the broker loses no record and stores none twice', async () => {
      const chain = newChain();
      const batch = [chain.add('allowed'), chain.add('allowed')];
      await send(chain.boot, batch);
      await broker.broker.close();
      await broker.run();
      expect((await send(chain.boot, [...batch, chain.add('allowed')])).body).toEqual({
        accepted: { acme: 3 },
      });
      expect(await records()).toHaveLength(3);
    });
  });

  test.each(
    rowsOfEachKind<[string, (entry: RecordEntry) => unknown]>(
      [
        [
          'another gateway’s',
          (entry) => ({ ...entry, record: { ...entry.record, gateway: broker.host.ids.next('gtw') } }),
        ],
        ['an unknown member', (entry) => ({ ...entry, record: { ...entry.record, more: 1 } })],
        ['an unknown tenant', () => newChain().add('allowed', { tenant: 'nobody' })],
        [
          'an opening that opens no chain',
          (entry) => ({ ...entry, openings: { path: { ...entry.openings.path, value: '/' } } }),
        ],
        ['another boot', (entry) => ({ ...entry, record: { ...entry.record, boot: randomUUID() } })],
      ],
      ([what]) => what.split(' ')[0]!,
    ),
  )('P13: refuses %s and writes nothing', async (_name, change) => {
    const chain = newChain();
    const good = chain.add('allowed');
    const bad = change(chain.add('allowed')) as RecordEntry;
    const boot = _name === 'an unknown tenant' ? bad.record.boot : chain.boot;
    const answer = await send(boot, _name === 'an unknown tenant' ? [bad] : [good, bad]);
    expect([answer.status, (answer.body as { code: string }).code]).toEqual([400, 'invalid_request']);
    expect(await records()).toEqual([]);
  });

  test('P9: people who may read the log get one notice for many recorded calls', async () => {
    const streams = Object.fromEntries(
      await Promise.all(
        (['approver', 'engineer', 'securityAdmin', 'foreignApprover', 'otherEngineer'] as const).map(
          async (who) => {
            const headers = { authorization: `Bearer ${broker.keys[who]}` };
            return [who, await EventStream.open(`${broker.url}/api/v1/stream`, headers)] as const;
          },
        ),
      ),
    );
    const chain = newChain();
    const allowed = chain.add('allowed');
    // A notice of an earlier test's calls may still be on its way.
    const ofThisGrant = ({ event, data }: EventSourceMessage) =>
      event === 'access.recorded' && data.includes(grant);
    await send(chain.boot, [allowed, chain.add('outcome', { id: allowed.record.id }), chain.add('allowed')]);
    for (const who of ['approver', 'engineer', 'securityAdmin'] as const)
      expect(JSON.parse((await streams[who]!.until(ofThisGrant)).data)).toEqual({ tenant: 'acme', grant });
    await send(chain.boot, [chain.add('outcome', { id: allowed.record.id })]);
    await streams['approver']!.until(ofThisGrant);
    // Both of these people receive this notice. A notice of the calls would have arrived before it.
    await makeGrant(broker, 'otherEngineer', { tenant: 'globex' });
    for (const who of ['foreignApprover', 'otherEngineer'] as const)
      expect((await streams[who]!.next()).event).toBe('request.awaiting_vendor');
    for (const stream of Object.values(streams)) stream.close();
  });

  test('a gateway’s own key is registered once', async () => {
    const { bearer: other } = await broker.enrolGateway('two');
    const register = (publicKey: string) =>
      broker.fetch('POST', '/gateway/v1/identity', {
        body: { publicKey },
        headers: { authorization: other },
      });
    const key = randomBytes(32).toString('base64url');
    expect((await register(key)).status).toBe(204);
    expect((await register(key)).status).toBe(204);
    const answer = await register(randomBytes(32).toString('base64url'));
    expect([answer.status, (answer.body as { code: string }).code]).toEqual([409, 'already_registered']);
    expect((await register('short')).status).toBe(400);
  });
});
