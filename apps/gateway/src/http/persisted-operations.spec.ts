import { gzipSync } from 'node:zlib';
import type { ServiceDefinition } from '@countersign/contract';
import { GatewayWorld } from '../../../../test/fakes/gateway-world.js';
import { until } from '../../../../test/fakes/until.js';
import {
  GraphqlServer,
  graphqlRoutes,
  OPERATIONS,
  sha256Of,
} from '../../../../test/support/graphql-server.js';

const world = new GatewayWorld();
const server = new GraphqlServer();
const proxies = { secret: 'a secret of the proxies, long enough', networks: ['127.0.0.0/8', '::1/128'] };

beforeAll(async () => {
  await world.prepare();
  await server.start();
  const shop: ServiceDefinition = {
    ...{ name: 'shop', upstream: server.origin, audience: 'shop', tenantFrom: 'path' },
    routes: graphqlRoutes,
  };
  world.broker.services.push(shop);
  await world.startGateway({ proxies });
  await until(() => world.gateway.isInTouch());
  ordinary = await granted();
});
afterAll(async () => {
  await world.stop();
  await server.stop();
});

/** The token of a grant that has reached the gateway. */
async function granted(wishes: Parameters<typeof world.broker.grant>[0] = {}): Promise<string> {
  const token = world.broker.token(world.broker.grant({ service: 'shop', ...wishes }), { audience: 'shop' });
  await until(
    async () => (await answerOf(await world.send({ path: '/shop/none', token }))).body.code !== 'grant_ended',
  );
  return token;
}

/** The token of a grant of all invoices. */
let ordinary: string;

type Members = Record<string, unknown>;
const persisted = (sha256Hash: unknown, members: Members = {}) => ({
  ...members,
  extensions: { persistedQuery: { version: 1, sha256Hash } },
});
const INVOICE = persisted(OPERATIONS.invoice, {
  operationName: 'Invoice',
  variables: { tenant: 'acme', id: '7' },
});
const JSON_TYPE = { 'content-type': 'application/json' };

type Answer = {
  status: number;
  body: Members & { code?: string; reason?: string; detail?: string };
  headers: Headers;
};

async function answerOf(answer: Response): Promise<Answer> {
  const text = await answer.text();
  return { status: answer.status, body: text === '' ? {} : JSON.parse(text), headers: answer.headers };
}

const post = async (
  body: string | Uint8Array<ArrayBuffer> | Members | Members[],
  {
    token = ordinary,
    headers = {},
    path = '/shop/graphql',
  }: { token?: string; headers?: Record<string, string>; path?: string } = {},
): Promise<Answer> =>
  answerOf(
    await world.send({
      ...{ method: 'POST', path, token, headers: { ...JSON_TYPE, ...headers } },
      body: typeof body === 'string' || body instanceof Uint8Array ? body : JSON.stringify(body),
    }),
  );

const get = async (parameters: Record<string, string> | string, token = ordinary): Promise<Answer> => {
  const query =
    typeof parameters === 'string'
      ? parameters
      : Object.entries(parameters)
          .map(([name, value]) => `${name}=${encodeURIComponent(value)}`)
          .join('&');
  return answerOf(await world.send({ path: `/shop/graphql?${query}`, token }));
};

/** Status, code and reason of a refusal. The server must not have seen the call. */
async function refused(send: () => Promise<Answer>): Promise<(string | number | undefined)[]> {
  const before = server.requests;
  const { status, body } = await send();
  expect(server.requests).toBe(before);
  return [status, body.code, ...(body.reason === undefined ? [] : [body.reason])];
}

const recordOf = async (kind: 'allowed' | 'refused', { headers }: Answer) => {
  const id = headers.get('countersign-record');
  const records = () => [...world.broker.recordsOf('allowed'), ...world.broker.recordsOf('refused')];
  const found = () => records().find((record) => record.id === id);
  await until(() => found() !== undefined);
  expect(found()?.kind).toBe(kind);
  return found();
};

