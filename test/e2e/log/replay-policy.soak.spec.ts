import type { LeafV1 } from '@countersign/audit-log';
import { organisation } from '../../factories/organisation.js';
import { type Copies, copiesOf, faultOf, verifyCopies } from '../../support/log-copy.js';
import type { RecordedGrant } from '../../support/record-chain.js';
import { RecordingGateway } from '../../support/recorded-calls.js';
import { TestBroker } from '../harness.js';
import { expectStatus, makeRequest, mintToken, readRequest, review } from '../story.js';

let broker: TestBroker;
let copies: Copies;
let gateway: RecordingGateway;
let under: RecordedGrant;

const STATED = { country: { value: 'DE', verified: false } };

beforeAll(async () => {
  const file = organisation((each) => {
    const [acme] = each.tenants;
    each.vendor.staff = each.vendor.staff.map((member) => ({ ...member, facts: { country: 'DE' } }));
    if (acme === undefined) return;
    acme.people = acme.people.map((person) => ({
      ...person,
      ...(person.email.startsWith('ada@') ? { groups: ['owners'] } : {}),
      ...(person.email.startsWith('bob@') ? { groups: ['dpo'] } : {}),
    }));
    const stages = ['owner', 'dpo'].map((name) => ({
      ...{ name, groups: [name === 'owner' ? 'owners' : 'dpo'], approvals: 1 },
    }));
    acme.privacyControls = {
      ...acme.privacyControls,
      rules: [{ actions: ['list'], stages, reasonCodes: ['support-case'] }],
    };
  });
  broker = await TestBroker.start({ organisation: file });
  const request = await makeRequest(broker, 'engineer', { reasonCode: 'support-case' });
  expect(request['reasonCode']).toBe('support-case');
  expectStatus(await review(broker, 'reviewer', request), 201);
  const early = await review(broker, 'secondApprover', request);
  expect([early.status, (early.body as { code: string }).code]).toEqual([409, 'wrong_state']);
  expectStatus(await review(broker, 'approver', request), 201);
  const between = await readRequest(broker, request.id);
  expect(between['needs']).toMatchObject({
    customer: {
      ...{ required: 2, approved: 1 },
      stages: [
        { name: 'owner', groups: ['owners'], required: 1, approved: 1, escalate: null },
        { name: 'dpo', required: 1, approved: 0 },
      ],
    },
  });
  expectStatus(await review(broker, 'secondApprover', request), 201);
  const { grant } = await readRequest(broker, request.id);
  await mintToken(broker, grant ?? '');
  gateway = await RecordingGateway.enrol(broker);
  under = {
    grant: grant ?? '',
    request: request.id,
    digest: request.digest,
    person: broker.persons.engineer,
  };
  const chain = gateway.chain(under);
  const call = chain.add('allowed', { change: { requesterFacts: STATED } });
  await gateway.send(chain, [call, chain.add('outcome', { id: call.record.id }), chain.add('head')]);
  copies = await copiesOf(broker);
});
afterAll(() => broker.close());

const dataOf = ({ tenant }: Copies, index: number) =>
  (tenant.leaves[index] as LeafV1).data as Record<string, unknown>;

async function attacked(attack: (copies: Copies) => void): Promise<string> {
  const own = { tenant: copies.tenant.copy(), deployment: copies.deployment.copy() };
  attack(own);
  return (await faultOf(own)).split(' ')[0] ?? '';
}

/** The place of a customer's review: 0 the owner's, 1 the data protection officer's. */
const reviewAt = ({ tenant }: Copies, index: number) => tenant.indexOf('request.reviewed', 1 + index);

test('a log of approvals in stages verifies', async () => {
  expect(await verifyCopies(copies)).toMatchObject({
    ...{ replayed: true, grants: 1, calls: 1 },
    // The customer's approvers decide with API keys that the test's host made.
    warnings: [{ code: 'host_made_key', count: 2 }, { code: 'first_run' }],
  });
});

