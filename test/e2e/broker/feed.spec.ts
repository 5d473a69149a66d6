/**
 * @soak
 * @alone
 */

import { randomBytes, randomUUID } from 'node:crypto';
import { applyOrganisation, revokeGateway, rotateSigningKey } from '@countersign/access';
import { routeMapHash } from '@countersign/contract';
import {
  type FeedEvent,
  type GatewayCredential,
  importEd25519PublicKey,
  verifyFeedEnvelope,
} from '@countersign/gateway-protocol';
import { systemSigners } from '@countersign/persistence';
import { billing, organisation } from '../../factories/organisation.js';
import { onBusyMachine } from '../../support/deadline.js';
import { onlyInSoak, someRows } from '../../support/samples.js';
import { TestBroker } from '../harness.js';
import { EventStream } from '../sse.js';
import { makeGrant, makeRequest, review } from '../story.js';

let broker: TestBroker;
let credential: GatewayCredential;
let bearer: string;
const open: EventStream[] = [];

const start = async () => {
  broker = await TestBroker.start();
};
const close = () => broker.close();
const enrol = async () => {
  ({ credential, bearer } = await broker.enrolGateway(randomUUID()));
};
const closeStreams = () => {
  for (const stream of open.splice(0)) stream.close();
};

const fresh = () => randomBytes(32).toString('base64url');

async function follow(nonce = fresh(), last?: string): Promise<EventStream> {
  const stream = await EventStream.open(`${broker.url}/gateway/v1/feed?nonce=${nonce}`, {
    authorization: bearer,
    ...(last === undefined ? {} : { 'last-event-id': last }),
  });
  open.push(stream);
  return stream;
}

/** Verifies the envelope as a gateway does: it reads nothing that is unsigned. */
const verified = (data: string): FeedEvent =>
  verifyFeedEnvelope(data, importEd25519PublicKey(credential.feedKey));

async function nextSigned(stream: EventStream, type?: FeedEvent['type']): Promise<FeedEvent> {
  const event = await stream.until((each) => type === undefined || each.event === type);
  return verified(event.data);
}

describe('the gateways’ feed', () => {
  beforeAll(start);
  beforeEach(enrol);
  afterEach(closeStreams);
  afterAll(close);

  onlyInSoak(() => {
    test('one credential holds four feeds at most: the oldest ends, so that no one makes the heartbeats of all late', async () => {
      const feeds: EventStream[] = [];
      for (let each = 0; each < 6; each += 1) {
        const feed = await follow();
        await nextSigned(feed, 'snapshot');
        feeds.push(feed);
      }
      await Promise.all(feeds.slice(0, 2).map((feed) => feed.ended()));
      for (const feed of feeds.slice(2)) await nextSigned(feed, 'heartbeat');
    });
  });

  test('P6: a new grant and its end are sent at once, numbered without a gap', async () => {
    const request = await makeRequest(broker);
    await review(broker, 'reviewer', request);
    const stream = await follow();
    const { seq } = await nextSigned(stream, 'snapshot');
    await review(broker, 'approver', request);
    const started = await nextSigned(stream, 'change');
    expect(started.seq).toBe(seq + 1);
    expect(started.data).toEqual({ grants: [expect.objectContaining({ digest: request.digest })] });
    const { grants } = started.data as { grants: { id: string }[] };
    const begun = performance.now();
    await broker.call('approver', 'POST', `/api/v1/grants/${grants[0]!.id}/revocation`, {
      body: { reason: 'stop' },
    });
    const ended = await nextSigned(stream, 'change');
    expect(performance.now() - begun).toBeLessThan(onBusyMachine(1_000));
    expect(ended.seq).toBe(seq + 2);
    // The event tells how long to remember the digest: until no grant of these terms can be open.
    const until = new Date(Date.parse(request.lapsesAt) + 900_000).toISOString().replace('.000', '');
    expect(ended.data).toEqual({ endedGrants: [{ digest: request.digest, reason: 'revoked', until }] });
  });

  test('resumes after the last received event and sends the missed changes', async () => {
    const stream = await follow();
    const { epoch, seq } = await nextSigned(stream, 'snapshot');
    stream.close();
    const { request } = await makeGrant(broker);
    const nonce = fresh();
    const again = await follow(nonce, `${epoch}.${seq}`);
    expect(await nextSigned(again)).toMatchObject({ type: 'resume', seq, data: { nonce } });
    expect(await nextSigned(again)).toMatchObject({
      type: 'change',
      seq: seq + 1,
      data: { grants: [expect.objectContaining({ digest: request.digest })] },
    });
  });

  test.each(someRows(['2.0', '1.999999', 'nonsense']))(
    'sends a full snapshot if “%s” cannot be resumed',
    async (last) => {
      expect((await nextSigned(await follow(fresh(), last))).type).toBe('snapshot');
    },
  );

  test('a revoked gateway is disconnected and refused from then on', async () => {
    const stream = await follow();
    await nextSigned(stream, 'snapshot');
    await revokeGateway(broker.host, credential.gateway);
    await stream.ended();
    await expect(follow()).rejects.toThrow(/^401/);
  });

  test.each(someRows(['', 'nonce=short', `nonce=${'A'.repeat(42)}B`, `nonce=${fresh()}&more=1`]))(
    'refuses the query “%s”',
    async (query) => {
      const answer = await broker.fetch('GET', `/gateway/v1/feed?${query}`, {
        headers: { authorization: bearer },
      });
      expect([answer.status, (answer.body as { code: string }).code]).toEqual([400, 'invalid_request']);
    },
  );
});

