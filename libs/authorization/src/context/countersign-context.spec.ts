import { generateKeyPairSync, hash, type KeyObject, sign } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { jest } from '@jest/globals';
import express from 'express';
import { type FastifyInstance, fastify } from 'fastify';
import { gatewayQuestion } from './ask-gateway.js';
import { type CountersignContextOptions, contextOf, contextVerifier, countersignContext } from './index.js';
import { ReplayMemory } from './replay-memory.js';
import { parseSeenCall } from './seen-call.js';

const { publicKey, privateKey } = generateKeyPairSync('ed25519');
const jwk = { ...publicKey.export({ format: 'jwk' }), kid: 'gateway-key' };
const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
const HEADER = { alg: 'EdDSA', typ: 'countersign-context+jwt', kid: 'gateway-key' };

let records = 0;
/** The headers that a gateway sets for `PATCH /x?y=1` of acme. */
function contextHeaders(
  claims: Record<string, unknown> = {},
  { header = HEADER as object, key = privateKey as KeyObject } = {},
): Record<string, string> {
  const iat = Math.floor(Date.now() / 1_000);
  records += 1;
  const payload = {
    ...{ iss: 'gtw_1', aud: 'billing', iat, exp: iat + 30, tenant: 'acme', sub: 'usr_1', grant_id: 'grt_1' },
    ...{ record: `rec_${records}`, method: 'PATCH', path: '/x?y=1' },
    ...claims,
  };
  const input = `${encode(header)}.${encode(payload)}`;
  return {
    'countersign-context': `${input}.${sign(null, Buffer.from(input), key).toString('base64url')}`,
    'countersign-tenant': String(payload.tenant),
    'countersign-requester': String(payload.sub),
    'countersign-grant': String(payload.grant_id),
    'countersign-record': String(payload.record),
  };
}

