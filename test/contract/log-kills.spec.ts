/** @soak */

import { ensureBrokerKeys } from '@countersign/access';
import {
  appendLeaf,
  EMPTY_RANGE,
  leafHash,
  parseCheckpoint,
  parseNote,
  rangeRoot,
  tileRoot,
} from '@countersign/audit-log';
import { TILE_WIDTH } from '@countersign/contract';
import { systemHashing, systemSigners } from '@countersign/persistence';
import { filler } from '../factories/filler.js';
import { samples } from '../support/samples.js';
import { describeOn } from './support/describe-store.js';
import { killLogWriters, type LogKillReport } from './support/log-kills.js';
import { startWorkflow } from './support/workflow.js';

const KILLS = samples('logWriterKills');
const TENANTS = ['acme', 'globex'];

describeOn('PostgreSQL', 'logs whose writers are killed', (bench) => {
  /** The leaves of a log, and the root of the tree at each size. */
  async function readLog(tenant: string) {
    const newest = await bench.store.checkpoints.read((unit) => unit.checkpoints.newest(tenant));
    const { leaves, hashes, tiles, head } = await bench.store.readForTenant(tenant, async ({ events }) => {
      const { size, root } = await events.head();
      return {
        head: { size, root },
        leaves: await events.leaves(0, size + 1),
        hashes: await events.hashes(0, 0, size + 1),
        tiles: await events.hashes(1, 0, size),
      };
    });
    let range = EMPTY_RANGE;
    const roots = [rootOf(range)];
    for (const leaf of leaves) {
      range = appendLeaf(systemHashing, range, leafHash(systemHashing, Buffer.from(leaf)));
      roots.push(rootOf(range));
    }
    return { leaves: leaves.map((leaf) => JSON.parse(leaf)), hashes, tiles, head, newest, roots };
  }
  const rootOf = (range: typeof EMPTY_RANGE) =>
    Buffer.from(rangeRoot(systemHashing, range)).toString('base64');

  /** One sentence for each promise that the kills broke. */
  async function broken(tenant: string, { units, checkpoints }: LogKillReport): Promise<string[]> {
    const { leaves, hashes, tiles, head, newest, roots } = await readLog(tenant);
    const problems: string[] = [];
    const expectSame = (what: string, found: unknown, wanted: unknown) => {
      if (JSON.stringify(found) !== JSON.stringify(wanted))
        problems.push(`${tenant}: ${what}: ${JSON.stringify(found)}, not ${JSON.stringify(wanted)}`);
    };
    expectSame('size', head.size, leaves.length);
    expectSame('root', head.root, roots.at(-1));
    for (const [index, { seq }] of leaves.entries()) expectSame('index', seq, index);
    expectSame('hashes', hashes.length, leaves.length);
    const full = Math.floor(leaves.length / TILE_WIDTH);
    const tileOf = (index: number) =>
      Buffer.concat(hashes.slice(index * TILE_WIDTH, (index + 1) * TILE_WIDTH));
    const wanted = Array.from({ length: full }, (_, index) => tileRoot(systemHashing, tileOf(index)));
    expectSame('tiles', tiles.map(toHex), wanted.map(toHex));

    for (const { unit, writer, leaves: count, first } of units.filter((each) => each.tenant === tenant))
      expectSame(
        `unit ${unit} of ${writer}`,
        leaves.slice(first, first + count).map(({ data }) => data),
        Array.from({ length: count }, (_, part) => ({ person: `${writer} ${unit}/${part}` })),
      );
    for (const [unit, parts] of unitsOf(leaves))
      expectSame(
        `parts of ${unit}`,
        parts,
        Array.from({ length: 1 + (Number(unit.split(' ')[1]) % 3) }, (_, part) => part),
      );

    for (const { size, root, note } of [
      ...checkpoints.filter((each) => each.tenant === tenant),
      ...(newest === null ? [] : [newest]),
    ]) {
      expectSame(`root of checkpoint ${size}`, root, roots[size]);
      const signed = parseCheckpoint(parseNote(note).text);
      expectSame(
        `note of checkpoint ${size}`,
        [signed.size, Buffer.from(signed.root).toString('base64')],
        [size, root],
      );
    }
    return problems;
  }

  test(
    `P7, P10: ${KILLS} kills -9 while several processes append: nothing that was acknowledged is lost, indices have no gap, and each size has one root`,
    async () => {
      const flow = await startWorkflow(bench.store);
      await ensureBrokerKeys(flow.deps, systemSigners);
      const report = await killLogWriters(bench.database.url, KILLS);
      expect(report.kills).toBe(KILLS);
      expect(report.units.length).toBeGreaterThan(KILLS);
      expect(report.checkpoints.length).toBeGreaterThan(0);
      for (const tenant of TENANTS) expect(await broken(tenant, report)).toEqual([]);
      // The logs go on: nothing was left locked, and the store takes the next leaf.
      for (const tenant of TENANTS) {
        const { size } = await bench.store.readForTenant(tenant, ({ events }) => events.head());
        const next = await bench.store.forTenant(tenant, ({ log }) =>
          log.append(filler('2026-11-24T15:00:00Z')),
        );
        expect(next.index).toBe(size);
      }
    },
    60_000 + KILLS * 5_000,
  );
});

const toHex = (hash: Uint8Array) => Buffer.from(hash).toString('hex');

/** The parts of each unit that the log has, in the order of their leaves, by writer and number. */
function unitsOf(leaves: readonly { type: string; data: { person: string } }[]) {
  const units = new Map<string, number[]>();
  for (const { type, data } of leaves)
    if (type === 'preferences.changed') {
      const [unit = '', part] = data.person.split('/');
      units.set(unit, [...(units.get(unit) ?? []), Number(part)]);
    }
  return units;
}