describe('P1: terms that state another place or employer than the log are named', () => {
  /** The first leaf of the deployment's log that names the requester, with other facts. */
  const claiming = (facts: object | undefined) => (own: Copies) => {
    const { requester } = dataOf(own, own.tenant.indexOf('request.created')) as { requester: string };
    const index = own.deployment.leaves.findIndex(
      (leaf) => leaf?.type === 'person.add' && leaf.data['person'] === requester,
    );
    const { facts: _own, ...data } = (own.deployment.leaves[index] as LeafV1).data;
    own.deployment.edit(index, { data: { ...data, ...(facts === undefined ? {} : { facts }) } });
  };

  test.each([
    ['another country', { country: { value: 'US', source: 'stated' } }, 'wrong_facts'],
    ['a verified country', { country: { value: 'DE', source: 'oidc' } }, 'wrong_facts'],
    [
      'one fact more',
      { country: { value: 'DE', source: 'stated' }, entity: { value: 'N', source: 'scim' } },
      'wrong_facts',
    ],
    ['nothing', undefined, 'wrong_facts'],
    ['the same', { country: { value: 'DE', source: 'stated' } }, 'none'],
  ])('the log has %s', async (_what, facts, expected) => {
    expect(await attacked(claiming(facts))).toBe(expected);
  });
});

describe('P1: a record of a call states the facts of its terms', () => {
  test.each([
    ['another country', { country: { value: 'US', verified: false } }, 'wrong_facts'],
    ['a verified country', { country: { value: 'DE', verified: true } }, 'wrong_facts'],
    ['nothing', undefined, 'wrong_facts'],
    ['the same', STATED, 'none'],
  ])('one with %s', async (_what, requesterFacts, expected) => {
    // A gateway that colludes: its chain is whole.
    const attack = (own: Copies) => {
      const { at } = own.tenant.leaves[own.tenant.indexOf('token.minted')] as LeafV1;
      const facts = requesterFacts === undefined ? {} : { requesterFacts };
      const later = new Date(Date.parse(at) + 1_000).toISOString();
      own.tenant.appendRecord(gateway.chain(under).add('allowed', { change: { at: later, ...facts } }));
    };
    expect(await attacked(attack)).toBe(expected);
  });

  test('lists of calls show them', async () => {
    const { body } = await broker.call('approver', 'GET', '/api/v1/tenants/acme/access-records');
    expect((body as { items: object[] }).items).toMatchObject([{ requesterFacts: STATED }]);
  });
});

describe('P1: approvals that were not given in their stages are named', () => {
  test.each<[string, string, (copies: Copies) => void]>([
    [
      'the later stage approved before the earlier',
      'wrong_stage',
      (own) => own.tenant.drop(reviewAt(own, 0)),
    ],
    ['the last stage is missing', 'not_approved', (own) => own.tenant.drop(reviewAt(own, 1))],
    [
      'a review names another stage than the open one',
      'wrong_stage',
      (own) =>
        own.tenant.edit(reviewAt(own, 1), { data: { ...dataOf(own, reviewAt(own, 1)), stage: 'owner' } }),
    ],
    [
      'a review names no stage',
      'wrong_stage',
      (own) => {
        const { stage: _none, ...data } = dataOf(own, reviewAt(own, 0));
        own.tenant.edit(reviewAt(own, 0), { data });
      },
    ],
    [
      'the request stated no reason that the rule accepts',
      'not_allowed',
      (own) => {
        const index = own.tenant.indexOf('request.created', 0);
        const { reasonCode: _none, ...data } = dataOf(own, index);
        own.tenant.edit(index, { data });
      },
    ],
    [
      'an approver of no group of the stage',
      'wrong_stage',
      (own) => {
        const index = own.tenant.leaves.findIndex(
          ({ type, data }) => type === 'person.add' && data['person'] === broker.persons.secondApprover,
        );
        const { groups: _none, ...data } = dataOf(own, index);
        own.tenant.edit(index, { data });
      },
    ],
  ])('%s', async (_name, code, attack) => {
    expect(await attacked(attack)).toBe(code);
  });
});
