import { type MigrationInterface, type QueryRunner, Table } from 'typeorm';
import { bigint, integer, key, text, textOrNull, word, wordOrNull } from './columns.js';

/** Where logs are streamed to, and how far each stream has come. Frozen once released. */
export class ExportTargets1799000014000 implements MigrationInterface {
  readonly name = 'ExportTargets1799000014000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.createTable(
      new Table({
        name: 'export_targets',
        columns: [
          key('id'),
          word('side'),
          word('log'),
          word('kind'),
          text('name'),
          text('address'),
          word('content'),
          wordOrNull('splunk_index'),
          textOrNull('ca'),
          text('sealed_secret'),
          bigint('next_index'),
          integer('claims'),
          integer('failures'),
          word('next_at'),
          wordOrNull('sent_at'),
          wordOrNull('last_error'),
          wordOrNull('failed_at'),
          word('created_at'),
          word('created_by'),
        ],
        indices: [
          { name: 'export_targets_of_log', columnNames: ['side', 'log', 'id'] },
          { name: 'export_targets_due', columnNames: ['next_at'] },
        ],
      }),
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.dropTable('export_targets');
  }
}
