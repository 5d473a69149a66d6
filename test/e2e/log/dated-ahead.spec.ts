import { join } from 'node:path';
import type { LeafV1 } from '@countersign/audit-log';
import type { InterruptedReplay, ReplayOptions } from '@countersign/log-verifier';
import { run } from '../../../apps/cli/src/main.js';
import { Terminal } from '../../../apps/cli/test/terminal.js';
import {
  type Copies,
  copiesOf,
  faultOf,
  type LogCopy,
  verifyCopies,
  vkeyText,
  writeMirror,
} from '../../support/log-copy.js';
import type { RecordedGrant } from '../../support/record-chain.js';
import { RecordingGateway } from '../../support/recorded-calls.js';
import { removeFolder, tempFolder } from '../../support/temp-folder.js';
import { TestBroker } from '../harness.js';
import { makeGrant, mintToken } from '../story.js';

const DAY_MS = 86_400_000;

let broker: TestBroker;
let gateway: RecordingGateway;
let under: RecordedGrant;
let honest: Copies;
/** When the newest leaf was written. */
let newest: number;

beforeAll(async () => {
  broker = await TestBroker.start();
  gateway = await RecordingGateway.enrol(broker);
  const { request, grant } = await makeGrant(broker);
  await mintToken(broker, grant);
  under = { grant, request: request.id, digest: request.digest, person: broker.persons.engineer };
  honest = await copiesOf(broker);
  newest = Date.parse((honest.tenant.leaves.at(-1) as LeafV1).at);
});
afterAll(() => broker.close());

const iso = (at: number) => new Date(at).toISOString();
const controls = () => (honest.tenant.leaves[honest.tenant.indexOf('tenant.add')] as LeafV1).data['after'];

type Attack = (copies: Copies, at: string) => number;

const ATTACKS: [string, number, Attack][] = [
  [
    'the lock of a customer before a call',
    DAY_MS / 24,
    ({ tenant }, at) => {
      const data = { lock: 'lck_1', kind: 'tenant', name: 'acme', tenant: 'acme', side: 'customer' };
      const index = tenant.append({ type: 'lock.set', at, actor: admin(), data });
      callLater(tenant);
      return index;
    },
  ],
  [
    'stricter controls before a call that they forbid',
    30 * DAY_MS,
    ({ tenant }, at) => {
      const before = controls() as { forbid?: unknown[] };
      const forbid = [...(before.forbid ?? []), { service: 'billing', resource: '**', actions: ['*'] }];
      const data = { tenant: 'acme', before, after: { ...before, forbid } };
      const index = tenant.append({ type: 'tenant.change', at, actor: admin(), data });
      callLater(tenant);
      return index;
    },
  ],
  [
    'the end of a grant before a call under it',
    400 * DAY_MS,
    ({ tenant }, at) => {
      const data = { grant: under.grant, reason: 'revoked' };
      const index = tenant.append({ type: 'grant.ended', at, actor: admin(), data });
      callLater(tenant);
      return index;
    },
  ],
  [
    'the erasure of a reason of today',
    91 * DAY_MS,
    ({ tenant }, at) => {
      const leaf = tenant.indexOf('request.created');
      const fields = Object.keys((tenant.leaves[leaf] as LeafV1).commitments);
      tenant.openings[leaf] = {};
      const data = { leaf, fields, authority: 'tenant-admin' };
      return tenant.append({ type: 'opening.erased', at, actor: admin(), data });
    },
  ],
];

const admin = () => broker.persons.tenantAdmin as LeafV1['actor'];

const callLater = (tenant: LogCopy) =>
  tenant.appendRecord(
    gateway.chain(under, null).add('allowed', { change: { at: iso(newest + 30_000) } as never }),
  );

function attacked(attack: Attack, ahead: number): { copies: Copies; index: number } {
  const copies = { tenant: honest.tenant.copy(), deployment: honest.deployment.copy() };
  return { copies, index: attack(copies, iso(newest + ahead)) };
}

describe.each(ATTACKS)('P10: %s is dated ahead', (_what, ahead, attack) => {
  test('the next leaf with the real time is backdated, also in a run that goes on from an earlier one', async () => {
    const { copies } = attacked(attack, ahead);
    const next = copies.tenant.append({
      ...{ type: 'notice.retried', at: iso(newest + 60_000), actor: 'job', data: {} },
    });
    expect(await faultOf(copies)).toBe(`backdated ${next}`);
    const { state } = await verifyCopies(honest);
    expect(await faultOf(copies, { since: state })).toBe(`backdated ${next}`);
  });

  test('as the newest leaf it is later than the reader’s clock', async () => {
    const { copies, index } = attacked(attack, ahead);
    expect(await faultOf(copies, { now: () => newest + 120_000 })).toBe(`dated_ahead ${index}`);
  });
});

test('P10: a run that goes on from an interrupted one knows what was dated ahead before', async () => {
  const copies = { tenant: honest.tenant.copy(), deployment: honest.deployment };
  const note = (at: number) =>
    copies.tenant.append({ type: 'notice.retried', at: iso(at), actor: 'job', data: {} });
  for (let leaf = 0; leaf < 256; leaf += 1) note(newest + DAY_MS);
  const next = note(newest);
  let interrupted: InterruptedReplay | undefined;
  const onBundle: ReplayOptions['onBundle'] = async (_size, now) => {
    interrupted = await now();
  };
  expect(await faultOf(copies, { onBundle })).toBe(`backdated ${next}`);
  expect(interrupted?.point.size).toBe(256);
  expect(await faultOf(copies, { interrupted })).toBe(`backdated ${next}`);
});

test('P10: log verify uses the clock of its machine', async () => {
  const folder = await tempFolder('dated-ahead');
  try {
    const verify = async (copies: Copies, place: string) => {
      await writeMirror(join(folder, place), copies.tenant);
      await writeMirror(join(folder, place, 'deployment'), copies.deployment);
      const terminal = new Terminal({}, '', broker.clock);
      const exit = await run(
        ['log', 'verify', join(folder, place), '--vkey', vkeyText(copies.tenant), '--json'],
        terminal,
      );
      return { exit, document: JSON.parse(terminal.out) as Record<string, unknown> };
    };
    expect(await verify(honest, 'honest')).toMatchObject({ exit: 0 });
    const [, , , [, ahead, erasure]] = ATTACKS as [unknown, unknown, unknown, [string, number, Attack]];
    const { copies, index } = attacked(erasure, ahead);
    expect(await verify(copies, 'ahead')).toMatchObject({
      ...{ exit: 1, document: { verified: false, code: 'dated_ahead', index } },
    });
    const deployment = honest.deployment.copy();
    const last = deployment.append({
      ...{ type: 'notice.retried', at: iso(newest + DAY_MS), actor: 'job', data: {} },
    });
    expect(await verify({ tenant: honest.tenant, deployment }, 'deployment')).toMatchObject({
      ...{ exit: 1, document: { verified: false, code: 'dated_ahead', index: last } },
    });
  } finally {
    await removeFolder(folder);
  }
});
