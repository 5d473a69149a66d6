/** @soak */

import type { LeafV1, LogSource } from '@countersign/audit-log';
import { nodeHashing } from '@countersign/authorization';
import { commit } from '@countersign/contract';
import { completeData } from '../../support/complete-data.js';
import {
  type Copies,
  copiesOf,
  faultOf,
  type LogCopy,
  restoredCopy,
  verifyCopies,
} from '../../support/log-copy.js';
import { gatewayIdentity, type RecordedGrant } from '../../support/record-chain.js';
import { RecordingGateway } from '../../support/recorded-calls.js';
import { onlyInSoak, rowsOfEachKind, someRows } from '../../support/samples.js';
import { TestBroker } from '../harness.js';
import { makeGrant, mintToken } from '../story.js';

const DAY_MS = 86_400_000;

let broker: TestBroker;
let gateway: RecordingGateway;
let honest: Copies;
let under: RecordedGrant;

beforeAll(async () => {
  broker = await TestBroker.start();
  gateway = await RecordingGateway.enrol(broker);
  const { request, grant } = await makeGrant(broker);
  await mintToken(broker, grant);
  under = { grant, request: request.id, digest: request.digest, person: broker.persons.engineer };
  const chain = gateway.chain(under);
  for (let call = 0; call < 3; call += 1) {
    const allowed = chain.add('allowed');
    await gateway.send(chain, [allowed, chain.add('outcome', { id: allowed.record.id }), chain.add('head')]);
  }
  honest = await copiesOf(broker);
});
afterAll(() => broker.close());

const own = (): Copies => ({ tenant: honest.tenant.copy(), deployment: honest.deployment.copy() });
const leafOf = (log: LogCopy, index: number) => log.leaves[index] as LeafV1;
const later = (at: string, ms: number) => new Date(Date.parse(at) + ms).toISOString();

/** Makes a leaf of a record into one that says that the broker did not take it. */
function disown({ tenant }: Copies, index: number, reason: string, more: object = {}): void {
  const { at, data } = leafOf(tenant, index);
  const { gateway: id, boot, gatewaySeq, gatewayHash, record } = data;
  tenant.edit(index, {
    ...{ type: 'gateway.mismatch', at, commitments: {} },
    data: completeData(
      'gateway.mismatch',
      withoutUndefined({ gateway: id, boot, at: gatewaySeq, gatewayHash, reason, record, ...more }),
    ),
  });
  tenant.openings[index] = {};
}

const withoutUndefined = (data: object): Record<string, unknown> =>
  Object.fromEntries(Object.entries(data).filter(([, value]) => value !== undefined));

/** Fills a log up, prunes its first tile and records that, as anyone who holds its key can. */
function pruned(log: LogCopy, age = 0): LogSource {
  const { at } = log.leaves.at(-1) as LeafV1;
  const first = `${log.dayToSeal}T00:00:00Z`;
  while (log.leaves.length < 260) log.append({ type: 'notice.retried', at, actor: 'job', data: {} });
  for (let days = 0; days <= age; days += 1) {
    const day = later(first, days * DAY_MS).slice(0, 10);
    const leaf = log.append({
      type: 'log.sealed',
      at: later(at, days * DAY_MS),
      actor: 'job',
      data: { day },
    });
    const stated = { zero: true, ways: [], more: 0, gateways: [], moreGateways: 0 };
    log.append({ type: 'standing.stated', at: later(at, days * DAY_MS), actor: 'job', data: stated });
    if (days <= age - 366)
      log.append({ type: 'log.unsealed', at: later(at, days * DAY_MS), actor: 'job', data: { leaf, day } });
  }
  log.append({
    ...{ type: 'log.pruned', at: later(at, age * DAY_MS), actor: 'job', data: { before: 256 } },
  });
  const { files } = log.source();
  for (const path of ['tile/0/000', 'tile/entries/000']) files.delete(path);
  for (let index = 0; index < 256; index += 1) files.delete(`openings/${index}`);
  files.set('minimum-index', Buffer.from('256\n'));
  return { read: (path) => Promise.resolve(files.get(path)) };
}

function revokeGateway({ tenant, deployment }: Copies): void {
  const { at } = tenant.leaves.at(-1) as LeafV1;
  deployment.append({ type: 'gateway.revoked', at, actor: 'host', data: { gateway: gateway.id } });
}

