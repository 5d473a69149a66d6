/** @soak */

import { createHash } from 'node:crypto';
import { createServer, type Server } from 'node:net';
import type { ServiceDefinition } from '@countersign/contract';
import fc from 'fast-check';
import { CountingUpstream } from '../../../../test/fakes/counting-upstream.js';
import { GatewayWorld, refusal } from '../../../../test/fakes/gateway-world.js';
import { until } from '../../../../test/fakes/until.js';
import { isFullRun, runs } from '../../../../test/support/samples.js';
import { poolParts } from '../../../../test/support/sent-call.js';
import { fieldTree } from '../forward/masking/field-tree.js';
import { JsonRewriter } from '../forward/masking/json-rewriter.js';
import { FileLinks } from './file-links.js';
import { ObjectStorages, type ResolveAll } from './object-storages.js';

const SECRET = 'k'.repeat(43);
const SIGNED = 'X-Amz-Signature=d0c5';
const FILE = Buffer.from('%PDF an invoice '.repeat(9_000));
const sha256 = (bytes: Uint8Array) => `sha256:${createHash('sha256').update(bytes).digest('hex')}`;

const storage = new CountingUpstream();
let world: GatewayWorld;
/** What the name of the second storage resolves to. */
let addresses = ['10.0.0.7'];
const resolveStorage: ResolveAll = (_hostname, _options, done) =>
  done(
    null,
    addresses.map((address) => ({ address, family: 4 })),
  );

const withFiles = (upstream: string): ServiceDefinition => ({
  ...{ name: 'billing', upstream, audience: 'billing', tenantFrom: 'path' },
  fileHosts: [storage.origin, 'https://files.example'],
  routes: [
    {
      ...{
        method: 'GET',
        path: '/tenants/{tenant}/invoices/{id}',
        resource: 'invoices/{id}',
        action: 'read',
      },
      presigned: ['/url', '/items/*/href'],
    },
    { method: 'GET', path: '/tenants/{tenant}/invoices', resource: 'invoices', action: 'list' },
  ],
});

beforeAll(async () => {
  await storage.start();
  world = new GatewayWorld();
  await world.prepare();
  world.broker.services = [withFiles(world.upstream.origin)];
  const proxies = { secret: SECRET, networks: ['127.0.0.0/8'] };
  await world.startGateway({ proxies, maxFileBytes: 200_000, resolveStorage });
  await until(() => world.gateway.isInTouch());
});
afterAll(async () => {
  await world.stop();
  await storage.stop();
});
beforeEach(() => {
  storage.answer = ({ headers }, response) => {
    const [, first, last] = /^bytes=(\d+)-(\d+)$/.exec(headers.range ?? '') ?? [];
    if (first === undefined) return void response.writeHead(200, { 'content-type': 'text/html' }).end(FILE);
    const part = FILE.subarray(Number(first), Number(last) + 1);
    response.writeHead(206, { 'content-range': `bytes ${first}-${last}/${FILE.length}` }).end(part);
  };
});

const answersWith = (body: unknown, fields: Record<string, string> = {}, status = 200) => {
  world.upstream.answer = (_request, response) => {
    response.writeHead(status, { 'content-type': 'application/json', ...fields });
    response.end(typeof body === 'string' ? body : JSON.stringify(body));
  };
};
const link = (path = '/acme/8812.pdf') => `${storage.origin}${path}?${SIGNED}`;
const granted = (wishes = {}) => {
  const grant = world.broker.grant(wishes);
  return { grant, token: world.broker.token(grant) };
};

/** A grant, and the address that the gateway gives in place of a link. */
async function linked(wishes = {}) {
  answersWith({ id: 8812, url: link() });
  const { grant, token } = granted(wishes);
  const answer = await world.send({ token });
  const { url } = (await answer.json()) as { url: string };
  return { grant, token, url, record: answer.headers.get('countersign-record') };
}
async function outcomeOf(record: string | null) {
  const found = () => world.broker.recordsOf('outcome').find(({ id }) => id === record);
  await until(() => found() !== undefined);
  return found();
}

