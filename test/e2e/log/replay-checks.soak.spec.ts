import type { LeafV1, LogSource } from '@countersign/audit-log';
import { nodeHashing } from '@countersign/authorization';
import { type Terms, termsDigest } from '@countersign/contract';
import { organisation } from '../../factories/organisation.js';
import { type Copies, copiesOf, faultOf, type LogCopy } from '../../support/log-copy.js';
import type { RecordedGrant } from '../../support/record-chain.js';
import { RecordingGateway } from '../../support/recorded-calls.js';
import { TestBroker } from '../harness.js';
import { expectStatus, makeGrant, makeRequest, mintToken, review } from '../story.js';

const BODY = `sha256:${'a'.repeat(64)}`;
const OTHER = `sha256:${'b'.repeat(64)}`;
const PATH = '/tenants/acme/invoices/inv-1?page=2';

let broker: TestBroker;
let gateway: RecordingGateway;
let copies: Copies;
/** A grant with calls; one whose budget is a hundred bytes; one for one change of an invoice. */
let under: RecordedGrant;
let few: RecordedGrant;
let once: RecordedGrant;
/** For one change of another path than that of the records. */
let elsewhere: RecordedGrant;

beforeAll(async () => {
  // The path of the recorded calls has this parameter.
  const file = organisation(({ services: [billing] }) => {
    const read = billing?.routes.find(({ method, action }) => method === 'GET' && action === 'read');
    Object.assign(read ?? {}, { query: ['page'] });
  });
  broker = await TestBroker.start({ organisation: file });
  gateway = await RecordingGateway.enrol(broker);
  const grantOf = async (change: Record<string, unknown> = {}): Promise<RecordedGrant> => {
    const { request, grant } = await makeGrant(broker, 'engineer', change);
    await mintToken(broker, grant);
    return { grant, request: request.id, digest: request.digest, person: broker.persons.engineer };
  };
  under = await grantOf();
  const chain = gateway.chain(under);
  const call = chain.add('allowed');
  await gateway.send(chain, [call, chain.add('outcome', { id: call.record.id }), chain.add('head')]);
  few = await grantOf({ budget: { bytes: 100 } });
  const change = { method: 'GET', path: PATH, bodySha256: BODY };
  const oneCall = { scope: [{ resource: 'invoices/inv-1', actions: ['read'] }], budget: { calls: 1 } };
  once = await grantOf({ ...oneCall, change });
  elsewhere = await grantOf({ ...oneCall, change: { ...change, path: `${PATH}0` } });
  const open = await makeRequest(broker);
  expectStatus(await review(broker, 'reviewer', open), 201);
  copies = await copiesOf(broker);
});
afterAll(() => broker.close());

type Attack = (own: Copies) => number | undefined;

/** Code of the first fault, and `there` if it names the leaf that the attack returns. */
async function attacked(attack: Attack): Promise<string> {
  const own = { tenant: copies.tenant.copy(), deployment: copies.deployment.copy() };
  const index = attack(own);
  const found = await faultOf(own);
  return index === undefined ? found : found.replace(` ${index}`, ' there');
}

const leafAt = (log: LogCopy, index: number) => log.leaves[index] as LeafV1;
const usr = (person: string) => person as `usr_${string}`;

/** A moment after the first token was minted. */
function laterBy({ tenant }: Copies, seconds: number): string {
  const { at } = leafAt(tenant, tenant.indexOf('token.minted'));
  return new Date(Date.parse(at) + seconds * 1_000).toISOString();
}

/** Writes a leaf once more, with other data. */
function again({ tenant }: Copies, index: number, change: Partial<LeafV1> = {}): number {
  const { type, at, actor, data, commitments } = leafAt(tenant, index);
  const place = tenant.append({ type, at, actor, data, commitments, ...change });
  tenant.openings[place] = structuredClone(tenant.openings[index] ?? {});
  return place;
}

/** Records of one run, that a colluding gateway chained and a broker took. @returns the place of the last */
function records(
  own: Copies,
  of: RecordedGrant,
  ...steps: [kind: 'allowed' | 'outcome', change: object][]
): number {
  const chain = gateway.chain(of);
  let id: string | undefined;
  let last = 0;
  for (const [kind, change] of steps) {
    const entry = chain.add(kind, {
      ...(id === undefined ? {} : { id }),
      change: { at: laterBy(own, 1), ...change },
    });
    id = kind === 'allowed' ? entry.record.id : undefined;
    last = own.tenant.appendRecord(entry);
  }
  return last;
}