test('the log verifies before anything is hidden', async () => {
  expect(await verifyCopies(honest)).toMatchObject({ replayed: true, calls: 3 });
});

describe('P10: a call that a gateway recorded cannot be hidden by the broker', () => {
  test.each(
    someRows<[string, object]>([
      ['as a refusal that does not fit', { claimed: { decision: 'refused' } }],
      ['as a record of which nothing is said', {}],
      ['as a record without its hash', { claimed: { decision: 'refused' }, gatewayHash: undefined }],
    ]),
  )('%s', async (_how, more) => {
    const copies = own();
    const call = copies.tenant.indexOf('access.allowed', 1);
    disown(copies, call, 'digest', more);
    disown(copies, copies.tenant.indexOf('access.outcome', 1), 'outcome');
    expect(await faultOf(copies)).toBe(`disputed_call ${call}`);
  });

  test('by other records in its place, which no head can cover', async () => {
    const copies = own();
    const chain = gateway.chain(under);
    const { at } = leafOf(copies.tenant, copies.tenant.leaves.length - 1);
    const places = Array.from({ length: 15 }, (_, minute) =>
      copies.tenant.appendRecord(chain.add('refused', { change: { at: later(at, minute * 60_000) } })),
    );
    expect(await faultOf(copies)).toBe(`bad_head ${places[11]}`);
  });

  onlyInSoak(() => {
    test('and a host that slept before it signed is no fault', async () => {
      const copies = own();
      const chain = gateway.chain(under);
      const { at } = leafOf(copies.tenant, copies.tenant.leaves.length - 1);
      for (const minute of [0, 600, 601])
        copies.tenant.appendRecord(chain.add('refused', { change: { at: later(at, minute * 60_000) } }));
      expect(await faultOf(copies)).toBe('none');
    });

    test('by another key of its gateway, which signs other records', async () => {
      const copies = own();
      const index = copies.deployment.indexOf('gateway.registered');
      const { at, actor, data } = leafOf(copies.deployment, index);
      const { publicKey } = gatewayIdentity();
      const again = copies.deployment.append({
        ...{ type: 'gateway.registered', at, actor, data: { ...data, publicKey } },
      });
      expect(await faultOf(copies)).toBe(`bad_head ${again}`);
    });

    test('by a restore: what is missing shortly after it is told, and long after it is a fault', async () => {
      const hidden = (at: string, records = 2): Copies => {
        const { tenant, deployment } = own();
        const copies = {
          tenant: tenant.copy(`${tenant.origin}/2`),
          deployment: restoredCopy(deployment, at),
        };
        const call = copies.tenant.indexOf('access.allowed');
        copies.tenant.drop(call, records);
        const previous = { origin: tenant.origin, size: call, root: Buffer.alloc(32).toString('base64') };
        copies.tenant.insert(call, {
          ...{ type: 'log.restored', at, actor: 'host' },
          data: { epoch: 2, previous, kept: call, lost: 0 },
        });
        return copies;
      };
      const { at } = leafOf(honest.tenant, honest.tenant.indexOf('access.allowed'));
      expect((await verifyCopies(hidden(at))).warnings).toContainEqual(
        expect.objectContaining({
          code: 'records_lost',
          detail: expect.stringContaining(`Records 1 to 2 of ${gateway.id} are missing`),
        }),
      );
      // The call was lost, and its outcome came after the restore.
      expect((await verifyCopies(hidden(at, 1))).warnings).toContainEqual(
        expect.objectContaining({
          code: 'records_lost',
          detail: expect.stringContaining(`Records 1 to 1 of ${gateway.id} are missing`),
        }),
      );
      const before = later(at, -60 * DAY_MS);
      const long = hidden(before);
      for (let index = 0; long.tenant.leaves[index]?.type !== 'log.restored'; index += 1)
        long.tenant.edit(index, {
          ...{ type: 'preferences.changed', at: before, actor: 'job', data: { person: '' }, commitments: {} },
        });
      long.deployment.edit(long.deployment.indexOf('log.restored'), { at: later(at, 0) });
      expect(await faultOf(long)).toMatch(/^record_gap /);
    });
  });
});

