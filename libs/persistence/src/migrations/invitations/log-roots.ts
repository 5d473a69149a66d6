import { appendLeaf, type CompactRange, EMPTY_RANGE } from '@countersign/audit-log';
import type { QueryRunner } from 'typeorm';
import { systemHashing } from '../../system.js';

/** Leaf hashes read at once: memory is bounded, however long a log is. */
const LEAVES_AT_ONCE = 10_000;

/**
 * Each log's head keeps the compact range of its tree, so that a root costs O(log n). Logs from before are read
 * once, hashes alone: about a second for a million leaves.
 */
export async function storeRoots(runner: QueryRunner): Promise<void> {
  await runner.query('ALTER TABLE log_heads ADD COLUMN range text');
  const heads: { tenant: string }[] = await runner.query('SELECT tenant FROM log_heads');
  for (const { tenant } of heads) {
    const { nodes } = await rangeOf(runner, tenant);
    const range = Buffer.concat(nodes).toString('base64');
    await runner.query(`UPDATE log_heads SET range = '${range}' WHERE tenant = '${tenant}'`);
  }
}

async function rangeOf(runner: QueryRunner, tenant: string): Promise<CompactRange> {
  let range = EMPTY_RANGE;
  for (;;) {
    // A slug and a number: nothing here needs escaping.
    const leaves: { hash: string }[] = await runner.query(
      `SELECT hash FROM events WHERE tenant = '${tenant}' AND seq >= ${range.size} ORDER BY seq LIMIT ${LEAVES_AT_ONCE}`,
    );
    for (const { hash } of leaves)
      range = appendLeaf(systemHashing, range, Buffer.from(hash.slice('sha256:'.length), 'hex'));
    if (leaves.length < LEAVES_AT_ONCE) return range;
  }
}
