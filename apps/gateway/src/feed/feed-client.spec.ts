/**
 * @soak
 * @alone
 */

import { generateKeyPairSync } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { FeedEvent } from '@countersign/gateway-protocol';
import type { FakeGrant } from '../../../../test/fakes/feed-broker.js';
import { GatewayWorld, refusal } from '../../../../test/fakes/gateway-world.js';
import { until } from '../../../../test/fakes/until.js';
import { onBusyMachine } from '../../../../test/support/deadline.js';
import { rowsOfEachKind } from '../../../../test/support/samples.js';
import { systemClock } from '../clock.js';

/** A clock that a test can move forward, and whose wall clock can be wrong. */
class PushedClock {
  ahead = 0;
  step = 0;
  now = () => systemClock.now() + this.ahead + this.step;
  monotonic = () => systemClock.monotonic() + this.ahead;
}

let world: GatewayWorld;
let clock: PushedClock;
beforeEach(() => {
  clock = new PushedClock();
});
afterEach(() => world.stop());

const start = async () => {
  world = await GatewayWorld.start({ clock });
};
const notInTouch = { status: 503, code: 'not_in_touch' };

describe('in touch', () => {
  test('P6: a gateway that never received the feed refuses everything and is not ready', async () => {
    world = new GatewayWorld();
    await world.prepare();
    world.broker.knowsGateway = false;
    await world.startGateway();
    const token = world.broker.token(world.broker.grant());
    expect(await refusal(await world.send({ token }))).toEqual(notInTouch);
    expect(await refusal(await world.send({ path: '/nothing/x' }))).toEqual(notInTouch);
    expect((await fetch(`${world.gateway.url}/readyz`)).status).toBe(503);
    expect((await fetch(`${world.gateway.url}/healthz`)).status).toBe(200);
    world.broker.knowsGateway = true;
    await until(() => world.gateway.isInTouch());
    expect((await world.send({ token })).status).toBe(200);
  });

  test('P6: ten seconds after the last heartbeat everything is refused and open responses are cut', async () => {
    await start();
    const { broker, upstream } = world;
    const token = broker.token(broker.grant());
    upstream.answer = (_request, response) => {
      response.writeHead(200);
      response.write('first');
    };
    const stream = (await world.send({ token })).body!.getReader();
    await stream.read();
    broker.heartbeats = false;
    clock.ahead += 10_000;
    expect(await refusal(await world.send({ token }))).toEqual(notInTouch);
    await expect(stream.read()).rejects.toThrow();
    await until(() =>
      broker.recordsOf('outcome').some((record) => record.kind === 'outcome' && record.outcome === 'cut'),
    );
  });

  test('P6: a lock cuts the open responses that it blocks, and no others', async () => {
    await start();
    const { broker, upstream } = world;
    upstream.answer = (_request, response) => {
      response.writeHead(200);
      response.write('first');
    };
    const stream = (await world.send({ token: broker.token(broker.grant()) })).body!.getReader();
    await stream.read();
    const lock = { kind: 'tenant', id: 'lck_0199f0a0-7b2c-7003-8000-000000000001' } as const;
    broker.change({ locks: [{ ...lock, name: 'globex', tenant: 'globex' }] });
    expect((await world.send({ token: broker.token(broker.grant()) })).status).toBe(200);
    broker.change({ locks: [{ ...lock, name: 'acme', tenant: 'acme' }] });
    await expect(stream.read()).rejects.toThrow();
    await until(() =>
      broker.recordsOf('outcome').some((record) => record.kind === 'outcome' && record.outcome === 'cut'),
    );
  });

  test('an open response continues when the key of its token retires, whatever else the feed brings', async () => {
    await start();
    const { broker, upstream } = world;
    const answers: { write(text: string): unknown }[] = [];
    upstream.answer = (_request, response) => {
      answers.push(response);
      response.writeHead(200);
      response.write('first');
    };
    const open = async (grant: FakeGrant) => {
      const reader = (await world.send({ token: broker.token(grant) })).body!.getReader();
      await reader.read();
      return reader;
    };
    const other = broker.grant();
    const [steady, ending] = [await open(broker.grant()), await open(other)];
    const exp = Math.ceil(Date.now() / 1_000);
    broker.change({ keys: [{ ...broker.signing.publicJwk, exp }] });
    await until(async () => (await world.send({ token: broker.token(other) })).status === 401);
    const name = { kind: 'tenant', name: 'globex', tenant: 'globex' } as const;
    broker.change({ locks: [{ ...name, id: 'lck_0199f0a0-7b2c-7003-8000-000000000001' }] });
    broker.end(other);
    await expect(ending.read()).rejects.toThrow();
    answers[0]?.write('second');
    expect(Buffer.from((await steady.read()).value ?? []).toString()).toBe('second');
    await steady.cancel();
  });

  test('P6: a revocation stops the next call and cuts open responses within a second', async () => {
    await start();
    const { broker, upstream } = world;
    const grant = broker.grant();
    const other = broker.grant();
    upstream.answer = (_request, response) => {
      response.writeHead(200);
      response.write('first');
    };
    const open = async (token: string) => {
      const reader = (await world.send({ token })).body!.getReader();
      await reader.read();
      return reader;
    };
    const token = broker.token(grant);
    const stopped = await open(token);
    const steady = await open(broker.token(other));
    const began = performance.now();
    broker.end(grant);
    await expect(stopped.read()).rejects.toThrow();
    expect(performance.now() - began).toBeLessThan(onBusyMachine(1_000));
    expect(await refusal(await world.send({ token }))).toEqual({ status: 403, code: 'grant_ended' });
    const stillOpen = Symbol('open');
    expect(await Promise.race([steady.read(), Promise.resolve(stillOpen)])).toBe(stillOpen);
    await steady.cancel();
  });

  test('P6: an ended digest stays dead, even if the feed brings it again', async () => {
    await start();
    const { broker } = world;
    const grant = broker.grant();
    const token = broker.token(grant);
    expect((await world.send({ token })).status).toBe(200);
    broker.end(grant);
    broker.announce(grant);
    const marker = broker.grant();
    expect((await world.send({ token: broker.token(marker) })).status).toBe(200);
    expect(await refusal(await world.send({ token }))).toEqual({ status: 403, code: 'grant_ended' });
  });

  test('a response is cut at the end of the grant’s window', async () => {
    await start();
    const { broker, upstream } = world;
    upstream.answer = (_request, response) => {
      response.writeHead(200);
      response.write('first');
    };
    const stream = (
      await world.send({ token: broker.token(broker.grant({ seconds: 4 })) })
    ).body!.getReader();
    await stream.read();
    await expect(stream.read()).rejects.toThrow();
    await until(() => broker.recordsOf('outcome').length === 1);
    expect(broker.recordsOf('outcome')).toMatchObject([{ outcome: 'cut', status: 200, bytes: 5 }]);
  });

  test('a lost connection is resumed from the last place, and calls continue meanwhile', async () => {
    await start();
    const { broker } = world;
    const grant = broker.grant();
    const token = broker.token(grant);
    expect((await world.send({ token })).status).toBe(200);
    broker.drop();
    broker.end(broker.grant());
    expect((await world.send({ token })).status).toBe(200);
    await until(() => broker.resumes.length === 2);
    expect(broker.resumes).toEqual([undefined, '1.1']);
    const late = broker.token(broker.grant());
    expect((await world.send({ token: late })).status).toBe(200);
  });

  test('if the broker drops each connection at once, the gateway pauses before it reconnects', async () => {
    await start();
    const { broker } = world;
    broker.holds = ({ type }) => {
      if (type !== 'heartbeat') setTimeout(() => broker.heartbeat(), 1);
      else setTimeout(() => broker.drop(), 5);
      return false;
    };
    const began = performance.now();
    broker.drop();
    await until(() => broker.resumes.length >= 9);
    // At least half of 50, 100, 200, 400, 800, 1,000 and 1,000 ms. A slow machine only takes longer.
    expect(performance.now() - began).toBeGreaterThan(1_500);
  });

  test('digests whose life is over are forgotten, even if the feed continues without a new snapshot', async () => {
    await start();
    const { broker } = world;
    const grant = broker.grant({ seconds: 86_400 }, false);
    const soon = new Date(Date.now() + clock.ahead + 1_800_000).toISOString().replace(/\.\d+/, '');
    broker.announce({ ...grant, until: soon });
    const call = (of = grant) => world.send({ token: broker.token(of, { now: new Date(clock.now()) }) });
    // No call is made under it: from a verified token the gateway would learn how long its terms last.
    broker.end(grant);
    expect((await call(broker.grant())).status).toBe(200);
    expect((await call()).status).toBe(403);
    clock.ahead += 2 * 3_600_000;
    broker.clockOffset += 2 * 3_600_000;
    broker.drop();
    await until(() => world.gateway.isInTouch() && broker.resumes.length > 1);
    expect(broker.resumes.slice(1)).not.toContain(undefined);
    broker.announce(grant);
    expect((await call()).status).toBe(200);
  });

  test('a broker that cannot resume sends a snapshot; what is not on it has ended', async () => {
    await start();
    const { broker } = world;
    const grant = broker.grant();
    const token = broker.token(grant);
    expect((await world.send({ token })).status).toBe(200);
    broker.resumable = false;
    broker.grants = [];
    broker.drop();
    await until(() => broker.resumes.length === 2);
    for (let status = 200; status === 200; ) status = (await world.send({ token })).status;
    expect(await refusal(await world.send({ token }))).toEqual({ status: 403, code: 'grant_ended' });
  });

  test.each<[string, (world: GatewayWorld) => void]>([
    [
      'an event by another key',
      ({ broker }) => {
        broker.otherKey = generateKeyPairSync('ed25519').privateKey;
      },
    ],
    [
      'a gap',
      ({ broker }) => {
        broker.seq += 1;
      },
    ],
    [
      'an event for another gateway',
      ({ broker }) => {
        broker.tamper = (event) => ({ ...event, gateway: `gtw_01980000-0000-7000-8000-000000000009` });
      },
    ],
    [
      'a replayed snapshot',
      ({ broker }) => {
        broker.resumable = false;
        broker.tamper = (event) => withOtherNonce(event);
        broker.drop();
      },
    ],
    [
      'a lower epoch',
      ({ broker }) => {
        broker.tamper = (event) => ({ ...event, seq: 0 });
        broker.resumable = false;
        broker.drop();
      },
    ],
    [
      'an event that comes twice',
      ({ broker }) => {
        broker.change({ liftedLocks: [] });
        broker.seq -= 1;
        broker.change({ liftedLocks: [] });
      },
    ],
    [
      'events in another order',
      ({ broker }) => {
        const [first, second] = [broker.seq + 2, broker.seq + 1];
        broker.tamper = (event) => (event.type === 'change' ? { ...event, seq: first } : event);
        broker.change({ liftedLocks: [] });
        broker.tamper = (event) => (event.type === 'change' ? { ...event, seq: second } : event);
        broker.change({ liftedLocks: [] });
      },
    ],
    [
      'a stop that was dropped on the way, by the heartbeat after it',
      ({ broker }) => {
        broker.drops = (event) => event.type === 'change';
        broker.end(broker.grants[0]!);
      },
    ],
    [
      'a resume to another place than ours',
      ({ broker }) => {
        broker.tamper = (event) => (event.type === 'resume' ? { ...event, seq: event.seq + 1 } : event);
        broker.drop();
      },
    ],
    [
      'a service whose map did not come',
      ({ broker }) => {
        broker.change({
          services: [
            {
              name: 'crm',
              routes: `sha256:${'0'.repeat(64)}`,
              upstream: 'http://localhost:1',
              audience: 'crm',
            },
          ],
          routeMaps: [],
        });
      },
    ],
    [
      'being revoked',
      ({ broker }) => {
        broker.knowsGateway = false;
        broker.drop();
      },
    ],
  ])('P6: %s puts the gateway out of touch at once; an honest feed brings it back', async (_, misbehave) => {
    await start();
    const { broker } = world;
    const token = broker.token(broker.grant());
    expect((await world.send({ token })).status).toBe(200);
    const hits = world.upstream.hits.length;
    misbehave(world);
    // Once it is out of touch, an honest feed would bring it back before the call below arrives.
    broker.holds = ({ type }) => type === 'snapshot' && !world.gateway.isInTouch();
    // Long before ten seconds of silence would do the same.
    await until(() => !world.gateway.isInTouch(), 8_000);
    expect(await refusal(await world.send({ token }))).toEqual(notInTouch);
    expect(world.upstream.hits).toHaveLength(hits);
    broker.holds = () => false;
    broker.otherKey = undefined;
    broker.drops = () => false;
    broker.tamper = (event) => event;
    broker.knowsGateway = true;
    await until(() => world.gateway.isInTouch());
  });

  const STEPS: [what: string, wall: number, broker: number][] = [
    ['the gateway’s clock steps back', -3_600_000, 0],
    ['the gateway’s clock steps forth', 60_000, 0],
    ['the broker’s clock steps back', 0, -60_000],
    ['the broker’s clock steps forth', 0, 3_600_000],
    // No one could know any more which tokens have expired.
    ['both clocks step back together', -3_600_000, -3_600_000],
  ];
  test.each(rowsOfEachKind(STEPS, ([, wall, broker]) => `${wall === 0} ${broker === 0}`))(
    'P6: %s: everything is refused until the clocks agree again',
    async (_, wallStep, brokerStep) => {
      await start();
      const { broker, upstream } = world;
      const token = broker.token(broker.grant());
      expect((await world.send({ token })).status).toBe(200);
      clock.step = wallStep;
      broker.clockOffset = brokerStep;
      await until(() => !world.gateway.isInTouch());
      const hits = upstream.hits.length;
      for (let times = 0; times < 20; times++) expect((await world.send({ token })).status).toBe(503);
      expect(upstream.hits).toHaveLength(hits);
      clock.step = 0;
      broker.clockOffset = 0;
      await until(() => world.gateway.isInTouch());
      expect((await world.send({ token })).status).toBe(200);
    },
  );

  test('P6: after a resume everything is refused until all missed changes have arrived', async () => {
    await start();
    const { broker, upstream } = world;
    const grant = broker.grant();
    const token = broker.token(grant);
    expect((await world.send({ token })).status).toBe(200);
    // Disconnected for longer than the deadline. Meanwhile the grant is stopped; then the resume arrives in two parts.
    broker.heartbeats = false;
    clock.ahead += 10_000;
    broker.clockOffset = 10_000;
    const later: (() => void)[] = [];
    broker.holds = (event, send) => {
      if (event.type !== 'change') return false;
      later.push(send);
      return true;
    };
    broker.drop();
    broker.end(grant);
    await until(() => broker.resumes.length === 2 && later.length > 0);
    const hits = upstream.hits.length;
    for (let times = 0; times < 20; times++) expect((await world.send({ token })).status).toBe(503);
    broker.holds = () => false;
    for (const send of later) send();
    broker.heartbeats = true;
    await until(() => world.gateway.isInTouch());
    expect(await refusal(await world.send({ token }))).toEqual({ status: 403, code: 'grant_ended' });
    expect(upstream.hits).toHaveLength(hits);
  });

  test('P6: epoch and seq are kept on disk: after a restart an older feed is refused, a newer epoch accepted', async () => {
    await start();
    const { broker } = world;
    for (let i = 0; i < 3; i++) broker.end(broker.grant());
    const token = broker.token(broker.grant());
    await until(async () => (await world.send({ token })).status === 200);
    await world.gateway.close();
    expect(JSON.parse(await readFile(join(world.spoolDir, 'feed-position.json'), 'utf8'))).toEqual({
      epoch: 1,
      seq: 7,
    });
    broker.seq = 2;
    await world.startGateway();
    await until(() => world.logLines.some((line) => line.includes('the feed went back')));
    expect(world.gateway.isInTouch()).toBe(false);
    broker.epoch = 2;
    await until(() => world.gateway.isInTouch());
  });
});

function withOtherNonce(event: FeedEvent): FeedEvent {
  if (event.type !== 'snapshot') return event;
  return { ...event, data: { ...event.data, nonce: Buffer.alloc(32, 9).toString('base64url') } };
}