describe('P10: the deployment’s log that is shown must be the one that this log names', () => {
  test('another one under the name of a restore that no leaf tells of', async () => {
    const copies = own();
    const shown = copies.deployment.copy(`${copies.deployment.origin}/2`);
    const { at } = leafOf(shown, shown.leaves.length - 1);
    shown.append({
      ...{ type: 'gateway.enrolled', at, actor: 'host' },
      data: { gateway: 'gtw_0199f0a0-7b2c-7003-8000-0000000000e1' },
    });
    expect(await faultOf({ ...copies, deployment: shown })).toMatch(/^deployment_forked /);
  });

  onlyInSoak(() => {
    test('another one under the name of a restore that only the deployment’s log tells of, and that kept nothing', async () => {
      const copies = own();
      const { at } = leafOf(copies.deployment, copies.deployment.leaves.length - 1);
      const size = copies.deployment.leaves.length;
      copies.deployment = restoredCopy(copies.deployment, at, { kept: 0, lost: size });
      expect(await faultOf(copies)).toBe('deployment_forked');
    });

    test('nor under that of a restore of both logs, if this log has kept the leaf that names it', async () => {
      const copies = own();
      const { at } = leafOf(copies.deployment, copies.deployment.leaves.length - 1);
      const size = copies.deployment.leaves.length;
      const both = (deployment: LogCopy): Copies => ({
        tenant: restoredCopy(copies.tenant, at),
        deployment: restoredCopy(deployment, at, { kept: 0, lost: size }),
      });
      expect(await faultOf(both(copies.deployment))).toBe('none');
      const other = copies.deployment.copy();
      other.edit(other.indexOf('vendor.applied'), { actor: 'job' });
      expect(await faultOf(both(other))).toBe(
        `deployment_forked ${copies.tenant.indexOf('deployment.checkpoint')}`,
      );
    });

    test('and leaves of it that an earlier run had verified are reported as lost', async () => {
      const { state, point, deployment: verified } = await verifyCopies(own());
      const namedAs = ({ origin, size, root }: typeof point) => ({ previous: { origin, size, root } });
      const { tenant, deployment } = own();
      const { at } = leafOf(deployment, deployment.leaves.length - 1);
      const size = deployment.leaves.length;
      const restored = (kept: number): Copies => ({
        tenant: restoredCopy(tenant, at, namedAs(point)),
        deployment: restoredCopy(deployment, at, { ...namedAs(verified), kept, lost: size - kept }),
      });
      expect((await verifyCopies(restored(size), { since: state })).succession).toMatchObject({ lost: 0 });
      expect((await verifyCopies(restored(2), { since: state })).succession).toMatchObject({
        lost: size - 2,
      });
    });

    test('one that names no point of it before a grant', async () => {
      const copies = own();
      const { tenant } = copies;
      while (tenant.leaves.some(({ type }) => type === 'deployment.checkpoint'))
        tenant.drop(tenant.indexOf('deployment.checkpoint'));
      expect(await faultOf(copies)).toMatch(/^deployment_forked /);
    });

    test('one whose beginning is gone', async () => {
      const copies = own();
      const source = pruned(copies.deployment, 500);
      expect(await faultOf(copies, { deployment: { source, key: copies.deployment.vkey } })).toBe('pruned');
    });
  });
});

describe('P1: an approval counts only as long as its author may approve', () => {
  test('and if the leaf that voids it is left out, the grant is not approved', async () => {
    const copies = own();
    const { tenant } = copies;
    const { approver } = broker.persons;
    const grant = tenant.indexOf('grant.started');
    const { at } = leafOf(tenant, grant);
    const { data } = tenant.leaves.find((leaf) => leaf.data['person'] === approver) as LeafV1;
    tenant.insert(grant, {
      ...{ type: 'person.remove', at, actor: broker.persons.tenantAdmin as 'job' },
      data: { person: approver, before: data['after'], after: [] },
    });
    expect(await faultOf(copies)).toBe(`not_approved ${grant + 1}`);
  });

  onlyInSoak(() => {
    test('and the reason that is shown to it is the one of the terms', async () => {
      const copies = own();
      const { tenant } = copies;
      const index = tenant.indexOf('request.created');
      const salt = Buffer.alloc(32);
      const value = 'something harmless';
      tenant.edit(index, {
        commitments: { justification: commit(nodeHashing, 'justification', salt, value) },
      });
      tenant.openings[index] = { justification: { value, salt: salt.toString('base64url') } };
      expect(await faultOf(copies)).toBe(`wrong_digest ${index}`);
    });
  });
});

