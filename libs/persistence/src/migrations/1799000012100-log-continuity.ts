import { type MigrationInterface, type QueryRunner, Table } from 'typeorm';
import { bigint, bigintOrNull, integer, key, text, word, wordOrNull } from './columns.js';

/**
 * Checkpoints of a log that this database does not have, though the log's own key signed them; and what each witness signed
 * last. Frozen once released.
 */
export class LogContinuity1799000012100 implements MigrationInterface {
  readonly name = 'LogContinuity1799000012100';

  async up(runner: QueryRunner): Promise<void> {
    await runner.createTable(
      new Table({
        name: 'log_sightings',
        columns: [
          key('tenant'),
          integer('epoch'),
          bigint('size'),
          word('root'),
          text('note'),
          word('seen_at'),
        ],
      }),
    );
    await runner.createTable(
      new Table({
        name: 'witness_states',
        columns: [
          key('tenant'),
          key('vkey'),
          integer('epoch'),
          bigintOrNull('size'),
          wordOrNull('signed_at'),
          wordOrNull('error'),
        ],
      }),
    );
  }

  /** A log that has gone back must not be forgotten: restore the backup that was made before. */
  down(): Promise<void> {
    return Promise.reject(new Error('this migration cannot be reverted; restore a backup instead'));
  }
}