describe('a persisted operation that a route lists', () => {
  test('reaches the service byte for byte, and the record names it', async () => {
    const body = JSON.stringify(INVOICE, null, 2);
    const answer = await post(body);
    expect(answer.body).toEqual({
      data: { invoice: { id: '7', tenant: 'acme', total: 12.5, payer: '***' } },
    });
    expect(server.executed.at(-1)).toEqual({ operation: 'Invoice', variables: { tenant: 'acme', id: '7' } });
    expect(await recordOf('allowed', answer)).toMatchObject({
      route: `/graphql Invoice sha256:${OPERATIONS.invoice}`,
      ...{ resource: 'invoices/7', action: 'read', masked: true },
    });
    const id = answer.headers.get('countersign-record');
    const outcome = () => world.broker.recordsOf('outcome').find((record) => record.id === id);
    await until(() => outcome() !== undefined);
    expect(outcome()).toMatchObject({ bodySha256: `sha256:${sha256Of(body)}`, maskedFields: 1 });
    expect(world.broker.gaps).toEqual([]);
  });

  test('may be named by documentId, and come with GET', async () => {
    const { operationName, variables } = INVOICE as Members;
    const documentId = `sha256:${OPERATIONS.invoice}`;
    expect((await post({ documentId, operationName, variables })).body).toHaveProperty(
      'data.invoice.id',
      '7',
    );
    const members = { operationName: 'Invoice', variables: JSON.stringify(variables) };
    const byId = await get({ documentId, ...members });
    expect(byId.body).toHaveProperty('data.invoice.payer', '4111');
    expect(await recordOf('allowed', byId)).toMatchObject({ method: 'GET', resource: 'invoices/7' });
    const extensions = JSON.stringify({ persistedQuery: { version: 1, sha256Hash: OPERATIONS.invoice } });
    expect((await get({ extensions, ...members })).body).toHaveProperty('data.invoice.tenant', 'acme');
  });

  test('may come with what Apollo Client adds, and without a length', async () => {
    const extensions = { ...INVOICE.extensions, clientLibrary: { name: '@apollo/client', version: '4.0.0' } };
    const body = new TextEncoder().encode(JSON.stringify({ ...INVOICE, extensions }));
    const chunks = new ReadableStream({
      start(controller) {
        controller.enqueue(body.slice(0, 10));
        controller.enqueue(body.slice(10));
        controller.close();
      },
    });
    const headers = { 'content-type': 'application/json; charset=utf-8' };
    const answer = await world.send({
      method: 'POST',
      path: '/shop/graphql',
      token: ordinary,
      headers,
      body: chunks,
    });
    expect(await answer.json()).toHaveProperty('data.invoice.id', '7');
  });

  test('is chosen by its name if the text has several', async () => {
    const variables = { tenant: 'acme' };
    const open = await post(persisted(OPERATIONS.both, { operationName: 'Open', variables }));
    expect(open.body).toEqual({ data: { invoices: [{ id: '7' }] } });
    expect(await recordOf('allowed', open)).toMatchObject({ resource: 'invoices', action: 'list' });
    const paid = () => post(persisted(OPERATIONS.both, { operationName: 'Paid', variables }));
    expect(await refused(paid)).toEqual([403, 'insufficient_scope']);
    for (const operationName of [null, undefined, 'Neither'])
      expect(await refused(() => post(persisted(OPERATIONS.both, { operationName, variables })))).toEqual([
        ...[403, 'route_not_listed'],
      ]);
  });
});