describe('P10: leaves are pruned only when they are old', () => {
  test.each(
    someRows<[string, number, RegExp]>(
      [
        ['on the same day', 0, /^wrong_pruning /],
        ['after a year', 365, /^wrong_pruning /],
        ['after 400 days', 400, /^none$/],
      ],
      2,
    ),
  )('%s', async (_when, days, expected) => {
    const copies = own();
    // Its gateway was revoked: otherwise it would have to sign each day.
    revokeGateway(copies);
    const source = pruned(copies.tenant, days);
    const log = { source, key: copies.tenant.vkey };
    const found = await faultOf(copies, { log, openings: false });
    expect(found).toMatch(expected);
  });
});

onlyInSoak(() => {
  test('P10: records that a pruned log lacks are told', async () => {
    const copies = own();
    const chain = gateway.chain(under);
    chain.add('refused');
    const second = chain.add('head');
    const { tenant } = copies;
    const { at } = tenant.leaves.at(-1) as LeafV1;
    while (tenant.leaves.length < 256) tenant.append({ type: 'notice.retried', at, actor: 'job', data: {} });
    const index = tenant.appendRecord(second);
    tenant.edit(index, {
      type: 'gateway.head',
      data: { ...leafOf(tenant, index).data, prev: second.record.prev },
    });
    revokeGateway(copies);
    const source = pruned(tenant, 400);
    const { warnings } = await verifyCopies(copies, { log: { source, key: tenant.vkey }, openings: false });
    expect(warnings).toContainEqual(
      expect.objectContaining({
        code: 'records_lost',
        index,
        detail: expect.stringContaining('Records 1 to 1'),
      }),
    );
  });
});

describe('P10: values are erased by the tenant’s admin alone, and not before their time', () => {
  const erased = async (by: string, days: number): Promise<string> => {
    const copies = own();
    const leaf = copies.tenant.indexOf('access.allowed', 1);
    copies.tenant.openings[leaf] = {};
    const at = later(leafOf(copies.tenant, leaf).at, days * DAY_MS);
    const index = copies.tenant.append({
      ...{ type: 'opening.erased', at, actor: by as 'job' },
      data: { leaf, fields: ['path'], authority: 'tenant-admin' },
    });
    return (await faultOf(copies)).replace(` ${index}`, ' there');
  };

  test('by the host, a job, an approver, and the vendor', async () => {
    const { secondApprover, securityAdmin } = broker.persons;
    for (const by of ['host', 'job', secondApprover, securityAdmin])
      expect(await erased(by, 100)).toBe('role_not_held there');
  });

  onlyInSoak(() => {
    test('by the admin after 89 days, and after 90', async () => {
      const { tenantAdmin } = broker.persons;
      expect(await erased(tenantAdmin, 89)).toBe('wrong_erasure there');
      expect(await erased(tenantAdmin, 90)).toBe('none');
    });
  });
});

describe('a daily statement of what is open', () => {
  /** The fault after a statement with these ways in, written as the job writes it. */
  const faultWith = (ways: { kind: string; id: string }[], zero: boolean, more = 0) => {
    const copies = own();
    const { at } = leafOf(copies.tenant, copies.tenant.leaves.length - 1);
    const gateways = { gateways: [gateway.id], moreGateways: 0 };
    const data = { day: at.slice(0, 10), zero, ways, more, credentials: {}, ...gateways, coverage: null };
    copies.tenant.append({ type: 'standing.stated', at, actor: 'job', data });
    return faultOf(copies);
  };

  test('lists exactly the access that the leaves before it have opened', async () => {
    expect(await faultWith([{ kind: 'grant', id: under.grant }], false)).toBe('none');
  });

  const grant = () => ({ kind: 'grant', id: under.grant });
  test.each(
    someRows<[string, () => { kind: string; id: string }[], boolean, number?]>(
      [
        ['says zero while an access is open', () => [], true],
        ['lists nothing, and does not say zero', () => [], false],
        ['lists an access that the log does not have', () => [{ kind: 'grant', id: 'grt_0' }], false],
        ['lists an access twice', () => [grant(), grant()], false],
        [
          'lists an invitation that no one has made',
          () => [grant(), { kind: 'invitation', id: 'inv_0' }],
          false,
        ],
        [
          'lists a rule that the controls do not have',
          () => [grant(), { kind: 'rule', id: 'emergency' }],
          false,
        ],
        ['lists an access, and says zero', () => [grant()], true],
        ['counts more ways in than are open', () => [grant()], false, 1],
        ['counts an access that it could list', () => [], false, 1],
      ],
      2,
    ),
  )('is a fault if it %s', async (_case, ways, zero, more = 0) => {
    expect(await faultWith(ways(), zero, more)).toBe(`standing_differs ${honest.tenant.leaves.length}`);
  });
});

