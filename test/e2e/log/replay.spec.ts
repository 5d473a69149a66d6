/** @soak */

import type { LeafV1 } from '@countersign/audit-log';
import { ask } from '../../factories/ask.js';
import { organisation } from '../../factories/organisation.js';
import { type Copies, copiesOf, faultOf, verifyCopies } from '../../support/log-copy.js';
import type { RecordedGrant } from '../../support/record-chain.js';
import { RecordingGateway } from '../../support/recorded-calls.js';
import { isFullRun, rowsOfEachKind } from '../../support/samples.js';
import { TestBroker } from '../harness.js';
import { expectStatus, makeGrant, makeRequest, mintToken, readRequest, review } from '../story.js';

let broker: TestBroker;
let copies: Copies;
let gateway: RecordingGateway;
/** The grant of the calls, which was revoked at the end; and one whose budget is one call, which was made. */
let under: RecordedGrant;
let small: RecordedGrant;

const dataOf = ({ tenant }: Copies, index: number) =>
  (tenant.leaves[index] as LeafV1).data as Record<string, string>;

const OPERATION = {
  ...{ method: 'GET', path: '/tenants/{tenant}/graphql', resource: 'invoices/{id}', action: 'read' },
  graphql: { sha256: 'a'.repeat(64), type: 'query', operation: 'Invoice', variables: { id: '/id' } },
} as const;
const OPERATION_CALL = {
  ...{ route: `${OPERATION.path} Invoice sha256:${OPERATION.graphql.sha256}` },
  ...{ resource: 'invoices/7', action: 'read' },
};
const SHARED_CALL = { route: '/assets/{file}', resource: 'shared', action: 'read' };
const T0 = '2026-11-24T10:00:00.000Z';

/**
 * What the records of the three calls name beside what every record names. One was signed for its upstream with a key that the two
 * share, and its service said whose data it was; one had masked fields; one was for a file, and its answer was withheld.
 */
const CALLS = [
  { masked: true },
  { context: 'hmac', tenantFrom: 'service' },
  { file: { from: 'rec_0199f0a0-7b2c-7009-8000-000000000001', host: 'files.example' } },
];
const OUTCOMES = [
  { maskedFields: 2, sentSha256: `sha256:${'5'.repeat(64)}` },
  {},
  { bytes: 0, withheld: 'link' },
];

beforeAll(async () => {
  broker = await TestBroker.start({
    organisation: organisation((file) =>
      file.services[0]?.routes.push(
        { method: 'GET', path: '/assets/{file}', resource: 'shared', action: 'read', shared: true },
        { ...OPERATION },
      ),
    ),
  });
  gateway = await RecordingGateway.enrol(broker);
  const { request, grant } = await makeGrant(broker);
  await mintToken(broker, grant);
  const person = broker.persons.engineer;
  under = { grant, request: request.id, digest: request.digest, person };
  const other = await makeGrant(broker, 'engineer', { budget: { calls: 1 } });
  await mintToken(broker, other.grant);
  small = { grant: other.grant, request: other.request.id, digest: other.request.digest, person };
  const chain = gateway.chain(under);
  for (let call = 0; call < 3; call += 1) {
    const allowed = chain.add('allowed', { change: { ...CALLS[call] } });
    const outcome = chain.add('outcome', { id: allowed.record.id, change: { ...OUTCOMES[call] } });
    await gateway.send(chain, [allowed, outcome, chain.add('head')]);
  }
  await gateway.send(chain, [chain.add('refused')]);
  const spent = gateway.chain(small);
  await gateway.send(spent, [spent.add('allowed')]);
  await counterOffer();
  await invite();
  const denied = await makeRequest(broker);
  expectStatus(await review(broker, 'reviewer', denied, 'deny'), 201);
  expectStatus(
    await broker.call('approver', 'POST', `/api/v1/grants/${grant}/revocation`, { body: { reason: 'done' } }),
    200,
  );
  copies = await copiesOf(broker);
});
afterAll(() => broker.close());

