/** @soak */

import { ask } from '../../factories/ask.js';
import { AnswerCheck, type Sent } from '../../support/openapi/answer-check.js';
import type { OpenApiDocument } from '../../support/openapi/document.js';
import { someRows } from '../../support/samples.js';
import { TestBroker } from '../harness.js';
import { makeGrant, makeRequest } from '../story.js';

let broker: TestBroker;
beforeAll(async () => {
  broker = await TestBroker.start();
});
afterAll(() => broker.close());

describe('every answer in these tests is checked against the OpenAPI document', () => {
  let check: AnswerCheck;
  let good: Sent & { body: string };
  beforeAll(async () => {
    check = new AnswerCheck((await broker.fetch('GET', '/api/openapi.json')).body as OpenApiDocument);
    const { id } = await makeRequest(broker);
    const path = `/api/v1/requests/${id}`;
    const { status, text } = await broker.call('engineer', 'GET', path);
    good = { method: 'GET', path, status, type: 'application/json', body: text };
  });

  const changed = (change: (body: Record<string, unknown>) => void): string => {
    const body = JSON.parse(good.body) as Record<string, unknown>;
    change(body);
    return JSON.stringify(body);
  };

  test('pages of the documentation show each operation of their part, load nothing and run no script; the index names all operations', async () => {
    const index = await broker.fetch('GET', '/api/docs');
    const document = (await broker.fetch('GET', '/api/openapi.json')).body as {
      tags: { name: string }[];
      paths: Record<string, Record<string, { operationId: string; tags: string[] }>>;
    };
    const all = Object.values(document.paths).flatMap((methods) => Object.values(methods));
    const ids = all.map(({ operationId }) => operationId);
    expect(ids.length).toBeGreaterThan(100);
    expect(ids.filter((id) => !index.text.includes(`#${id}">`))).toEqual([]);
    const operations = new Set(ids);
    for (const { name } of someRows(document.tags, 4)) {
      const path = `/api/docs/${name}`;
      const answer = await broker.fetch('GET', path);
      expect(
        check.problem({ method: 'GET', path, status: 200, type: 'text/html', body: answer.text }),
      ).toBeUndefined();
      expect(answer.headers.get('content-security-policy')).toMatch(
        /^default-src 'none'; style-src 'sha256-/,
      );
      expect(answer.text).not.toMatch(/<script|<link|<img|\bstyle=|undefined/);
      const anchors = [...answer.text.matchAll(/\bid="([^"]+)"/g)].map(([, id]) => id);
      expect(anchors).toEqual([...new Set(anchors)]);
      const here = new Set(anchors);
      const targets = [...answer.text.matchAll(/href="#([^"]+)"/g)].map(([, target]) => target);
      expect(targets.filter((target) => !here.has(target))).toEqual([]);
      const shown = anchors.filter((id) => id !== undefined && operations.has(id));
      const own = all.filter(({ tags }) => tags.includes(name)).map(({ operationId }) => operationId);
      expect(shown.sort()).toEqual(own.sort());
    }
    const named = new Set(document.tags.map(({ name }) => name));
    expect(all.filter(({ tags }) => !tags.some((tag) => named.has(tag)))).toEqual([]);
    expect((await broker.fetch('GET', '/api/docs/nothing')).status).toBe(404);
  });

  test('a documented answer passes', () => {
    expect(check.problem(good)).toBeUndefined();
  });

  test.each<[string, () => Partial<Sent>, string]>([
    ['a member more', () => ({ body: changed((body) => Object.assign(body, { more: 1 })) }), 'additional'],
    [
      'an additional nested member',
      () => ({ body: good.body.replace('"vendor":{', '"vendor":{"more":1,') }),
      'additional',
    ],
    ['a member less', () => ({ body: changed((body) => delete body['digest']) }), 'digest'],
    [
      'a member of another type',
      () => ({ body: changed((body) => Object.assign(body, { state: 1 })) }),
      'state',
    ],
    ['another status', () => ({ status: 202 }), 'this status is not documented'],
    ['another media type', () => ({ type: 'text/html' }), 'text/html is not documented'],
    ['another method', () => ({ method: 'PUT' }), 'this address is not documented'],
    ['another address', () => ({ path: '/api/v1/secrets' }), 'this address is not documented'],
    [
      'a problem whose code the operation does not list',
      () => ({
        status: 404,
        type: 'application/problem+json',
        body: '{"type":"about:blank","title":"x","status":404,"detail":"x","code":"grant_not_active"}',
      }),
      'code',
    ],
    [
      'a problem without the required members',
      () => ({ status: 404, type: 'application/problem+json', body: '{}' }),
      'title',
    ],
  ])('%s is found', (_what, change, said) => {
    expect(check.problem({ ...good, ...change() })).toContain(said);
  });
});