describe('a quarterly access review', () => {
  type Draft = { type: string; data: object; actor?: string; later?: number };
  const DAYS = 14 * DAY_MS;
  /** The people of the tenant who have a role, as the review lists them. */
  const people = () => {
    const roles = new Map<string, string[]>();
    for (const { type, data } of honest.tenant.leaves)
      if (type.startsWith('person.'))
        roles.set(String(data['person']), type === 'person.remove' ? [] : (data['after'] as string[]));
    return [...roles]
      .filter(([, roles]) => roles.length > 0)
      .map(([id]) => ({ kind: 'person', id, service: null }));
  };
  const grant = () => ({ kind: 'grant', id: under.grant, service: 'billing' });
  const opened = (change: object = {}): Draft => ({
    type: 'access-review.opened',
    data: {
      ...{ review: 'acr_1', quarter: '2027-01-01', missed: [], items: [grant(), ...people()], more: 0 },
      ...change,
    },
  });
  const decided = (item: object, outcome: string, actor: string, laterBy = 1_000): Draft => ({
    ...{ type: 'access-review.decided', actor, later: laterBy },
    data: { review: 'acr_1', ...item, outcome },
  });
  const faultAfter = async (...drafts: Draft[]) => {
    const copies = own();
    const { at } = leafOf(copies.tenant, copies.tenant.leaves.length - 1);
    for (const { type, data, actor = 'job', later: ms = 0 } of drafts)
      copies.tenant.append({
        ...{ type: type as 'log.sealed', at: later(at, ms), actor: actor as 'job' },
        data: { ...(type.endsWith('.opened') && { dueAt: later(at, DAYS) }), ...data },
      });
    return (await faultOf(copies)).replace(/ \d+$/, '');
  };
  const admin = () => broker.persons.tenantAdmin;
  const approver = () => ({ kind: 'person', id: broker.persons.approver, service: null });

  test('verifies if it lists what is open and its admins decide', async () => {
    expect(await faultAfter(opened(), decided(approver(), 'confirmed', admin()))).toBe('none');
    expect(await faultAfter(opened(), decided(grant(), 'kept', 'job', DAYS))).toBe('none');
  });

  test.each(
    rowsOfEachKind<[string, () => Draft[], string]>(
      [
        ['leaves out an access', () => [opened({ items: people() })], 'wrong_access_review'],
        [
          'leaves out a person',
          () => [opened({ items: [grant(), ...people().slice(1)] })],
          'wrong_access_review',
        ],
        [
          'counts items that it could list',
          () => [
            opened({ items: [], more: 1 }),
            { type: 'access-review.closed', later: DAYS, data: { review: 'acr_1' } },
          ],
          'wrong_access_review',
        ],
        [
          'is of the same quarter as another',
          () => [opened(), opened({ review: 'acr_2' })],
          'wrong_access_review',
        ],
        [
          'gives less than its term',
          () => [opened({ dueAt: '2026-01-01T00:00:00Z' })],
          'wrong_access_review',
        ],
        [
          'was decided by no admin',
          () => [opened(), decided(approver(), 'confirmed', broker.persons.secondApprover)],
          'role_not_held',
        ],
        [
          'has an admin who confirmed their own roles',
          () => [opened(), decided({ ...approver(), id: admin() }, 'confirmed', admin())],
          'self_review',
        ],
        [
          'says that an access ended, and it did not',
          () => [opened(), decided(grant(), 'pruned', admin())],
          'wrong_access_review',
        ],
        [
          'let something lapse too early',
          () => [opened(), decided(grant(), 'kept', 'job')],
          'wrong_access_review',
        ],
        [
          'decided twice',
          () => [opened(), decided(approver(), 'confirmed', admin()), decided(approver(), 'gone', admin())],
          'wrong_access_review',
        ],
        [
          'was confirmed by the vendor’s side',
          () => [opened(), decided(approver(), 'confirmed', 'job', DAYS)],
          'wrong_access_review',
        ],
        [
          'is closed with items that have no outcome',
          () => [
            opened(),
            {
              type: 'access-review.closed',
              later: DAYS,
              data: { review: 'acr_1', quarter: '2027-01-01', counts: {} },
            },
          ],
          'wrong_access_review',
        ],
      ],
      ([, , expected]) => expected,
    ),
  )('is a fault if it %s', async (_case, drafts, expected) => {
    expect(await faultAfter(...drafts())).toBe(expected);
  });
});

