import { type MigrationInterface, type QueryRunner, Table } from 'typeorm';
import { bigint, key, word, wordOrNull } from './columns.js';

/** Which logs keep the access of a demand under a gag apart from its tenant's log. Frozen once released. */
export class SealedLogs1799000043000 implements MigrationInterface {
  readonly name = 'SealedLogs1799000043000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.createTable(
      new Table({
        name: 'sealed_logs',
        columns: [
          key('slug'),
          word('tenant'),
          word('demand'),
          word('created_at'),
          wordOrNull('opened_at'),
          bigint('recorded'),
        ],
        indices: [
          { name: 'sealed_logs_of_demand', columnNames: ['demand', 'tenant'], isUnique: true },
          { name: 'sealed_logs_of_tenant', columnNames: ['tenant', 'slug'] },
        ],
      }),
    );
  }

  /** Whose the access was must not be lost: restore the backup that was made before. */
  down(): Promise<void> {
    return Promise.reject(new Error('this migration cannot be reverted; restore a backup instead'));
  }
}