/** The customer offers less, and the engineer accepts: their grant rests on the vendor's review of the wider terms. */
async function counterOffer(): Promise<void> {
  const request = await makeRequest(broker);
  expectStatus(await review(broker, 'reviewer', request), 201);
  const terms = { ...(request['terms'] as object), parent: request.digest, seconds: 300 };
  const body = { decision: 'counter', digest: request.digest, reason: 'five minutes will do', terms };
  expectStatus(
    await broker.call('approver', 'POST', `/api/v1/requests/${request.id}/reviews`, { body }),
    201,
  );
  const { offer } = (await readRequest(broker, request.id, 'engineer')) as never as {
    offer: { digest: string };
  };
  const path = `/api/v1/requests/${request.id}/acceptance`;
  expectStatus(await broker.call('engineer', 'POST', path, { body: { digest: offer.digest } }), 200);
}

/** The customer invites in advance; the request needs the vendor's review alone. */
async function invite(): Promise<void> {
  const until = `${new Date(broker.clock.now().getTime() + 7_200_000).toISOString().slice(0, 19)}Z`;
  const { scope } = ask();
  const body = { service: 'billing', scope, until, uses: 1 };
  expectStatus(await broker.call('approver', 'POST', '/api/v1/tenants/acme/invitations', { body }), 201);
  const request = await makeRequest(broker, 'engineer', { basis: 'invitation' });
  expectStatus(await review(broker, 'reviewer', request), 201);
  expect((await readRequest(broker, request.id)).grant).not.toBeNull();
}

/** The fault after an attack on fresh copies. The attack returns the leaf that it expects to be named. */
async function attacked(attack: (copies: Copies) => number | undefined): Promise<string> {
  const own = { tenant: copies.tenant.copy(), deployment: copies.deployment.copy() };
  const index = attack(own);
  const found = await faultOf(own);
  return index === undefined ? found : found.replace(` ${index}`, ' there');
}

describe('a log with grants and calls', () => {
  test('verifies, and says what it found', async () => {
    expect(await verifyCopies(copies)).toMatchObject({
      tenant: 'acme',
      replayed: true,
      calls: 4,
      grants: 4,
      trust: null,
      // The gateway of this test is new.
      // The approver's key is one that the host made.
      warnings: [{ code: 'host_made_key' }, { code: 'first_run' }],
    });
  });

  test('has in its leaves what is masked, withheld, sent and fetched as a file, so that it verifies', async () => {
    const { leaves } = copies.tenant;
    const told = (type: string) =>
      leaves
        .filter((leaf) => leaf.type === type && leaf.data['grant'] === under.grant)
        .map(({ data }) => data);
    expect(told('access.allowed')).toMatchObject(CALLS);
    expect(told('access.outcome')).toMatchObject(OUTCOMES);
    expect(await faultOf(copies)).toBe('none');
  });

  test('goes on from a state at any size, with the same result', async () => {
    const whole = await verifyCopies(copies);
    const size = copies.tenant.leaves.length;
    const middle = Math.floor(size / 2);
    for (const first of isFullRun() ? [1, middle, size - 1, size] : [middle]) {
      const options = { log: { source: copies.tenant.source(first), key: copies.tenant.vkey } };
      const { state } = await verifyCopies(copies, options);
      const next = await verifyCopies(copies, { since: state });
      expect(next).toMatchObject({ calls: 4, grants: 4 });
      expect(next.state).toEqual(whole.state);
    }
  });
});