describe('lists', () => {
  test('return every item once, newest first, page by page', async () => {
    const ids: string[] = [];
    for (let count = 0; count < 5; count += 1)
      ids.push((await makeRequest(broker, 'otherEngineer', { tenant: 'globex' })).id);
    const seen: string[] = [];
    for (let next: string | null = ''; next !== null; ) {
      const path = `/api/v1/requests?limit=2&tenant=globex${next === '' ? '' : `&cursor=${next}`}`;
      const { body } = await broker.call('otherEngineer', 'GET', path);
      const page = body as { items: { id: string }[]; next: string | null };
      expect(page.items.length).toBeLessThanOrEqual(2);
      seen.push(...page.items.map((item) => item.id));
      next = page.next;
    }
    expect(seen).toEqual(ids.toReversed());
  });

  test('filters select by state, service, person and time', async () => {
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

  test('times in filters may have fractions of a second, as records have', async () => {
    for (const path of ['requests', 'grants', 'tenants/acme/events', 'tenants/acme/access-records']) {
      const { status } = await broker.call(
        'approver',
        'GET',
        `/api/v1/${path}?from=2020-01-01T00:00:00.000Z&to=${new Date().toISOString()}`,
      );
      expect([path, status]).toEqual([path, 200]);
    }
    const bad = await broker.call('approver', 'GET', '/api/v1/requests?from=2020-13-01T00:00:00Z');
    expect(bad.body).toMatchObject({ code: 'invalid_request', pointer: '/from' });
  });

  test('a log contains no events of another tenant; the person filter selects that person’s events', async () => {
    await makeRequest(broker);
    const events = async (query: string) => {
      const { body } = await broker.call('approver', 'GET', `/api/v1/tenants/acme/events?${query}`);
      return (body as { items: { data: { requester?: string } }[] }).items;
    };
    expect(await events('tenant=globex')).toEqual([]);
    const own = await events(`tenant=acme&person=${broker.persons.engineer}`);
    expect(own.length).toBeGreaterThan(0);
    expect(new Set(own.map(({ data }) => data.requester))).toEqual(new Set([broker.persons.engineer]));
    const records = await broker.call('approver', 'GET', '/api/v1/tenants/acme/access-records?tenant=globex');
    expect(records.body).toEqual({ items: [], next: null });
  });

  test('an invalid cursor is reported with a JSON Pointer', async () => {
    const { body } = await broker.call('engineer', 'GET', '/api/v1/requests?cursor=x');
    expect(body).toMatchObject({ code: 'invalid_cursor', pointer: '/cursor' });
  });

  test('a scope with too many entries is refused, no matter how many', async () => {
    const scope = Array.from({ length: 300 }, (_, index) => ({
      resource: `invoices/i${index}`,
      actions: ['read'],
    }));
    const { status, body } = await broker.call('engineer', 'POST', '/api/v1/requests', {
      body: ask({ scope }),
    });
    expect([status, body]).toEqual([422, expect.objectContaining({ code: 'request_refused' })]);
    expect((body as { refusals: { code: string }[] }).refusals.map((each) => each.code)).toContain(
      'terms_too_large',
    );
  });

  test('the request filter selects the events of one request', async () => {
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