describe('resource and tenant come from the variables', () => {
  const withVariables = (variables: unknown, operation: 'invoice' | 'byNumber' = 'byNumber') => {
    const operationName = operation === 'invoice' ? 'Invoice' : 'InvoiceByNumber';
    return persisted(OPERATIONS[operation], { operationName, variables });
  };

  test('another tenant, another action and another resource are refused with what to request', async () => {
    const other = await post(withVariables({ tenant: 'globex', id: '7' }, 'invoice'));
    expect([other.status, other.body]).toMatchObject([403, { code: 'insufficient_scope' }]);
    expect(other.body).toMatchObject({
      request: { tenant: 'globex', service: 'shop', scope: [{ resource: 'invoices/7', actions: ['read'] }] },
    });
    const token = await granted({ scope: [{ resource: 'invoices/7', actions: ['read'] }] });
    const pay = await post(
      persisted(OPERATIONS.pay, {
        operationName: 'Pay',
        variables: { input: { tenant: 'acme', id: '7', amount: 1 } },
      }),
      { token },
    );
    expect(pay.body).toMatchObject({
      code: 'insufficient_scope',
      request: { tenant: 'acme', service: 'shop', scope: [{ resource: 'invoices/7', actions: ['update'] }] },
    });
    expect(
      await refused(() => post(withVariables({ tenant: 'acme', id: '8' }, 'invoice'), { token })),
    ).toEqual([...[403, 'insufficient_scope']]);
    expect(await recordOf('refused', pay)).toMatchObject({
      ...{ route: `/graphql Pay sha256:${OPERATIONS.pay}`, resource: 'invoices/7', action: 'update' },
    });
  });

  test('a whole number in plain digits is an id', async () => {
    const answer = await post(withVariables({ tenant: 'acme', number: 7 }));
    expect(answer.body).toEqual({ data: { numbered: { id: '7', tenant: 'acme' } } });
    expect(await recordOf('allowed', answer)).toMatchObject({ resource: 'invoices/7' });
  });

  test.each([
    ...['1e3', '-0', '7.0', '7.5', '9007199254740993', '1E400', 'null', 'true', '[7]', '{"id":7}', '""'],
    ...['"."', '".."', '"a/b"', '"a%2Fb"', '"a\\\\b"', '"a\\u0000b"', '"**/\\n"'],
  ])(
    'the id %s is refused: readers of JSON may disagree on it, or no resource may have it',
    async (number) => {
      const { sha256Hash } = persisted(OPERATIONS.byNumber).extensions.persistedQuery;
      const body = `{"operationName":"InvoiceByNumber","variables":{"tenant":"acme","number":${number}},"extensions":{"persistedQuery":{"version":1,"sha256Hash":"${sha256Hash}"}}}`;
      expect(await refused(() => post(body))).toEqual([400, 'operation_refused', 'variable']);
    },
  );

  test.each([undefined, null, {}, { tenant: 'acme' }, { number: 7 }, { Tenant: 'acme', number: 7 }])(
    'variables that do not say it: %j',
    async (variables) => {
      expect(await refused(() => post(withVariables(variables)))).toEqual([
        ...[400, 'operation_refused', 'variable'],
      ]);
    },
  );

  test('a name that every object inherits is no variable', async () => {
    expect(await refused(() => post(withVariables({ tenant: 'acme', constructor: 7 })))).toEqual([
      ...[400, 'operation_refused', 'variable'],
    ]);
  });
});