describe('P1: a grant that was not approved as the policy required is named', () => {
  test.each(
    rowsOfEachKind<[string, string, (copies: Copies) => number | undefined]>(
      [
        [
          'a vendor review is missing',
          'not_approved there',
          ({ tenant }) => {
            tenant.drop(tenant.indexOf('request.reviewed', 0));
            return tenant.indexOf('grant.started');
          },
        ],
        [
          'the customer’s approval is missing',
          'not_approved there',
          ({ tenant }) => {
            tenant.drop(tenant.indexOf('request.reviewed', 1));
            return tenant.indexOf('grant.started');
          },
        ],
        [
          'a review by somebody without the role',
          'role_not_held there',
          ({ tenant }) => {
            const index = tenant.indexOf('request.reviewed', 1);
            tenant.edit(index, { actor: broker.persons.tenantAuditor as 'job' });
            return index;
          },
        ],
        [
          'a vendor review by an engineer',
          'role_not_held there',
          ({ tenant }) => {
            const index = tenant.indexOf('request.reviewed', 0);
            tenant.edit(index, { actor: broker.persons.otherEngineer as 'job' });
            return index;
          },
        ],
        [
          'a review that names another requester',
          'wrong_digest there',
          ({ tenant }) => tenant.change('request.reviewed', { requester: broker.persons.otherEngineer }),
        ],
        [
          'a request of another person that waits for the customer',
          'wrong_digest there',
          ({ tenant }) =>
            tenant.change('request.awaiting_customer', { requester: broker.persons.otherEngineer }),
        ],
        [
          'an approval of another digest than its grant has',
          'wrong_grant there',
          ({ tenant }) => tenant.change('request.approved', { digest: `sha256:${'0'.repeat(64)}` }),
        ],
        [
          'an approval of a grant that does not exist',
          'unknown_grant there',
          ({ tenant }) => tenant.change('request.approved', { grant: 'grt_0' }),
        ],
        [
          'the outcome of a call that names another person',
          'wrong_grant there',
          ({ tenant }) => tenant.change('access.outcome', { requester: broker.persons.otherEngineer }),
        ],
        [
          'a review whose decision is none',
          'unreadable_leaf there',
          ({ tenant }) => tenant.change('request.reviewed', { decision: 'undecided' }, 1),
        ],
        [
          'a review of the requester',
          'self_review there',
          ({ tenant }) => {
            const index = tenant.indexOf('request.reviewed', 0);
            tenant.edit(index, { actor: broker.persons.engineer as 'job' });
            return index;
          },
        ],
        [
          'a review of another digest',
          'wrong_digest there',
          ({ tenant }) => tenant.change('request.reviewed', { digest: `sha256:${'0'.repeat(64)}` }, 1),
        ],
        [
          'terms that were changed after they were approved',
          'wrong_digest there',
          ({ tenant }) => {
            const index = tenant.indexOf('request.created');
            const terms = tenant.leaves[index]?.data['terms'] as object;
            return tenant.change('request.created', { terms: { ...terms, seconds: 3_000 } });
          },
        ],
        [
          'a reviewer who lost the role before',
          'role_not_held there',
          ({ tenant, deployment }) => {
            const { reviewer } = broker.persons;
            const added = deployment.leaves.findIndex(({ data }) => data['person'] === reviewer);
            const { at } = deployment.leaves[added] as LeafV1;
            deployment.insert(added + 1, {
              ...{ type: 'person.change', at, actor: 'host' },
              data: { person: reviewer, before: ['reviewer'], after: ['auditor'] },
            });
            return tenant.indexOf('request.reviewed', 0);
          },
        ],
        [
          'a policy that required two reviews',
          'not_approved there',
          ({ tenant, deployment }) => {
            const index = deployment.indexOf('vendor.applied');
            const after = deployment.leaves[index]?.data['after'] as { policy: object };
            deployment.change('vendor.applied', {
              after: { ...after, policy: { ...after.policy, vendorReviews: 2 } },
            });
            return tenant.indexOf('grant.started');
          },
        ],
        [
          'controls that were changed without an event',
          'changed_outside_log there',
          ({ tenant }) => {
            const controls = tenant.leaves[tenant.indexOf('tenant.add')]?.data['after'] as object;
            return tenant.append({
              ...{ type: 'tenant.change', at: T0, actor: 'host' },
              data: { tenant: 'acme', before: { ...controls, approvals: 2 }, after: controls },
            });
          },
        ],
        [
          'a person who was given a role without an event',
          'changed_outside_log there',
          ({ tenant }) =>
            tenant.append({
              ...{ type: 'person.change', at: T0, actor: 'host' },
              data: {
                person: broker.persons.tenantAuditor,
                before: ['approver'],
                after: ['approver', 'admin'],
              },
            }),
        ],
        [
          'a second grant of the same terms',
          'second_grant there',
          ({ tenant }) => {
            const { type, at, actor, data } = tenant.leaves[tenant.indexOf('grant.started')] as LeafV1;
            const grant = `grt_${'0199f0a0-7b2c-7007-8000-0000000000ff'}`;
            return tenant.append({ type, at, actor, data: { ...data, grant } });
          },
        ],
        [
          'a longer window than the terms',
          'wrong_window there',
          ({ tenant }) => tenant.change('grant.started', { endsAt: '2030-01-01T00:00:00Z' }),
        ],
      ],
      ([, expected]) => expected,
    ),
  )('%s', async (_what, expected, attack) => {
    expect(await attacked(attack)).toBe(expected);
  });
});

