/** @soak */

import { eventually } from '../../support/eventually.js';
import { someRows } from '../../support/samples.js';
import { TestBroker } from '../harness.js';
import {
  codeOf,
  expectStatus,
  makeGrant,
  mintToken,
  type RequestBody,
  readRequest,
  review,
} from '../story.js';

let broker: TestBroker;
beforeAll(async () => {
  broker = await TestBroker.start();
});
afterAll(() => broker.close());

const secondsFromNow = (seconds: number): string =>
  `${new Date(broker.clock.now().getTime() + seconds * 1_000).toISOString().slice(0, 19)}Z`;

const readGrant = async (id: string | null) =>
  expectStatus(await broker.call('engineer', 'GET', `/api/v1/grants/${id}`), 200).body as Record<
    string,
    unknown
  >;

/** Reads the grant until the job has brought it to this state. */
async function until(id: string, state: string): Promise<Record<string, unknown>> {
  return eventually(
    `the grant is ${state}`,
    async () => {
      const grant = await readGrant(id);
      return grant['state'] === state && grant;
    },
    60_000,
  );
}

const oneChange = { method: 'PATCH', path: '/x', bodySha256: `sha256:${'ab'.repeat(32)}` };

describe('choosing the start', () => {
  test('a grant with a later start is scheduled, becomes active by itself, and mints only then', async () => {
    const startsAt = secondsFromNow(3_600);
    const { grant, request } = await makeGrant(broker, 'engineer', { startsAt });
    expect(request['terms']).toMatchObject({ startsAt, startsOn: 'approval' });
    expect(await readGrant(grant)).toMatchObject({ state: 'scheduled', startsAt });
    expect(codeOf(await broker.call('engineer', 'POST', `/api/v1/grants/${grant}/tokens`))).toBe(
      '409 grant_not_active',
    );
    broker.clock.advance(3_601);
    await until(grant, 'active');
    expect((await mintToken(broker, grant)).token_type).toBe('Bearer');
  });

  test('a grant that starts on first use has no window before its first token', async () => {
    const { grant } = await makeGrant(broker, 'engineer', {
      startsOn: 'first-use',
      useBy: secondsFromNow(86_400),
      budget: { calls: 3 },
    });
    expect(await readGrant(grant)).toMatchObject({
      state: 'scheduled',
      startsAt: null,
      endsAt: null,
      budget: { calls: 3 },
    });
    await mintToken(broker, grant);
    expect(await readGrant(grant)).toMatchObject({ state: 'active', startsAt: expect.stringMatching(/Z$/) });
  });

  test.each<[string, () => Record<string, unknown>, string]>(
    someRows(
      [
        ['a start that is over', () => ({ startsAt: secondsFromNow(-60) }), '/startsAt'],
        ['a start in more than a week', () => ({ startsAt: secondsFromNow(8 * 86_400) }), '/startsAt'],
        ['a start of fractions', () => ({ startsAt: '2099-01-01T00:00:00.5Z' }), '/startsAt'],
        ['first use without useBy', () => ({ startsOn: 'first-use' }), '/useBy'],
        ['an empty budget', () => ({ budget: {} }), '/budget'],
        ['a budget of nothing', () => ({ budget: { calls: 0 } }), '/budget/calls'],
        [
          'a change without its body',
          () => ({ change: { method: 'GET', path: '/x' } }),
          '/change/bodySha256',
        ],
        ['a change without a budget of one call', () => ({ change: oneChange }), '/budget/calls'],
        [
          'a change with a budget of five calls',
          () => ({ change: oneChange, budget: { calls: 5 } }),
          '/budget/calls',
        ],
      ],
      2,
    ),
  )('%s is malformed', async (_title, change, pointer) => {
    for (const path of ['/api/v1/requests', '/api/v1/requests/preview']) {
      const body = {
        tenant: 'acme',
        service: 'billing',
        scope: [{ resource: 'invoices', actions: ['list'] }],
        duration: 'PT15M',
        justification: 'Case 4711',
        ...change(),
      };
      const answer = await broker.call('engineer', 'POST', path, { body });
      expect([codeOf(answer), (answer.body as { pointer?: string }).pointer]).toEqual([
        '400 invalid_request',
        pointer,
      ]);
    }
  });
});

describe('requesting more time', () => {
  const extend = (grant: string) =>
    broker.call('engineer', 'POST', `/api/v1/grants/${grant}/extension`, {
      body: { duration: 'PT15M', justification: 'the case is not closed yet' },
    });

  test('creates a linked request whose access begins when the grant ends; stopping the grant stops it too', async () => {
    const { grant } = await makeGrant(broker);
    const before = await readGrant(grant);
    const asked = expectStatus(await extend(grant), 201).body as RequestBody;
    expect(asked).toMatchObject({
      state: 'awaiting_vendor',
      terms: { extends: before['digest'], startsAt: before['endsAt'], seconds: 900 },
    });
    expectStatus(await review(broker, 'reviewer', asked), 201);
    expectStatus(await review(broker, 'approver', asked), 201);
    const next = await readGrant((await readRequest(broker, asked.id)).grant);
    expect(next).toMatchObject({ state: 'scheduled', startsAt: before['endsAt'] });
    const stop = await broker.call('approver', 'POST', `/api/v1/grants/${grant}/revocation`, {
      body: { reason: 'enough' },
    });
    expectStatus(stop, 200);
    expect(await readGrant(String(next['id']))).toMatchObject({ state: 'ended', endReason: 'revoked' });
    expect(codeOf(await extend(grant))).toBe('409 grant_not_active');
  });
});