describe('P1: what a gateway and a broker together let through is named', () => {
  test.each<[string, string, Attack]>([
    [
      'the one change that was approved',
      'none',
      (own) => records(own, once, ['allowed', {}], ['outcome', { bodySha256: BODY }]),
    ],
    [
      'another method than the change',
      'wrong_change there',
      (own) => records(own, once, ['allowed', { method: 'POST' }]),
    ],
    [
      'another body than the change',
      'wrong_change there',
      (own) => records(own, once, ['allowed', {}], ['outcome', { bodySha256: OTHER }]),
    ],
    ['another path than the change', 'wrong_change there', (own) => records(own, elsewhere, ['allowed', {}])],
    [
      'another path than its route and resource',
      'wrong_route there',
      (own) =>
        records(own, under, [
          'allowed',
          { route: '/tenants/{tenant}/invoices', resource: 'invoices', action: 'list' },
        ]),
    ],
    ['an outcome of no call', 'changed_record there', (own) => records(own, under, ['outcome', {}])],
    [
      'an outcome of a call whose own record has it',
      'changed_record there',
      (own) => records(own, under, ['allowed', { mode: 'authz', outcome: 'unknown' }], ['outcome', {}]),
    ],
    [
      'more bytes than the budget',
      'over_budget there',
      (own) =>
        records(
          own,
          few,
          ['allowed', {}],
          ['outcome', { at: laterBy(own, 2) }],
          ['allowed', { at: laterBy(own, 30) }],
        ),
    ],
  ])('%s', async (_what, expected, attack) => {
    expect(await attacked(attack)).toBe(expected);
  });
});

describe('P1, P3: a grant or a token that is not what was approved is named', () => {
  test.each<[string, string, Attack]>([
    [
      'a grant for another person',
      'wrong_grant there',
      ({ tenant }) => tenant.change('grant.started', { requester: broker.persons.otherEngineer }),
    ],
    [
      'a grant of terms that no one asked for',
      'unknown_request there',
      ({ tenant }) => tenant.change('grant.started', { digest: OTHER }),
    ],
    [
      'a grant that starts twice',
      'second_grant there',
      (own) => again(own, own.tenant.indexOf('grant.started')),
    ],
    [
      'a grant that ends twice',
      'second_grant there',
      (own) => {
        const end = {
          type: 'grant.ended',
          at: laterBy(own, 30),
          actor: 'job' as const,
          data: { grant: under.grant, reason: 'expired' },
        };
        own.tenant.append(end);
        return own.tenant.append(end);
      },
    ],
    [
      'a token of another person',
      'wrong_grant there',
      ({ tenant }) => {
        const index = tenant.indexOf('token.minted');
        tenant.edit(index, { actor: usr(broker.persons.otherEngineer) });
        return index;
      },
    ],
    [
      'a token of another digest',
      'wrong_grant there',
      ({ tenant }) => tenant.change('token.minted', { digest: OTHER }),
    ],
    [
      'a token after the end of its grant',
      'after_end there',
      (own) => {
        own.tenant.append({
          type: 'grant.ended',
          at: laterBy(own, 1),
          actor: 'job',
          data: { grant: under.grant, reason: 'expired' },
        });
        return again(own, own.tenant.indexOf('token.minted'), { at: laterBy(own, 2) });
      },
    ],
    [
      'a token that outlives its grant',
      'outside_window there',
      ({ tenant }) => tenant.change('token.minted', { expiresAt: '2030-01-01T00:00:00Z' }),
    ],
    [
      'a token that lives longer than the policy of that moment allowed',
      'outside_window there',
      ({ tenant, deployment }) => {
        const { after: applied } = leafAt(deployment, deployment.indexOf('vendor.applied')).data as {
          after: { policy: object };
        };
        deployment.change('vendor.applied', {
          after: { ...applied, policy: { ...applied.policy, tokenTtl: 60 } },
        });
        return tenant.indexOf('token.minted');
      },
    ],
    [
      'a time that is none',
      'unreadable_leaf there',
      ({ tenant }) => tenant.change('grant.started', { endsAt: 'tomorrow' }),
    ],
  ])('%s', async (_what, expected, attack) => {
    expect(await attacked(attack)).toBe(expected);
  });
});

