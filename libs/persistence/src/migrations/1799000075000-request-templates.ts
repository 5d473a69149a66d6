import { type MigrationInterface, type QueryRunner, Table } from 'typeorm';
import { key, text, word } from './columns.js';

/** Templates of requests that a person has saved. Frozen once released. */
export class RequestTemplates1799000075000 implements MigrationInterface {
  readonly name = 'RequestTemplates1799000075000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.createTable(
      new Table({
        name: 'request_templates',
        columns: [
          key('id'),
          word('person'),
          text('name'),
          text('name_key'),
          text('request'),
          word('saved_at'),
        ],
        uniques: [{ name: 'request_templates_once', columnNames: ['person', 'name_key'] }],
      }),
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.dropTable('request_templates');
  }
}
