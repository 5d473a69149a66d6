import type { LeafV1 } from '@countersign/audit-log';
import { type Copies, copiesOf, faultOf, verifyCopies } from '../../support/log-copy.js';
import { RecordingGateway } from '../../support/recorded-calls.js';
import { TestBroker } from '../harness.js';
import { expectStatus, makeGrant, makeRequest, mintToken, review } from '../story.js';

let broker: TestBroker;
let copies: Copies;

const dataOf = ({ tenant }: Copies, index: number) =>
  (tenant.leaves[index] as LeafV1).data as Record<string, string>;

const T0 = '2026-11-24T10:00:00.000Z';

beforeAll(async () => {
  broker = await TestBroker.start();
  const gateway = await RecordingGateway.enrol(broker);
  const { request, grant } = await makeGrant(broker);
  await mintToken(broker, grant);
  const person = broker.persons.engineer;
  const chain = gateway.chain({ grant, request: request.id, digest: request.digest, person });
  for (let call = 0; call < 3; call += 1) {
    const allowed = chain.add('allowed');
    await gateway.send(chain, [allowed, chain.add('outcome', { id: allowed.record.id }), chain.add('head')]);
  }
  await gateway.send(chain, [chain.add('refused')]);
  const denied = await makeRequest(broker);
  expectStatus(await review(broker, 'reviewer', denied, 'deny'), 201);
  expectStatus(
    await broker.call('approver', 'POST', `/api/v1/grants/${grant}/revocation`, { body: { reason: 'done' } }),
    200,
  );
  copies = await copiesOf(broker);
});
afterAll(() => broker.close());

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
      calls: 3,
      grants: 1,
      trust: null,
      warnings: [],
    });
  });

  test('goes on from a state at any size, with the same result', async () => {
    const whole = await verifyCopies(copies);
    const size = copies.tenant.leaves.length;
    for (const first of [1, Math.floor(size / 2), size - 1, size]) {
      const options = { log: { source: copies.tenant.source(first), key: copies.tenant.vkey } };
      const { state } = await verifyCopies(copies, options);
      const next = await verifyCopies(copies, { since: state });
      expect(next).toMatchObject({ calls: 3, grants: 1, leaves: size - first });
      expect(next.state).toEqual(whole.state);
    }
  });
});

describe('P1: a grant that was not approved as the policy required is named', () => {
  test.each<[string, string, (copies: Copies) => number | undefined]>([
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
        deployment.append({
          ...{ type: 'person.change', at: '2026-01-01T00:00:00.000Z', actor: 'host' },
          data: { person: broker.persons.reviewer, before: ['reviewer'], after: ['auditor'] },
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
          data: { person: broker.persons.tenantAuditor, before: ['approver'], after: ['approver', 'admin'] },
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
  ])('%s', async (_what, expected, attack) => {
    expect(await attacked(attack)).toBe(expected);
  });
});

describe('P3: a call that its grant does not allow is named', () => {
  /** Moves the leaf of the first call, as a gateway would have written it. */
  const call = (change: Record<string, unknown>, expected: string): [string, (copies: Copies) => number] => [
    expected,
    ({ tenant }) => tenant.change('access.allowed', change),
  ];

  test.each<[string, string, (copies: Copies) => number | undefined]>([
    ['changed after it was recorded', ...call({ resource: 'invoices/other' }, 'changed_record there')],
    [
      'under a grant that the log does not have: it was inserted by SQL',
      'unknown_grant there',
      ({ tenant }) => {
        const index = tenant.indexOf('grant.started');
        tenant.drop(index);
        return tenant.indexOf('token.minted');
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
  ])('%s', async (_what, expected, attack) => {
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
        tenant.append({
          ...{ type: 'opening.erased', at: T0, actor: broker.persons.approver as 'job' },
          data: { leaf, fields: ['justification'], authority: 'GDPR Art. 17' },
        });
      },
    ],
  ])('%s', async (_what, expected, attack) => {
    expect(await attacked(attack)).toBe(expected);
  });
});