describe('P3: a call that its grant does not allow is named', () => {
  /** Moves the leaf of the first call, as a gateway would have written it. */
  const call = (change: Record<string, unknown>, expected: string): [string, (copies: Copies) => number] => [
    expected,
    ({ tenant }) => tenant.change('access.allowed', change),
  ];

  test.each(
    rowsOfEachKind<[string, string, (copies: Copies) => number | undefined]>(
      [
        ['changed after it was recorded', ...call({ resource: 'invoices/other' }, 'changed_record there')],
        [
          'under a grant that the log does not have: it was inserted by SQL',
          'unknown_grant there',
          ({ tenant }) => {
            const index = tenant.indexOf('grant.started');
            tenant.drop(index);
            return tenant.indexOf('request.approved');
          },
        ],
        [
          'without a token',
          'no_token there',
          ({ tenant }) => {
            tenant.drop(tenant.indexOf('token.minted'));
            return tenant.indexOf('access.allowed');
          },
        ],
        [
          'that was hidden',
          'record_gap there',
          ({ tenant }) => {
            tenant.drop(tenant.indexOf('access.allowed', 1));
            return tenant.indexOf('access.outcome', 1);
          },
        ],
        [
          'that was hidden with its outcome',
          'record_gap there',
          ({ tenant }) => {
            tenant.drop(tenant.indexOf('access.allowed', 1), 2);
            return tenant.indexOf('gateway.head', 1);
          },
        ],
        [
          'that the broker declares lost',
          'record_gap there',
          ({ tenant }) => {
            const index = tenant.indexOf('access.allowed', 1);
            const { gateway, boot } = dataOf({ tenant } as Copies, index);
            tenant.insert(index, {
              ...{ type: 'gateway.gap', at: T0, actor: gateway as 'job' },
              data: { gateway, boot, after: 3, at: 5 },
            });
            return index;
          },
        ],
        [
          'under a head that another key signed',
          'bad_head there',
          ({ deployment, tenant }) => {
            deployment.change('gateway.registered', { publicKey: 'A'.repeat(43) });
            return tenant.indexOf('gateway.head');
          },
        ],
        [
          'of a gateway that was never enrolled',
          'unknown_gateway there',
          ({ deployment, tenant }) => {
            for (const type of ['gateway.registered', 'gateway.enrolled'])
              deployment.drop(deployment.indexOf(type));
            return tenant.indexOf('access.allowed');
          },
        ],
      ],
      ([, expected]) => expected,
    ),
  )('%s', async (_what, expected, attack) => {
    expect(await attacked(attack)).toBe(expected);
  });
});