describe('anything other than one listed operation never reaches the service', () => {
  const hash = OPERATIONS.invoice;
  const { operationName, variables } = INVOICE as Members;
  const query = '{ everything { id tenant } }';

  test('no ad-hoc query, alone, beside a hash, or to register one', async () => {
    const bodies: Members[] = [
      { query },
      { ...INVOICE, query },
      { ...INVOICE, query: '' },
      { ...INVOICE, query: null },
      persisted(sha256Of(query), { query }),
    ];
    for (const body of bodies)
      expect(await refused(() => post(body))).toEqual([400, 'operation_refused', 'ad_hoc_query']);
    expect(await refused(() => get({ query }))).toEqual([400, 'operation_refused', 'ad_hoc_query']);
  });

  test.each<[string, unknown, string]>([
    ['a batch', [INVOICE], 'batch'],
    ['an empty batch', [], 'batch'],
    ['no operation', { operationName, variables }, 'no_operation'],
    ['no operation in extensions', { variables, extensions: {} }, 'no_operation'],
    ['upper case', persisted(hash.toUpperCase(), { operationName, variables }), 'malformed'],
    ['a hash with a prefix', persisted(`sha256:${hash}`, { operationName, variables }), 'malformed'],
    ['a hash in a list', persisted([hash], { operationName, variables }), 'malformed'],
    [
      'another version',
      { ...INVOICE, extensions: { persistedQuery: { version: 2, sha256Hash: hash } } },
      'malformed',
    ],
    [
      'the version as text',
      { ...INVOICE, extensions: { persistedQuery: { version: '1', sha256Hash: hash } } },
      'malformed',
    ],
    ['no version', { ...INVOICE, extensions: { persistedQuery: { sha256Hash: hash } } }, 'malformed'],
    [
      'more in persistedQuery',
      { ...INVOICE, extensions: { persistedQuery: { version: 1, sha256Hash: hash, id: 1 } } },
      'malformed',
    ],
    ['persistedQuery null', { ...INVOICE, extensions: { persistedQuery: null } }, 'malformed'],
    ['both forms', { ...INVOICE, documentId: `sha256:${hash}` }, 'malformed'],
    [
      'both forms, one of them unlisted',
      { ...INVOICE, documentId: `sha256:${OPERATIONS.unlisted}` },
      'malformed',
    ],
    ['documentId null', { operationName, variables, documentId: null }, 'malformed'],
    ['documentId without prefix', { operationName, variables, documentId: hash }, 'malformed'],
    [
      'documentId in upper case',
      { operationName, variables, documentId: `sha256:${hash.toUpperCase()}` },
      'malformed',
    ],
    ['documentId with SHA256', { operationName, variables, documentId: `SHA256:${hash}` }, 'malformed'],
    ['an id of Relay', { ...INVOICE, doc_id: '1' }, 'malformed'],
    ['an id in another member', { ...INVOICE, id: OPERATIONS.unlisted }, 'malformed'],
    [
      'another extension',
      { ...INVOICE, extensions: { ...INVOICE.extensions, documentId: 'x' } },
      'malformed',
    ],
    ['extensions as a list', { operationName, variables, extensions: [] }, 'malformed'],
    ['variables as a text', { ...INVOICE, variables: '{"tenant":"acme"}' }, 'malformed'],
    ['variables as a list', { ...INVOICE, variables: [] }, 'malformed'],
    ['an empty operationName', { ...INVOICE, operationName: '' }, 'malformed'],
    ['an operationName that is no name', { ...INVOICE, operationName: 'Invoice ' }, 'malformed'],
    ['operationName as a list', { ...INVOICE, operationName: ['Invoice'] }, 'malformed'],
    ['a text', 'x', 'malformed'],
    ['null', null, 'malformed'],
  ])('%s', async (_title, body, reason) => {
    expect(await refused(() => post(JSON.stringify(body)))).toEqual([400, 'operation_refused', reason]);
  });

  const text = JSON.stringify(INVOICE);
  const utf16 = Buffer.from(`\ufeff${text}`, 'utf16le');
  test.each<[string, string | Uint8Array<ArrayBuffer>]>([
    ['a second query behind an escape', text.replace('{', '{"qu\\u0065ry":"{x}","query":"{x}",')],
    ['variables twice', text.replace('"variables"', '"variables":{"tenant":"globex","id":"9"},"variables"')],
    ['a tenant twice', text.replace('"tenant"', '"tenant":"globex","tenant"')],
    ['a tenant twice, escaped once', text.replace('"tenant"', '"tenant":"globex","t\\u0065nant"')],
    ['the hash twice', text.replace('"sha256Hash"', `"sha256Hash":"${OPERATIONS.unlisted}","sha256Hash"`)],
    ['__proto__', text.replace('"variables":{', '"variables":{"__proto__":{"tenant":"globex"},')],
    ['an escaped __proto__', text.replace('{', '{"\\u005f_proto__":{"query":"{x}"},')],
    ['a byte order mark', `\ufeff${text}`],
    ['UTF-16', new Uint8Array(utf16)],
    [
      'bytes that are not UTF-8',
      new Uint8Array([...Buffer.from(text.slice(0, -1)), 0x2c, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d]),
    ],
    ['a lone surrogate', text.replace('"7"', '"\\ud800"')],
    ['a second text', `${text}${text}`],
    ['trailing bytes', `${text}x`],
    ['a trailing NUL', `${text}\0`],
    ['a comment', `${text}//`],
    ['NaN', text.replace('"7"', 'NaN')],
    ['a leading zero', text.replace('"7"', '07')],
    ['a single quote', text.replaceAll('"', "'")],
    ['an empty body', ''],
    ['a deep body', text.replace('"7"', `${'['.repeat(5_000)}${']'.repeat(5_000)}`)],
  ])('a body with more than one reading: %s', async (_title, body) => {
    expect(await refused(() => post(body))).toEqual([400, 'operation_refused', 'malformed']);
  });

  test.each([
    ...[
      'application/graphql',
      'text/plain',
      'application/x-www-form-urlencoded',
      'multipart/form-data; boundary=x',
    ],
    ...[
      'application/json; charset=utf-16',
      'application/json; charset=utf-7',
      'application/json, text/plain',
    ],
    ...['application/json;x=1', 'application/graphql+json', 'application/jsonx'],
  ])('the type %s', async (type) => {
    const send = () => post(INVOICE, { headers: { 'content-type': type } });
    expect(await refused(send)).toEqual([400, 'operation_refused', 'content_type']);
  });

  test('no type, and an encoded body', async () => {
    const { port } = world.gateway;
    const before = server.requests;
    const answer = await world.raw(
      `POST /shop/graphql HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nAuthorization: Bearer ${ordinary}\r\nContent-Length: ${text.length}\r\n\r\n${text}`,
    );
    expect(JSON.parse(answer.body)).toMatchObject({ code: 'operation_refused', reason: 'content_type' });
    for (const encoding of ['gzip', 'identity', 'br']) {
      const body = encoding === 'gzip' ? new Uint8Array(gzipSync(text)) : text;
      const send = () => post(body, { headers: { 'content-encoding': encoding } });
      expect(await refused(send)).toEqual([400, 'operation_refused', 'content_type']);
    }
    expect(server.requests).toBe(before);
  });

  test('a body that is too large', async () => {
    const padded = (bytes: number) => text + ' '.repeat(bytes - text.length);
    expect((await post(padded(262_144))).status).toBe(200);
    for (const bytes of [262_145, 1_100_000])
      expect(await refused(() => post(padded(bytes)))).toEqual([400, 'operation_refused', 'too_large']);
  });

  test('an operation that the service knows and no route lists, and one of another method or path', async () => {
    // A grant of its own: many refusals of one grant share a record.
    const unlisted = await post(persisted(OPERATIONS.unlisted), { token: await granted() });
    expect([unlisted.status, unlisted.body.code]).toEqual([403, 'route_not_listed']);
    expect(unlisted.body.detail).toContain('countersign routes');
    expect(await recordOf('refused', unlisted)).toMatchObject({ route: null, resource: null });
    const pay = { documentId: `sha256:${OPERATIONS.pay}`, operationName: 'Pay' };
    const input = { tenant: 'acme', id: '7', amount: 1 };
    expect(await refused(() => get({ ...pay, variables: JSON.stringify({ input }) }))).toEqual([
      ...[403, 'route_not_listed'],
    ]);
    for (const path of ['/shop/graphql/', '/shop/GraphQL', '/shop/graphql/x', '/shop/'])
      expect(await refused(() => post(INVOICE, { path }))).toEqual([403, 'route_not_listed']);
    for (const method of ['PUT', 'PATCH', 'DELETE'])
      expect(
        await refused(async () =>
          answerOf(
            await world.send({
              method,
              path: '/shop/graphql',
              token: ordinary,
              headers: JSON_TYPE,
              body: text,
            }),
          ),
        ),
      ).toEqual([403, 'route_not_listed']);
  });

  test('an operation in the address and in the body', async () => {
    const extensions = encodeURIComponent(JSON.stringify(INVOICE.extensions));
    for (const parameters of ['query=%7Bx%7D', `extensions=${extensions}`, 'operationName=Paid', 'x=1'])
      expect(await refused(() => post(INVOICE, { path: `/shop/graphql?${parameters}` }))).toEqual([
        ...[403, 'route_not_listed'],
      ]);
    const inGet = await world.raw(
      `GET /shop/graphql?extensions=${extensions} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${ordinary}\r\nContent-Type: application/json\r\nContent-Length: ${text.length}\r\n\r\n${text}`,
    );
    expect(JSON.parse(inGet.body)).toMatchObject({ code: 'ambiguous_request' });
  });

  test('a GET with more than one reading', async () => {
    const extensions = `extensions=${encodeURIComponent(JSON.stringify(INVOICE.extensions))}`;
    const rest = `operationName=Invoice&variables=${encodeURIComponent('{"tenant":"acme","id":"7"}')}`;
    expect((await get(`${extensions}&${rest}`)).status).toBe(200);
    for (const [query, ...expected] of [
      [`${extensions}&${extensions}&${rest}`, 400, 'operation_refused', 'malformed'],
      [`${extensions}&%65xtensions=%7B%7D&${rest}`, 400, 'operation_refused', 'malformed'],
      [
        `${extensions}&documentId=sha256:${OPERATIONS.unlisted}&${rest}`,
        400,
        'operation_refused',
        'malformed',
      ],
      [`${extensions}&${rest.replace('%227', '%227+8')}`, 400, 'operation_refused', 'malformed'],
      [
        `${extensions}&${rest.replace('acme', 'acme%22,%22tenant%22:%22globex')}`,
        400,
        'operation_refused',
        'malformed',
      ],
      [`${extensions}&${rest}&%71uery=%7Bx%7D`, 400, 'operation_refused', 'ad_hoc_query'],
      [`${extensions}&operationName=&variables=%7B%7D`, 400, 'operation_refused', 'malformed'],
      [`${extensions}&operationName=Invoice&variables`, 400, 'operation_refused', 'malformed'],
      [`${extensions}&${rest}&variables[id]=8`, 403, 'route_not_listed'],
      [`${extensions}&${rest}&id=8`, 403, 'route_not_listed'],
      [rest, 400, 'operation_refused', 'no_operation'],
      ['', 400, 'operation_refused', 'no_operation'],
    ] as const)
      expect([query, ...(await refused(() => get(query)))]).toEqual([query, ...expected]);
  });
});