describe('P1: a request or a review that could not have been is named', () => {
  const offer = ({ tenant }: Copies, change: object): number => {
    const index = tenant.indexOf('request.reviewed', -1);
    const { terms } = leafAt(tenant, tenant.indexOf('request.created', -1)).data as { terms: Terms };
    const { digest } = leafAt(tenant, index).data as { digest: string };
    const wider = { ...terms, parent: digest, ...change } as Terms;
    const data = {
      ...leafAt(tenant, index).data,
      decision: 'counter',
      offer: { terms: wider, digest: termsDigest(nodeHashing, wider) },
    };
    tenant.edit(index, { data });
    return index;
  };
  const note = (own: Copies, type: string, actor: string, change: object = {}): number => {
    const { request, digest } = leafAt(own.tenant, own.tenant.indexOf('request.created', -1)).data;
    return own.tenant.append({
      type,
      at: laterBy(own, 1),
      actor: usr(actor),
      data: { request, digest, ...change },
    });
  };

  test.each<[string, string, Attack]>([
    [
      'for someone else',
      'wrong_digest there',
      ({ tenant }) => tenant.change('request.created', { requester: broker.persons.otherEngineer }),
    ],
    [
      'with the route map of another time',
      'wrong_route there',
      ({ tenant, deployment }) => {
        const index = deployment.change('service.applied', { routes: OTHER });
        deployment.openings[index] = {};
        return tenant.indexOf('request.created');
      },
    ],
    [
      'that says its reason twice',
      'wrong_digest there',
      ({ tenant }) => {
        const index = tenant.indexOf('request.created');
        const { commitments } = leafAt(tenant, index);
        tenant.edit(index, { commitments: { ...commitments, justification: `c1:${'A'.repeat(43)}` } });
        tenant.openings[index] = {};
        return index;
      },
    ],
    ['an offer that allows more', 'offer_widens there', (own) => offer(own, { seconds: 3_000 })],
    [
      'a second decision of one person',
      'wrong_digest there',
      (own) => again(own, own.tenant.indexOf('request.reviewed', -1)),
    ],
    [
      'a question of someone who may not decide',
      'role_not_held there',
      (own) => note(own, 'request.asked', broker.persons.otherEngineer),
    ],
    [
      'an answer of someone else',
      'role_not_held there',
      (own) => note(own, 'request.answered', broker.persons.otherEngineer),
    ],
    [
      'a question about other terms',
      'wrong_digest there',
      (own) => note(own, 'request.asked', broker.persons.approver, { digest: OTHER }),
    ],
    [
      'an invitation that the log does not have',
      'wrong_invitation there',
      (own) =>
        own.tenant.append({
          type: 'invitation.withdrawn',
          at: laterBy(own, 1),
          actor: 'job',
          data: { invitation: 'inv_0', hash: OTHER },
        }),
    ],
    [
      'controls that someone changed who is no admin',
      'role_not_held there',
      (own) => {
        const { after: controls } = leafAt(own.tenant, own.tenant.indexOf('tenant.add')).data;
        const data = { tenant: 'acme', before: controls, after: controls };
        return own.tenant.append({
          type: 'tenant.change',
          at: laterBy(own, 1),
          actor: usr(broker.persons.secondApprover),
          data,
        });
      },
    ],
  ])('%s', async (_what, expected, attack) => {
    expect(await attacked(attack)).toBe(expected);
  });
});

