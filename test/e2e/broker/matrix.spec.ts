/** @soak */

import { type PersonName, personNames } from '../../factories/organisation.js';
import { isFullRun } from '../../support/samples.js';
import { enginesOf, TestBroker } from '../harness.js';
import { makeGrant, makeRequest, mintToken } from '../story.js';
import { ACME, cancelPending, FOREIGN, TABLE, type Target, type Who } from './matrix-rows.js';

interface Document {
  paths: Record<string, Record<string, { responses: Record<string, Response> }>>;
}
interface Response {
  content?: Record<string, { schema: { allOf?: { properties?: { code?: { enum: string[] } } }[] } }>;
}

/** The answers that the OpenAPI document lists for an endpoint, in this table's notation. */
function answersOf({ paths }: Document): (endpoint: string) => string[] {
  return (endpoint) => {
    const [method, path] = endpoint.split(' ') as [string, string];
    const responses = paths[path]?.[method.toLowerCase()]?.responses ?? {};
    return Object.entries(responses).flatMap(([status, { content }]) => {
      const codes = content?.['application/problem+json']?.schema.allOf?.[1]?.properties?.code?.enum;
      // Endpoints of other standards have errors without our codes.
      const isOther = Object.keys(content ?? {}).some((type) => type !== 'application/problem+json');
      if (codes === undefined) return [status];
      return [...(isOther ? [status] : []), ...codes.map((code) => `${status} ${code}`)];
    });
  };
}

const WHO: Who[] = [...personNames, 'nobody', 'gateway'];

/**
 * In the soak everyone calls every endpoint. `npm test` calls each as one person for each answer, and as an approver and an admin of
 * another tenant: which roles have an endpoint is in docs/security/authorization.md, which is compared with the code.
 */
function callers(answerFor: (who: Who) => string): Who[] {
  if (isFullRun()) return WHO;
  const answers = WHO.map(answerFor);
  return WHO.filter(
    (who, index) =>
      (FOREIGN as readonly Who[]).includes(who) || answers.indexOf(answers[index] ?? '') === index,
  );
}