describe('P1: a gateway that lets anything through, and a broker that takes it', () => {
  type Forgery = {
    after?: number;
    change?: Record<string, unknown>;
    path?: string;
    of?: () => RecordedGrant;
    before?: (copies: Copies) => void;
  };

  /** Appends a call that a colluding gateway has recorded, so that its chain is right. */
  const forge =
    ({ after = 0, change = {}, path, of = () => under, before = () => undefined }: Forgery) =>
    (own: Copies): number => {
      before(own);
      const first = own.tenant.leaves[own.tenant.indexOf('token.minted')] as LeafV1;
      const at = new Date(Date.parse(first.at) + after * 1_000).toISOString();
      const entry = gateway.chain(of()).add('allowed', { path, change: { at, ...change } });
      return own.tenant.appendRecord(entry);
    };
  const admin = () => broker.persons.tenantAdmin as `usr_${string}`;
  const startOf = (own: Copies) => (own.tenant.leaves[own.tenant.indexOf('token.minted')] as LeafV1).at;
  const lock = (
    own: Copies,
    data: Record<string, unknown> = {},
    type = 'lock.set',
    actor: string = admin(),
  ) =>
    own.tenant.append({
      ...{ type, at: startOf(own), actor: actor as 'job' },
      data: {
        ...{ lock: 'lck_1', kind: 'tenant', name: 'acme', tenant: 'acme', side: 'customer' },
        ...(type === 'lock.set' && { expiresAt: null }),
        ...data,
      },
    });

  /** A rule of supervision pauses a grant. */
  const pause = (own: Copies, name: string, actor = 'job') =>
    lock(own, { kind: 'grant', name, rule: 'bulk' }, 'lock.set', actor);
  const grantOf = (own: Copies) => dataOf(own, own.tenant.indexOf('token.minted'))['grant'] as string;

  /** New controls forbid the calls. Both times in seconds after the first token. @param until when others allow them again */
  const forbidInvoices = (own: Copies, from: number, until?: number, resource = 'invoices/**'): void => {
    type Controls = { forbid: object[] };
    const { after } = (own.tenant.leaves[own.tenant.indexOf('tenant.add')] as LeafV1).data as {
      after: Controls;
    };
    const rule = { service: 'billing', resource, actions: ['*'] };
    const strict = { ...after, forbid: [...after.forbid, rule] };
    const change = (seconds: number, data: { before: Controls; after: Controls }) => {
      const at = new Date(Date.parse(startOf(own)) + seconds * 1_000).toISOString();
      own.tenant.append({ type: 'tenant.change', at, actor: admin(), data: { tenant: 'acme', ...data } });
    };
    change(from, { before: after, after: strict });
    if (until !== undefined) change(until, { before: strict, after });
  };

  /** New controls require the gateway itself, from some seconds after the first token. */
  const requireGateway = (own: Copies, from: number): void => {
    const { after } = (own.tenant.leaves[own.tenant.indexOf('tenant.add')] as LeafV1).data as {
      after: object;
    };
    const at = new Date(Date.parse(startOf(own)) + from * 1_000).toISOString();
    const data = { tenant: 'acme', before: after, after: { ...after, requireGateway: true } };
    own.tenant.append({ type: 'tenant.change', at, actor: admin(), data });
  };

  const lockAndLift = (own: Copies, by: string): number => {
    lock(own);
    return lock(own, {}, 'lock.lifted', by);
  };

  test.each(
    rowsOfEachKind<[string, string, Forgery]>(
      [
        ['a call like the others', 'none', {}],
        ['that a proxy passed on', 'none', { change: { mode: 'authz', outcome: 'unknown' } }],
        [
          'through the gateway, whose outcome the record already has',
          'changed_record there',
          { change: { outcome: 'unknown' } },
        ],
        ['before the window of its grant', 'outside_window there', { after: -60 }],
        ['after the window of its grant', 'outside_window there', { after: 1_000 }],
        ['after its grant was revoked', 'after_end there', { after: 120 }],
        ['longer than any token', 'no_token there', { after: 400, of: () => small }],
        [
          'of another person',
          'wrong_grant there',
          { change: { person: 'usr_0199f0a0-7b2c-7003-8000-0000000000e1' } },
        ],
        ['of another service', 'wrong_grant there', { change: { service: 'crm' } }],
        ['outside the scope', 'out_of_scope there', { change: { resource: 'payroll', action: 'list' } }],
        ['of a shared route, which needs no scope', 'none', { change: SHARED_CALL, path: '/assets/a.js' }],
        ['of a shared route, at the path of an invoice', 'wrong_route there', { change: SHARED_CALL }],
        [
          'that only says it is of a shared route',
          'out_of_scope there',
          { change: { ...SHARED_CALL, route: '/tenants/{tenant}/payroll' } },
        ],
        [
          'of a persisted operation',
          'none',
          { change: OPERATION_CALL, path: '/tenants/acme/graphql?documentId=x' },
        ],
        [
          'of a persisted operation, at another path',
          'wrong_route there',
          { change: OPERATION_CALL, path: '/tenants/acme/invoices/7' },
        ],
        [
          'of a persisted operation, at the path of another tenant',
          'wrong_route there',
          { change: OPERATION_CALL, path: '/tenants/globex/graphql' },
        ],
        [
          'of a persisted operation that no route lists',
          'wrong_route there',
          {
            change: { ...OPERATION_CALL, route: OPERATION_CALL.route.replaceAll('a', 'b') },
            path: '/tenants/acme/graphql',
          },
        ],
        [
          'of a path with operations, that names none',
          'wrong_route there',
          { change: { ...OPERATION_CALL, route: OPERATION.path }, path: '/tenants/acme/graphql' },
        ],
        [
          'by a route of something else',
          'wrong_route there',
          { change: { route: '/tenants/{tenant}/invoices' } },
        ],
        ['beyond its budget', 'over_budget there', { of: () => small }],
        [
          'while the tenant was locked',
          'locked there',
          { after: 60, of: () => under, before: (own) => lock(own) },
        ],
        [
          'while a rule had paused its grant',
          'locked there',
          { after: 60, before: (own) => pause(own, grantOf(own)) },
        ],
        [
          'while a rule had paused another grant',
          'none',
          { after: 60, before: (own) => pause(own, 'grt_other') },
        ],
        [
          'seconds after a lock, which reaches a gateway later',
          'none',
          { after: 5, before: (own) => lock(own) },
        ],
        [
          'that new controls forbid',
          'forbidden there',
          { after: 60, before: (own) => forbidInvoices(own, 0) },
        ],
        [
          'that new controls forbid in another spelling, which the service may read alike',
          'forbidden there',
          { after: 60, before: (own) => forbidInvoices(own, 0, undefined, 'Invoices/**') },
        ],
        [
          'that a proxy passed on, although the customer required the gateway',
          'forbidden there',
          { after: 60, before: (own) => requireGateway(own, 0), change: { mode: 'authz' } },
        ],
        [
          'that the gateway passed on, as the customer required',
          'none',
          { after: 60, before: (own) => requireGateway(own, 0) },
        ],
        [
          'of a gateway whose clock is behind, in the seconds before a rule fell',
          'none',
          { before: (own) => forbidInvoices(own, -20, 4) },
        ],
        [
          'of a gateway whose clock is too far behind',
          'forbidden there',
          { before: (own) => forbidInvoices(own, -20, 6) },
        ],
      ],
      ([, expected]) => expected,
    ),
  )('%s', async (_what, expected, forgery) => {
    const own = { tenant: copies.tenant.copy(), deployment: copies.deployment.copy() };
    const open = own.tenant.indexOf('grant.ended');
    // Only the case of a revoked grant has its end.
    if (expected !== 'after_end there') own.tenant.drop(open);
    const index = forge(forgery)(own);
    expect((await faultOf(own)).replace(` ${index}`, ' there')).toBe(expected);
  });

  test.each(
    rowsOfEachKind<[string, string, (own: Copies) => number]>(
      [
        ['by the vendor', 'wrong_lift there', (own) => lockAndLift(own, broker.persons.securityAdmin)],
        ['by a job, before its time', 'wrong_lift there', (own) => lockAndLift(own, 'job')],
        ['that nobody has set', 'wrong_lift there', (own) => lock(own, {}, 'lock.lifted')],
        [
          'set by somebody without the role',
          'role_not_held there',
          (own) => lock(own, {}, 'lock.set', broker.persons.secondApprover),
        ],
        [
          'set by a rule, although it is no pause',
          'role_not_held there',
          (own) => lock(own, {}, 'lock.set', 'job'),
        ],
        [
          'by the vendor, although a rule of the customer paused the grant',
          'wrong_lift there',
          (own) => {
            pause(own, grantOf(own));
            const lifted = { kind: 'grant', name: grantOf(own) };
            return lock(own, lifted, 'lock.lifted', broker.persons.securityAdmin);
          },
        ],
      ],
      ([, expected]) => expected,
    ),
  )('a lock lifted %s', async (_what, expected, attack) => {
    expect(await attacked(attack)).toBe(expected);
  });

  test('a call of a path that every gateway refuses', async () => {
    const own = { tenant: copies.tenant.copy(), deployment: copies.deployment.copy() };
    own.tenant.drop(own.tenant.indexOf('grant.ended'));
    const index = forge({
      change: { resource: 'invoices/..%3Bx' },
      path: '/tenants/acme/invoices/..%3Bx',
    })(own);
    expect(await faultOf(own)).toBe(`wrong_route ${index}`);
  });

  test('a call that the broker took for none', async () => {
    const found = await attacked(({ tenant }) => {
      const index = tenant.indexOf('gateway.head');
      const { gateway: id, boot } = dataOf({ tenant } as Copies, index) as { gateway: string; boot: string };
      const claimed = { decision: 'allowed', at: T0 };
      return tenant.append({
        ...{ type: 'gateway.mismatch', at: T0, actor: id as `gtw_${string}` },
        data: { gateway: id, boot, at: 11, reason: 'grant', claimed },
      });
    });
    expect(found).toBe('disputed_call there');
  });
});

