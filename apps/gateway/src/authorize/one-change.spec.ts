import { hash } from 'node:crypto';
import { cp, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { CrashingDisk } from '../../../../test/fakes/crashing-disk.js';
import { GatewayWorld, refusal } from '../../../../test/fakes/gateway-world.js';
import { until } from '../../../../test/fakes/until.js';
import type { SpoolDisk } from '../records/spool/spool-disk.js';

const BODY = '{"status":"void"}';
const TYPE = 'application/json';
const plain = {
  method: 'PATCH',
  path: '/tenants/acme/invoices/7',
  bodySha256: `sha256:${hash('sha256', BODY)}`,
};
const change = { ...plain, contentType: TYPE };
const EXHAUSTED = { status: 403, code: 'budget_exhausted' };
const OTHER = { status: 403, code: 'insufficient_scope' };

let world: GatewayWorld;
afterEach(() => world.stop());

const send = (token: string, headers: Record<string, string> = { 'content-type': TYPE }) =>
  world.send({ method: 'PATCH', token, headers, body: new TextEncoder().encode(BODY) });

describe('the attack “the one approved change, five times of five, under any content type”', () => {
  test('the change is made once, tried in turn, and each later try is refused for good', async () => {
    world = await GatewayWorld.start();
    const { broker, upstream } = world;
    const grant = broker.grant({ change });
    const token = broker.token(grant);
    expect((await send(token)).status).toBe(200);
    for (let times = 0; times < 4; times += 1) expect(await refusal(await send(token))).toEqual(EXHAUSTED);
    // A real broker ends a grant whose budget is used up. The answer stays the same.
    broker.end(grant, 'exhausted');
    await until(() => world.gateway.isInTouch());
    expect(await refusal(await send(broker.token(grant)))).toEqual(EXHAUSTED);
    expect(upstream.hits).toHaveLength(1);
  });

  test('the change is made once, tried five times at once', async () => {
    world = await GatewayWorld.start();
    const token = world.broker.token(world.broker.grant({ change }));
    const answers = await Promise.all(Array.from({ length: 5 }, () => send(token)));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    for (const answer of answers) if (answer.status !== 200) expect(await refusal(answer)).toEqual(EXHAUSTED);
    expect(world.upstream.hits).toHaveLength(1);
  });

  test('a token whose change has no budget of one call is refused as malformed', async () => {
    world = await GatewayWorld.start();
    const { broker, upstream } = world;
    for (const budget of [null, { calls: 5 }, { bytes: 1_000 }]) {
      const answer = await send(broker.token(broker.grant({ change: plain, budget })), {});
      expect(answer.status).toBe(401);
      expect(await answer.json()).toMatchObject({ code: 'invalid_token', reason: 'malformed' });
    }
    expect(upstream.hits).toHaveLength(0);
  });

  test.each([
    ['another content type', { 'content-type': 'application/x-www-form-urlencoded' }],
    ['the content type with a parameter', { 'content-type': `${TYPE}; charset=utf-7` }],
    ['no content type', {}],
    ['a content encoding', { 'content-type': TYPE, 'content-encoding': 'gzip' }],
    ['a content range', { 'content-type': TYPE, 'content-range': 'bytes 0-16/100' }],
    ['a content disposition', { 'content-type': TYPE, 'content-disposition': 'attachment; filename=x' }],
  ])('under %s it is another call', async (_title, headers) => {
    world = await GatewayWorld.start();
    const token = world.broker.token(world.broker.grant({ change }));
    expect(await refusal(await send(token, headers))).toEqual(OTHER);
    expect((await send(token)).status).toBe(200);
    expect(world.upstream.hits.map((hit) => hit.headers['content-type'])).toEqual([TYPE]);
  });

  test.each(['content-type', 'Content-Encoding', 'close, content-type', 'content-length'])(
    'a connection option “%s” takes no header away between the check and the upstream',
    async (options) => {
      world = await GatewayWorld.start();
      const coded = { ...change, contentEncoding: 'gzip' };
      const token = world.broker.token(world.broker.grant({ change: coded }));
      const head = [
        `PATCH /billing${coded.path} HTTP/1.1`,
        'Host: localhost',
        `Authorization: Bearer ${token}`,
        `Content-Type: ${TYPE}`,
        'Content-Encoding: gzip',
        `Content-Length: ${BODY.length}`,
        `Connection: ${options}`,
      ];
      const answer = await world.raw(`${head.join('\r\n')}\r\n\r\n${BODY}`);
      expect(answer.text).toContain('"code":"ambiguous_request"');
      expect(world.upstream.hits).toEqual([]);
    },
  );

  test('a change that names no content type is made without one', async () => {
    world = await GatewayWorld.start();
    const token = world.broker.token(world.broker.grant({ change: plain }));
    expect(await refusal(await send(token))).toEqual(OTHER);
    expect((await send(token, {})).status).toBe(200);
  });
});

describe('a spent change, with a broker that has forgotten its leases', () => {
  test('stays spent after a restart', async () => {
    world = await GatewayWorld.start();
    const { broker, upstream } = world;
    const token = broker.token(broker.grant({ change }));
    expect((await send(token)).status).toBe(200);
    await world.gateway.close();
    broker.leases.leases.length = 0;
    await world.startGateway();
    await until(() => world.gateway.isInTouch());
    expect(await refusal(await send(token))).toEqual(EXHAUSTED);
    expect(upstream.hits).toHaveLength(1);
  });

  test('stays spent if the process died after the mark and before the record and the upstream', async () => {
    // The record never gets to the disk: whatever a kill would leave of this process is on the disk now.
    let giveUp: (error: Error) => void = () => undefined;
    const stuck = new Promise<void>((_resolve, reject) => {
      giveUp = reject;
    });
    world = await GatewayWorld.start({ disk: diskThatWaitsFor(stuck) });
    const { broker, upstream } = world;
    const token = broker.token(broker.grant({ change }));
    const lost = send(token);
    const ledger = () => readFile(join(world.spoolDir, 'digests.jsonl'), 'utf8').catch(() => '');
    await until(async () => (await ledger()).includes('"spent":true'));
    const folder = await mkdtemp(join(tmpdir(), 'gateway-died-'));
    const isKept = (path: string) => !basename(path).startsWith('lock');
    await cp(world.spoolDir, folder, { recursive: true, filter: isKept });
    broker.leases.leases.length = 0;
    const dead = world.gateway;
    await world.startGateway({ spoolDir: folder });
    await until(() => world.gateway.isInTouch());
    expect(await refusal(await send(token))).toEqual(EXHAUSTED);
    expect(upstream.hits).toHaveLength(0);
    giveUp(new Error('the process is dead'));
    await lost;
    await dead.close();
    await world.gateway.close();
    await rm(folder, { recursive: true });
  });
});

/** A disk whose appends begin only after `stuck`. */
function diskThatWaitsFor(stuck: Promise<void>): SpoolDisk {
  const disk = new CrashingDisk().restart();
  return {
    ...disk,
    create: async (segment) => {
      const file = await disk.create(segment);
      return { ...file, append: (bytes) => stuck.then(() => file.append(bytes)) };
    },
  };
}

test('a change whose record could not be written was not made: it may be made when the disk works again', async () => {
  const disk = new CrashingDisk();
  world = await GatewayWorld.start({ disk: disk.restart() });
  const token = world.broker.token(world.broker.grant({ change }));
  disk.fail('refused', 1);
  expect(await refusal(await send(token))).toEqual({ status: 503, code: 'record_unavailable' });
  expect(world.upstream.hits).toHaveLength(0);
  expect((await send(token)).status).toBe(200);
  expect(await refusal(await send(token))).toEqual(EXHAUSTED);
  expect(world.upstream.hits).toHaveLength(1);
});