describe('a presigned link in a listed field', () => {
  test('is replaced by an address of the gateway; every other byte passes, and nothing is cached', async () => {
    const items = [{ href: link('/a') }, { href: null }, { href: '' }];
    answersWith({ url: link(), items, name: 'a"b', other: 1.5 });
    const answer = await world.send({ token: granted().token });
    const body = (await answer.json()) as { url: string; items: { href: string | null }[] };
    expect(body).toMatchObject({ name: 'a"b', other: 1.5, items: [{}, { href: null }, { href: '' }] });
    for (const address of [body.url, body.items[0]?.href])
      expect(address).toMatch(/^\/billing\/countersign\/files\/[A-Za-z0-9_-]{32}$/);
    expect(JSON.stringify(body)).not.toContain('X-Amz');
    expect(answer.headers.get('cache-control')).toBe('private, no-store');
  });

  test('opens the file through the gateway, in a call with a record of its own', async () => {
    const { token, url, record } = await linked();
    const answer = await world.send({
      token,
      path: url,
      headers: { 'x-secret': 'of the engineer', cookie: 'a=b' },
    });
    expect(Buffer.from(await answer.arrayBuffer()).equals(FILE)).toBe(true);
    const own = answer.headers.get('countersign-record');
    expect(own).not.toBe(record);
    const outcome = await outcomeOf(own);
    const [allowed] = world.broker.recordsOf('allowed').filter(({ id }) => id === own);
    expect(allowed).toMatchObject({
      ...{ resource: 'invoices/7', action: 'read', route: '/tenants/{tenant}/invoices/{id}', method: 'GET' },
      ...{ file: { from: record, host: new URL(storage.origin).host }, context: 'none' },
    });
    expect(outcome).toMatchObject({
      ...{ outcome: 'completed', bytes: FILE.length, sentSha256: sha256(FILE) },
    });
    const hit = storage.hits.at(-1);
    expect(hit?.url).toBe(`/acme/8812.pdf?${SIGNED}`);
    expect(Object.keys(hit?.headers ?? {}).sort()).toEqual([
      'accept',
      'accept-encoding',
      'connection',
      'host',
    ]);
    expect(world.broker.gaps).toEqual([]);
  });

  test('P9: is fetched on a connection that no other grant uses', async () => {
    const [one, other] = [await linked(), await linked()];
    const ports: (number | undefined)[] = [];
    storage.onArrival = ({ socket }) => void ports.push(socket.remotePort);
    try {
      for (const { token, url } of [one, one, other, one])
        await (await world.send({ token, path: url })).arrayBuffer();
    } finally {
      storage.onArrival = () => undefined;
    }
    expect(ports[2]).not.toBe(ports[0]);
    expect([ports[1], ports[3]]).toEqual([ports[0], ports[0]]);
  });

  test('is recorded before the storage is asked', async () => {
    const { token, url, record } = await linked();
    // The storage answers once the broker has the record, and not before.
    storage.onArrival = () =>
      until(() => world.broker.recordsOf('allowed').some(({ file }) => file?.from === record));
    const answer = await world.send({ token, path: url });
    storage.onArrival = () => undefined;
    expect(answer.status).toBe(200);
  });

  test('gives one range, again and again, and refuses several', async () => {
    const { token, url } = await linked();
    for (const range of ['bytes=0-9', 'bytes=10-19']) {
      const answer = await world.send({ token, path: url, headers: { range } });
      expect(answer.status).toBe(206);
      expect((await answer.arrayBuffer()).byteLength).toBe(10);
    }
    const several = await world.send({ token, path: url, headers: { range: 'bytes=0-1,4-5' } });
    expect(await refusal(several)).toEqual({ status: 416, code: 'range_refused' });
  });

  test('is a file that a browser saves, and never runs at the host of the service', async () => {
    const { token, url } = await linked();
    const { headers } = await world.send({ token, path: url });
    expect(headers.get('content-disposition')).toBe('attachment');
    expect(headers.get('content-security-policy')).toBe('sandbox');
    expect(headers.get('x-content-type-options')).toBe('nosniff');
  });

  test('is in no record and in no line of the log', async () => {
    const { token, url } = await linked();
    await (await world.send({ token, path: url })).arrayBuffer();
    const written = JSON.stringify([world.broker.recordsOf('allowed'), world.broker.recordsOf('outcome')]);
    for (const text of [written, world.logLines.join('\n')]) expect(text).not.toContain('X-Amz');
  });
});

