import { gzipSync } from 'node:zlib';
import type { Route } from '@countersign/contract';
import { billingService, GatewayWorld, refusal } from '../../../../../test/fakes/gateway-world.js';
import { until } from '../../../../../test/fakes/until.js';

let world: GatewayWorld;
const proxies = { secret: 'a secret of the proxies, long enough', networks: ['127.0.0.0/8', '::1/128'] };

beforeAll(async () => {
  world = new GatewayWorld();
  await world.prepare();
  const billing = billingService(world.upstream.origin);
  const masked = (route: Route): Route =>
    route.path.endsWith('/invoices/{id}')
      ? { ...route, mask: ['/iban', '/lines/*/card'], maskPasses: ['image/png'] }
      : route;
  world.broker.services = [{ ...billing, routes: billing.routes.map(masked) }];
  await world.startGateway({ proxies });
  await until(() => world.gateway.isInTouch());
});
afterAll(() => world.stop());

const INVOICE = '{ "id":7, "iban":"DE89 3704", "lines":[{"card":"4111","net":1.50}] }';
const HIDDEN = '{ "id":7, "iban":"***", "lines":[{"card":"***","net":1.50}] }';
const JSON_TYPE = ['content-type', 'application/json; charset=utf-8'];

function answersWith(status: number, fields: string[], ...pieces: (string | Buffer)[]): void {
  world.upstream.answer = (_request, response) => {
    response.writeHead(status, fields);
    for (const piece of pieces) response.write(piece);
    response.end();
  };
}

const token = () => world.broker.token(world.broker.grant());
const outcomeOf = async (answer: Response) => {
  const id = answer.headers.get('countersign-record');
  const found = () => world.broker.recordsOf('outcome').find((record) => record.id === id);
  await until(() => found() !== undefined);
  return found();
};

