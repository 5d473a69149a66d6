/** @soak */

import { onlyInSoak, samples } from '../support/samples.js';
import { startWriter } from './support/child.js';
import type { TestDatabase } from './support/database.js';
import { describeStore } from './support/describe-store.js';
import { oneUnit } from './support/one-unit.js';

const UNITS = samples('unitsAtOnce');

interface Counts {
  requests: number;
  events: number;
  openings: number;
  notices: number;
  changes: number;
}

async function counts(database: TestDatabase): Promise<Counts> {
  const [row] = await database.raw(`SELECT (SELECT COUNT(*) FROM requests) AS requests,
    (SELECT COUNT(*) FROM events) AS events, (SELECT COUNT(*) FROM openings) AS openings,
    (SELECT COUNT(*) FROM notices) AS notices, (SELECT COUNT(*) FROM feed_changes) AS changes`);
  return row as Counts;
}

const wholeUnits = (units: number): Counts => ({
  requests: units,
  events: 2 * units,
  openings: units,
  notices: units,
  changes: units,
});

/** Every log counts from 0 and the feed from 1, without a gap, up to what their heads say. */
async function expectGapFree(database: TestDatabase): Promise<void> {
  const logs = await database.raw(`SELECT h.tenant, h.size, COUNT(e.seq) AS leaves, MAX(e.seq) AS last
    FROM log_heads h JOIN events e ON e.tenant = h.tenant GROUP BY h.tenant, h.size`);
  expect(logs.length).toBeGreaterThan(0);
  for (const log of logs as { size: number; leaves: number; last: number }[])
    expect(log).toMatchObject({ leaves: log.size, last: log.size - 1 });
  const [feed] = await database.raw(`SELECT feed_seq, (SELECT COUNT(*) FROM feed_changes) AS rows,
    (SELECT MAX(seq) FROM feed_changes) AS last FROM deployment`);
  const { feed_seq: head } = feed as { feed_seq: number };
  expect(feed).toMatchObject({ rows: head, last: head });
}

describeStore('several writers', (bench) => {
  test(`${UNITS} units at once leave logs and feed without a gap`, async () => {
    await Promise.all(
      Array.from({ length: UNITS }, (_, index) => oneUnit(bench.store, index % 2 === 0 ? 'acme' : 'globex')),
    );
    expect(await counts(bench.database)).toEqual(wholeUnits(UNITS));
    await expectGapFree(bench.database);
  });

  test('two stores in one process take turns', async () => {
    const other = await bench.database.open();
    await Promise.all(
      Array.from({ length: UNITS }, (_, index) => oneUnit(index % 2 === 0 ? bench.store : other, 'acme')),
    );
    expect(await counts(bench.database)).toEqual(wholeUnits(UNITS));
    await expectGapFree(bench.database);
  });

  bench.describeOn('SQLite', () => {
    test(`two processes with ${UNITS} units each never meet a busy database`, async () => {
      const writer = startWriter(bench.database.url, 'acme', UNITS);
      await writer.reached(1);
      await Promise.all(Array.from({ length: UNITS }, () => oneUnit(bench.store, 'acme')));
      expect(await writer.ended).toBe(0);
      expect(writer.committed()).toBe(UNITS);
      expect(await counts(bench.database)).toEqual(wholeUnits(2 * UNITS));
      await expectGapFree(bench.database);
    });

    test('P7: kill -9 inside a unit leaves nothing of it', async () => {
      const writer = startWriter(bench.database.url, 'acme', 5, true);
      expect(await writer.ended).toBe('SIGKILL');
      expect(await counts(bench.database)).toEqual(wholeUnits(4));
      await expectGapFree(bench.database);
      await oneUnit(bench.store, 'acme');
      expect(await counts(bench.database)).toEqual(wholeUnits(5));
    });
  });

  onlyInSoak(() => {
    test.each([3, 60])('P7: kill -9 after about %i units leaves whole units only', async (after) => {
      const writer = startWriter(bench.database.url, 'acme', 5_000);
      await writer.reached(after);
      writer.process.kill('SIGKILL');
      expect(await writer.ended).toBe('SIGKILL');
      const { requests } = await counts(bench.database);
      expect(requests).toBeGreaterThanOrEqual(writer.committed());
      expect(await counts(bench.database)).toEqual(wholeUnits(requests));
      await expectGapFree(bench.database);
    });
  });
});
