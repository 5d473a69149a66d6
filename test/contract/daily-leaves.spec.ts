/** @soak */

import {
  AccessError,
  applyOrganisation,
  DailyLeavesFailed,
  openSeals,
  readOpenings,
  sealDays,
} from '@countersign/access';
import { appendLeaf, EMPTY_RANGE, leafHash, rangeRoot } from '@countersign/audit-log';
import { openCommitment, parseSealedDay, SEALED_DAY_BYTES } from '@countersign/contract';
import { openStore, rotateMasterKey, systemHashing } from '@countersign/persistence';
import { smallOrganisation } from '../factories/small-organisation.js';
import { optionsFor } from '../support/migrated-database.js';
import { isFullRun } from '../support/samples.js';
import { sealInProcess } from './support/child.js';
import { describeUseCase } from './support/describe-store.js';
import { startWorkflow, type Workflow } from './support/workflow.js';

const DAY = 86_400;
/** How many brokers write in processes of their own, beside those of this process. */
const PROCESSES = isFullRun() ? 2 : 1;

describeUseCase('SQLite', 'the daily leaves', (bench) => {
  let flow: Workflow;
  beforeEach(async () => {
    // Its clock shows 24 November 2026, 15:00: the tenants' birth.
    flow = await startWorkflow(bench);
  });
  const of = async (type: string, tenant = 'acme') =>
    (await flow.leaves(tenant)).filter((leaf) => leaf.type === type);
  const days = async (type: string, tenant = 'acme') =>
    (await of(type, tenant)).map(({ data }) => data['day']);
  const seal = async () => (await sealDays(flow.deps, null)).leaves;
  const open = async () => (await openSeals(flow.deps, null)).leaves;
  const opened = async (index: number) =>
    (await readOpenings(flow.deps, await flow.as('ada@acme.example'), 'acme', index)).openings;

  test('every tenant gets one sealed leaf a day, from the day of its birth on, and missed days in order', async () => {
    expect(await seal()).toBe(0);
    flow.clock.forward(DAY);
    await seal();
    expect(await seal()).toBe(0);
    expect([await days('log.sealed'), await days('log.sealed', 'globex')]).toEqual([
      ['2026-11-24'],
      ['2026-11-24'],
    ]);
    // The brokers are down for six weeks. A run catches up 31 days, and the next one the rest.
    flow.clock.forward(42 * DAY);
    await seal();
    await seal();
    const all = await days('log.sealed');
    expect(all).toHaveLength(43);
    expect([all[0], all[1], all[42]]).toEqual(['2026-11-24', '2026-11-25', '2027-01-05']);
    expect(all).toEqual([...new Set(all)].sort());
  });

  test('a tenant that comes later begins on its own first day', async () => {
    flow.clock.forward(3 * DAY);
    const file = smallOrganisation();
    const [first] = file.tenants;
    if (first === undefined) throw new Error('the organisation has no tenant');
    file.tenants.push({ ...first, slug: 'latecomer', name: 'Latecomer', people: [] });
    await applyOrganisation(flow.deps, file, { dryRun: false });
    flow.clock.forward(DAY);
    await seal();
    expect(await days('log.sealed', 'latecomer')).toEqual(['2026-11-27']);
    expect(await days('log.sealed')).toHaveLength(4);
  });

  test('sealed leaves have one size, and nothing in log or database says what a day has sealed', async () => {
    flow.clock.forward(20 * DAY);
    await seal();
    const leaves = await of('log.sealed');
    const sizes = new Set(leaves.map((leaf) => JSON.stringify({ ...leaf, seq: 0 }).length));
    expect([leaves.length, sizes.size]).toEqual([20, 1]);
    expect(new Set(leaves.map(({ commitments }) => commitments['seal'])).size).toBe(20);
    const rows = (await bench.database.raw('SELECT content FROM day_seals')) as { content: string }[];
    expect(new Set(rows.map(({ content }) => content.length)).size).toBe(1);
    for (const { content } of rows) {
      const bytes = content.split('.').map((part) => Buffer.from(part, 'base64url').toString('latin1'));
      expect(bytes.join()).not.toContain('sealed');
    }
  });

  test('P8: brokers that write at once, in processes of their own, write each day once', async () => {
    flow.clock.forward(10 * DAY);
    const other = await bench.database.open();
    const now = flow.clock.now();
    const ended = Array.from({ length: PROCESSES }, () => sealInProcess(bench.database.url, now));
    await Promise.all([
      seal(),
      seal(),
      sealDays({ ...flow.deps, store: other }, null),
      sealDays({ ...flow.deps, store: other }, null),
    ]);
    expect(await Promise.all(ended)).toEqual(Array(PROCESSES).fill(0));
    const all = await days('log.sealed');
    expect(all).toEqual(
      Array.from({ length: 10 }, (_, at) => new Date(Date.UTC(2026, 10, 24 + at)).toISOString().slice(0, 10)),
    );
    expect(await of('deployment.checkpoint')).toHaveLength(1);
    flow.clock.forward(367 * DAY);
    const later = flow.clock.now();
    const again = isFullRun() ? sealInProcess(bench.database.url, later) : 0;
    await Promise.all([open(), open()]);
    expect(await again).toBe(0);
    const unsealed = await days('log.unsealed');
    expect(unsealed).toEqual([...new Set(unsealed)].sort());
    expect(unsealed.slice(0, all.length)).toEqual(all);
  });

  test('a seal opens after twelve months and not before, though it is over nothing', async () => {
    flow.clock.forward(2 * DAY);
    await seal();
    const [first, second] = await of('log.sealed');
    // 23 November 2027, 15:00.
    flow.clock.forward(362 * DAY);
    expect(await open()).toBe(0);
    expect(await opened(first?.seq ?? 0)).toEqual({});
    flow.clock.forward(DAY);
    await open();
    expect(await days('log.unsealed')).toEqual(['2026-11-24']);
    expect((await of('log.unsealed'))[0]?.data).toEqual({ leaf: first?.seq, day: '2026-11-24' });
    expect(await opened(second?.seq ?? 0)).toEqual({});
    const { seal: opening } = await opened(first?.seq ?? 0);
    if (opening === undefined) throw new Error('the seal is closed');
    expect(openCommitment(systemHashing, 'seal', opening, first?.commitments['seal'] ?? '')).toBe(true);
    expect(Buffer.byteLength(opening.value)).toBe(SEALED_DAY_BYTES);
    expect(parseSealedDay(opening.value)).toEqual({ day: '2026-11-24', sealed: null });
    expect(await open()).toBe(0);
  });

  test('seals open after a rotation of the master key', async () => {
    flow.clock.forward(DAY);
    await seal();
    const newMasterKey = new Uint8Array(32).fill(9);
    const options = optionsFor(bench.database.url);
    await rotateMasterKey({ ...options, newMasterKey });
    const store = await openStore({ ...options, masterKey: newMasterKey });
    try {
      flow.clock.forward(400 * DAY);
      expect((await openSeals({ ...flow.deps, store }, null)).leaves).toBeGreaterThan(0);
    } finally {
      await store.close();
    }
    expect(await days('log.unsealed')).toEqual(['2026-11-24']);
  });

  test('a seal that was lost is an error, and no other leaf is opened in its place', async () => {
    flow.clock.forward(3 * DAY);
    await seal();
    await bench.database.raw("DELETE FROM day_seals WHERE tenant = 'acme' AND day = '2026-11-24'");
    flow.clock.forward(500 * DAY);
    const failed = await openSeals(flow.deps, null).catch((error: unknown) => error);
    expect(failed).toBeInstanceOf(DailyLeavesFailed);
    expect((failed as DailyLeavesFailed).errors).toEqual([
      expect.objectContaining({ code: 'not_found', message: expect.stringContaining('2026-11-24') }),
    ]);
    expect(await days('log.unsealed')).toEqual([]);
    expect(await days('log.unsealed', 'globex')).toHaveLength(3);
  });

  test('a run handles a bounded number of tenants, and one that fails keeps no other from its leaf', async () => {
    const slugs = Array.from({ length: 220 }, (_, at) => `t${String(at).padStart(3, '0')}`);
    const rows = slugs.map((slug) => `('${slug}', '2026-11-24', '2026-11-24', 0)`).join(', ');
    await bench.database.raw(
      `INSERT INTO log_days (tenant, next_day, next_opening, recorded) VALUES ${rows}`,
    );
    await bench.database.raw(
      "INSERT INTO day_seals (tenant, day, leaf, commitment, content) VALUES ('t007', '2026-11-24', 0, 'c', 'x')",
    );
    flow.clock.forward(DAY);
    const failed = await sealDays(flow.deps, null).catch((error: unknown) => error as DailyLeavesFailed);
    if (!(failed instanceof DailyLeavesFailed)) throw new Error('t007 has its leaf twice');
    expect(failed.errors).toEqual([expect.any(AccessError)]);
    expect(failed.run.leaves).toBe(199);
    const rest = await sealDays(flow.deps, failed.run.next);
    expect(rest.next).toBeNull();
    expect(failed.run.leaves + rest.leaves).toBe(slugs.length - 1 + 2);
    expect(await days('log.sealed', 't219')).toEqual(['2026-11-24']);
    expect(await days('log.sealed', 't007')).toEqual([]);
  });
});