describe('P4: a route that lists fields', () => {
  test('hides them, leaves every other byte, and the records say how many', async () => {
    answersWith(200, [...JSON_TYPE, 'content-length', String(INVOICE.length)], INVOICE);
    const answer = await world.send({ token: token() });
    expect(await answer.text()).toBe(HIDDEN);
    expect(answer.headers.get('content-length')).toBe(String(HIDDEN.length));
    expect(await outcomeOf(answer)).toMatchObject({
      outcome: 'completed',
      bytes: HIDDEN.length,
      maskedFields: 2,
    });
    const id = answer.headers.get('countersign-record');
    expect(world.broker.recordsOf('allowed').find((record) => record.id === id)?.masked).toBe(true);
    expect(world.broker.gaps).toEqual([]);
  });

  test('tells nothing of their length in the record, which the engineer can read', async () => {
    const bytes = [];
    for (const iban of ['null', '"DE89 3704 0044 0532 0130 00"', `[${'1,'.repeat(50_000)}2]`]) {
      answersWith(200, JSON_TYPE, `{"iban":${iban},"id":7}`);
      const answer = await world.send({ token: token() });
      expect(await answer.text()).toBe('{"iban":"***","id":7}');
      bytes.push((await outcomeOf(answer))?.bytes);
    }
    expect(bytes).toEqual([21, 21, 21]);
  });

  test('hides them in every status, and in what a write answers', async () => {
    for (const [method, status] of [
      ['GET', 404],
      ['GET', 500],
      ['PATCH', 200],
      ['PATCH', 422],
    ] as const) {
      answersWith(status, ['content-type', 'application/problem+json'], INVOICE);
      const body = method === 'PATCH' ? '{}' : undefined;
      const answer = await world.send({ token: token(), method, ...(body && { body }) });
      expect([answer.status, await answer.text()]).toEqual([status, HIDDEN]);
    }
  });

  test('masks a long answer while it streams', async () => {
    const lines = Array.from({ length: 20_000 }, (_, n) => `{"card":"4111-${n}","n":${n}}`);
    answersWith(200, JSON_TYPE, '{"lines":[', ...lines.map((line, n) => (n === 0 ? line : `,${line}`)), ']}');
    const answer = await world.send({ token: token() });
    const read = (await answer.json()) as { lines: unknown[] };
    expect(read.lines).toEqual(lines.map((_, n) => ({ card: '***', n })));
    expect(answer.headers.get('content-length')).toBeNull();
    expect(await outcomeOf(answer)).toMatchObject({ outcome: 'completed', maskedFields: 20_000 });
  });

  test('asks the service for the whole body as it is, without conditions on its hash', async () => {
    answersWith(200, JSON_TYPE, INVOICE);
    await world.send({
      token: token(),
      headers: {
        range: 'bytes=0-9',
        'if-range': '"x"',
        'if-none-match': '"x"',
        'if-match': '"x"',
        'accept-encoding': 'gzip, br',
      },
    });
    const { headers } = world.upstream.hits.at(-1)!;
    expect(headers['accept-encoding']).toBe('identity');
    for (const name of ['range', 'if-range', 'if-none-match', 'if-match'])
      expect(headers).not.toHaveProperty(name);
  });

  test('is answered in the usual form of the service, whatever other form the client wants', async () => {
    world.upstream.answer = ({ headers }, response) => {
      const isOther = headers.accept?.includes('vnd.api') === true;
      response.writeHead(200, ['content-type', isOther ? 'application/vnd.api+json' : 'application/json']);
      response.end(isOther ? `{"data":${INVOICE}}` : INVOICE);
    };
    for (const [accept, asked] of [
      ['application/vnd.api+json', '*/*'],
      ['Application/JSON; profile="x", application/vnd.api+json;q=0.9', 'application/json'],
      ['text/html, image/png, */*;q=0.1', 'image/png, */*'],
      ['application/json', 'application/json'],
    ] as const) {
      const answer = await world.send({ token: token(), headers: { accept } });
      expect([world.upstream.hits.at(-1)?.headers.accept, await answer.text()]).toEqual([asked, HIDDEN]);
    }
  });

  /** Header fields with a length or a hash of the body, and such as no one has heard of. */
  const TELLING = [
    ...['etag', 'content-md5', 'digest', 'repr-digest', 'content-digest', 'accept-ranges', 'want-digest'],
    ...['x-amz-checksum-sha256', 'x-amz-meta-md5', 'x-goog-hash', 'x-goog-stored-content-length'],
    ...['x-checksum-sha256', 'x-checksum', 'x-ms-blob-content-md5', 'oc-checksum', 'x-original-length'],
    ...['x-decompressed-content-length', 'server-timing', 'content-disposition', 'x-new-header', 'signature'],
  ];
  const HARMLESS = [
    ...['cache-control', 'last-modified', 'link', 'location', 'retry-after', 'set-cookie', 'vary'],
    ...['www-authenticate', 'access-control-allow-origin', 'x-content-type-options', 'x-request-id'],
    ...['x-ratelimit-remaining', 'ratelimit-limit', 'x-total-count', 'content-language'],
  ];

  test('shows no header but those that say nothing of the body, also without a body', async () => {
    for (const [method, status] of [
      ['GET', 200],
      ['GET', 304],
      ['HEAD', 200],
    ] as const) {
      world.upstream.answer = (_request, response) => {
        const fields = [...TELLING, ...HARMLESS].flatMap((name) => [name, 'h']);
        response.writeHead(status, [...JSON_TYPE, ...fields, 'content-length', String(INVOICE.length)]);
        response.end(method === 'GET' && status === 200 ? INVOICE : undefined);
      };
      const answer = await world.send({ token: token(), method });
      expect([answer.status, await answer.text()]).toEqual([
        status,
        method === 'GET' && status === 200 ? HIDDEN : '',
      ]);
      expect(TELLING.filter((name) => answer.headers.has(name))).toEqual([]);
      expect(HARMLESS.filter((name) => !answer.headers.has(name))).toEqual([]);
      expect(answer.headers.get('content-length')).not.toBe(String(INVOICE.length));
      for (const name of ['content-type', 'countersign-record', 'date'])
        expect([name, answer.headers.has(name)]).toEqual([name, true]);
    }
  });

  test('lets through what has no body, and the types that the route names', async () => {
    answersWith(204, []);
    expect((await world.send({ token: token() })).status).toBe(204);
    answersWith(200, ['content-length', '0']);
    expect(await (await world.send({ token: token() })).text()).toBe('');
    answersWith(200, JSON_TYPE);
    expect(await (await world.send({ token: token() })).text()).toBe('');
    answersWith(200, ['content-type', 'image/png', 'content-length', '3'], 'PNG');
    const picture = await world.send({ token: token() });
    expect([await picture.text(), picture.headers.get('content-length')]).toEqual(['PNG', '3']);
  });

  test.each<[what: string, reason: string, status: number, fields: string[], body: string | Buffer]>([
    ['another type', 'not_json', 200, ['content-type', 'text/html'], INVOICE],
    ['no type', 'not_json', 200, [], INVOICE],
    ['two types', 'not_json', 200, [...JSON_TYPE, 'content-type', 'image/png'], INVOICE],
    ['a list of types', 'not_json', 200, ['content-type', 'application/json, text/html'], INVOICE],
    ['NDJSON', 'not_json', 200, ['content-type', 'application/x-ndjson'], INVOICE],
    ['another charset', 'not_json', 200, ['content-type', 'application/json; charset=utf-16'], INVOICE],
    ['gzip', 'encoded', 200, [...JSON_TYPE, 'content-encoding', 'gzip'], gzipSync(INVOICE)],
    ['br', 'encoded', 200, [...JSON_TYPE, 'content-encoding', 'br'], INVOICE],
    [
      'gzip of a type that passes',
      'encoded',
      200,
      ['content-type', 'image/png', 'content-encoding', 'gzip'],
      INVOICE,
    ],
    ['a part', 'partial', 206, [...JSON_TYPE, 'content-range', 'bytes 17-27/63'], '"DE89 3704"'],
    [
      'a part with status 200',
      'partial',
      200,
      [...JSON_TYPE, 'content-range', 'bytes 17-27/63'],
      '"DE89 3704"',
    ],
    ['what is no JSON', 'malformed', 200, JSON_TYPE, `${INVOICE.slice(0, -1)}, x: "DE89 3704"}`],
    ['a byte order mark', 'malformed', 200, JSON_TYPE, `\ufeff${INVOICE}`],
    ['two texts', 'malformed', 200, JSON_TYPE, `${INVOICE}\n"DE89 3704"`],
    ['a text that is cut off', 'malformed', 200, JSON_TYPE, '{"id":"DE89 3704"'],
  ])('withholds an answer of %s: 502 answer_withheld, %s', async (_what, reason, status, fields, body) => {
    answersWith(status, fields, body);
    const answer = await world.send({ token: token() });
    const said = await answer.text();
    expect([answer.status, JSON.parse(said)]).toEqual([
      502,
      expect.objectContaining({ code: 'answer_withheld', reason }),
    ]);
    expect(said).not.toContain('DE89');
    expect(await outcomeOf(answer)).toMatchObject({ outcome: 'failed', status, bytes: 0, withheld: reason });
  });

  test('breaks off an answer that turns out to be faulty after it began, and the record says so', async () => {
    const long = `{"iban":"DE89 3704","text":"${'x'.repeat(200_000)}"`;
    answersWith(200, JSON_TYPE, long, '} "DE89 3704"');
    const head = `GET /billing/tenants/acme/invoices/7 HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${token()}\r\n\r\n`;
    const answer = await world.raw(head, true);
    expect(answer.status).toBe(200);
    expect(answer.header('transfer-encoding')).toBe('chunked');
    expect(answer.text).not.toContain('DE89');
    // Without the last chunk no client takes it for a whole answer.
    expect(answer.text).not.toMatch(/\r\n0\r\n\r\n$/);
    const id = answer.header('countersign-record');
    const ended = () => world.broker.recordsOf('outcome').find((record) => record.id === id);
    await until(() => ended() !== undefined);
    expect(ended()).toMatchObject({ outcome: 'failed', status: 200, withheld: 'malformed', maskedFields: 1 });
  });

  const behindProxy = (ofGrant: string) =>
    world.send({
      token: ofGrant,
      path: '/authz/nginx/billing',
      headers: {
        'countersign-proxy-secret': proxies.secret,
        'x-original-method': 'GET',
        'x-original-uri': '/tenants/acme/invoices/7',
      },
    });

  test('is refused behind a proxy that forwards the call itself', async () => {
    expect(await refusal(await behindProxy(token()))).toEqual({ status: 403, code: 'insufficient_scope' });
  });

  test('shows everything to a grant whose terms say unmasked, and the record does not say masked', async () => {
    const unmasked = world.broker.token(world.broker.grant({ unmasked: true }));
    answersWith(200, [...JSON_TYPE, 'etag', '"h"'], INVOICE);
    const answer = await world.send({ token: unmasked, headers: { 'accept-encoding': 'gzip' } });
    expect([await answer.text(), answer.headers.get('etag')]).toEqual([INVOICE, '"h"']);
    expect(world.upstream.hits.at(-1)?.headers['accept-encoding']).toBe('gzip');
    expect(await outcomeOf(answer)).not.toHaveProperty('maskedFields');
    const id = answer.headers.get('countersign-record');
    expect(world.broker.recordsOf('allowed').find((record) => record.id === id)).not.toHaveProperty('masked');
    expect((await behindProxy(unmasked)).status).toBe(200);
  });

  test('P12: a token that says unmasked is invalid unless its basis is an approval or an invitation', async () => {
    const grant = world.broker.grant({ unmasked: true, basis: 'emergency' });
    const answer = await world.send({ token: world.broker.token(grant) });
    expect(await refusal(answer)).toEqual({ status: 401, code: 'invalid_token' });
  });
});

test('a route without masked fields passes everything as it is', async () => {
  answersWith(200, ['content-type', 'text/plain', 'etag', '"h"'], 'no JSON');
  const answer = await world.send({ token: token(), path: '/billing/tenants/acme/invoices' });
  expect([await answer.text(), answer.headers.get('etag')]).toEqual(['no JSON', '"h"']);
  const ended = await outcomeOf(answer);
  expect(ended).not.toHaveProperty('maskedFields');
});