describe('P1: counter-offers and invitations', () => {
  test.each(
    rowsOfEachKind<[string, string, (copies: Copies) => number | undefined]>(
      [
        [
          'an offer that was changed',
          'wrong_digest there',
          ({ tenant }) => {
            const index = tenant.leaves.findIndex(({ data }) => data['decision'] === 'counter');
            const offer = tenant.leaves[index]?.data['offer'] as { terms: object };
            tenant.edit(index, {
              data: {
                ...tenant.leaves[index]?.data,
                offer: { ...offer, terms: { ...offer.terms, seconds: 3_000 } },
              },
            });
            return index;
          },
        ],
        [
          'an offer that was accepted by somebody else',
          'wrong_digest there',
          ({ tenant }) => {
            const index = tenant.indexOf('request.accepted');
            tenant.edit(index, { actor: broker.persons.otherEngineer as `usr_${string}` });
            return index;
          },
        ],
        [
          'an invitation that nobody made',
          'not_allowed there',
          ({ tenant }) => {
            tenant.drop(tenant.indexOf('invitation.created'));
            return tenant.indexOf('request.reviewed', -2);
          },
        ],
        [
          'an invitation by somebody who is no approver',
          'wrong_invitation there',
          ({ tenant }) => {
            const index = tenant.indexOf('invitation.created');
            tenant.edit(index, { actor: broker.persons.tenantAdmin as `usr_${string}` });
            return index;
          },
        ],
        [
          'an invitation that is used once more',
          'wrong_invitation there',
          ({ tenant }) => {
            const index = tenant.indexOf('invitation.used');
            const { type, at, actor, data } = tenant.leaves[index] as LeafV1;
            tenant.insert(index + 1, { type, at, actor, data: { ...data, used: 2 } });
            return index + 1;
          },
        ],
      ],
      ([, expected]) => expected,
    ),
  )('%s', async (_what, expected, attack) => {
    expect(await attacked(attack)).toBe(expected);
  });
});

