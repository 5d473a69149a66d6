/** @soak */

import { ask } from '../../factories/ask.js';
import type { PersonName } from '../../factories/organisation.js';
import { eventually } from '../../support/eventually.js';
import { onlyInSoak, someRows } from '../../support/samples.js';
import { TestBroker } from '../harness.js';
import {
  codeOf,
  expectStatus,
  makeRequest,
  mintToken,
  type RequestBody,
  readRequest,
  review,
} from '../story.js';

const PATH = '/api/v1/tenants/acme/invitations';

type Body = Record<string, unknown> & { id: string };

let broker: TestBroker;
const start = async () => {
  broker = await TestBroker.start();
};
const close = () => broker.close();

const inSeconds = (seconds: number) =>
  `${new Date(Date.now() + seconds * 1_000).toISOString().slice(0, 19)}Z`;

const body = (change: Record<string, unknown> = {}) => ({
  service: 'billing',
  scope: [
    { resource: 'invoices/*', actions: ['read'] },
    { resource: 'invoices', actions: ['list'] },
  ],
  until: inSeconds(7_200),
  ...change,
});

const open = async (change: Record<string, unknown> = {}) =>
  expectStatus(await broker.call('approver', 'POST', PATH, { body: body(change) }), 201).body as Body;
const withdraw = (id: string, who: PersonName = 'approver', reason?: string) =>
  broker.call(who, 'DELETE', `${PATH}/${id}`, reason === undefined ? {} : { body: { reason } });
const list = async (query = '', who: PersonName = 'approver') =>
  expectStatus(await broker.call(who, 'GET', `${PATH}${query}`), 200).body as {
    items: Body[];
    next: string | null;
  };

// Each test has a broker of its own, because an open invitation also matches the requests of the others.
describe('an invitation', () => {
  beforeEach(start);
  afterEach(close);

  test('P1: a request that matches an invitation needs no customer review, and withdrawing the invitation stops its grant', async () => {
    const invitation = await open({
      ticket: 'Case 4711',
      maxDuration: 'PT30M',
      budget: { calls: 20 },
      uses: 2,
    });
    expect(invitation).toEqual({
      countersignature: null,
      id: expect.stringMatching(/^inv_/),
      tenant: 'acme',
      service: 'billing',
      scope: [
        { resource: 'invoices', actions: ['list'] },
        { resource: 'invoices/*', actions: ['read'] },
      ],
      notBefore: invitation['createdAt'],
      until: expect.any(String),
      ticket: 'Case 4711',
      maxDuration: 'PT30M',
      budget: { calls: 20 },
      uses: 2,
      recurs: null,
      requesters: null,
      unmasked: false,
      used: 0,
      state: 'open',
      person: broker.persons.approver,
      createdAt: expect.any(String),
      endedAt: null,
      hash: expect.stringMatching(/^sha256:/),
      statement: expect.objectContaining({ type: 'countersign/invitation/v1', invitation: invitation.id }),
      openings: { ticket: { value: 'Case 4711', salt: expect.any(String) } },
    });
    const asked = { ticket: 'Case 4711' };
    const preview = await broker.call('engineer', 'POST', '/api/v1/requests/preview', { body: ask(asked) });
    expect(preview.body).toMatchObject({
      outcome: 'possible',
      invitation: invitation.id,
      needs: { vendor: { required: 1 }, customer: { required: 0 } },
    });
    const request = await makeRequest(broker, 'engineer', { ...asked, basis: 'invitation' });
    expect(request).toMatchObject({
      state: 'awaiting_vendor',
      invitation: invitation.id,
      terms: {
        basis: 'invitation',
        invitation: invitation['hash'],
        ticket: (invitation['statement'] as { ticket: string }).ticket,
        budget: { calls: 20 },
      },
      openings: { ticket: (invitation['openings'] as { ticket: unknown }).ticket },
    });
    expectStatus(await review(broker, 'reviewer', request), 201);
    const { grant } = await readRequest(broker, request.id);
    await mintToken(broker, grant!);
    expect((await list()).items).toMatchObject([{ id: invitation.id, used: 1, state: 'open' }]);

    const withdrawn = expectStatus(await withdraw(invitation.id, 'secondApprover', 'Case closed'), 200).body;
    expect(withdrawn).toMatchObject({ id: invitation.id, state: 'withdrawn', endedAt: expect.any(String) });
    const ended = await broker.call('engineer', 'GET', `/api/v1/grants/${grant}`);
    expect(ended.body).toMatchObject({ state: 'ended', endReason: 'revoked' });
    expect(codeOf(await broker.call('engineer', 'POST', `/api/v1/grants/${grant}/tokens`))).toBe(
      '409 grant_not_active',
    );
    expect(codeOf(await withdraw(invitation.id))).toBe('409 wrong_state');
  });

  test('P1: a request based on an invitation that matches none is refused with every reason', async () => {
    const { id } = await open({ ticket: 'Case 4711', maxDuration: 'PT5M' });
    const answer = await broker.call('engineer', 'POST', '/api/v1/requests', {
      body: ask({ basis: 'invitation' }),
    });
    expect(codeOf(answer)).toBe('422 request_refused');
    const { refusals } = answer.body as { refusals: { code: string; pointer: string; detail: string }[] };
    expect(refusals.map(({ code, pointer }) => `${code} ${pointer}`)).toEqual([
      'duration_too_long /duration',
      'ticket_required /ticket',
    ]);
    for (const { detail } of refusals) expect(detail).toContain(id);
    const preview = await broker.call('engineer', 'POST', '/api/v1/requests/preview', { body: ask() });
    expect(preview.body).toMatchObject({ invitation: null, needs: { customer: { required: 1 } } });
  });

  onlyInSoak(() => {
    test('a repeated POST creates one invitation', async () => {
      const sent = { body: body(), headers: { 'idempotency-key': 'door' } };
      const [one, two] = [
        await broker.call('approver', 'POST', PATH, sent),
        await broker.call('approver', 'POST', PATH, sent),
      ];
      expect((one.body as Body).id).toBe((two.body as Body).id);
      expect((await list()).items).toHaveLength(1);
      const other = { ...sent, body: body({ uses: 9 }) };
      expect(codeOf(await broker.call('approver', 'POST', PATH, other))).toBe('422 idempotency_key_reused');
    });

    test('lists have pages and filters', async () => {
      const ids = [await open(), await open({ uses: 3 }), await open()].map(({ id }) => id);
      await withdraw(ids[1]!);
      const first = await list('?limit=2');
      expect(first.items.map(({ id }) => id)).toEqual([ids[2], ids[1]]);
      const rest = await list(`?limit=2&cursor=${first.next}`);
      expect([rest.items.map(({ id }) => id), rest.next]).toEqual([[ids[0]], null]);
      expect((await list('?state=withdrawn')).items.map(({ id }) => id)).toEqual([ids[1]]);
      expect((await list('?service=crm', 'engineer')).items).toEqual([]);
      for (const query of ['?state=shut', '?cursor=x', '?person=usr_1', '?limit=0'])
        expect((await broker.call('approver', 'GET', `${PATH}${query}`)).status).toBe(400);
    });

    test('P11: no leaf of the log contains a ticket', async () => {
      const { id } = await open({ ticket: 'Ms Rossi, case 4711' });
      await withdraw(id, 'approver', 'Ms Rossi has left');
      const { text, body: events } = await broker.call(
        'approver',
        'GET',
        '/api/v1/tenants/acme/events?limit=200',
      );
      expect(text).not.toContain('Rossi');
      // At midnight the log gets leaves of its own.
      const types = (events as { items: { type: string }[] }).items.map(({ type }) => type);
      const ofInvitations = types.filter((type) => type.startsWith('invitation.'));
      expect(ofInvitations.slice(0, 2)).toEqual(['invitation.withdrawn', 'invitation.created']);
    });

    test('P1: an expired invitation opens nothing, and the job logs its end', async () => {
      const { id } = await open({ until: inSeconds(3_600), maxDuration: 'PT15M' });
      broker.clock.advance(3_601);
      const { invitation } = (
        await broker.call('engineer', 'POST', '/api/v1/requests/preview', { body: ask() })
      ).body as { invitation: string | null };
      expect(invitation).toBeNull();
      const expired = await eventually(
        'the job marks the invitation as expired',
        async () => (await list('?state=expired')).items[0],
        60_000,
        50,
      );
      expect(expired).toMatchObject({ id, endedAt: expect.any(String) });
    });

    test('P1: a request without a basis uses a matching invitation automatically', async () => {
      await open();
      const request: RequestBody = await makeRequest(broker);
      expect(request).toMatchObject({ needs: { customer: { required: 0 } }, terms: { basis: 'invitation' } });
      const plain = await makeRequest(broker, 'engineer', { basis: 'approval' });
      expect(plain).toMatchObject({
        invitation: null,
        needs: { customer: { required: 1 } },
        terms: { basis: 'approval' },
      });
    });
  });
});

