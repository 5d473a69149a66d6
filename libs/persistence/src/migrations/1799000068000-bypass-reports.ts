import { type MigrationInterface, type QueryRunner, Table } from 'typeorm';
import { integer, key, text, word } from './columns.js';

/** Reports of calls that bypassed the gateway. Frozen once released. */
export class BypassReports1799000068000 implements MigrationInterface {
  readonly name = 'BypassReports1799000068000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.createTable(REPORTS);
  }

  /** What was reported must not be lost: restore the backup that was made before. */
  down(): Promise<void> {
    return Promise.reject(new Error('this migration cannot be reverted; restore a backup instead'));
  }
}

const REPORTS = new Table({
  name: 'bypass_reports',
  columns: [
    key('id'),
    word('tenant'),
    word('service'),
    word('span_from'),
    word('span_to'),
    integer('passed'),
    integer('refused'),
    text('calls'),
    word('digest'),
    word('reported_by'),
    word('reported_at'),
  ],
  uniques: [{ name: 'bypass_reports_once', columnNames: ['tenant', 'digest'] }],
  indices: [{ name: 'bypass_reports_newest', columnNames: ['tenant', 'id'] }],
});