describe('commitments', () => {
  test.each<[string, string, (copies: Copies) => number | undefined]>([
    [
      'that are opened falsely',
      'false_opening there',
      ({ tenant }) => {
        const index = tenant.indexOf('request.created');
        const own = tenant.openings[index] as Record<string, { value: string; salt: string }>;
        own['justification'] = { ...own['justification']!, value: 'another reason' };
        return index;
      },
    ],
    [
      'whose opening is missing without an erasure',
      'missing_opening there',
      ({ tenant }) => {
        const index = tenant.indexOf('access.allowed', 1);
        tenant.openings[index] = {};
        return index;
      },
    ],
    [
      'whose opening was erased, with an event',
      'none',
      ({ tenant }) => {
        const leaf = tenant.indexOf('request.created');
        tenant.openings[leaf] = {};
        const { at } = tenant.leaves[leaf] as LeafV1;
        tenant.append({
          ...{ type: 'opening.erased', actor: broker.persons.tenantAdmin as 'job' },
          at: new Date(Date.parse(at) + 91 * 86_400_000).toISOString(),
          data: { leaf, fields: ['justification'], authority: 'tenant-admin' },
        });
      },
    ],
  ])('%s', async (_what, expected, attack) => {
    expect(await attacked(attack)).toBe(expected);
  });
});