describe('invitations that are refused, and those of other tenants', () => {
  beforeAll(start);
  afterAll(close);

  test.each<[Record<string, unknown>, string]>(
    someRows(
      [
        [{ until: '2020-01-01T00:00:00Z' }, '/until'],
        [{ until: 'Friday' }, '/until'],
        [{ until: '2026-11-27T17:00:00+01:00' }, '/until'],
        [{ until: undefined }, '/until'],
        [{ maxDuration: 'an hour' }, '/maxDuration'],
        [{ uses: 0 }, '/uses'],
        [{ uses: 1.5 }, '/uses'],
        [{ budget: {} }, '/budget'],
        [{ scope: [] }, '/scope'],
        [{ ticket: '' }, '/ticket'],
        [{ person: 'usr_1' }, '/person'],
      ],
      2,
    ),
  )('P13: %j is refused at its place', async (change, pointer) => {
    const answer = await broker.call('approver', 'POST', PATH, { body: body(change) });
    expect([codeOf(answer), (answer.body as { pointer: string }).pointer]).toEqual([
      '400 invalid_request',
      pointer,
    ]);
  });

  test('P9: an invitation of another tenant is not found on any path', async () => {
    const { id } = await open();
    const foreign = (method: string, path: string) => broker.call('foreignApprover', method, path);
    for (const [method, path] of [
      ['GET', PATH],
      ['DELETE', `${PATH}/${id}`],
      ['DELETE', `/api/v1/tenants/globex/invitations/${id}`],
      ['GET', '/api/v1/tenants/nobody/invitations'],
    ] as const)
      expect(codeOf(await foreign(method, path))).toBe('404 not_found');
    expect(codeOf(await broker.call('engineer', 'GET', '/api/v1/tenants/nobody/invitations'))).toBe(
      '404 not_found',
    );
    expect((await list()).items).toMatchObject([{ state: 'open' }]);
  });

  onlyInSoak(() => {
    test('the OpenAPI document has the paths of invitations', async () => {
      const { body: document } = await broker.fetch('GET', '/api/openapi.json');
      const { paths } = document as { paths: Record<string, Record<string, { tags: string[] }>> };
      expect(Object.keys(paths['/api/v1/tenants/{slug}/invitations']!).sort()).toEqual(['get', 'post']);
      expect(paths['/api/v1/tenants/{slug}/invitations/{id}']!['delete']!.tags).toEqual(['Invitations']);
    });
  });
});