const servers: Server[] = [];
const apps: FastifyInstance[] = [];
afterEach(async () => {
  for (const app of apps.splice(0)) await app.close();
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});
async function listening(server: Server): Promise<string> {
  servers.push(server.listen(0, '127.0.0.1'));
  await once(server, 'listening');
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const textOf = async (request: IncomingMessage): Promise<string> => {
  let text = '';
  for await (const piece of request) text += String(piece);
  return text;
};

/** A plain server that answers with the tenant of the call and its body. */
function plain(options: Partial<CountersignContextOptions> = {}): Promise<string> {
  const guard = countersignContext({ audience: 'billing', keys: [jwk], ...options });
  const handle = async (request: IncomingMessage, response: ServerResponse) =>
    response.end(`${contextOf(request)?.tenant} ${await textOf(request)}`);
  return listening(
    createServer((request, response) => guard(request, response, () => void handle(request, response))),
  );
}

/** Express with a body parser behind the guard, below a mount point. */
function withExpress(): Promise<string> {
  const app = express();
  const router = express.Router();
  router.use(countersignContext({ audience: 'billing', keys: [jwk] }));
  router.use(express.text({ type: '*/*' }));
  router.use((request, response) => void response.end(`${contextOf(request)?.tenant} ${request.body ?? ''}`));
  app.use('/x', router);
  return listening(createServer(app));
}

/** Fastify with its own parsers of bodies behind the guard. */
function withFastify(): Promise<string> {
  const app = fastify({ forceCloseConnections: true });
  apps.push(app);
  app.addHook('onRequest', countersignContext({ audience: 'billing', keys: [jwk] }));
  app.patch('/x', async (request) => `${contextOf(request)?.tenant} ${request.body ?? ''}`);
  return app.listen({ port: 0, host: '127.0.0.1' });
}

const patch = (origin: string, headers: Record<string, string>, body = 'hello', path = '/x?y=1') =>
  fetch(origin + path, { method: 'PATCH', headers: { 'content-type': 'text/plain', ...headers }, body });
const reasonOf = async (answer: Response) => [
  answer.status,
  ((await answer.json()) as { reason: string }).reason,
];
const sha256 = (text: string) => `sha256:${hash('sha256', text)}`;

describe.each([
  ['node:http', () => plain()],
  ['Express', withExpress],
  ['Fastify', withFastify],
])('countersignContext with %s', (_title, start) => {
  test('passes a call with its body, whether or not the context binds the body', async () => {
    const origin = await start();
    for (const claims of [{}, { body_sha256: sha256('hello') }]) {
      const answer = await patch(origin, contextHeaders(claims));
      expect([answer.status, await answer.text()]).toEqual([200, 'acme hello']);
    }
    const empty = contextHeaders({ body_sha256: sha256('') });
    expect(await (await patch(origin, empty, '')).text()).toBe('acme ');
  });

  test('refuses another body, a second use, and a call without context', async () => {
    const origin = await start();
    const headers = contextHeaders({ body_sha256: sha256('hello') });
    expect(await reasonOf(await patch(origin, headers, 'HELLO'))).toEqual([403, 'other_body']);
    expect((await patch(origin, headers)).status).toBe(200);
    expect(await reasonOf(await patch(origin, headers))).toEqual([403, 'replayed']);
    expect(await reasonOf(await patch(origin, {}))).toEqual([403, 'missing']);
  });
});

test('a body that comes in pieces, chunked and long, is hashed whole and passed whole', async () => {
  const origin = await plain();
  const body = 'abcdefgh'.repeat(40_000);
  const { port } = new URL(origin);
  const head = Object.entries(contextHeaders({ body_sha256: sha256(body) })).map(
    ([name, value]) => `${name}: ${value}`,
  );
  const socket = connect(Number(port), '127.0.0.1');
  socket.write(
    `PATCH /x?y=1 HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n${head.join('\r\n')}\r\n\r\n`,
  );
  for (let at = 0; at < body.length; at += 50_000) {
    const piece = body.slice(at, at + 50_000);
    socket.write(`${piece.length.toString(16)}\r\n${piece}\r\n`);
    await new Promise((resolve) => setImmediate(resolve));
  }
  // The end arrives alone, after every byte of the body.
  await new Promise((resolve) => setTimeout(resolve, 50));
  socket.write('0\r\n\r\n');
  let text = '';
  for await (const piece of socket) text += String(piece);
  expect(text).toContain('200 OK');
  expect(text).toContain('acme abcdefgh');
});

describe('a context is refused', () => {
  const other = generateKeyPairSync('ed25519').privateKey;
  const now = () => Math.floor(Date.now() / 1_000);
  test.each<[string, () => Record<string, string>]>([
    ['bad_signature', () => contextHeaders({}, { key: other })],
    ['unknown_key', () => contextHeaders({}, { header: { ...HEADER, kid: 'another' } })],
    ['malformed', () => contextHeaders({}, { header: { ...HEADER, alg: 'none' } })],
    ['malformed', () => contextHeaders({}, { header: { ...HEADER, typ: 'at+jwt' } })],
    ['malformed', () => contextHeaders({}, { header: { ...HEADER, crit: ['x'] } })],
    ['malformed', () => ({ ...contextHeaders(), 'countersign-context': 'a.b' })],
    ['malformed', () => contextHeaders({ exp: now() + 86_400 })],
    ['malformed', () => contextHeaders({ body_sha256: 1 })],
    ['wrong_audience', () => contextHeaders({ aud: 'crm' })],
    ['expired', () => contextHeaders({ iat: now() - 60, exp: now() - 30 })],
    ['not_yet_valid', () => contextHeaders({ iat: now() + 20, exp: now() + 50 })],
    ['other_call', () => contextHeaders({ method: 'POST' })],
    ['other_call', () => contextHeaders({ path: '/x' })],
    ['other_call', () => contextHeaders({ path: '/x?y=1&z=2' })],
    ['other_headers', () => ({ ...contextHeaders(), 'countersign-tenant': 'globex' })],
    ['other_headers', () => contextHeaders({ tenant: undefined })],
  ])('as %s (%#)', async (reason, headers) => {
    const refused: string[] = [];
    const origin = await plain({ onRefused: (why) => refused.push(why) });
    const answer = await patch(origin, headers());
    expect(answer.headers.get('content-type')).toBe('application/problem+json');
    expect([answer.status, (await answer.json()) as object]).toEqual([
      403,
      expect.objectContaining({ code: 'not_through_gateway', reason }),
    ]);
    expect(refused).toEqual([reason]);
  });
});

describe('a call that cannot be verified gets 503, not access', () => {
  test('if a gateway’s keys cannot be read; calls a second later try again', async () => {
    let keys: object[] | undefined;
    let asked = 0;
    const jwks = await listening(
      createServer((_request, response) => {
        asked += 1;
        return keys === undefined ? response.writeHead(500).end() : response.end(JSON.stringify({ keys }));
      }),
    );
    const origin = await plain({ keys: [], gateways: [jwks] });
    for (const context of [contextHeaders(), contextHeaders()]) {
      const answer = await patch(origin, context);
      expect([answer.status, await answer.json()]).toEqual([
        503,
        expect.objectContaining({ code: 'context_unverifiable', reason: 'keys_unavailable' }),
      ]);
    }
    expect(asked).toBe(1);
    keys = [jwk];
    const later = performance.now() + 1_000;
    const clock = jest.spyOn(performance, 'now').mockReturnValue(later);
    expect((await patch(origin, contextHeaders())).status).toBe(200);
    clock.mockRestore();
  });

  test('if too many calls are under way to be remembered; none is forgotten to make room', async () => {
    const origin = await plain({ maxRemembered: 1 });
    const first = contextHeaders();
    expect((await patch(origin, first)).status).toBe(200);
    expect(await reasonOf(await patch(origin, contextHeaders()))).toEqual([503, 'memory_full']);
    expect(await reasonOf(await patch(origin, first))).toEqual([403, 'replayed']);
  });

  test('if the common memory of several processes cannot be reached', async () => {
    const origin = await plain({ remember: () => Promise.reject(new Error('connection refused')) });
    expect(await reasonOf(await patch(origin, contextHeaders()))).toEqual([503, 'memory_unavailable']);
  });

  test('if the body was read before the check', async () => {
    const guard = countersignContext({ audience: 'billing', keys: [jwk] });
    const origin = await listening(
      createServer((request, response) => {
        void textOf(request).then(() => guard(request, response, () => response.end('passed')));
      }),
    );
    const answer = await patch(origin, contextHeaders({ body_sha256: sha256('hello') }));
    expect(await reasonOf(answer)).toEqual([503, 'body_already_read']);
  });
});

describe('the tenant that owns the data of a call', () => {
  const asked = async (tenantOf: CountersignContextOptions['tenantOf']) => {
    const url = await plain(tenantOf === undefined ? {} : { tenantOf });
    const answer = await fetch(`${url}/x?y=1`, { method: 'PATCH', headers: contextHeaders() });
    const { reason } = (await answer.json().catch(() => ({}))) as { reason?: string };
    return [answer.status, reason, answer.headers.get('countersign-tenant')];
  };

  test('the response names the tenant only if the service has said that the data is the tenant’s', async () => {
    expect(await asked(() => 'acme')).toEqual([200, undefined, 'acme']);
    expect(await asked(async ({ url }) => (url === '/x?y=1' ? 'acme' : 'globex'))).toEqual([
      ...[200, undefined, 'acme'],
    ]);
    expect(await asked(undefined)).toEqual([200, undefined, null]);
  });

  test('a call is refused before the service acts if another tenant or no tenant owns the data, or if the owner cannot be found', async () => {
    expect(await asked((_request, { tenant }) => `${tenant}-2`)).toEqual([403, 'other_tenant', null]);
    expect(await asked(() => undefined)).toEqual([403, 'other_tenant', null]);
    expect(await asked(() => Promise.reject(new Error('the database is away')))).toEqual([
      ...[503, 'tenant_unavailable', null],
    ]);
  });
});

describe('a service that asks a gateway', () => {
  /** A gateway that answers each question so, and what it was asked. */
  const asking = async (respond: (response: ServerResponse) => void) => {
    const questions: IncomingMessage[] = [];
    const gateway = await listening(
      createServer((request, response) => {
        questions.push(request);
        respond(response);
      }),
    );
    const ask = { gateway, service: 'billing', secret: 'the secret' };
    return { questions, origin: await plain({ ask }) };
  };

  test('describes the call itself: no field of the caller can, and the caller’s own secret is dropped', async () => {
    const { origin, questions } = await asking((response) => response.writeHead(200, contextHeaders()).end());
    const forged = {
      ...{ 'x-original-uri': '/other', 'x-original-method': 'GET', 'x-original-host': 'other' },
      ...{ 'countersign-proxy-secret': 'another', authorization: 'Bearer x', 'x-more': '1' },
    };
    expect(await (await patch(origin, forged)).text()).toBe('acme hello');
    const [question] = questions;
    expect([question?.method, question?.url]).toEqual(['GET', '/authz/middleware/billing']);
    expect(question?.headersDistinct).toMatchObject({
      ...{
        'x-original-uri': ['/x?y=1'],
        'x-original-method': ['PATCH'],
        'x-original-host': [new URL(origin).host],
      },
      ...{ 'countersign-proxy-secret': ['the secret'], authorization: ['Bearer x'], 'x-more': ['1'] },
    });
  });

  test.each<[string, number, string, (response: ServerResponse) => void]>([
    ['does not know it', 503, 'gateway_unavailable', (response) => response.writeHead(404).end('{}')],
    [
      ...(['does not trust it', 503, 'gateway_unavailable'] as const),
      (response) => response.writeHead(403).end('{"code":"proxy_not_trusted"}'),
    ],
    ['breaks off', 503, 'gateway_unavailable', (response) => response.destroy()],
    [
      'answers too much',
      503,
      'gateway_unavailable',
      (response) => response.writeHead(200).end('x'.repeat(70_000)),
    ],
    ['allows without a context', 403, 'missing', (response) => response.writeHead(200).end()],
    [
      ...(['allows another call', 403, 'other_call'] as const),
      (response) => response.writeHead(200, contextHeaders({ path: '/y' })).end(),
    ],
  ])('passes no call if the gateway %s', async (_case, status, reason, respond) => {
    const { origin } = await asking(respond);
    expect(await reasonOf(await patch(origin, { authorization: 'Bearer x' }))).toEqual([status, reason]);
  });

  test('a caller’s own context is verified, and is no way around the gateway', async () => {
    const { origin, questions } = await asking((response) => response.writeHead(500).end());
    const forged = contextHeaders({}, { key: generateKeyPairSync('ed25519').privateKey });
    expect(await reasonOf(await patch(origin, forged))).toEqual([403, 'bad_signature']);
    expect(questions).toEqual([]);
  });
});

test('a caller that vanishes before its body is read is refused, and nothing waits for it', async () => {
  const verify = contextVerifier({ audience: 'billing', keys: [jwk] });
  const verified = new Promise((resolve) => {
    void listening(
      createServer((request) => {
        request.on('close', () => resolve(verify(request).catch(({ reason }: { reason: string }) => reason)));
      }),
    ).then((origin) => {
      const socket = connect(Number(new URL(origin).port), '127.0.0.1');
      const headers = {
        ...contextHeaders({ body_sha256: sha256('hello') }),
        host: 'x',
        'content-length': '5',
      };
      const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`);
      socket.write(`PATCH /x?y=1 HTTP/1.1\r\n${lines.join('\r\n')}\r\n\r\n`, () => socket.destroy());
    });
  });
  expect(await verified).toBe('other_body');
});

test('writes one line for each call, verified or refused, that `countersign reconcile` reads', async () => {
  const lines: string[] = [];
  const url = await plain({ log: (line) => lines.push(line) });
  const call = (headers: Record<string, string>) => fetch(`${url}/x?y=1`, { method: 'PATCH', headers });
  const headers = contextHeaders();
  for (const contextHeaders of [headers, headers, {}]) await (await call(contextHeaders)).text();
  const seen = lines.map((line) => parseSeenCall(line));
  const context = headers['countersign-context'];
  expect(seen).toMatchObject([
    { method: 'PATCH', path: '/x?y=1', context },
    { context, refused: 'replayed' },
    { context: null, refused: 'missing' },
  ]);
  expect(seen[0]?.refused).toBeUndefined();
});

test('a service without gateways or keys is a mistake', () => {
  expect(() => countersignContext({ audience: 'billing' })).toThrow(TypeError);
});

test('the memory forgets what has expired, and nothing else', () => {
  const memory = new ReplayMemory(2);
  expect([memory.take('a', 10, 0), memory.take('b', 20, 0), memory.take('c', 30, 0)]).toEqual([
    'new',
    'new',
    'full',
  ]);
  expect([memory.take('a', 10, 9), memory.take('c', 30, 10), memory.take('b', 20, 19)]).toEqual([
    'seen',
    'new',
    'seen',
  ]);
});

test.each([
  ['Trailer', 'x-user'],
  ['Upgrade', 'foo'],
])(
  'a request with %s is refused as the gateway refuses it, before the gateway is asked',
  async (...field) => {
    const ask = gatewayQuestion({
      gateway: 'http://127.0.0.1:1',
      service: 'billing',
      secret: 'k'.repeat(43),
    });
    const request = { method: 'GET', rawHeaders: ['Host', 'x', ...field] } as unknown as IncomingMessage;
    const refused = await ask(request, '/x').catch((error: unknown) => error);
    expect(refused).toMatchObject({
      answer: { status: 400, body: expect.stringContaining('"ambiguous_request"') },
    });
  },
);
