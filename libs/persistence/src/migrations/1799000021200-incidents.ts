import { type MigrationInterface, type QueryRunner, Table } from 'typeorm';
import { key, text, word, wordOrNull } from './columns.js';

/** Incidents for which access to several tenants is requested at once. Frozen once released. */
export class Incidents1799000021200 implements MigrationInterface {
  readonly name = 'Incidents1799000021200';

  async up(runner: QueryRunner): Promise<void> {
    for (const table of TABLES) await runner.createTable(table);
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const { name } of TABLES) await runner.dropTable(name);
  }
}

const TABLES: readonly Table[] = [
  new Table({
    name: 'incidents',
    columns: [key('id'), text('title'), word('person'), word('created_at')],
    indices: [
      { name: 'incidents_list', columnNames: ['created_at', 'id'] },
      { name: 'incidents_list_person', columnNames: ['person', 'created_at', 'id'] },
    ],
  }),
  new Table({
    name: 'incident_tenants',
    columns: [key('incident'), key('slug'), wordOrNull('request'), text('refusals')],
  }),
];
