/** @soak */

import { randomBytes } from 'node:crypto';
import {
  importEd25519PublicKey,
  MESSAGE_SIGNATURE_HEADER,
  type SnapshotData,
  signMessage,
  verifyFeedEnvelope,
} from '@countersign/gateway-protocol';
import { claim, draftOf, propose, signProposal, trustOf } from '../../support/claim.js';
import { Customer } from '../../support/customer.js';
import { gatewayIdentity } from '../../support/record-chain.js';
import { onlyInSoak } from '../../support/samples.js';
import { TestBroker } from '../harness.js';
import { EventStream } from '../sse.js';
import { codeOf } from '../story.js';

let broker: TestBroker;
let ada: Customer;
let gateway: Awaited<ReturnType<TestBroker['enrolGateway']>>;
const identity = gatewayIdentity();
beforeEach(async () => {
  broker = await TestBroker.start();
  ada = await Customer.of(broker, 'approver');
  gateway = await broker.enrolGateway('one');
  await broker.fetch('POST', '/gateway/v1/identity', {
    body: { publicKey: identity.publicKey },
    headers: { authorization: gateway.bearer },
  });
});
afterEach(() => broker.close());

const reportPins = (pins: unknown, bearer = gateway.bearer) => {
  const path = '/gateway/v1/pins';
  const message = { gateway: gateway.credential.gateway, path, body: { pins } };
  const signature = signMessage(message, identity.privateKey);
  const headers = { authorization: bearer, [MESSAGE_SIGNATURE_HEADER]: signature };
  return broker.fetch('POST', path, { body: { pins }, headers });
};
const gatewayEvents = async () => {
  const { body } = await broker.call('tenantAuditor', 'GET', '/api/v1/tenants/acme/events?limit=200');
  return (body as { items: { type: string; actor: string; data: object }[] }).items.filter(({ type }) =>
    type.startsWith('gateway.'),
  );
};

test('P12: the feed sends the whole trust chain of each claimed tenant, on connection and after each new version', async () => {
  const genesis = await claim([ada]);
  const nonce = randomBytes(32).toString('base64url');
  const feed = await EventStream.open(`${broker.url}/gateway/v1/feed?nonce=${nonce}`, {
    authorization: gateway.bearer,
  });
  const next = async (type: string) => {
    const { data } = await feed.until(({ event }) => event === type);
    const event = verifyFeedEnvelope(data, importEd25519PublicKey(gateway.credential.feedKey));
    return event.data as Partial<SnapshotData>;
  };
  const { signatures } = await trustOf(ada);
  const first = { document: genesis.document, signatures };
  expect(await next('snapshot')).toMatchObject({
    trust: [{ tenant: 'acme', chain: [first] }],
    stops: [],
    lifts: [],
  });
  const proposal = await propose(ada, await draftOf(ada));
  await signProposal(ada, proposal);
  const { trust } = await next('change');
  expect(trust).toEqual([
    { tenant: 'acme', chain: [first, { document: proposal.document, signatures: expect.any(Array) }] },
  ]);
  feed.close();
});

test('a gateway’s pins are shown, and a tenant’s log records each pin that is added, changed or removed', async () => {
  const { hash } = await claim([ada]);
  const pin = { tenant: 'acme', pinned: hash, current: hash };
  expect((await reportPins([pin, { tenant: 'nobody', pinned: hash, current: null }])).status).toBe(204);
  const plain = { publicKey: identity.publicKey, services: null, atLeast: [], behind: null, alarm: null };
  const one = { id: gateway.credential.gateway, name: 'one', pinned: hash, current: hash, ...plain };
  expect((await trustOf(ada)).gateways).toEqual([one]);
  const listed = await broker.call('securityAdmin', 'GET', '/api/v1/gateways');
  expect(listed.body).toMatchObject({
    items: [{ id: one.id, pins: [pin, { tenant: 'nobody', current: null }] }],
  });
  // The same pin again, and another version of the same trust chain, add no event.
  await reportPins([{ ...pin, current: null }]);
  expect((await gatewayEvents()).map(({ type }) => type)).toEqual(['gateway.pinned']);
  const other = `sha256:${'0'.repeat(64)}`;
  const next = { pinned: other, from: '2026-12-01T00:00:00Z' };
  await reportPins([{ ...pin, next }]);
  await reportPins([]);
  expect(await gatewayEvents()).toMatchObject([
    { type: 'gateway.unpinned', actor: one.id, data: { after: null } },
    { type: 'gateway.pinned', data: { before: { pinned: hash, next: null }, after: { pinned: hash, next } } },
    { type: 'gateway.pinned', data: { before: null, after: { pinned: hash } } },
  ]);
  expect((await trustOf(ada)).gateways).toMatchObject([{ pinned: null, current: null }]);
});

onlyInSoak(() => {
  test('a tenant’s log records which versions a pin requires, and the tenant sees which gateway has not reached them', async () => {
    const { hash } = await claim([ada]);
    const [second, third] = ['2', '3'].map((digit) => `sha256:${digit.repeat(64)}`);
    const pin = { tenant: 'acme', pinned: hash, current: hash };
    const behind = { ...pin, atLeast: [second], current: null, behind: hash };
    for (const each of [pin, behind, behind, { ...pin, atLeast: [second], current: second }, pin])
      expect((await reportPins([each])).status).toBe(204);
    const known = { pinned: hash, next: null };
    expect(await gatewayEvents()).toMatchObject([
      { data: { before: { ...known, atLeast: [second] }, after: known } },
      { data: { before: known, after: { ...known, atLeast: [second] } } },
      { data: { before: null, after: known } },
    ]);
    await reportPins([behind]);
    expect((await trustOf(ada)).gateways).toMatchObject([{ atLeast: [second], current: null, behind: hash }]);
    const next = { pinned: third, atLeast: [second], from: '2026-12-01T00:00:00Z' };
    await reportPins([{ ...pin, next }]);
    expect((await gatewayEvents())[0]).toMatchObject({ data: { after: { pinned: hash, next } } });
  });

  test('a pin file that someone removed or edited is an event of the tenant, and shown to it', async () => {
    const { hash } = await claim([ada]);
    const pin = { tenant: 'acme', pinned: hash, current: hash };
    for (const each of [pin, { ...pin, alarm: 'missing' }, pin])
      expect((await reportPins([each])).status).toBe(204);
    const known = { pinned: hash, next: null };
    expect((await gatewayEvents()).map(({ data }) => data)).toMatchObject([
      { before: { ...known, alarm: 'missing' }, after: known },
      { before: known, after: { ...known, alarm: 'missing' } },
      { before: null, after: known },
    ]);
    await reportPins([{ ...pin, alarm: 'replaced' }]);
    expect((await trustOf(ada)).gateways).toMatchObject([{ current: hash, alarm: 'replaced' }]);
  });
});

test('P13: pins are parsed strictly and accepted only from gateways', async () => {
  expect(codeOf(await reportPins([{ tenant: 'acme', pinned: 'x', current: null }]))).toBe(
    '400 invalid_request',
  );
  expect(codeOf(await reportPins('all'))).toBe('400 invalid_request');
  expect(codeOf(await reportPins([], 'Bearer csk_nothing_of_the_sort_at_all'))).toBe('401 unauthenticated');
  expect(codeOf(await broker.call('securityAdmin', 'POST', '/gateway/v1/pins', { body: { pins: [] } }))).toBe(
    '403 forbidden',
  );
});
