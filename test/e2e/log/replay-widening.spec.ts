/** @soak */

import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { ChangedTenantPerson, Widening, WideningToSign } from '@countersign/api';
import {
  encodeBase64,
  encodeLeaf,
  type LeafV1,
  leafHash,
  logOrigin,
  verifierKey,
} from '@countersign/audit-log';
import { nodeHashing } from '@countersign/authorization';
import { sealedLogName } from '@countersign/contract';
import { run } from '../../../apps/cli/src/main.js';
import { Terminal } from '../../../apps/cli/test/terminal.js';
import { organisation } from '../../factories/organisation.js';
import { AT } from '../../factories/trust.js';
import { claim } from '../../support/claim.js';
import { Customer } from '../../support/customer.js';
import { eventually } from '../../support/eventually.js';
import { type Copies, copiesOf, faultOf, LogCopy, verifyCopies } from '../../support/log-copy.js';
import { onlyInSoak, rowsOfEachKind } from '../../support/samples.js';
import { removeFolder, tempFolder } from '../../support/temp-folder.js';
import { TestBroker } from '../harness.js';
import { expectStatus } from '../story.js';

const DELAY = 600;
type Controls = { version: string; maxDuration: string | null; waiting?: string };

let broker: TestBroker;
let copies: Copies;
let ada: Customer;
let ann: Customer;

const controls = () => ada.ask<Controls>('GET', 'privacy-controls');
const widening = (id: string) => ada.ask<Widening>('GET', `widenings/${id}`);
const widen = async (maxDuration: string) => {
  const now = await controls();
  const changed = await ann.ask<Controls>('PUT', 'privacy-controls', { ...now, maxDuration });
  expect(changed).toMatchObject({ maxDuration: now.maxDuration, version: now.version });
  return changed.waiting ?? '';
};
const isApplied = (id: string) =>
  eventually('the widening takes effect', async () => (await widening(id)).state === 'applied', 20_000, 50);

/** An approver whom Ann adds and Ada confirms. */
async function addEve(): Promise<string> {
  const eve = { email: 'eve@acme.example', name: 'Eve', roles: ['approver'] };
  const { roles, waiting = '' } = await ann.ask<ChangedTenantPerson>('POST', 'people', eve, 201);
  expect(roles).toEqual([]);
  expect(await widening(waiting)).toMatchObject({
    ...{ state: 'waiting', mustBeSigned: false, needsConfirmation: true, confirmers: [ada.id] },
    ...{ before: { roles: [], groups: [] }, after: { roles: ['approver'], groups: [] } },
  });
  expectStatus(await ann.call('POST', `widenings/${waiting}/confirmation`, {}), 403);
  expectStatus(await ada.call('POST', `widenings/${waiting}/confirmation`, {}), 201);
  return waiting;
}

/** Two admins; the first widening is confirmed before the claim, the second by a passkey after it. */
beforeAll(async () => {
  const file = organisation((each) => {
    const [acme] = each.tenants;
    if (acme === undefined) return;
    acme.people = acme.people.map((person) =>
      person.email.startsWith('ann@') ? { ...person, roles: ['approver', 'admin'] } : person,
    );
    acme.privacyControls = {
      ...{ ...acme.privacyControls, maxDuration: 3_600 },
      widening: { delay: DELAY, secondAdmin: true },
    };
  });
  broker = await TestBroker.start({ organisation: file });
  ada = await Customer.of(broker, 'approver');
  ann = await Customer.of(broker, 'tenantAdmin');
  const first = await widen('PT2H');
  expect(await widening(first)).toMatchObject({
    state: 'waiting',
    needsConfirmation: true,
    mustBeSigned: false,
  });
  expectStatus(await ada.call('POST', `widenings/${first}/confirmation`, {}), 201);
  broker.clock.advance(DELAY);
  await isApplied(first);
  expect((await controls()).maxDuration).toBe('PT2H');
  // Enrolling a passkey takes a fresh sign-in.
  ada = await Customer.of(broker, 'approver');
  ann = await Customer.of(broker, 'tenantAdmin');
  await claim([ada, ann], { approvals: 1, threshold: 2 });
  broker.clock.advance(10);
  const second = await widen('PT3H');
  const { statement } = await ada.ask<WideningToSign>('GET', `widenings/${second}/statement`);
  const countersignature = ada.key.sign(statement, AT);
  const refused = await ada.call('POST', `widenings/${second}/confirmation`, {});
  expect(refused.body).toMatchObject({ code: 'countersignature_required' });
  expectStatus(await ada.call('POST', `widenings/${second}/confirmation`, { countersignature }), 201);
  const eve = await addEve();
  broker.clock.advance(DELAY);
  await isApplied(second);
  await isApplied(eve);
  const third = await widen('PT4H');
  expectStatus(await ada.call('DELETE', `widenings/${third}`), 200);
  copies = await copiesOf(broker);
}, 60_000);
afterAll(() => broker.close());

