/** @soak */

import {
  liftLegalHold,
  type Principal,
  pruneLogs,
  readOpenings,
  setLegalHold,
  setLogSettings,
} from '@countersign/access';
import { tileRoot } from '@countersign/audit-log';
import { systemHashing } from '@countersign/persistence';
import { personalFiller } from '../factories/filler.js';
import { describeStore } from './support/describe-store.js';
import { startWorkflow, type Workflow } from './support/workflow.js';

const DAY = 86_400;
const settings = (retentionDays: number | null) =>
  ({ erasureAfterDays: 90, retentionDays, dailyStatement: 'off' }) as const;

describeStore('retention of a log', (bench) => {
  let flow: Workflow;
  let ada: Principal;
  beforeEach(async () => {
    flow = await startWorkflow(bench.store);
    ada = await flow.as('ada@acme.example');
  });

  const fill = (count: number, words = 'gone one day') =>
    bench.store.forTenant('acme', async (unit) => {
      const at = flow.clock.now().toISOString();
      for (let each = 0; each < count; each += 1) await unit.log.append(personalFiller(at, words));
    });
  const seen = () =>
    bench.store.readForTenant('acme', async ({ events }) => ({
      minimum: await events.minimumIndex(),
      head: await events.head(),
      leaves: (await events.leaves(0, 2_000)).length,
    }));
  const openings = async () =>
    Number(
      (
        (await bench.database.raw("SELECT count(*) AS count FROM openings WHERE name = 'subject'")) as {
          count: unknown;
        }[]
      )[0]?.count,
    );

  bench.describeOn('SQLite', () => {
    test('is off by default; once it is on, whole tiles of old leaves go with their values, and an event says so', async () => {
      await fill(600);
      const birth = (await seen()).head.size - 600;
      flow.clock.forward(500 * DAY);
      await fill(3);
      expect(await pruneLogs(flow.deps)).toBe(0);
      const before = await seen();
      await setLogSettings(flow.deps, ada, 'acme', settings(400));
      const old = Math.floor((600 + birth) / 256) * 256;
      expect(await pruneLogs(flow.deps)).toBe(old);
      expect(await pruneLogs(flow.deps)).toBe(0);
      const after = await seen();
      expect(after).toMatchObject({ minimum: old, leaves: before.head.size + 2 - old });
      expect(after.head.size).toBe(before.head.size + 2);
      const leaves = await flow.leaves('acme');
      expect(leaves.at(-1)).toMatchObject({ type: 'log.pruned', data: { before: old } });
      expect(await openings()).toBe(603 - (old - birth));
      await expect(readOpenings(flow.deps, ada, 'acme', 3)).rejects.toThrow(
        expect.objectContaining({ code: 'pruned' }),
      );
    });

    test('the words that a request is found by go with its leaf; those of newer requests stay', async () => {
      const erin = await flow.as('erin@northwind.example');
      const ask = async () => (await flow.ask(erin)).request.id;
      const old = await ask();
      await fill(600);
      flow.clock.forward(500 * DAY);
      const newer = await ask();
      const found = async () =>
        new Set(
          (
            (await bench.database.raw('SELECT request_id FROM request_words')) as { request_id: string }[]
          ).map(({ request_id }) => request_id),
        );
      expect(await found()).toEqual(new Set([old, newer]));
      await setLogSettings(flow.deps, ada, 'acme', settings(400));
      expect(await pruneLogs(flow.deps)).toBeGreaterThan(0);
      expect(await found()).toEqual(new Set([newer]));
    });
  });

  test('P10: the hashes above the pruned leaves stay, and no other leaf can be deleted, not even by hand', async () => {
    await fill(600);
    flow.clock.forward(500 * DAY);
    await setLogSettings(flow.deps, ada, 'acme', settings(400));
    const tiles = await bench.store.readForTenant('acme', async ({ events }) => [
      await events.hashes(0, 0, 256),
      await events.hashes(1, 0, 8),
    ]);
    await pruneLogs(flow.deps);
    const [low, high] = await bench.store.readForTenant('acme', async ({ events }) => [
      await events.hashes(0, 0, 256),
      await events.hashes(1, 0, 8),
    ]);
    expect(low).toEqual([]);
    expect(high).toEqual(tiles[1]);
    expect(Buffer.from(tileRoot(systemHashing, Buffer.concat(tiles[0] ?? [])))).toEqual(
      Buffer.from(high?.[0] ?? []),
    );
    await expect(bench.database.raw('DELETE FROM events')).rejects.toThrow('events is append-only');
    for (const wrong of ['pruned_before - 256', 'pruned_before + 1', 'pruned_before + 25600', 'NULL'])
      await expect(
        bench.database.raw(`UPDATE log_heads SET pruned_before = ${wrong} WHERE tenant = 'acme'`),
      ).rejects.toThrow('never shrinks');
  });

  bench.describeOn('SQLite', () => {
    test('nothing is pruned under a legal hold, nor before its time', async () => {
      await fill(300);
      await setLogSettings(flow.deps, ada, 'acme', settings(400));
      flow.clock.forward(399 * DAY);
      expect(await pruneLogs(flow.deps)).toBe(0);
      flow.clock.forward(2 * DAY);
      await setLegalHold(flow.deps, ada, 'acme', 'a dispute');
      expect(await pruneLogs(flow.deps)).toBe(0);
      await liftLegalHold(flow.deps, ada, 'acme');
      const pruned = await Promise.all([pruneLogs(flow.deps), pruneLogs(flow.deps)]);
      expect(pruned.reduce((a, b) => Math.max(a, b))).toBe(256);
      const said = (await flow.leaves('acme')).filter(({ type }) => type === 'log.pruned');
      expect(said).toHaveLength(1);
    });
  });
});