describe('limits of a grant', () => {
  test('a budget of calls, an ended grant and a foreign token', async () => {
    const token = await granted({ budget: { calls: 1 } });
    expect((await post(INVOICE, { token })).status).toBe(200);
    expect(await refused(() => post(INVOICE, { token }))).toEqual([403, 'budget_exhausted']);
    expect(await refused(() => post(INVOICE, { token: world.broker.token(world.broker.grant()) }))).toEqual([
      ...[401, 'invalid_token', 'bad_audience'],
    ]);
    const grant = world.broker.grant({ service: 'shop' });
    const ended = world.broker.token(grant, { audience: 'shop' });
    world.broker.end(grant);
    await until(async () => (await post({}, { token: ended })).body.code === 'grant_ended');
  });

  test('one approved change fits that operation to the byte, once', async () => {
    const input = { tenant: 'acme', id: '7', amount: 12.5 };
    const body = JSON.stringify(persisted(OPERATIONS.pay, { operationName: 'Pay', variables: { input } }));
    const change = {
      ...{ method: 'POST', path: '/graphql', contentType: 'application/json' },
      bodySha256: `sha256:${sha256Of(body)}`,
    };
    const token = await granted({ change });
    expect(await refused(() => post(body.replace('12.5', '99'), { token }))).toEqual([
      403,
      'insufficient_scope',
    ]);
    expect((await post(body, { token })).body).toEqual({ data: { pay: { id: '7', paid: true } } });
    expect(await refused(() => post(body, { token }))).toEqual([403, 'budget_exhausted']);
  });
});