describeUseCase('SQLite', 'the deployment in a tenant’s log', (bench) => {
  let flow: Workflow;
  beforeEach(async () => {
    flow = await startWorkflow(bench);
  });
  const checkpoints = async () =>
    (await flow.leaves('acme')).filter(({ type }) => type === 'deployment.checkpoint');
  const grant = async () => {
    const view = await flow.ask(await flow.as('erin@northwind.example'));
    await flow.approve(await flow.as('max@northwind.example'), view);
    await flow.approve(await flow.as('ada@acme.example'), view);
  };
  const rootAt = async (size: number) => {
    const leaves = await bench.store.readForTenant('deployment', (unit) => unit.events.leaves(0, size));
    const range = leaves.reduce(
      (grown, leaf) => appendLeaf(systemHashing, grown, leafHash(systemHashing, Buffer.from(leaf))),
      EMPTY_RANGE,
    );
    return Buffer.from(rangeRoot(systemHashing, range)).toString('base64');
  };
  const gateway = 'gtw_0199f0a0-7b2c-7001-8000-000000000001';
  const inDeployment = (type: 'gateway.returned' | 'service.applied') =>
    bench.store.asVendor((unit) => {
      const at = flow.clock.now().toISOString();
      if (type === 'service.applied') return unit.log.append({ type, at, actor: 'host', data: {} });
      return unit.log.append({ type, at, actor: gateway, data: { gateway, closedAt: null } });
    });

  test('P10: its head stands before the first grant that depends on it, and again only if it has changed', async () => {
    await grant();
    const [first] = await checkpoints();
    const leaves = await flow.leaves('acme');
    expect(leaves.findIndex(({ type }) => type === 'deployment.checkpoint')).toBeLessThan(
      leaves.findIndex(({ type }) => type === 'grant.started'),
    );
    const size = Number(first?.data['size']);
    expect(first?.data).toEqual({
      origin: `countersign/${bench.store.deployment}/deployment`,
      size: (await flow.leaves('deployment')).length,
      root: await rootAt(size),
    });
    await grant();
    await inDeployment('gateway.returned');
    await grant();
    expect(await checkpoints()).toHaveLength(1);
    await inDeployment('service.applied');
    await grant();
    const [, second] = await checkpoints();
    expect(second?.data).toMatchObject({ size: size + 2, root: await rootAt(size + 2) });
  });

  test('P10: it stands there once a day, after the sealed leaf', async () => {
    flow.clock.forward(3 * DAY);
    await sealDays(flow.deps, null);
    flow.clock.forward(DAY);
    await sealDays(flow.deps, null);
    const types = (await flow.leaves('acme')).map(({ type }) => type);
    expect(types.slice(-8)).toEqual([
      ...['log.sealed', 'log.sealed', 'log.sealed', 'deployment.checkpoint', 'standing.stated'],
      ...['log.sealed', 'deployment.checkpoint', 'standing.stated'],
    ]);
  });

  test('a unit that failed leaves the deployment as it was known', async () => {
    await grant();
    const failed = bench.store.asVendor(async (unit) => {
      await unit.log.append({ type: 'service.applied', at: '2026-11-24T15:00:00Z', actor: 'host', data: {} });
      throw new Error('no');
    });
    await expect(failed).rejects.toThrow('no');
    await grant();
    expect(await checkpoints()).toHaveLength(1);
  });
});