describe('an address of a file', () => {
  const ended = { status: 404, code: 'file_link_ended' };

  test('opens nothing under another grant, without a token, or with an invented id', async () => {
    const { token, url } = await linked();
    const before = storage.hits.length;
    expect(await refusal(await world.send({ token: granted().token, path: url }))).toEqual(ended);
    const invented = `/billing/countersign/files/${'A'.repeat(32)}`;
    expect(await refusal(await world.send({ token, path: invented }))).toEqual(ended);
    expect((await world.send({ path: url })).status).toBe(401);
    expect(storage.hits).toHaveLength(before);
  });

  test('ends with its grant', async () => {
    const { grant, token, url } = await linked();
    world.broker.end(grant);
    await until(async () => {
      const answer = await world.send({ token, path: url });
      if (answer.status === 403) return (await refusal(answer)).code === 'grant_ended';
      // The end is still on its way to the gateway.
      await answer.arrayBuffer();
      return false;
    });
  });

  test('ends when the route map no longer lists its storage, and nothing is sent there', async () => {
    const { token, url } = await linked();
    expect((await world.send({ token, path: url })).status).toBe(200);
    const own = world.broker.services;
    const [billing] = own;
    if (billing === undefined) throw new Error('no service');
    world.broker.olderMaps.push(billing);
    world.broker.services = [{ ...billing, fileHosts: ['https://files.example'] }];
    world.broker.announceServices();
    try {
      // The map is in force once the gateway keeps no further link to this storage.
      await until(async () => {
        answersWith({ url: link() });
        return (await world.send({ token })).status === 502;
      });
      const before = storage.hits.length;
      expect(await refusal(await world.send({ token, path: url }))).toEqual(ended);
      expect(storage.hits).toHaveLength(before);
    } finally {
      world.broker.services = own;
      world.broker.announceServices();
    }
    await until(async () => {
      const again = await linked();
      return (await world.send({ token: again.token, path: again.url })).status === 200;
    });
  });

  test('takes GET alone, without a query', async () => {
    const { token, url } = await linked();
    for (const [method, path] of [
      ['DELETE', url],
      ['HEAD', url],
      ['GET', `${url}?a=b`],
    ] as const)
      expect((await world.send({ token, method, path })).status).toBe(403);
  });

  test('counts in the budgets of its grant', async () => {
    const { token, url } = await linked({ budget: { calls: 2 } });
    await (await world.send({ token, path: url })).arrayBuffer();
    expect((await world.send({ token, path: url })).status).toBe(403);
  });

  test('is cut with its bytes and their hash if the budget of bytes is used up', async () => {
    const { token, url } = await linked({ budget: { bytes: 5_000 } });
    const answer = await world.send({ token, path: url });
    await expect(answer.arrayBuffer()).rejects.toThrow();
    const outcome = await outcomeOf(answer.headers.get('countersign-record'));
    expect(outcome?.outcome).toBe('cut');
    expect(outcome?.sentSha256).toBe(sha256(FILE.subarray(0, outcome?.bytes)));
  });
});

