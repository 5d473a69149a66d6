/** @soak */

import { someRows } from '../../support/samples.js';
import { TestBroker } from '../harness.js';
import { codeOf, expectStatus, makeRequest, type RequestBody, readRequest, review } from '../story.js';

let broker: TestBroker;
beforeAll(async () => {
  broker = await TestBroker.start();
});
afterAll(() => broker.close());

const offerOn = (request: RequestBody, change: Record<string, unknown> = {}) => ({
  ...(request['terms'] as object),
  parent: request.digest,
  seconds: 300,
  ...change,
});

const counter = (request: RequestBody, terms: unknown) =>
  broker.call('approver', 'POST', `/api/v1/requests/${request.id}/reviews`, {
    body: { decision: 'counter', digest: request.digest, reason: 'five minutes will do', terms },
  });

const accept = (request: RequestBody, digest: string) =>
  broker.call('engineer', 'POST', `/api/v1/requests/${request.id}/acceptance`, { body: { digest } });

const atCustomer = async () => {
  const request = await makeRequest(broker);
  expectStatus(await review(broker, 'reviewer', request), 201);
  return request;
};

test('P1: the customer offers less, the engineer accepts, and exactly that is granted', async () => {
  const request = await atCustomer();
  const offer = expectStatus(await counter(request, offerOn(request)), 201).body as Record<string, unknown>;
  expect(Object.keys(offer).sort()).toEqual(
    ['assurance', 'at', 'channel', 'decision', 'digest', 'id', 'person', 'reason', 'side'].sort(),
  );
  expect(offer).toMatchObject({ decision: 'counter', digest: request.digest, side: 'customer' });
  const waiting = await readRequest(broker, request.id, 'engineer');
  expect(waiting).toMatchObject({
    state: 'countered',
    digest: request.digest,
    offer: { review: offer['id'], terms: { seconds: 300, parent: request.digest } },
  });
  const { digest } = waiting['offer'] as { digest: string };
  expect(codeOf(await accept(request, request.digest))).toBe('409 digest_mismatch');
  const accepted = expectStatus(await accept(request, digest), 200).body as RequestBody;
  expect(accepted).toMatchObject({ state: 'approved', digest, duration: 'PT5M', offer: null });
  const grant = await broker.call('engineer', 'GET', `/api/v1/grants/${accepted.grant}`);
  expect(grant.body).toMatchObject({ digest, state: 'active' });
  expect(codeOf(await accept(request, digest))).toBe('409 already_decided');
});

test('the engineer reads whether the offer can still be accepted, the approver whether the request can be approved', async () => {
  const controls = '/api/v1/tenants/acme/privacy-controls';
  const read = async () =>
    expectStatus(await broker.call('tenantAdmin', 'GET', controls), 200).body as Record<string, unknown>;
  const limit = async (maxDuration: unknown) =>
    expectStatus(
      await broker.call('tenantAdmin', 'PUT', controls, { body: { ...(await read()), maxDuration } }),
      200,
    );
  const { maxDuration } = await read();
  const request = await atCustomer();
  expectStatus(await counter(request, offerOn(request)), 201);
  await limit('PT6M');
  const { offer, outdated } = await readRequest(broker, request.id, 'engineer');
  expect(outdated).toBeNull();
  expect(await readRequest(broker, request.id, 'approver')).toMatchObject({ outdated: expect.any(String) });
  await limit('PT4M');
  expect(await readRequest(broker, request.id, 'engineer')).toMatchObject({ outdated: expect.any(String) });
  expect(codeOf(await accept(request, (offer as { digest: string }).digest))).toBe('409 controls_changed');
  await limit(maxDuration);
  expectStatus(await accept(request, (offer as { digest: string }).digest), 200);
});

test('the list finds countered requests', async () => {
  const request = await atCustomer();
  expectStatus(await counter(request, offerOn(request)), 201);
  const list = await broker.call('approver', 'GET', '/api/v1/requests?state=countered');
  expect((list.body as { items: RequestBody[] }).items.map(({ id }) => id)).toEqual([request.id]);
});

test.each(
  someRows<[string, (request: RequestBody) => unknown, string]>([
    ['no terms', () => undefined, '/terms'],
    ['a longer time', (request) => offerOn(request, { seconds: 901 }), '/terms/seconds'],
    ['an unknown member', (request) => offerOn(request, { surprise: 1 }), '/terms/surprise'],
    [
      'a foreign parent',
      (request) => offerOn(request, { parent: `sha256:${'0'.repeat(64)}` }),
      '/terms/parent',
    ],
    ['no parent', (request) => offerOn(request, { parent: undefined }), '/terms/parent'],
  ]),
)('P1: a counter-offer of %s is malformed', async (_title, terms, pointer) => {
  const request = await atCustomer();
  const answer = await counter(request, terms(request));
  expect([codeOf(answer), (answer.body as { pointer?: string }).pointer]).toEqual([
    '400 invalid_request',
    pointer,
  ]);
  expect((await readRequest(broker, request.id)).state).toBe('awaiting_customer');
  expectStatus(await broker.call('engineer', 'POST', `/api/v1/requests/${request.id}/cancel`), 200);
});