describe.each(enginesOf('SQLite'))('every endpoint for every role and a foreign tenant, on %s', (engine) => {
  let broker: TestBroker;
  let gateway: string;
  let documented: (endpoint: string) => string[];
  let mayMakeRequests = true;

  beforeAll(async () => {
    broker = await TestBroker.start({ engine });
    gateway = (await broker.enrolGateway('matrix')).bearer;
    documented = answersOf((await broker.fetch('GET', '/api/openapi.json')).body as Document);
  });
  afterAll(() => broker.close());

  afterEach(() => (mayMakeRequests ? cancelPending(broker) : undefined));

  async function answerTo(who: Who, method: string, { path, body, form }: Target): Promise<string> {
    const headers: Record<string, string> = {};
    if (who === 'gateway') headers['authorization'] = gateway;
    else if (who !== 'nobody') headers['authorization'] = `Bearer ${broker.keys[who]}`;
    if (body !== undefined) headers['content-type'] = 'application/json';
    const sent = form === undefined ? JSON.stringify(body) : new URLSearchParams(form);
    const answer = await fetch(broker.url + path, {
      method,
      headers,
      redirect: 'manual',
      ...(sent === undefined ? {} : { body: sent }),
    });
    if (answer.status < 400) {
      await answer.body?.cancel();
      return String(answer.status);
    }
    const { code } = (await answer.json()) as { code?: string };
    return code === undefined ? String(answer.status) : `${answer.status} ${code}`;
  }

  test.each(
    TABLE.map((row) => [`${row.endpoint}${row.case === undefined ? '' : ` (${row.case})`}`, row] as const),
  )('P2, P9: %s', async (_name, { endpoint, target, all, but = {} }) => {
    const [method] = endpoint.split(' ');
    // A target that takes the broker makes its objects there.
    mayMakeRequests = method !== 'GET' || target.length > 0;
    const answers: Partial<Record<Who, string>> = {};
    const expected: Partial<Record<Who, string>> = {};
    let current: Target | null = null;
    for (const who of callers((each) => but[each] ?? all)) {
      current ??= await target(broker);
      const answer = await answerTo(who, method!, current);
      answers[who] = answer;
      expected[who] = but[who] ?? all;
      if (answer.startsWith('2') && method !== 'GET') current = null;
    }
    expect(answers).toEqual(expected);
    expect(documented(endpoint)).toEqual(expect.arrayContaining([...new Set(Object.values(answers))]));
  });

  test('P13: the table lists exactly the endpoints of the OpenAPI document', async () => {
    const { body } = await broker.fetch('GET', '/api/openapi.json');
    const paths = (body as { paths: Record<string, Record<string, unknown>> }).paths;
    const documented = Object.entries(paths).flatMap(([path, operations]) =>
      Object.keys(operations).map((method) => `${method.toUpperCase()} ${path}`),
    );
    expect([...new Set(TABLE.map((row) => row.endpoint))].sort()).toEqual(documented.sort());
  });

  test('P9: lists show nothing of another tenant, with any filter', async () => {
    mayMakeRequests = true;
    await makeGrant(broker, 'engineer');
    await makeGrant(broker, 'otherEngineer', { tenant: 'globex' });
    const tenants = async (who: PersonName, path: string) => {
      const { body } = await broker.call(who, 'GET', path);
      return [...new Set((body as { items: { tenant: string }[] }).items.map((item) => item.tenant))];
    };
    for (const list of ['/api/v1/requests', '/api/v1/grants']) {
      expect(await tenants('approver', list)).toEqual(['acme']);
      expect(await tenants('foreignApprover', list)).toEqual(['globex']);
      expect(await tenants('foreignApprover', `${list}?tenant=acme`)).toEqual([]);
      expect(await tenants('foreignApprover', `${list}?person=${broker.persons.engineer}`)).toEqual([]);
      expect(await tenants('otherEngineer', `${list}?person=${broker.persons.engineer}`)).toEqual([]);
      expect((await tenants('reviewer', list)).sort()).toEqual(['acme', 'globex']);
    }
  });

  test('P9: an engineer sees only the leaves of their own requests', async () => {
    await makeRequest(broker, 'otherEngineer');
    await makeGrant(broker, 'engineer');
    const { body } = await broker.call('otherEngineer', 'GET', '/api/v1/tenants/acme/events?limit=200');
    const requesters = (body as { items: { data: Record<string, unknown> }[] }).items.map(
      (leaf) => leaf.data['requester'],
    );
    expect(new Set(requesters)).toEqual(new Set([broker.persons.otherEngineer]));
  });

  test('only a gateway, the engineer and the customer of a grant learn that its token is active', async () => {
    const { grant } = await makeGrant(broker);
    const { access_token: token } = await mintToken(broker, grant);
    const introspect = async (authorization: string) => {
      const answer = await fetch(`${broker.url}/oauth/introspect`, {
        method: 'POST',
        headers: { authorization },
        // RFC 6749 §3.2: the server ignores unrecognised parameters.
        body: new URLSearchParams({ token, client_id: 'countersign' }),
      });
      return (await answer.json()) as Record<string, unknown>;
    };
    const active: Who[] = [];
    for (const who of personNames)
      if ((await introspect(`Bearer ${broker.keys[who]}`))['active'] === true) active.push(who);
    expect(active).toEqual(['engineer', ...ACME]);
    expect(await introspect(gateway)).toMatchObject({
      active: true,
      client_id: 'countersign',
      grant_id: grant,
      tenant: 'acme',
      sub: broker.persons.engineer,
      grant_nbf: expect.any(Number),
      grant_exp: expect.any(Number),
    });
  });

  test('a gateway may present its credential as it was printed', async () => {
    const { text } = await broker.enrolGateway('by-credential');
    const introspect = async (credential: string) => {
      const answer = await fetch(`${broker.url}/oauth/introspect`, {
        method: 'POST',
        headers: { authorization: `Bearer ${credential}` },
        body: new URLSearchParams({ token: 'x'.repeat(20_000) }),
      });
      return [answer.status, await answer.json()];
    };
    expect(await introspect(text)).toEqual([200, { active: false }]);
    expect(await introspect(`${text.slice(0, -8)}AAAAAAAA`)).toMatchObject([
      401,
      { code: 'unauthenticated' },
    ]);
    expect(await introspect('csg_abc')).toMatchObject([401, { code: 'unauthenticated' }]);
  });
});
