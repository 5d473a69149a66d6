import { hash } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import { gzipSync } from 'node:zlib';
import { GatewayWorld } from '../../../../test/fakes/gateway-world.js';
import { SteppedClock } from '../../../../test/fakes/stepped-clock.js';
import { until } from '../../../../test/fakes/until.js';

let world: GatewayWorld;
beforeEach(async () => {
  world = await GatewayWorld.start();
});
afterEach(() => world.stop());

const sha256 = (body: string | Buffer) => `sha256:${hash('sha256', body, 'hex')}`;

async function outcome() {
  await until(() => world.broker.recordsOf('outcome').length === 1);
  const [record] = world.broker.recordsOf('outcome');
  if (record === undefined) throw new Error('this cannot be');
  return record;
}

/** An upload that continues until `end`, and how much of it has been read. */
function upload() {
  let controller: ReadableStreamDefaultController<Uint8Array> | undefined;
  const body = new ReadableStream<Uint8Array>({
    start(source) {
      controller = source;
    },
  });
  return {
    body,
    push: (text: string) => controller?.enqueue(Buffer.from(text)),
    end: () => controller?.close(),
  };
}

describe('outcomes of calls', () => {
  const token = (wishes = {}) => world.broker.token(world.broker.grant(wishes));

  test.each([
    ['plain', Buffer.from('x'.repeat(70_000)), {}],
    ['compressed: as it was sent', gzipSync('x'.repeat(70_000)), { 'content-encoding': 'gzip' }],
    ['nothing', Buffer.alloc(0), {}],
  ])('bytes of a body, %s', async (_, body, headers) => {
    world.upstream.answer = (_request, response) => response.writeHead(200, headers).end(body);
    await (await world.send({ token: token() })).arrayBuffer();
    expect(await outcome()).toMatchObject({
      ...{ status: 200, bytes: body.length, bodySha256: null, outcome: 'completed' },
    });
  });

  test('a response without a body: no bytes, whatever its length says', async () => {
    world.upstream.answer = (_request, response) => response.writeHead(304, { etag: '"7"' }).end();
    expect((await world.send({ token: token() })).status).toBe(304);
    expect(await outcome()).toMatchObject({ status: 304, bytes: 0, outcome: 'completed' });
  });

  test.each(['chunked', 'of a known length'])('the hash of a request body that is %s', async (kind) => {
    const text = 'ab'.repeat(50_000);
    const streamed = upload();
    streamed.push(text.slice(0, 10_000));
    streamed.push(text.slice(10_000));
    streamed.end();
    const body = kind === 'chunked' ? streamed.body : text;
    const sent = await world.send({
      method: 'POST',
      path: '/billing/tenants/acme/invoices',
      token: token(),
      body,
    });
    expect(sent.status).toBe(200);
    expect(await outcome()).toMatchObject({ bodySha256: sha256(text), outcome: 'completed' });
    expect(world.upstream.hits).toMatchObject([{ bodySha256: sha256(text), bodyBytes: text.length }]);
  });

  test('an upload that the client aborts: cut, without a hash of the partial body', async () => {
    const streamed = upload();
    const gone = new AbortController();
    const answer = world.send({
      ...{ method: 'POST', path: '/billing/tenants/acme/invoices', token: token(), body: streamed.body },
      signal: gone.signal,
    });
    answer.catch(() => undefined);
    streamed.push('half');
    await until(() => world.upstream.hits[0]?.bodyBytes === 4);
    gone.abort();
    await expect(answer).rejects.toThrow();
    expect(await outcome()).toMatchObject({ status: null, bytes: 0, bodySha256: null, outcome: 'cut' });
  });

  test('a response that the end of the grant cuts: its status, the bytes until then, the hash of the whole request body', async () => {
    const { broker, upstream } = world;
    const grant = broker.grant();
    upstream.answer = (_request, response) => {
      response.writeHead(200);
      response.write('first');
    };
    const path = '/billing/tenants/acme/invoices';
    const answer = await world.send({ method: 'POST', path, token: broker.token(grant), body: 'change' });
    const reader = answer.body?.getReader();
    expect(Buffer.from((await reader?.read())?.value ?? []).toString()).toBe('first');
    broker.end(grant);
    await expect(reader?.read()).rejects.toThrow();
    expect(await outcome()).toMatchObject({
      ...{ status: 200, bytes: 5, bodySha256: sha256('change'), outcome: 'cut' },
    });
  });

  test('a response that the client abandons: never fewer bytes than it received', async () => {
    let answering: ServerResponse | undefined;
    world.upstream.answer = (_request, response) => {
      answering = response;
      response.writeHead(200);
      response.write(Buffer.alloc(300_000));
    };
    const gone = new AbortController();
    const answer = await world.send({ token: token(), signal: gone.signal });
    const reader = answer.body?.getReader();
    let received = 0;
    while (received < 100_000) received += (await reader?.read())?.value?.length ?? 0;
    gone.abort();
    await until(() => answering?.destroyed === true);
    const { bytes, outcome: how, status } = await outcome();
    expect([status, how]).toEqual([200, 'cut']);
    expect(bytes).toBeGreaterThanOrEqual(received);
    expect(bytes).toBeLessThanOrEqual(300_000);
  });

  test('a response that the budget cuts: exactly the bytes that the budget allows', async () => {
    world.upstream.answer = (_request, response) => response.end('0123456789');
    const answer = await world.send({ token: token({ budget: { bytes: 7 } }) });
    await expect(answer.text()).rejects.toThrow();
    expect(await outcome()).toMatchObject({ status: 200, bytes: 7, outcome: 'cut' });
  });

  test('a refused call: its code and route, and nothing about a response', async () => {
    await world.send({ token: token(), method: 'DELETE' });
    await world.send({ token: token(), path: '/billing/tenants/acme/secrets' });
    await until(() => world.broker.recordsOf('refused').length === 2);
    expect(world.broker.recordsOf('refused')).toMatchObject([
      { code: 'insufficient_scope', method: 'DELETE', resource: 'invoices/7', action: 'delete', count: 1 },
      { code: 'route_not_listed', route: null, resource: null, action: null, count: 1 },
    ]);
    expect(world.broker.recordsOf('outcome')).toEqual([]);
  });
});

test('an outcome’s durationMs is measured by a clock that never steps', async () => {
  const clock = new SteppedClock();
  const here = await GatewayWorld.start({ clock });
  try {
    here.upstream.answer = (_request, response) => {
      clock.offset += 2_345;
      response.end();
    };
    await here.send({ token: here.broker.token(here.broker.grant()) });
    await until(() => here.broker.recordsOf('outcome').length === 1);
    const [record] = here.broker.recordsOf('outcome');
    expect(record?.durationMs).toBeGreaterThanOrEqual(2_345);
    expect(Number.isInteger(record?.durationMs)).toBe(true);
  } finally {
    await here.stop();
  }
});