describe('a practice of the approvers', () => {
  type Draft = { type: string; data: object; actor?: string; later?: number };
  const WEEK = 7 * DAY_MS;
  const ask = { action: 'read', resource: 'invoices', seconds: 900 };
  const approvers = () => [broker.persons.approver, broker.persons.secondApprover];
  const opened = (change: object = {}): Draft => ({
    type: 'practice.opened',
    data: {
      ...{ practice: 'prc_1', occasion: 'quarter:2027-01-01', missed: [], people: approvers(), more: 0 },
      ...change,
    },
  });
  const answered = (actor: string, change: object = {}, laterBy = 1_000): Draft => ({
    ...{ type: 'practice.answered', actor, later: laterBy },
    data: {
      ...{ practice: 'prc_1', expected: ask, asked: ask, decision: 'approve', result: 'passed' },
      ...{ passkey: 'none', channel: 'web', seconds: 1, ...change },
    },
  });
  const closed = (unanswered: string[], laterBy = WEEK): Draft => ({
    ...{ type: 'practice.closed', later: laterBy },
    data: { practice: 'prc_1', counts: {}, unanswered, more: 0 },
  });
  const faultAfter = async (...drafts: Draft[]) => {
    const copies = own();
    const { at } = leafOf(copies.tenant, copies.tenant.leaves.length - 1);
    for (const { type, data, actor = 'job', later: ms = 0 } of drafts)
      copies.tenant.append({
        ...{ type: type as 'log.sealed', at: later(at, ms), actor: actor as 'job' },
        data: { ...(type.endsWith('.opened') && { dueAt: later(at, WEEK) }), ...data },
      });
    return (await faultOf(copies)).replace(/ \d+$/, '');
  };
  const first = () => broker.persons.approver;
  const second = () => broker.persons.secondApprover;

  test('verifies if its approvers answer for themselves, and who does not is named', async () => {
    expect(await faultAfter(opened(), answered(first()), closed([second()]))).toBe('none');
  });

  test.each(
    rowsOfEachKind<[string, () => Draft[], string]>(
      [
        [
          'asks someone who is no approver',
          () => [opened({ people: [broker.persons.engineer] })],
          'wrong_practice',
        ],
        [
          'counts people whom it could list',
          () => [opened({ people: [], more: 2 }), closed([])],
          'wrong_practice',
        ],
        [
          'is for the same quarter as another',
          () => [opened(), opened({ practice: 'prc_2' })],
          'wrong_practice',
        ],
        ['gives less than its term', () => [opened({ dueAt: '2026-01-01T00:00:00Z' })], 'wrong_practice'],
        ['was begun by no admin', () => [{ ...opened(), actor: second() }], 'role_not_held'],
        [
          'was answered by someone else',
          () => [opened(), answered(broker.persons.engineer)],
          'role_not_held',
        ],
        ['was answered twice', () => [opened(), answered(first()), answered(first())], 'wrong_practice'],
        [
          'was answered after its term',
          () => [opened(), answered(first(), {}, WEEK + DAY_MS)],
          'wrong_practice',
        ],
        [
          'says that a wrong answer was right',
          () => [opened(), answered(first(), { asked: { ...ask, action: 'delete' } })],
          'wrong_practice',
        ],
        [
          'says that a passkey worked without its signature',
          () => [opened(), answered(first(), { passkey: 'worked' })],
          'wrong_practice',
        ],
        ['is closed before its term', () => [opened(), closed(approvers(), 1_000)], 'wrong_practice'],
        ['hides who has not answered', () => [opened(), answered(first()), closed([])], 'wrong_practice'],
        [
          'says that someone has not answered who has',
          () => [opened(), answered(first()), closed([first(), second()])],
          'wrong_practice',
        ],
        [
          'was answered after it was closed',
          () => [opened(), closed(approvers()), answered(first())],
          'wrong_practice',
        ],
      ],
      ([, , expected]) => expected,
    ),
  )('is a fault if it %s', async (_case, drafts, expected) => {
    expect(await faultAfter(...drafts())).toBe(expected);
  });
});
