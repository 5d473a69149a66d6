import { createHash } from 'node:crypto';
import { type MigrationInterface, type QueryRunner, Table } from 'typeorm';
import { bigint, key, text, word } from './columns.js';
import { appendOnly, neverShrinks } from './guards.js';

const TILE_WIDTH = 256;

/**
 * What proofs of the logs need: the hashes of full tiles, and the newest signed checkpoint of each log. Logs that exist
 * get the hashes of the tiles that they have filled.
 */
export class LogProofs1799000008000 implements MigrationInterface {
  readonly name = 'LogProofs1799000008000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.createTable(
      new Table({
        name: 'log_nodes',
        columns: [key('tenant'), key('level', 'integer'), key('node', 'bigint'), word('hash')],
      }),
    );
    await runner.createTable(
      new Table({
        name: 'log_checkpoints',
        columns: [
          key('tenant'),
          key('epoch', 'integer'),
          bigint('size'),
          word('root'),
          text('note'),
          word('signed_at'),
        ],
      }),
    );
    const engine = runner.dataSource.options.type;
    for (const statement of [
      ...appendOnly(engine, 'log_nodes', [['tenant', 'level', 'node']]),
      ...neverShrinks(engine, 'log_checkpoints', 'size'),
    ])
      await runner.query(statement);
    const heads: { tenant: string; size: string | number }[] = await runner.query(
      'SELECT tenant, size FROM log_heads',
    );
    for (const { tenant, size } of heads) await fill(runner, tenant, Number(size));
  }

  /** A log only grows: it cannot be reverted. Restore the backup that was made before. */
  down(): Promise<void> {
    return Promise.reject(new Error('this migration cannot be reverted; restore a backup instead'));
  }
}

/** Computes the hash of each full tile from the hashes on the level below. */
async function fill(runner: QueryRunner, tenant: string, size: number): Promise<void> {
  const isPostgres = runner.dataSource.options.type === 'postgres';
  const sql = (statement: string) => {
    let count = 0;
    return isPostgres ? statement.replaceAll('?', () => `$${++count}`) : statement;
  };
  const leaves = sql('SELECT hash FROM events WHERE tenant = ? AND seq >= ? AND seq < ? ORDER BY seq');
  const nodes = sql(
    'SELECT hash FROM log_nodes WHERE tenant = ? AND node >= ? AND node < ? AND level = ? ORDER BY node',
  );
  const insert = sql('INSERT INTO log_nodes (tenant, level, node, hash) VALUES (?, ?, ?, ?)');
  for (
    let level = 1, count = Math.floor(size / TILE_WIDTH);
    count > 0;
    level += 1, count = Math.floor(count / TILE_WIDTH)
  )
    for (let index = 0; index < count; index += 1) {
      const range = [tenant, index * TILE_WIDTH, (index + 1) * TILE_WIDTH];
      const rows: { hash: string }[] =
        level === 1 ? await runner.query(leaves, range) : await runner.query(nodes, [...range, level - 1]);
      await runner.query(insert, [tenant, level, index, rootOf(rows.map(({ hash }) => hash))]);
    }
}

/** The RFC 6962 hash of a complete subtree. */
function rootOf(hashes: readonly string[]): string {
  let row = hashes.map((hash) => Buffer.from(hash.slice('sha256:'.length), 'hex'));
  if (row.length !== TILE_WIDTH) throw new Error('a log has a gap; restore a backup');
  while (row.length > 1)
    row = Array.from({ length: row.length / 2 }, (_, at) =>
      createHash('sha256')
        .update(Buffer.concat([Buffer.of(1), ...row.slice(2 * at, 2 * at + 2)]))
        .digest(),
    );
  return `sha256:${row[0]?.toString('hex')}`;
}