describe('an answer is withheld', () => {
  test.each<[string, unknown]>([
    ['a host that is not listed', { url: `https://other.example/a?${SIGNED}` }],
    ['another port', { url: 'https://files.example:444/a' }],
    ['another scheme', { url: 'http://files.example/a' }],
    ['a user in front of the host', { url: 'https://files.example@evil.example/a' }],
    ['a backslash', { url: 'https://files.example\\@evil.example/a' }],
    ['an address without a scheme', { url: '//files.example/a' }],
    ['a path', { url: '/a' }],
    ['an object', { url: { href: 'https://files.example/a' } }],
    ['a list', { url: ['https://files.example/a'] }],
    ['a number', { url: 7 }],
    ['a line break', { url: 'https://files.example/a\r\nX: y' }],
    ['a link that is too long', { url: `https://files.example/${'a'.repeat(9_000)}` }],
    ['a wrong one of several', { url: null, items: [{ href: null }, { href: 'https://evil.example/' }] }],
  ])('if a listed field holds %s', async (_what, body) => {
    answersWith(body);
    const answer = await world.send({ token: granted().token });
    const text = await answer.text();
    expect([answer.status, JSON.parse(text)]).toMatchObject([
      502,
      { code: 'answer_withheld', reason: 'link' },
    ]);
    expect(text).not.toContain('example');
  });

  test('if a field is given twice and the second is wrong, or is named with escapes', async () => {
    const twice = `{"url":null,"\\u0075rl":"https://evil.example/?${SIGNED}"}`;
    answersWith(twice);
    expect((await world.send({ token: granted().token })).status).toBe(502);
  });

  test.each<[string, string, Record<string, string>]>([
    ['no JSON', `<a href="https://files.example/a?${SIGNED}">`, { 'content-type': 'text/html' }],
    ['malformed', '{"url":', {}],
    ['encoded', '{}', { 'content-encoding': 'br' }],
  ])('if it is %s', async (_what, body, fields) => {
    answersWith(body, fields);
    const answer = await world.send({ token: granted().token });
    expect(await refusal(answer)).toEqual({ status: 502, code: 'answer_withheld' });
  });

  test.each([
    ['Location', (to: string) => to],
    ['Link', (to: string) => `<${to}>; rel=next`],
    ['Refresh', (to: string) => `0;url=${to}`],
    ['X-Next', (to: string) => `/go?to=${encodeURIComponent(to)}`],
  ])('on every route, if %s leads to a storage', async (name, fieldOf) => {
    answersWith({}, { [name]: fieldOf(`https://FILES.example/a?${SIGNED}`) }, 302);
    const answer = await world.send({ token: granted().token, path: '/billing/tenants/acme/invoices' });
    expect(await refusal(answer)).toEqual({ status: 502, code: 'answer_withheld' });
    expect([...answer.headers.values()].join()).not.toContain('X-Amz');
  });

  test.each([
    ['with a user', 'https://u@files.example/a'],
    ['after backslashes', 'https:\\\\files.example/a'],
    ['with one slash', 'https:/files.example/a'],
    ['with escapes', 'https://%66iles%2Eexample/a'],
    ['with escaped escapes', '/go?to=https%3A%2F%2F%2566iles.example%2Fa'],
    ['with more escapes than anybody reads', `/go?to=%${'25'.repeat(9)}66`],
    ['with a tab', 'https://fi\tles.example/a'],
    ['in other letters', 'https://%EF%BD%86iles%E3%80%82example/a'],
    ['with its port after a dot and a zero', 'http://u@127.0.0.1.:0PORT/a'],
  ])('if a header names a storage %s', async (_how, to) => {
    answersWith({}, { Location: to.replace('PORT', new URL(storage.origin).port) }, 302);
    const answer = await world.send({ token: granted().token, path: '/billing/tenants/acme/invoices' });
    expect(await refusal(answer)).toEqual({ status: 502, code: 'answer_withheld' });
  });

  test.each(['https://myfiles.example/a', 'https://eu.files.example/a', '/go?to=100%25'])(
    'but not if a header names another host, as %s does',
    async (to) => {
      answersWith({}, { 'X-Next': to });
      const answer = await world.send({ token: granted().token, path: '/billing/tenants/acme/invoices' });
      expect([answer.status, answer.headers.get('x-next')]).toEqual([200, to]);
    },
  );

  test('a call that requests a part of such an answer is refused', async () => {
    const headers = { range: 'bytes=0-9' };
    const answer = await world.send({ token: granted().token, headers });
    expect(await refusal(answer)).toEqual({ status: 416, code: 'range_refused' });
  });

  test('and a proxy that asks about calls cannot use such a route', async () => {
    const headers = {
      ...{ 'countersign-proxy-secret': SECRET, 'x-original-method': 'GET' },
      ...{ 'x-original-host': 'billing.example', 'x-original-uri': '/tenants/acme/invoices/7' },
    };
    const asked = await world.send({ token: granted().token, path: '/authz/nginx/billing', headers });
    expect(await refusal(asked)).toEqual({ status: 403, code: 'insufficient_scope' });
  });
});