describe('P10: what a log says of itself, and of its gateways, is checked', () => {
  const DAY = 86_400_000;
  const first = () => Date.parse(copies.tenant.dayToSeal);
  const dayAfter = (days: number) => new Date(first() + days * DAY).toISOString().slice(0, 10);
  const append = (
    own: Copies,
    type: string,
    data: Record<string, unknown>,
    more: Partial<LeafV1> = {},
  ): number => own.tenant.append({ type, at: laterBy(own, 1), actor: 'job', data, ...more });
  /** With the statement that is due beside it: no grant was ended. */
  const seal = (own: Copies, day: number): number => {
    const at = { at: `${dayAfter(day)}T23:59:59.000Z` };
    const sealed = append(own, 'log.sealed', { day: dayAfter(day) }, at);
    const ways = [under, few, once, elsewhere].map(({ grant: id }) => ({ kind: 'grant', id }));
    const counts = { more: 0, credentials: {}, gateways: [gateway.id], moreGateways: 0, coverage: null };
    append(own, 'standing.stated', { day: dayAfter(day), zero: false, ways, ...counts }, at);
    return sealed;
  };
  const ofGateway = (own: Copies, type: string, data: Record<string, unknown>): number => {
    const { gateway: id, boot } = leafAt(own.tenant, own.tenant.indexOf('gateway.head')).data;
    return append(own, type, { gateway: id, boot, ...data }, { actor: id as `gtw_${string}` });
  };

  test.each<[string, string, Attack]>([
    [
      'a seal is overdue if days go by without one',
      'seal_missing there',
      (own) => {
        let last = seal(own, 0);
        for (let day = 1; day <= 5; day += 1)
          last = append(own, 'notice.retried', {}, { at: `${dayAfter(day)}T00:00:00.000Z` });
        return last;
      },
    ],
    [
      'a seal that is not opened after twelve months',
      'seal_overdue there',
      (own) => {
        let last = 0;
        for (let day = 0; day <= 400; day += 1) last = seal(own, day);
        // The statement beside the last seal.
        return last + 1;
      },
    ],
    [
      'a seal of another day is opened',
      'seal_overdue there',
      (own) => {
        const leaf = seal(own, 0);
        return append(own, 'log.unsealed', { leaf, day: dayAfter(1) });
      },
    ],
    [
      'a seal is said to be open and is not',
      'missing_opening there',
      (own) => {
        const leaf = seal(own, 0);
        return append(own, 'log.unsealed', { leaf, day: dayAfter(0) });
      },
    ],
    [
      'a seal is opened to something else',
      'false_opening there',
      (own) => {
        const leaf = seal(own, 0);
        own.tenant.edit(leaf, { commitments: { seal: `c1:${'A'.repeat(43)}` } });
        own.tenant.openings[leaf] = { seal: { value: '{}', salt: 'A'.repeat(43) } };
        return leaf;
      },
    ],
    ['a day that is none', 'unreadable_leaf there', (own) => append(own, 'log.sealed', { day: 'today' })],
    [
      'leaves are pruned that the log does not have',
      'wrong_pruning there',
      (own) => append(own, 'log.pruned', { before: 100_000 }),
    ],
    [
      'an erasure of a later leaf',
      'wrong_erasure there',
      (own) =>
        append(
          own,
          'opening.erased',
          { leaf: 100_000, fields: ['path'], authority: 'tenant-admin' },
          { actor: usr(broker.persons.tenantAdmin) },
        ),
    ],
    [
      'an erasure of nothing',
      'wrong_erasure there',
      (own) =>
        append(
          own,
          'opening.erased',
          { leaf: 0, fields: [], authority: 'tenant-admin' },
          { actor: usr(broker.persons.tenantAdmin) },
        ),
    ],
    [
      'a point of the deployment’s log that is none',
      'unreadable_leaf there',
      ({ tenant }) => tenant.change('deployment.checkpoint', { root: 'AAAA' }),
    ],
    [
      'a restore that begins an epoch which the log is not in',
      'forked there',
      (own) => {
        const previous = {
          origin: own.tenant.origin,
          size: own.tenant.leaves.length,
          root: Buffer.alloc(32).toString('base64'),
        };
        return append(own, 'log.restored', { epoch: 2, previous, kept: own.tenant.leaves.length, lost: 0 });
      },
    ],
    [
      'a record that does not continue its chain',
      'changed_record there',
      (own) => ofGateway(own, 'gateway.mismatch', { at: 4, reason: 'prev' }),
    ],
    [
      'a chain that is closed at another end',
      'record_gap there',
      (own) => ofGateway(own, 'gateway.closed', { seq: 9, hash: OTHER }),
    ],
    [
      'a route map that is opened falsely',
      'false_route_map',
      ({ deployment }) => void deployment.change('service.applied', { routes: OTHER }),
    ],
    [
      'a leaf of another tenant',
      'invalid_leaf there',
      ({ tenant }) => {
        tenant.edit(3, { tenant: 'globex' });
        return 3;
      },
    ],
  ])('%s', async (_what, expected, attack) => {
    const found = await attacked(attack);
    expect(expected.endsWith(' there') ? found : found.split(' ')[0]).toBe(expected);
  });

  test('leaves that are gone must have been pruned, as a leaf says', async () => {
    const own = { tenant: copies.tenant.copy(), deployment: copies.deployment };
    for (let leaf = 0; leaf < 300; leaf += 1) append(own, 'notice.retried', {});
    const source: LogSource = own.tenant.source();
    const pruned: LogSource = {
      read: (path) => (path === 'minimum-index' ? Promise.resolve(Buffer.from('256\n')) : source.read(path)),
    };
    const log = { source: pruned, key: own.tenant.vkey };
    expect(await faultOf(own, { log })).toBe('pruned 0');
  });
});