const leafAt = ({ tenant }: Copies, index: number) => tenant.leaves[index] as LeafV1;
/** The nth change of the controls by a widening. */
const appliedAt = (own: Copies, nth: number) => own.tenant.indexOf('tenant.change', nth);

async function attacked(attack: (copies: Copies) => void): Promise<string> {
  const own = { tenant: copies.tenant.copy(), deployment: copies.deployment.copy() };
  attack(own);
  return (await faultOf(own)).split(' ')[0] ?? '';
}

/** Moves the change to right behind the leaf of a type, as if it had happened then. */
function moveBehind(own: Copies, change: number, behind: number): void {
  const { type, actor, data } = leafAt(own, change);
  const { at } = leafAt(own, behind);
  own.tenant.drop(change);
  own.tenant.insert(behind + 1, { type, at, actor, data });
}

test('a log of widenings that have waited verifies', async () => {
  expect(await verifyCopies(copies)).toMatchObject({ replayed: true });
});

describe('a widening that has not waited is named', () => {
  test.each(
    rowsOfEachKind<[string, string, (own: Copies) => void]>(
      [
        [
          'without its delay',
          'widened_early',
          (own) => moveBehind(own, appliedAt(own, 0), own.tenant.indexOf('widening.confirmed')),
        ],
        [
          'by a proposal that says that it is older',
          'backdated',
          (own) => {
            const proposed = own.tenant.indexOf('widening.proposed');
            const at = Date.parse(leafAt(own, proposed).at) - DELAY * 1_000;
            own.tenant.edit(proposed, { at: new Date(at).toISOString() });
            moveBehind(own, appliedAt(own, 0), own.tenant.indexOf('widening.confirmed'));
          },
        ],
        [
          'a second too early',
          'widened_early',
          (own) => {
            const at =
              Date.parse(leafAt(own, own.tenant.indexOf('widening.proposed')).at) + (DELAY - 1) * 1_000;
            own.tenant.edit(appliedAt(own, 0), { at: new Date(at).toISOString() });
          },
        ],
        [
          'without its confirmation',
          'widened_early',
          (own) => own.tenant.drop(own.tenant.indexOf('widening.confirmed')),
        ],
        [
          'confirmed by its author',
          'role_not_held',
          (own) => {
            const { actor } = leafAt(own, own.tenant.indexOf('widening.proposed'));
            own.tenant.edit(own.tenant.indexOf('widening.confirmed'), { actor });
          },
        ],
        [
          'confirmed without a passkey, once claimed',
          'countersignature_required',
          (own) => {
            const index = own.tenant.indexOf('widening.confirmed', 1);
            const { countersignature: _countersignature, ...data } = leafAt(own, index).data;
            own.tenant.edit(index, { data });
          },
        ],
        [
          'other controls than the passkey signed',
          'bad_countersignature',
          (own) => {
            const index = own.tenant.indexOf('widening.proposed', 1);
            const { after } = leafAt(own, index).data as { after: object };
            own.tenant.change('widening.proposed', { after: { ...after, maxDuration: 99_999 } }, 1);
          },
        ],
        [
          'other controls than were proposed',
          'wrong_widening',
          (own) => {
            const index = appliedAt(own, 0);
            const { data } = leafAt(own, index);
            own.tenant.edit(index, {
              data: {
                ...data,
                after: { ...(data['after'] as object), approvals: 1, slackMayApprove: ['update'] },
              },
            });
          },
        ],
        [
          'applied without a proposal',
          'wrong_widening',
          (own) => {
            own.tenant.drop(own.tenant.indexOf('widening.confirmed'));
            own.tenant.drop(own.tenant.indexOf('widening.proposed'));
          },
        ],
        [
          'as a plain change by an admin',
          'widened_early',
          (own) => {
            const index = appliedAt(own, 0);
            const { widening: _widening, ...data } = leafAt(own, index).data;
            const { actor } = leafAt(own, own.tenant.indexOf('widening.proposed'));
            own.tenant.edit(index, { data, actor });
          },
        ],
        [
          'the setting itself taken away at once',
          'widened_early',
          (own) => {
            const last = own.tenant.leaves.length - 1;
            const { after: before } = leafAt(own, own.tenant.indexOf('tenant.change', -1)).data as {
              after: Record<string, unknown>;
            };
            const { widening: _widening, ...after } = before;
            const { at } = leafAt(own, last);
            own.tenant.append({
              type: 'tenant.change',
              at,
              actor: ada.id as LeafV1['actor'],
              data: { tenant: 'acme', before, after },
            });
          },
        ],
        [
          'after it was withdrawn',
          'wrong_widening',
          (own) => {
            const withdrawn = own.tenant.indexOf('widening.withdrawn');
            const { data } = leafAt(own, own.tenant.indexOf('widening.proposed', -1));
            const { widening: id, before, after } = data;
            const at = new Date(Date.parse(leafAt(own, withdrawn).at) + DELAY * 1_000).toISOString();
            own.tenant.append({
              ...{ type: 'tenant.change', at, actor: 'job' },
              data: { tenant: 'acme', before, after, widening: id },
            });
          },
        ],
      ],
      ([, expected]) => expected,
    ),
  )('%s', async (_what, expected, attack) => {
    expect(await attacked(attack)).toBe(expected);
  });
});

