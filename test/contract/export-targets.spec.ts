/** @soak */

import type { ExportTarget } from '@countersign/access';
import { filler } from '../factories/filler.js';
import { describeOn } from './support/describe-store.js';
import { anExportTarget } from './support/rows.js';

const SECRET = 'whsec_c2VjcmV0LXNlY3JldC1zZWNyZXQtc2VjcmV0';
const at = (minute: number) => `2026-01-01T00:${String(minute).padStart(2, '0')}:00.000Z`;

describeOn('SQLite', 'where logs are streamed to', (bench) => {
  const aTarget = (change: Partial<ExportTarget> = {}) =>
    anExportTarget('acme', { nextAt: at(0), createdAt: at(0), ...change });
  const write = <T>(work: (targets: Targets) => Promise<T>): Promise<T> =>
    bench.store.exports.write(({ exportTargets }) => work(exportTargets));
  type Targets = Parameters<Parameters<typeof bench.store.exports.write>[0]>[0]['exportTargets'];
  const insert = (target: ExportTarget, secret: string | null = null) =>
    write((targets) => targets.insert(target, secret));
  const due = (minute: number, busy: string[] = []) =>
    bench.store.exports.read(({ exportTargets }) => exportTargets.due(at(minute), 10, busy));
  const list = (tenant: string | null = 'acme', log = 'acme') =>
    bench.store.exports.read(({ exportTargets }) => exportTargets.list(tenant, log));
  const append = (tenant = 'acme', count = 3) =>
    bench.store.forTenant(tenant, (unit) =>
      unit.log.appendAll(Array.from({ length: count }, () => filler(at(0)))),
    );

  test('P11: a secret is sealed in the database, and opened for the sender alone', async () => {
    const target = aTarget();
    await insert(target, SECRET);
    const rows = JSON.stringify(await bench.database.raw('SELECT * FROM export_targets'));
    expect(rows).not.toContain(SECRET);
    expect(JSON.stringify(await list())).not.toMatch(/secret|whsec/i);
    const secret = (id: string) => bench.store.exports.read(({ exportTargets }) => exportTargets.secret(id));
    expect(await secret(target.id)).toBe(SECRET);
    const plain = aTarget();
    await insert(plain);
    expect(await secret(plain.id)).toBeNull();
  });

  test('P9: a side lists and removes its own alone', async () => {
    const [ours, theirs, vendors] = [
      aTarget(),
      aTarget({ tenant: 'globex', log: 'globex' }),
      aTarget({ tenant: null, log: 'deployment' }),
    ];
    for (const target of [ours, theirs, vendors]) await insert(target);
    expect(await list()).toEqual([ours]);
    expect(await list(null, 'deployment')).toEqual([vendors]);
    expect(await write((targets) => targets.remove('globex', ours.id))).toBeNull();
    expect(await write((targets) => targets.remove(null, ours.id))).toBeNull();
    expect(await write((targets) => targets.remove('acme', ours.id))).toEqual(ours);
    expect(await list()).toEqual([]);
  });

  test('a target is due if its time has come and its log has leaves that were not acknowledged', async () => {
    await append();
    const [early, late, done] = [
      aTarget({ nextAt: at(1) }),
      aTarget({ nextAt: at(9) }),
      aTarget({ next: 3 }),
    ];
    for (const target of [late, early, done]) await insert(target);
    const other = aTarget({ tenant: 'globex', log: 'globex' });
    await insert(other);
    expect((await due(5)).map(({ id }) => id)).toEqual([early.id]);
    expect((await due(10)).map(({ id }) => id)).toEqual([early.id, late.id]);
    expect((await due(10, [early.id])).map(({ id }) => id)).toEqual([late.id]);
    await append('globex');
    expect((await due(5)).map(({ id }) => id)).toEqual([other.id, early.id]);
  });

  test('P8: of brokers that claim at once one sends; the cursor is moved by the one that holds the claim', async () => {
    await append();
    const target = aTarget();
    await insert(target);
    const claims = await Promise.all(
      Array.from({ length: 8 }, () => write((targets) => targets.claim(target, at(1)))),
    );
    const [claimed, ...more] = claims.filter((each) => each !== null);
    expect(more).toEqual([]);
    expect(await due(0)).toEqual([]);

    // Its claim ends, and another broker begins.
    const [again] = await due(1);
    const second = await write((targets) => targets.claim(again!, at(2)));
    const moved = { next: 2, at: at(1), until: at(3) };
    expect(await write((targets) => targets.acknowledge(claimed!, moved))).toBe(false);
    await write((targets) => targets.fail(claimed!, { error: 'timed_out', at: at(1), nextAt: at(9) }));
    await write((targets) => targets.release(claimed!, at(0)));
    expect(await list()).toEqual([second]);
    expect(await write((targets) => targets.acknowledge(second!, moved))).toBe(true);
    expect(await list()).toEqual([{ ...second, next: 2, sentAt: at(1), nextAt: at(3) }]);
  });

  test('a failure is kept until the next acknowledgement', async () => {
    await append();
    const target = aTarget();
    await insert(target);
    const claimed = await write((targets) => targets.claim(target, at(1)));
    await write((targets) => targets.fail(claimed!, { error: 'http_500', at: at(1), nextAt: at(2) }));
    const [failed] = await list();
    expect(failed).toMatchObject({
      lastError: 'http_500',
      failedAt: at(1),
      failures: 1,
      nextAt: at(2),
      next: 0,
    });
    const again = await write((targets) => targets.claim(failed!, at(3)));
    await write((targets) => targets.acknowledge(again!, { next: 3, at: at(2), until: at(3) }));
    expect(await list()).toMatchObject([{ lastError: null, failedAt: null, failures: 0, next: 3 }]);
  });
});
