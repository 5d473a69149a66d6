/** @soak */

import { eventually } from '../../support/eventually.js';
import { enginesOf, TestBroker } from '../harness.js';
import { codeOf, makeGrant, makeRequest, mintToken, readRequest, review } from '../story.js';

const claimsOf = (token: string) =>
  JSON.parse(Buffer.from(token.split('.')[1]!, 'base64url').toString('utf8')) as Record<string, unknown>;

describe.each(enginesOf('PostgreSQL'))('from the request to the stop, on %s', (engine) => {
  let broker: TestBroker;
  beforeAll(async () => {
    broker = await TestBroker.start({ engine });
  });
  afterAll(() => broker.close());

  test('P1: a grant and a token exist only after both sides approve one digest', async () => {
    const request = await makeRequest(broker);
    expect(request).toMatchObject({ state: 'awaiting_vendor', grant: null, reviews: [] });
    expect(codeOf(await review(broker, 'approver', request))).toBe('409 wrong_state');
    expect((await review(broker, 'reviewer', request)).status).toBe(201);
    expect(await readRequest(broker, request.id)).toMatchObject({ state: 'awaiting_customer', grant: null });
    const last = await review(broker, 'approver', request);
    expect(last.status).toBe(201);
    expect(Object.keys(last.body as object).sort()).toEqual(
      ['assurance', 'at', 'channel', 'decision', 'digest', 'id', 'person', 'reason', 'side'].sort(),
    );
    const approved = await readRequest(broker, request.id);
    expect(approved.state).toBe('approved');

    const grant = await broker.call('engineer', 'GET', `/api/v1/grants/${approved.grant}`);
    expect(grant.body).toEqual({
      id: approved.grant,
      request: request.id,
      access: 'open',
      accessReason: null,
      tenant: 'acme',
      service: 'billing',
      scope: request['scope'],
      requester: broker.persons.engineer,
      digest: request.digest,
      state: 'active',
      startsAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/),
      endsAt: expect.stringMatching(/Z$/),
      budget: null,
      used: { calls: 0, bytes: 0 },
      endReason: null,
      endedAt: null,
      endedBy: null,
      countersignedBy: [],
      gatewayUrl: 'http://localhost:4100/billing',
      browserUrl: null,
      log: { epoch: 1, size: expect.any(Number), root: expect.stringMatching(/^[\w+/]{43}=$/) },
    });
    const token = await mintToken(broker, approved.grant!);
    expect(token).toMatchObject({ token_type: 'Bearer', expires_in: 300 });
    expect(claimsOf(token.access_token)).toMatchObject({
      iss: 'http://localhost:4000',
      aud: 'billing',
      sub: broker.persons.engineer,
      grant_id: approved.grant,
      tenant: 'acme',
      digest: request.digest,
    });
  });

  test('the answer for a request has every member of the contract, including openings and reviews', async () => {
    const { request } = await makeGrant(broker, 'engineer', { ticket: 'T-1' });
    expect(request).toEqual({
      id: expect.stringMatching(/^req_/),
      tenant: 'acme',
      service: 'billing',
      requester: broker.persons.engineer,
      scope: [
        { resource: 'invoices', actions: ['list'] },
        { resource: 'invoices/*', actions: ['read'] },
      ],
      duration: 'PT15M',
      justification: 'Case 4711: an invoice shows a wrong total',
      ticket: 'T-1',
      state: 'approved',
      digest: expect.stringMatching(/^sha256:[0-9a-f]{64}$/),
      terms: expect.objectContaining({ v: 1, tenant: 'acme', seconds: 900 }),
      openings: {
        justification: { value: expect.any(String), salt: expect.any(String) },
        ticket: { value: 'T-1', salt: expect.any(String) },
      },
      needs: {
        vendor: { required: 1, approved: 1 },
        customer: {
          ...{ required: 1, approved: 1, countersignature: false, channels: ['web', 'api', 'slack'] },
          reasons: [{ code: 'any_channel', actions: [] }],
        },
        risk: { level: 'low', reasons: expect.any(Array) },
        impact: { level: 'low', reasons: [{ code: 'listed', actions: expect.any(Array) }] },
      },
      asked: { channel: 'api', assurance: 'api-key' },
      lapsesAt: expect.any(String),
      createdAt: expect.any(String),
      reviews: [
        expect.objectContaining({ side: 'vendor', decision: 'approve' }),
        expect.objectContaining({ side: 'customer', decision: 'approve' }),
      ],
      offer: null,
      earlierDenials: [],
      erased: {},
      forwardTo: [],
      notes: [],
      stages: ['vendor', 'customer'].map((side) => ({
        ...{ for: side, since: expect.any(String), until: expect.any(String) },
      })),
      usually: null,
      access: 'open',
      accessReason: null,
      waiting: null,
      outdated: null,
      outdatedBy: [],
      people: ['engineer', 'reviewer', 'approver'].map((who) =>
        expect.objectContaining({ id: broker.persons[who as 'engineer'], name: expect.any(String) }),
      ),
      proposed: [],
      countersignatures: [],
      grant: expect.stringMatching(/^grt_/),
      invitation: null,
    });
  });

  test('one denial ends the request; no one can decide it any more', async () => {
    const request = await makeRequest(broker);
    const silent = await broker.call('reviewer', 'POST', `/api/v1/requests/${request.id}/reviews`, {
      body: { decision: 'deny', digest: request.digest },
    });
    expect(codeOf(silent)).toBe('400 reason_required');
    expect((await review(broker, 'reviewer', request, 'deny')).status).toBe(201);
    expect((await readRequest(broker, request.id)).state).toBe('denied');
    expect(codeOf(await review(broker, 'approver', request))).toBe('409 already_decided');
    expect(codeOf(await broker.call('engineer', 'POST', `/api/v1/requests/${request.id}/cancel`))).toBe(
      '409 already_decided',
    );
  });

  test('P1: a decision on a digest that is not the current one is refused', async () => {
    const request = await makeRequest(broker);
    const stale = { ...request, digest: `sha256:${'0'.repeat(64)}` };
    expect(codeOf(await review(broker, 'reviewer', stale))).toBe('409 digest_mismatch');
    expect(
      (await broker.call('engineer', 'POST', `/api/v1/requests/${request.id}/cancel`)).body,
    ).toMatchObject({
      state: 'cancelled',
    });
  });

  test('the customer stops a grant and its engineer gets no new token', async () => {
    const { grant } = await makeGrant(broker);
    const stopped = await broker.call('tenantAdmin', 'POST', `/api/v1/grants/${grant}/revocation`, {
      body: { reason: 'seen enough' },
    });
    expect(stopped.body).toMatchObject({ id: grant, state: 'ended', endReason: 'revoked' });
    expect(codeOf(await broker.call('engineer', 'POST', `/api/v1/grants/${grant}/tokens`))).toBe(
      '409 grant_not_active',
    );
    expect(codeOf(await broker.call('engineer', 'POST', `/api/v1/grants/${grant}/release`))).toBe(
      '409 grant_not_active',
    );
  });

  test('an undecided request and a grant expire in time, each as a logged transition', async () => {
    const { grant } = await makeGrant(broker);
    const waiting = await makeRequest(broker, 'otherEngineer');
    broker.clock.advance(12 * 3600 + 1);
    const lapsed = async () => (await readRequest(broker, waiting.id)).state === 'expired';
    await eventually('the request has lapsed', lapsed, 25_000);
    const ended = await eventually(
      'the grant has ended',
      async () => {
        const answer = await broker.call('approver', 'GET', `/api/v1/grants/${grant}`);
        return (answer.body as { state: string }).state === 'ended' && answer;
      },
      25_000,
    );
    expect(ended.body).toMatchObject({ state: 'ended', endReason: 'expired' });
    const log = await broker.call('approver', 'GET', '/api/v1/tenants/acme/events?limit=200');
    const types = (log.body as { items: { type: string; data: Record<string, unknown> }[] }).items;
    expect(
      types.filter((leaf) => leaf.type === 'request.expired' && leaf.data['request'] === waiting.id),
    ).toHaveLength(1);
    expect(types.filter((leaf) => leaf.type === 'grant.ended' && leaf.data['grant'] === grant)).toHaveLength(
      1,
    );
  });
});