const lastAt = (own: Copies) => leafAt(own, own.tenant.leaves.length - 1).at;

/** Someone who is not in the log: one id of sixteen ends in 0. */
const stranger = () => `${ada.id.slice(0, -1)}${ada.id.endsWith('0') ? '1' : '0'}`;

/** The vendor removes the tenant, does something, and adds the tenant again as it was. */
function whileRemoved(own: Copies, work: (at: string) => void): void {
  const { after } = leafAt(own, own.tenant.indexOf('tenant.change', -1)).data as { after: object };
  const later = () => new Date(Date.parse(lastAt(own)) + 5_000).toISOString();
  const change = { actor: 'host', data: { tenant: 'acme', before: after, after } } as const;
  own.tenant.append({ type: 'tenant.remove', at: later(), ...change });
  work(lastAt(own));
  own.tenant.append({ type: 'tenant.add', at: later(), ...change });
}

/** Where what waited for Eve is proposed, confirmed and in effect. */
const eves = (own: Copies) => {
  const { leaves } = own.tenant;
  const proposed = leaves.findIndex(({ type, data }) => type === 'widening.proposed' && 'person' in data);
  const { widening: id, person } = leafAt(own, proposed).data as { widening: string; person: string };
  const of = (type: string) => leaves.findIndex((leaf) => leaf.type === type && leaf.data['widening'] === id);
  return { proposed, person, confirmed: of('widening.confirmed'), applied: of('person.change') };
};

describe('somebody who decides without having waited is named', () => {
  test.each(
    rowsOfEachKind<[string, string, (own: Copies) => void]>(
      [
        [
          'without the delay',
          'widened_early',
          (own) => moveBehind(own, eves(own).applied, eves(own).confirmed),
        ],
        ['without the confirmation', 'widened_early', (own) => own.tenant.drop(eves(own).confirmed)],
        [
          'confirmed by themselves',
          'role_not_held',
          (own) => own.tenant.edit(eves(own).confirmed, { actor: eves(own).person as LeafV1['actor'] }),
        ],
        [
          'as a plain change by an admin',
          'widened_early',
          (own) => {
            const { widening: _widening, ...data } = leafAt(own, eves(own).applied).data;
            own.tenant.edit(eves(own).applied, { data, actor: ann.id as LeafV1['actor'] });
          },
        ],
        [
          'with another role than was proposed',
          'wrong_widening',
          (own) => {
            const { data } = leafAt(own, eves(own).applied);
            own.tenant.edit(eves(own).applied, { data: { ...data, after: ['admin', 'approver'] } });
          },
        ],
        [
          'with a group that was not proposed',
          'wrong_widening',
          (own) => {
            const { data } = leafAt(own, eves(own).applied);
            own.tenant.edit(eves(own).applied, { data: { ...data, groups: ['dpo'] } });
          },
        ],
        [
          'proposed on other roles than they have',
          'changed_outside_log',
          (own) => {
            const { data } = leafAt(own, eves(own).proposed);
            const before = { roles: ['admin'], groups: [] };
            own.tenant.edit(eves(own).proposed, { data: { ...data, before } });
          },
        ],
        [
          'by the vendor, after the claim',
          'widened_by_host',
          (own) => own.tenant.edit(eves(own).proposed, { actor: 'host' }),
        ],
        [
          'by a proposal that says that it is older',
          'backdated',
          (own) => {
            const at = Date.parse(leafAt(own, eves(own).proposed).at) - DELAY * 1_000;
            own.tenant.edit(eves(own).proposed, { at: new Date(at).toISOString() });
          },
        ],
        [
          'given a role while the tenant is removed',
          'widened_early',
          (own) =>
            whileRemoved(own, (at) =>
              own.tenant.append({
                ...{ type: 'person.add', at, actor: ann.id as LeafV1['actor'] },
                data: { person: stranger(), before: null, after: ['approver', 'admin'] },
              }),
            ),
        ],
        [
          'removed with more roles than they had, to come back with these',
          'changed_outside_log',
          (own) =>
            whileRemoved(own, (at) =>
              own.tenant.append({
                ...{ type: 'person.remove', at, actor: 'host' },
                data: { person: stranger(), before: null, after: ['approver', 'admin'] },
              }),
            ),
        ],
        [
          'removed by the tenant, once more with the whole tenant, and back with it',
          'widened_by_host',
          (own) => {
            const { person } = eves(own);
            const data = { person, before: ['approver'], after: ['approver'] };
            const { at } = leafAt(own, own.tenant.leaves.length - 1);
            own.tenant.append({ type: 'person.remove', at, actor: ann.id as LeafV1['actor'], data });
            whileRemoved(own, (removedAt) =>
              own.tenant.append({ type: 'person.remove', at: removedAt, actor: 'host', data }),
            );
            own.tenant.append({ type: 'person.add', at: lastAt(own), actor: 'host', data });
          },
        ],
        [
          'by a leaf that is dated ahead, and followed by one with the real time',
          'backdated',
          (own) => {
            const { applied, confirmed } = eves(own);
            const { type, actor, at, data } = leafAt(own, applied);
            own.tenant.drop(applied);
            own.tenant.insert(confirmed + 1, { type, actor, at, data });
            const real = leafAt(own, confirmed).at;
            own.tenant.insert(confirmed + 2, { type: 'notice.retried', at: real, actor: 'job', data: {} });
          },
        ],
        [
          'dated back to the tenant’s set-up',
          'widened_early',
          (own) => {
            const { at } = leafAt(own, own.tenant.indexOf('tenant.add'));
            const data = { person: stranger(), before: null, after: ['approver'] };
            const behind = own.tenant.indexOf('widening.proposed');
            own.tenant.insert(behind, { type: 'person.add', at, actor: 'host', data });
          },
        ],
      ],
      ([, expected]) => expected,
    ),
  )('%s', async (_what, expected, attack) => {
    expect(await attacked(attack)).toBe(expected);
  });
});