describe('a storage', () => {
  test.each([301, 302, 307, 403, 404, 500])(
    'that answers %d gives no file, and nothing of its answer',
    async (status) => {
      const { token, url } = await linked();
      storage.answer = (_request, response) =>
        response
          .writeHead(status, { location: `http://127.0.0.1:1/${SIGNED}` })
          .end(`<Error>${SIGNED}</Error>`);
      const answer = await world.send({ token, path: url });
      expect(answer.headers.get('location')).toBeNull();
      const text = await answer.text();
      expect([answer.status, JSON.parse(text)]).toMatchObject([502, { code: 'file_unavailable' }]);
      expect(text).not.toContain('X-Amz');
    },
  );

  test('that sends more than the limit is refused, or cut off', async () => {
    const { token, url } = await linked();
    storage.answer = (_request, response) => response.writeHead(200, { 'content-length': 300_000 }).end('a');
    expect(await refusal(await world.send({ token, path: url }))).toEqual({
      status: 502,
      code: 'file_too_large',
    });
    storage.answer = (_request, response) => response.write(Buffer.alloc(300_000), () => response.end());
    await expect(world.send({ token, path: url }).then((answer) => answer.arrayBuffer())).rejects.toThrow();
  });

  test.each([
    ['10.0.0.7'],
    ['127.0.0.1'],
    ['169.254.169.254'],
    ['::ffff:127.0.0.1'],
    ['8.8.8.8', '10.0.0.7'],
  ])('whose name leads to %s is not called', async (...found) => {
    addresses = found;
    answersWith({ url: `https://files.example/a?${SIGNED}` });
    const { token } = granted();
    const { url } = (await (await world.send({ token })).json()) as { url: string };
    const answer = await world.send({ token, path: url });
    expect(await refusal(answer)).toEqual({ status: 502, code: 'upstream_unreachable' });
  });
});

