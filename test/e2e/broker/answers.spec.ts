import { Ajv2020 } from 'ajv/dist/2020.js';
import { ask } from '../../factories/ask.js';
import { type Answer, TestBroker } from '../harness.js';
import { makeGrant, makeRequest, mintToken, review } from '../story.js';

type Json = Record<string, unknown>;

let broker: TestBroker;
let document: { paths: Record<string, Record<string, Json>>; components: { schemas: Json } };
beforeAll(async () => {
  broker = await TestBroker.start();
  document = (await broker.fetch('GET', '/api/openapi.json')).body as typeof document;
});
afterAll(() => broker.close());

/** The schema with every object closed: a member that is not described is then an error. */
function closed(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(closed);
  if (schema === null || typeof schema !== 'object') return schema;
  const copy = Object.fromEntries(Object.entries(schema).map(([key, value]) => [key, closed(value)]));
  return 'properties' in copy && !('additionalProperties' in copy)
    ? { ...copy, additionalProperties: false }
    : copy;
}

function schemaOf(endpoint: string, status: number): Json {
  const [method, path] = endpoint.split(' ') as [string, string];
  const operation = document.paths[path]?.[method.toLowerCase()] as {
    responses: Record<string, { content: Record<string, { schema: Json }> }>;
  };
  const content = operation.responses[String(status)]?.content ?? {};
  return content['application/json']?.schema ?? content['application/problem+json']!.schema;
}

/** Holds an answer against what the document says of its endpoint. */
function expectDescribed(endpoint: string, answer: Answer): void {
  const schema = schemaOf(endpoint, answer.status);
  const isProblem = answer.status >= 400;
  const root = { ...schema, components: document.components };
  const ajv = new Ajv2020({ strict: false, validateFormats: false });
  const validate = ajv.compile((isProblem ? root : closed(root)) as Json);
  validate(answer.body);
  expect(validate.errors ?? []).toEqual([]);
}

describe('answers are what the OpenAPI document says, member by member', () => {
  test('requests, reviews, grants, tokens, lists, logs, services', async () => {
    const asked = await broker.call('engineer', 'POST', '/api/v1/requests', { body: ask({ ticket: 'T-1' }) });
    expectDescribed('POST /api/v1/requests', asked);
    const preview = await broker.call('engineer', 'POST', '/api/v1/requests/preview', { body: ask() });
    expectDescribed('POST /api/v1/requests/preview', preview);
    const refused = await broker.call('engineer', 'POST', '/api/v1/requests/preview', {
      body: ask({ tenant: 'nobody', duration: 'P3D' }),
    });
    expectDescribed('POST /api/v1/requests/preview', refused);
    const request = await makeRequest(broker);
    expectDescribed('POST /api/v1/requests/{id}/reviews', await review(broker, 'reviewer', request));
    expectDescribed('POST /api/v1/requests/{id}/reviews', await review(broker, 'approver', request, 'deny'));
    const open = await makeRequest(broker);
    expectDescribed(
      'POST /api/v1/requests/{id}/cancel',
      await broker.call('engineer', 'POST', `/api/v1/requests/${open.id}/cancel`),
    );
    const { grant } = await makeGrant(broker);
    await mintToken(broker, grant);
    const as = {
      'GET /api/v1/requests': '/api/v1/requests',
      'GET /api/v1/requests/{id}': `/api/v1/requests/${request.id}`,
      'GET /api/v1/grants': '/api/v1/grants',
      'GET /api/v1/grants/{id}': `/api/v1/grants/${grant}`,
      'GET /api/v1/tenants/{slug}/events': '/api/v1/tenants/acme/events?limit=200',
      'GET /api/v1/tenants/{slug}/access-records': '/api/v1/tenants/acme/access-records',
      'GET /api/v1/services': '/api/v1/services',
      'GET /api/v1/services/{name}': '/api/v1/services/billing',
      'GET /api/v1/people/{id}': `/api/v1/people/${broker.persons.engineer}`,
      'GET /api/v1/whoami': '/api/v1/whoami',
      'GET /healthz': '/healthz',
      'GET /readyz': '/readyz',
    };
    for (const [endpoint, path] of Object.entries(as))
      expectDescribed(endpoint, await broker.call('approver', 'GET', path));
    const token = await broker.call('engineer', 'POST', `/api/v1/grants/${grant}/tokens`);
    expectDescribed('POST /api/v1/grants/{id}/tokens', token);
    expectDescribed(
      'POST /api/v1/grants/{id}/release',
      await broker.call('engineer', 'POST', `/api/v1/grants/${grant}/release`),
    );
  });

  test('problems', async () => {
    expectDescribed(
      'POST /api/v1/requests',
      await broker.call('engineer', 'POST', '/api/v1/requests', { body: {} }),
    );
    expectDescribed(
      'POST /api/v1/requests',
      await broker.call('engineer', 'POST', '/api/v1/requests', { body: ask({ tenant: 'x' }) }),
    );
    expectDescribed('GET /api/v1/requests/{id}', await broker.call('engineer', 'GET', '/api/v1/requests/x'));
    expectDescribed(
      'GET /api/v1/requests',
      await broker.call('engineer', 'GET', '/api/v1/requests?cursor=x'),
    );
    expectDescribed('GET /api/v1/whoami', await broker.fetch('GET', '/api/v1/whoami'));
  });
});

describe('lists', () => {
  test('go newest first through every item once, page by page', async () => {
    const made: string[] = [];
    for (let count = 0; count < 5; count += 1)
      made.push((await makeRequest(broker, 'otherEngineer', { tenant: 'globex' })).id);
    const seen: string[] = [];
    for (let next: string | null = ''; next !== null; ) {
      const path = `/api/v1/requests?limit=2&tenant=globex${next === '' ? '' : `&cursor=${next}`}`;
      const { body } = await broker.call('otherEngineer', 'GET', path);
      const page = body as { items: { id: string }[]; next: string | null };
      expect(page.items.length).toBeLessThanOrEqual(2);
      seen.push(...page.items.map((item) => item.id));
      next = page.next;
    }
    expect(seen).toEqual(made.toReversed());
  });

  test('filters narrow to state, service, person and time', async () => {
    const ids = async (query: string) => {
      const { body } = await broker.call('reviewer', 'GET', `/api/v1/requests?limit=200&${query}`);
      return (body as { items: { id: string; state: string; requester: string }[] }).items;
    };
    expect((await ids('state=denied')).every((item) => item.state === 'denied')).toBe(true);
    expect(await ids('service=nothing')).toEqual([]);
    const own = await ids(`person=${broker.persons.otherEngineer}`);
    expect(own.length).toBeGreaterThan(0);
    expect(new Set(own.map((item) => item.requester))).toEqual(new Set([broker.persons.otherEngineer]));
    expect(await ids('from=2099-01-01T00:00:00Z')).toEqual([]);
    expect((await ids('to=2099-01-01T00:00:00Z')).length).toBe((await ids('')).length);
  });

  test('a log is narrowed to what names one request', async () => {
    const { request } = await makeGrant(broker, 'engineerAndReviewer');
    const { body } = await broker.call(
      'approver',
      'GET',
      `/api/v1/tenants/acme/events?request=${request.id}`,
    );
    const types = (body as { items: { type: string }[] }).items.map((leaf) => leaf.type).toReversed();
    expect(types).toEqual([
      'request.created',
      'request.reviewed',
      'request.awaiting_customer',
      'request.reviewed',
      'grant.started',
      'request.approved',
    ]);
  });
});