describe('a proxy asks about the call', () => {
  const asked = async (method: string, uri: string, body?: string): Promise<Answer> =>
    answerOf(
      await world.send({
        path: '/authz/nginx/shop',
        token: ordinary,
        headers: {
          ...(body !== undefined && JSON_TYPE),
          'x-original-method': method,
          'x-original-uri': uri,
          'x-original-host': 'shop.example',
          'countersign-proxy-secret': proxies.secret,
        },
      }),
    );
  const { operationName, variables } = INVOICE as Members;
  const query = `operationName=${operationName}&variables=${encodeURIComponent(JSON.stringify(variables))}`;

  test('an operation in the address is evaluated in full', async () => {
    const named = `/graphql?documentId=sha256:${OPERATIONS.invoice}&${query}`;
    expect((await asked('GET', named)).status).toBe(200);
    expect((await asked('GET', named.replace('acme', 'globex'))).body.code).toBe('insufficient_scope');
    expect((await asked('GET', '/graphql?query=%7Bx%7D')).body.reason).toBe('ad_hoc_query');
  });

  test('one in a body, which the gateway does not see, is refused', async () => {
    const named = `/graphql?documentId=sha256:${OPERATIONS.invoice}&${query}`;
    for (const [method, uri] of [
      ['POST', '/graphql'],
      ['GET', named],
    ] as const) {
      const { status, body } = await asked(method, uri, '{}');
      expect([status, body.code]).toEqual([403, 'insufficient_scope']);
      expect(body.detail).toContain('the gateway’s own address');
    }
  });
});