const sealedLogOf = (last: number) => sealedLogName(`0199f0a0-7b2c-7003-8000-00000000000${last}`);

onlyInSoak(() => {
  describe('a sealed log of a tenant that has widened its controls', () => {
    const [one, other] = [sealedLogOf(1), sealedLogOf(2)];
    let folder: string;
    let own: Copies;
    let sealed: Map<string, LogCopy>;

    /** The tenant's log has a head of each. */
    beforeAll(async () => {
      folder = await tempFolder('sealed-names');
      own = { tenant: copies.tenant.copy(), deployment: copies.deployment.copy() };
      const { at } = leafAt(own, own.tenant.leaves.length - 1);
      sealed = new Map(
        [one, other].map((log) => {
          const { deployment } = broker.host.store;
          const copy = new LogCopy(logOrigin(deployment, log, 1), [], []);
          copy.append({ type: 'notice.retried', at, actor: 'job', data: {} });
          const root = encodeBase64(leafHash(nodeHashing, encodeLeaf(copy.leaves[0] as LeafV1)));
          own.tenant.append({ type: 'demand.accessed', at, actor: 'job', data: { log, size: 1, root } });
          return [log, copy];
        }),
      );
    });
    afterAll(() => removeFolder(folder));

    async function save(path: string, { source, vkey }: { source: LogCopy; vkey: string }): Promise<void> {
      for (const [name, bytes] of source.source().files) {
        await mkdir(dirname(join(path, name)), { recursive: true });
        await writeFile(join(path, name), bytes);
      }
      await writeFile(join(path, 'vkey'), vkey);
    }
    const vkeyOf = ({ vkey: { name, publicKey } }: LogCopy) => verifierKey(nodeHashing, name, publicKey);

    test('verifies, and another sealed log in its place does not', async () => {
      const verify = async (shown: Record<string, string>) => {
        await save(folder, { source: own.tenant, vkey: vkeyOf(own.tenant) });
        const { deployment } = own;
        await save(join(folder, 'deployment'), { source: deployment, vkey: vkeyOf(deployment) });
        for (const [name, log] of Object.entries(shown)) {
          const source = sealed.get(log) as LogCopy;
          await save(join(folder, name), { source, vkey: vkeyOf(source) });
        }
        const terminal = new Terminal({}, '', broker.clock);
        const exit = await run(['log', 'verify', folder, '--vkey', vkeyOf(own.tenant), '--json'], terminal);
        return { exit, err: terminal.err };
      };
      expect(await verify({ [one]: one, [other]: other })).toMatchObject({ exit: 0 });
      expect(await verify({ [one]: other, [other]: other })).toMatchObject({
        exit: 1,
        err: expect.stringContaining('error[wrong_log]'),
      });
    });
  });
});