describe('the name of a storage', () => {
  let server: Server;
  let port: number;
  let connections = 0;
  beforeAll(async () => {
    server = createServer((socket) => {
      connections += 1;
      socket.destroy();
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    port = (server.address() as { port: number }).port;
  });
  afterAll(() => new Promise<void>((resolve) => server.close(() => resolve())));

  /** Whether a connection arrives at this machine when the storage is asked. */
  async function reaches(hosts: readonly string[]): Promise<boolean> {
    const before = connections;
    const local: ResolveAll = (_name, _options, done) => done(null, [{ address: '127.0.0.1', family: 4 }]);
    const storages = new ObjectStorages(poolParts(), local);
    await new Promise<void>((resolve) => {
      const observer = {
        onUpstreamReady: () => undefined,
        onResponseHead: () => undefined,
        onResponseData: () => undefined,
        onTurnEnd: () => undefined,
        onResponseEnd: () => undefined,
        onUpstreamFailure: () => resolve(),
      };
      const request = { method: 'GET', target: '/', fields: [], framing: { kind: 'none' } as const };
      storages.at(`https://files.example:${port}`, hosts).send(request, observer, 'sha256:1');
    });
    storages.close();
    return connections > before;
  }

  test('leads to a private address only if the map lists that address, too', async () => {
    const host = `https://files.example:${port}`;
    expect(await reaches([host])).toBe(false);
    expect(await reaches([host, `https://127.0.0.1:${port}`])).toBe(true);
  });
});

test('links end after five minutes, and there is room for so many under one grant', () => {
  let now = 0;
  const links = new FileLinks(() => now);
  const one = {
    ...{
      origin: 'https://files.example',
      target: '/a',
      from: 'rec_1',
      digest: 'sha256:1',
      tenant: 'acme',
      service: 'billing',
    },
    call: {} as never,
  };
  const id = links.add(one) ?? '';
  expect(links.find(id, 'sha256:1', 'billing')).toMatchObject({ target: '/a' });
  expect(links.find(id, 'sha256:2', 'billing')).toBeUndefined();
  expect(links.find(id, 'sha256:1', 'crm')).toBeUndefined();
  for (let count = 1; count < 1_024; count += 1) expect(links.add(one)).toBeDefined();
  expect(links.add(one)).toBeUndefined();
  expect(links.add({ ...one, digest: 'sha256:2' })).toBeDefined();
  now = 300_000;
  expect(links.find(id, 'sha256:1', 'billing')).toBeUndefined();
  expect(links.add(one)).toBeDefined();
});

/** Links that each of the greedy ones requests after all places are taken. */
const FURTHER = isFullRun() ? 2_000 : 200;

/** Links of any tenant and grant, all at the same moment. */
function placesOfLinks() {
  const links = new FileLinks(() => 0);
  const add = (tenant: string, digest: string) =>
    links.add({
      ...{ origin: 'https://files.example', target: '/a', from: 'rec_1', digest, tenant, service: 'billing' },
      call: {} as never,
    });
  const isKept = (id: string | undefined, digest: string) =>
    links.find(id ?? '', digest, 'billing') !== undefined;
  return { add, isKept };
}

test('grants that take all places lose their oldest links to a grant of their tenant that has fewer', () => {
  const { add, isKept } = placesOfLinks();
  const greedy = Array.from({ length: 8 }, (_, grant) => ({
    digest: `sha256:${grant}`,
    ids: Array.from({ length: 1_024 }, () => add('acme', `sha256:${grant}`)),
  }));
  const modest = Array.from({ length: 12 }, () => add('acme', 'sha256:modest'));
  // Each of the eight has lost its oldest, and four of them a second one.
  const lost = greedy.map(({ digest, ids }) => ids.findIndex((id) => isKept(id, digest)));
  expect(lost.sort()).toEqual([1, 1, 1, 1, 2, 2, 2, 2]);
  // Further links of the greedy grants take the places of those who have most, and never of one who has few.
  for (let round = 0; round < FURTHER; round += 1) for (const { digest } of greedy) add('acme', digest);
  expect(modest.map((id) => isKept(id, 'sha256:modest'))).toEqual(Array(12).fill(true));
  const liveLinks = greedy.flatMap(({ digest, ids }) => ids.filter((id) => isKept(id, digest)));
  expect(liveLinks.length).toBeLessThanOrEqual(8_180);
});

test('P9: a tenant with many grants loses links to other tenants, and takes none of theirs', () => {
  const { add, isKept } = placesOfLinks();
  // 400 grants with few links each: as many as all places.
  const digestOf = (grant: number) => `sha256:acme-${grant % 400}`;
  for (let each = 0; each < 8_192; each += 1) expect(add('acme', digestOf(each))).toBeDefined();
  // More links than any grant of acme has.
  const globex = Array.from({ length: 1_024 }, () => add('globex', 'sha256:globex'));
  const initech = Array.from({ length: 30 }, () => add('initech', 'sha256:initech'));
  for (let each = 0; each < 5 * FURTHER; each += 1) add('acme', `sha256:acme-new-${each}`);
  expect(globex.filter((id) => isKept(id, 'sha256:globex'))).toHaveLength(1_024);
  expect(initech.filter((id) => isKept(id, 'sha256:initech'))).toHaveLength(30);
  expect(add('acme', 'sha256:acme-one-more')).toBeDefined();
});

test('a value is read whole and replaced, in whatever pieces its answer arrives', () => {
  fc.assert(
    fc.property(
      fc.jsonValue(),
      fc.jsonValue(),
      fc.array(fc.nat(200), { maxLength: 10 }),
      (value, other, cuts) => {
        const text = Buffer.from(
          JSON.stringify({ other, url: value, list: [{ url: value }, { url: other }] }),
        );
        const seen: unknown[] = [];
        const rewriter = new JsonRewriter(fieldTree(['/url', '/list/0/url']), (json) => {
          seen.push(JSON.parse(json.toString('utf8')));
          return Buffer.from('"kept"');
        });
        const ends = [...new Set([...cuts.filter((cut) => cut < text.length), text.length])].sort(
          (a, b) => a - b,
        );
        let from = 0;
        const parts = ends.flatMap((end) => {
          const passed = rewriter.push(text.subarray(from, end));
          from = end;
          return passed;
        });
        rewriter.end();
        const expected = JSON.parse(text.toString('utf8'));
        expect(seen).toEqual([expected.url, expected.url]);
        expected.url = 'kept';
        expected.list[0].url = 'kept';
        expect(Buffer.concat(parts).toString('utf8')).toBe(JSON.stringify(expected));
      },
    ),
    { numRuns: runs(100) },
  );
});
