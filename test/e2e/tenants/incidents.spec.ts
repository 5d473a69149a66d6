/** @soak */

import { ask } from '../../factories/ask.js';
import type { PersonName } from '../../factories/organisation.js';
import { onlyInSoak } from '../../support/samples.js';
import { enginesOf, TestBroker } from '../harness.js';
import { codeOf, expectStatus, type RequestBody, review } from '../story.js';

type Board = {
  id: string;
  tenants: { tenant: string; request: string | null; state: string | null; refusals: { code: string }[] }[];
};

describe.each(enginesOf('SQLite'))('one incident, many tenants, on %s', (engine) => {
  let broker: TestBroker;
  beforeEach(async () => {
    broker = await TestBroker.start({ engine });
  });
  afterEach(() => broker.close());

  const TITLE = 'Wrong totals after release 7';
  const open = async (tenants: readonly string[], change: object = {}): Promise<Board> => {
    const { tenant: _tenant, ...access } = ask();
    const body = {
      ...access,
      justification: 'Totals of November are wrong',
      title: TITLE,
      tenants,
      ...change,
    };
    return expectStatus(await broker.call('engineer', 'POST', '/api/v1/incidents', { body }), 201)
      .body as Board;
  };
  const read = async (who: PersonName, path: string) =>
    expectStatus(await broker.call(who, 'GET', path), 200).body as never;
  const board = (id: string, who: PersonName = 'engineer'): Promise<Board> =>
    read(who, `/api/v1/incidents/${id}`);

  test('each tenant gets a request of its own and decides for itself; the board shows who has answered', async () => {
    const { id, tenants } = await open(['globex', 'acme', 'nowhere', 'acme']);
    expect(
      tenants.map(({ tenant, state, refusals }) => [tenant, state, refusals.map(({ code }) => code)]),
    ).toEqual([
      ['acme', 'awaiting_vendor', []],
      ['globex', 'awaiting_vendor', []],
      ['nowhere', null, ['unknown_tenant']],
    ]);
    const requests = await Promise.all(
      tenants.slice(0, 2).map(({ request }) => read('reviewer', `/api/v1/requests/${request}`)),
    );
    const [acme, globex] = requests as unknown as [RequestBody, RequestBody];
    for (const each of [acme, globex]) expectStatus(await review(broker, 'reviewer', each), 201);
    expectStatus(await review(broker, 'approver', acme), 201);
    expectStatus(await review(broker, 'foreignApprover', globex, 'deny'), 201);
    for (const who of ['engineer', 'reviewer', 'securityAdmin', 'vendorAuditor'] as const)
      expect((await board(id, who)).tenants.map(({ state }) => state)).toEqual(['approved', 'denied', null]);
    expect(codeOf(await broker.call('otherEngineer', 'GET', `/api/v1/incidents/${id}`))).toBe(
      '404 not_found',
    );
  });

  test('P9: no tenant sees the incident, its title or another tenant, wherever it looks', async () => {
    const { id, tenants } = await open(['acme', 'globex']);
    const [acme, globex] = tenants.map(({ request }) => request!) as [string, string];
    expectStatus(
      await review(broker, 'reviewer', (await read('reviewer', `/api/v1/requests/${acme}`)) as never),
      201,
    );
    const seen: string[] = [];
    const look = async (who: PersonName, path: string) => {
      const { status, text } = await broker.call(who, 'GET', path);
      expect([200, 404]).toContain(status);
      if (status === 200) seen.push(text);
    };
    for (const who of ['approver', 'secondApprover', 'tenantAdmin', 'tenantAuditor'] as const) {
      for (const path of [
        `/api/v1/requests/${acme}`,
        '/api/v1/requests',
        '/api/v1/grants',
        '/api/v1/disclosures',
        '/api/v1/locks',
        '/api/v1/organisation',
        '/api/v1/tenants/acme/events',
        '/api/v1/tenants/deployment/events',
        '/api/v1/tenants/acme/access-records',
        '/api/v1/tenants/acme/log-export?format=jsonl',
        '/log/acme/tile/entries/000.p/1',
        `/api/v1/people/${broker.persons.engineer}`,
      ])
        await look(who, path);
      for (const path of [`/api/v1/requests/${globex}`, `/api/v1/incidents/${id}`, '/api/v1/incidents'])
        expect([403, 404]).toContain((await broker.call(who, 'GET', path)).status);
    }
    const all = seen.join('\n');
    expect(all).toContain(acme);
    expect(all).toContain('Totals of November are wrong');
    for (const hidden of ['globex', globex, id, TITLE]) expect(all).not.toContain(hidden);
    expect(all).not.toMatch(/inc_[0-9a-f]{8}-/);
  });

  test('P9: the two requests share no value by which they could be recognised, though their words are the same', async () => {
    const { tenants } = await open(['acme', 'globex']);
    const bodies = (await Promise.all(
      tenants.map(({ request }) => read('reviewer', `/api/v1/requests/${request}`)),
    )) as { terms: Record<string, unknown>; openings: Record<string, { salt: string }> }[];
    const [one, other] = bodies as [(typeof bodies)[0], (typeof bodies)[0]];
    for (const member of ['request', 'justification'])
      expect(one.terms[member]).not.toBe(other.terms[member]);
    expect(one.openings['justification']?.salt).not.toBe(other.openings['justification']?.salt);
  });

  onlyInSoak(() => {
    test('what is malformed opens no incident, and only engineers open one', async () => {
      const { tenant: _tenant, ...access } = ask({ startsOn: 'first-use' });
      const body = { ...access, title: TITLE, tenants: ['acme'] };
      expect(codeOf(await broker.call('engineer', 'POST', '/api/v1/incidents', { body }))).toBe(
        '400 invalid_request',
      );
      expect(codeOf(await broker.call('approver', 'POST', '/api/v1/incidents', { body }))).toBe(
        '403 forbidden',
      );
      expect((await read('engineer', '/api/v1/incidents')) as object).toMatchObject({ items: [] });
      const { data } = (await read('vendorAuditor', '/api/v1/tenants/vendor/events?type=incident')) as {
        data?: [];
      };
      expect(data).toBeUndefined();
    });
  });
});
