/** @soak */

import { createHash } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import fc from 'fast-check';
import { billingService, GatewayWorld, refusal } from '../../../../test/fakes/gateway-world.js';
import { until } from '../../../../test/fakes/until.js';
import { runs } from '../../../../test/support/samples.js';
import { Download } from './download.js';

const SECRET = 'k'.repeat(43);
let world: GatewayWorld;
beforeAll(async () => {
  world = new GatewayWorld();
  await world.prepare();
  const service = billingService(world.upstream.origin);
  const files = {
    method: 'GET',
    path: '/tenants/{tenant}/files/{id}',
    resource: 'files/{id}',
    action: 'read',
  };
  world.broker.services = [{ ...service, routes: [...service.routes, { ...files, download: true }] }];
  await world.startGateway({ proxies: { secret: SECRET, networks: ['127.0.0.0/8'] } });
  await until(() => world.gateway.isInTouch());
});
afterAll(() => world.stop());

const FILE = Buffer.from(Array.from({ length: 200_000 }, (_, index) => (index * 7) % 251));
const sha256 = (bytes: Uint8Array) => `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
const scope = ['files/*', 'invoices/*'].map((resource) => ({ resource, actions: ['read'] }));
const path = '/billing/tenants/acme/files/7';
const newToken = (wishes = {}) => world.broker.token(world.broker.grant({ scope, ...wishes }));

/** The outcome of the call whose record this is. */
async function outcomeOf(record: string | null) {
  const found = () => world.broker.recordsOf('outcome').find(({ id }) => id === record);
  await until(() => found() !== undefined);
  return found();
}
const get = (headers: Record<string, string> = {}) => world.send({ token: newToken(), path, headers });
async function got(headers: Record<string, string> = {}) {
  const answer = await get(headers);
  const body = Buffer.from(await answer.arrayBuffer());
  return { answer, body, outcome: await outcomeOf(answer.headers.get('countersign-record')) };
}

/** A storage that serves ranges of the file. */
const serves = (range: string | undefined, response: ServerResponse) => {
  const [, first, last] = /^bytes=(\d+)-(\d*)$/.exec(range ?? '') ?? [];
  if (first === undefined) return void response.writeHead(200, { 'content-length': FILE.length }).end(FILE);
  const part = FILE.subarray(Number(first), last === '' ? undefined : Number(last) + 1);
  const from = Number(first);
  const fields = { 'content-range': `bytes ${from}-${from + part.length - 1}/${FILE.length}` };
  response.writeHead(206, { ...fields, 'content-length': part.length }).end(part);
};

describe('a route with download', () => {
  beforeEach(() => {
    world.upstream.answer = ({ headers }, response) => serves(headers.range, response);
  });

  test('records the bytes and the hash of what was sent, which are those of the file', async () => {
    const { body, outcome } = await got();
    expect(body.equals(FILE)).toBe(true);
    expect(outcome).toMatchObject({ outcome: 'completed', bytes: FILE.length, sentSha256: sha256(FILE) });
  });

  test('passes one range on, and records the hash of that part', async () => {
    const { answer, body, outcome } = await got({ range: 'bytes=100-199' });
    expect([answer.status, answer.headers.get('content-range')]).toEqual([206, 'bytes 100-199/200000']);
    expect(body.equals(FILE.subarray(100, 200))).toBe(true);
    expect(outcome).toMatchObject({ status: 206, bytes: 100, sentSha256: sha256(body) });
  });

  test('leaves the outcome of every other route as it was', async () => {
    const answer = await world.send({ token: newToken() });
    await answer.arrayBuffer();
    expect(await outcomeOf(answer.headers.get('countersign-record'))).not.toHaveProperty('sentSha256');
  });

  test.each(['bytes=0-1,5-6', 'bytes=0-1, -2', 'bytes=9-3', 'bytes=-0', 'bytes=', 'lines=1-2', 'bytes 0-1'])(
    'refuses a range that is not one range of bytes: %s',
    async (range) => {
      const before = world.upstream.hits.length;
      expect(await refusal(await get({ range }))).toEqual({ status: 416, code: 'range_refused' });
      expect(world.upstream.hits).toHaveLength(before);
      await until(() => world.broker.recordsOf('refused').some(({ code }) => code === 'range_refused'));
    },
  );

  test.each<[string, string | undefined, number, Record<string, string>]>([
    ['a part that was not requested', undefined, 206, { 'content-range': 'bytes 0-3/9' }],
    ['another part', 'bytes=0-3', 206, { 'content-range': 'bytes 4-7/9' }],
    ['more than was requested', 'bytes=0-3', 206, { 'content-range': 'bytes 0-7/9' }],
    ['a part of another length', 'bytes=0-3', 206, { 'content-range': 'bytes 0-2/9', 'content-length': '4' }],
    ['no Content-Range', 'bytes=0-3', 206, {}],
    ['several parts', 'bytes=0-3', 206, { 'content-type': 'multipart/byteranges; boundary=x' }],
    ['several parts with 200', 'bytes=0-3', 200, { 'content-type': 'Multipart/ByteRanges; boundary=x' }],
  ])('withholds %s', async (_what, range, status, fields) => {
    world.upstream.answer = (_request, response) => response.writeHead(status, fields).end('abcd');
    const answer = await get(range === undefined ? {} : { range });
    expect(await refusal(answer)).toEqual({ status: 502, code: 'range_not_confirmed' });
    const outcome = await outcomeOf(answer.headers.get('countersign-record'));
    expect(outcome).toMatchObject({ outcome: 'failed', status, bytes: 0 });
    expect(outcome).not.toHaveProperty('sentSha256');
  });

  test.each([
    ['longer', 'abcdef'],
    ['shorter', 'ab'],
  ])('breaks off a part that is %s than it says', async (_what, body) => {
    world.upstream.answer = (_request, response) =>
      response.writeHead(206, { 'content-range': 'bytes 0-3/9' }).end(body);
    const before = world.broker.recordsOf('outcome').length;
    await expect(get({ range: 'bytes=0-3' }).then((answer) => answer.text())).rejects.toThrow();
    await until(() => world.broker.recordsOf('outcome').length > before);
    expect(world.broker.recordsOf('outcome').at(-1)).toMatchObject({ outcome: 'failed', status: 206 });
  });

  test('records what was sent until the upstream dies', async () => {
    world.upstream.answer = (_request, response) => {
      response.writeHead(200, { 'content-length': FILE.length });
      response.write(FILE.subarray(0, 70_000), () => response.destroy());
    };
    const answer = await get();
    await expect(answer.arrayBuffer()).rejects.toThrow();
    const outcome = await outcomeOf(answer.headers.get('countersign-record'));
    expect(outcome?.outcome).toBe('failed');
    expect(outcome?.sentSha256).toBe(sha256(FILE.subarray(0, outcome?.bytes)));
  });

  test('records what was sent until the client goes away', async () => {
    let storage: ServerResponse | undefined;
    world.upstream.answer = (_request, response) => {
      storage = response;
      response.writeHead(200, { 'content-length': FILE.length });
      response.write(FILE.subarray(0, 70_000));
    };
    const leaving = new AbortController();
    const answer = await world.send({ token: newToken(), path, signal: leaving.signal });
    const reader = answer.body?.getReader();
    await reader?.read();
    leaving.abort();
    await reader?.read().catch(() => undefined);
    const outcome = await outcomeOf(answer.headers.get('countersign-record'));
    storage?.destroy();
    expect(outcome?.outcome).toBe('cut');
    expect(outcome?.bytes).toBeGreaterThan(0);
    expect(outcome?.sentSha256).toBe(sha256(FILE.subarray(0, outcome?.bytes)));
  });

  test('is refused to a proxy that asks: only the gateway that forwards can record what was sent', async () => {
    const headers = {
      'countersign-proxy-secret': SECRET,
      'x-original-method': 'GET',
      'x-original-host': 'billing.example',
      'x-original-uri': '/tenants/acme/files/7',
    };
    const asked = await world.send({ token: newToken(), path: '/authz/nginx/billing', headers });
    expect(await refusal(asked)).toEqual({ status: 403, code: 'insufficient_scope' });
  });

  test('records what a budget of bytes paid for', async () => {
    const answer = await world.send({ token: newToken({ budget: { bytes: 1_000 } }), path });
    await expect(answer.arrayBuffer()).rejects.toThrow();
    const outcome = await outcomeOf(answer.headers.get('countersign-record'));
    expect(outcome).toMatchObject({
      ...{ outcome: 'cut', bytes: 1_000, sentSha256: sha256(FILE.subarray(0, 1_000)) },
    });
  });
});

test('a part that arrives in any pieces is whole exactly at its last byte', () => {
  const head = (first: number, last: number) => ({
    ...{ minorVersion: 1 as const, status: 206, length: undefined, hasBody: true },
    fields: [['content-range', `bytes ${first}-${last}/*`]] as [string, string][],
  });
  fc.assert(
    fc.property(
      fc.nat(1_000),
      fc.array(fc.uint8Array({ minLength: 1, maxLength: 50 }), { minLength: 1, maxLength: 20 }),
      fc.uint8Array({ minLength: 1, maxLength: 5 }),
      (first, pieces, beyond) => {
        const whole = Buffer.concat(pieces);
        const download = new Download({ first, last: undefined });
        expect(download.faultOf(head(first, first + whole.length - 1))).toBeUndefined();
        for (const piece of pieces.map((each) => Buffer.from(each))) {
          expect(download.isWhole).toBe(false);
          expect(download.faultOfPiece(piece)).toBeUndefined();
          download.sent(piece);
        }
        expect(download.isWhole).toBe(true);
        expect(download.faultOfPiece(Buffer.from(beyond))).toBe('range_not_confirmed');
        expect(download.sha256()).toBe(sha256(whole));
      },
    ),
    { numRuns: runs(50) },
  );
});