// Each test has a broker of its own, because it expects all that the feed has, or changes it for every gateway.
describe('the gateways’ feed, on a broker of its own', () => {
  beforeEach(async () => {
    await start();
    await enrol();
  });
  afterEach(async () => {
    closeStreams();
    await close();
  });

  test('begins with a signed snapshot bound to the nonce, then sends a heartbeat each second with the same sequence number', async () => {
    const { grant, request } = await makeGrant(broker);
    const nonce = fresh();
    const stream = await follow(nonce);
    const snapshot = await nextSigned(stream);
    expect(snapshot).toMatchObject({ epoch: 1, gateway: credential.gateway, type: 'snapshot' });
    const map = billing();
    expect(snapshot.data).toEqual({
      nonce,
      issuer: 'http://localhost:4000',
      grants: [
        expect.objectContaining({
          id: grant,
          digest: request.digest,
          tenant: 'acme',
          service: 'billing',
          budget: null,
        }),
      ],
      services: [
        {
          name: 'billing',
          routes: routeMapHash(broker.host.hashing, map),
          upstream: map.upstream,
          audience: 'billing',
        },
      ],
      routeMaps: [expect.objectContaining({ name: 'billing' })],
      keys: [expect.objectContaining({ kty: 'EC', alg: 'ES256' })],
      tenants: expect.arrayContaining([{ slug: 'acme', forbid: expect.any(Array) }]),
      locks: [],
      trust: [],
      stops: [],
      lifts: [],
    });
    const first = await nextSigned(stream);
    const second = await nextSigned(stream);
    expect([first.type, second.type]).toEqual(['heartbeat', 'heartbeat']);
    expect(second.seq).toBe(snapshot.seq);
    expect(Date.parse(second.time) - Date.parse(first.time)).toBeLessThan(onBusyMachine(2_000));
  });

  test('also sends changes by another process: services with every route map that an active grant names', async () => {
    await makeGrant(broker);
    const stream = await follow();
    await nextSigned(stream, 'snapshot');
    const changed = organisation((file) => {
      file.services[0]!.routes.push({
        method: 'GET',
        path: '/tenants/{tenant}/plans',
        resource: 'plans',
        action: 'list',
      });
      file.services[0]!.tls = { caFile: 'ca.pem' };
      file.tenants[1]!.privacyControls.forbid = [];
      file.tenants.length = 2;
    });
    await applyOrganisation(broker.host, changed, { dryRun: false });
    const seen: Record<string, unknown> = {};
    while (seen['services'] === undefined || seen['tenants'] === undefined)
      Object.assign(seen, (await nextSigned(stream, 'change')).data);
    expect(seen['tenants']).toEqual([{ slug: 'globex', forbid: [] }]);
    expect(seen['services']).toMatchObject([{ name: 'billing', tls: { caFile: 'ca.pem' } }]);
    const hashes = (seen['routeMaps'] as ReturnType<typeof billing>[]).map((map) =>
      routeMapHash(broker.host.hashing, map),
    );
    expect(hashes.sort()).toEqual(
      [
        routeMapHash(broker.host.hashing, billing()),
        routeMapHash(broker.host.hashing, changed.services[0]!),
      ].sort(),
    );
  });

  test('a new key is published before it signs', async () => {
    const stream = await follow();
    await nextSigned(stream, 'snapshot');
    const { kid } = await rotateSigningKey(broker.host, systemSigners);
    const { data } = await nextSigned(stream, 'change');
    const kids = (data as { keys: { kid: string }[] }).keys.map((key) => key.kid);
    expect(kids).toHaveLength(2);
    expect(kids).toContain(kid);
  });
});
