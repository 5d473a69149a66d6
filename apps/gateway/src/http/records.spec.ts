/**
 * @soak
 * @alone
 */

import { readdir, readFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { BreakableDisk, HeldDisk } from '../../../../test/fakes/faulty-disks.js';
import { GatewayWorld, refusal } from '../../../../test/fakes/gateway-world.js';
import { until } from '../../../../test/fakes/until.js';
import { onBusyMachine } from '../../../../test/support/deadline.js';
import { someRows } from '../../../../test/support/samples.js';

let world: GatewayWorld;
afterEach(() => world.stop());

async function spoolText(): Promise<string> {
  const folder = join(world.spoolDir, 'segments');
  const names = (await readdir(folder)).sort();
  return (await Promise.all(names.map((name) => readFile(join(folder, name), 'utf8')))).join('');
}

describe('records', () => {
  test('P5: when the upstream is reached, the record is on disk', async () => {
    world = await GatewayWorld.start();
    const onDisk: Promise<boolean>[] = [];
    world.upstream.onArrival = (request) => {
      onDisk.push(
        spoolText().then(
          (text) =>
            text.includes(`R allowed`) && text.includes(String(request.headers['countersign-record'])),
        ),
      );
    };
    const token = world.broker.token(world.broker.grant());
    await Promise.all(Array.from({ length: 30 }, () => world.send({ token })));
    expect(await Promise.all(onDisk)).toEqual(Array.from({ length: 30 }, () => true));
  });

  test.each([
    ['its grant had ended', { wall: 4_000, monotonic: 0 }, 403, 'grant_ended'],
    ['the gateway was out of touch', { wall: 0, monotonic: 60_000 }, 503, 'not_in_touch'],
  ])('P6: a call whose record was written only once %s is not forwarded', async (_, step, status, code) => {
    world = new GatewayWorld();
    await world.prepare();
    const disk = new HeldDisk(join(world.spoolDir, 'segments'));
    let [wall, monotonic] = [0, 0];
    const clock = { now: () => Date.now() + wall, monotonic: () => performance.now() + monotonic };
    await world.startGateway({ disk, clock });
    await until(() => world.gateway.isInTouch());
    const { broker, upstream } = world;
    const token = broker.token(broker.grant({ seconds: 4 }));
    disk.hold();
    const call = world.send({ token });
    await until(() => disk.isWriting);
    // In one turn: no sweep over open calls comes between.
    wall = step.wall;
    monotonic = step.monotonic;
    disk.release();
    expect(await refusal(await call)).toEqual({ status, code });
    expect(upstream.hits).toHaveLength(0);
    await until(() => broker.recordsOf('outcome').length === 1);
    expect(broker.recordsOf('outcome')).toMatchObject([{ outcome: 'cut', status: null }]);
  });

  test.each(someRows(['EIO', 'ENOSPC', 'EROFS']))(
    'P5: on %s the answer is 503, the upstream is untouched, and it mends itself',
    async (code) => {
      world = new GatewayWorld();
      await world.prepare();
      const disk = new BreakableDisk(join(world.spoolDir, 'segments'));
      await world.startGateway({ disk });
      await until(() => world.gateway.isInTouch());
      const { broker, upstream } = world;
      const token = broker.token(broker.grant());
      expect((await world.send({ token })).status).toBe(200);
      disk.broken = code;
      for (const answer of await Promise.all(Array.from({ length: 10 }, () => world.send({ token })))) {
        expect(await refusal(answer)).toEqual({ status: 503, code: 'record_unavailable' });
      }
      expect(upstream.hits).toHaveLength(1);
      disk.broken = undefined;
      expect((await world.send({ token })).status).toBe(200);
      await world.gateway.close();
      expect(broker.gaps).toEqual([]);
      expect(broker.recordsOf('allowed')).toHaveLength(upstream.hits.length);
      expect(broker.recordsOf('outcome')).toHaveLength(2);
    },
  );

  test('P5: with a full spool calls are refused; they go on when the broker has accepted some records', async () => {
    world = await GatewayWorld.start({ spoolBytes: 1024 * 1024 });
    const { broker, upstream } = world;
    broker.takesRecords = false;
    const token = broker.token(broker.grant());
    let hasRefused = false;
    while (!hasRefused) {
      const answers = await Promise.all(Array.from({ length: 50 }, () => world.send({ token })));
      hasRefused = answers.some((answer) => answer.status !== 200);
    }
    // Calls under way reserve room for their outcomes. Once they have ended, a few more may fit, one after the other.
    let refused = await world.send({ token });
    while (refused.ok) refused = await world.send({ token });
    expect(await refusal(refused)).toEqual({ status: 503, code: 'record_unavailable' });
    const ready = (await (await fetch(`${world.gateway.adminUrl}/readyz`)).json()) as {
      spool: { usedBytes: number; maxBytes: number };
    };
    expect(ready.spool.usedBytes).toBeGreaterThan(ready.spool.maxBytes * 0.9);
    broker.takesRecords = true;
    await until(() => broker.recordsOf('allowed').length === upstream.hits.length);
    while (!(await world.send({ token })).ok);
    await world.gateway.close();
    expect(broker.gaps).toEqual([]);
    expect(broker.recordsOf('allowed')).toHaveLength(upstream.hits.length);
  });

  test('records wait for an unreachable broker, and arrive once each, in order, even after a restart', async () => {
    world = await GatewayWorld.start();
    const { broker, upstream } = world;
    const grants = [broker.grant(), broker.grant({ tenant: 'globex' })];
    const [acme, globex] = grants.map((grant) => broker.token(grant));
    broker.takesRecords = false;
    for (let i = 0; i < 20; i++) {
      await world.send({ token: acme });
      await world.send({ token: globex, path: '/billing/tenants/globex/invoices/7' });
    }
    await world.gateway.close();
    expect(broker.records).toEqual([]);
    await world.startGateway();
    await until(() => world.gateway.isInTouch());
    await world.send({ token: acme });
    broker.takesRecords = true;
    await until(() => broker.recordsOf('outcome').length === 41);
    expect(broker.gaps).toEqual([]);
    expect(broker.recordsOf('allowed').map(({ id }) => id)).toEqual(
      upstream.hits.map((hit) => hit.headers['countersign-record']),
    );
    expect(new Set(broker.records.map(({ boot }) => boot)).size).toBe(2);
  });

  test('records are at the broker within a second of the call', async () => {
    world = await GatewayWorld.start();
    const token = world.broker.token(world.broker.grant());
    await world.send({ token });
    await until(() => world.broker.recordsOf('outcome').length === 1, onBusyMachine(1_000));
  });

  test('a spool is used by one gateway at a time', async () => {
    world = await GatewayWorld.start();
    const { writeFile } = await import('node:fs/promises');
    const other = await GatewayWorld.start();
    await writeFile(join(world.spoolDir, 'lock'), String(process.ppid));
    await expect(other.startGateway({ spoolDir: world.spoolDir })).rejects.toMatchObject({
      code: 'spool_in_use',
    });
    await other.stop();
  });
});

describe('outcomes', () => {
  test('an upstream that cannot be reached: 502, failed', async () => {
    world = await GatewayWorld.start();
    await world.upstream.stop();
    const answer = await world.send({ token: world.broker.token(world.broker.grant()) });
    expect(answer.headers.get('countersign-record')).toMatch(/^rec_/);
    expect(await refusal(answer)).toEqual({ status: 502, code: 'upstream_unreachable' });
    await until(() => world.broker.recordsOf('outcome').length === 1);
    expect(world.broker.recordsOf('outcome')).toMatchObject([{ outcome: 'failed', status: null, bytes: 0 }]);
  });

  test('an upstream that does not answer in time: 504, failed', async () => {
    world = await GatewayWorld.start({ upstreamTimeouts: { firstByteMs: 100 } });
    world.upstream.answer = () => undefined;
    const answer = await world.send({ token: world.broker.token(world.broker.grant()) });
    expect(await refusal(answer)).toEqual({ status: 504, code: 'upstream_timeout' });
    await until(() => world.broker.recordsOf('outcome').length === 1);
    expect(world.broker.recordsOf('outcome')).toMatchObject([{ outcome: 'failed', status: null }]);
  });

  test('an upstream that speaks no HTTP: 502, failed', async () => {
    world = await GatewayWorld.start();
    const odd = createServer((socket) => socket.end('SSH-2.0-x\r\n'));
    await new Promise<void>((resolve) => odd.listen(0, '127.0.0.1', resolve));
    const service = world.broker.services[0]!;
    world.broker.services = [
      { ...service, upstream: `http://127.0.0.1:${(odd.address() as AddressInfo).port}` },
    ];
    world.broker.announceServices();
    const answer = await world.send({ token: world.broker.token(world.broker.grant()) });
    expect(await refusal(answer)).toEqual({ status: 502, code: 'upstream_unreachable' });
    odd.close();
  });

  test('an upstream that disconnects half-way: the client’s connection is closed too, failed', async () => {
    world = await GatewayWorld.start();
    world.upstream.answer = (_request, response) => {
      response.writeHead(200, { 'content-length': '100' });
      response.write('half');
      setImmediate(() => response.destroy());
    };
    const answer = await world.send({ token: world.broker.token(world.broker.grant()) });
    await expect(answer.text()).rejects.toThrow();
    await until(() => world.broker.recordsOf('outcome').length === 1);
    expect(world.broker.recordsOf('outcome')).toMatchObject([{ outcome: 'failed', status: 200, bytes: 4 }]);
  });

  test('a client that goes away: cut, and the upstream connection is released', async () => {
    world = await GatewayWorld.start();
    let upstreamClosed = false;
    world.upstream.answer = (_request, response) => {
      response.on('close', () => {
        upstreamClosed = true;
      });
      response.writeHead(200);
      response.write('first');
    };
    const gone = new AbortController();
    const answer = await world.send({ token: world.broker.token(world.broker.grant()), signal: gone.signal });
    await answer.body!.getReader().read();
    gone.abort();
    await until(() => upstreamClosed && world.broker.recordsOf('outcome').length === 1);
    expect(world.broker.recordsOf('outcome')).toMatchObject([{ outcome: 'cut', status: 200, bytes: 5 }]);
  });

  test('a client that reads slowly holds the upstream back instead of filling memory', async () => {
    world = await GatewayWorld.start();
    const size = 64 * 1024 * 1024;
    let written = 0;
    let lastWrite = Number.POSITIVE_INFINITY;
    world.upstream.answer = (_request, response) => {
      const chunk = Buffer.alloc(256 * 1024);
      const more = () => {
        while (written < size) {
          written += chunk.length;
          lastWrite = performance.now();
          if (!response.write(chunk)) {
            response.once('drain', more);
            return;
          }
        }
        response.end();
      };
      more();
    };
    const answer = await world.send({ token: world.broker.token(world.broker.grant()) });
    const reader = answer.body!.getReader();
    await reader.read();
    await until(() => performance.now() - lastWrite > 300);
    expect(written).toBeLessThan(size / 2);
    let received = 0;
    for (let part = await reader.read(); !part.done; part = await reader.read())
      received += part.value.length;
    expect(received).toBeGreaterThan(size / 2);
    await until(() => world.broker.recordsOf('outcome').length === 1);
    expect(world.broker.recordsOf('outcome')).toMatchObject([{ outcome: 'completed', bytes: size }]);
  });

  test('stopping the gateway lets open calls end, ships their records, and then refuses connections', async () => {
    world = await GatewayWorld.start();
    let finish: () => void = () => undefined;
    world.upstream.answer = (_request, response) => {
      response.writeHead(200);
      response.write('a');
      finish = () => response.end('b');
    };
    const answer = await world.send({ token: world.broker.token(world.broker.grant()) });
    const closing = world.gateway.close();
    finish();
    expect(await answer.text()).toBe('ab');
    await closing;
    expect(world.broker.recordsOf('outcome')).toMatchObject([{ outcome: 'completed', bytes: 2 }]);
    await expect(fetch(`${world.gateway.url}/healthz`)).rejects.toThrow();
  });
});
