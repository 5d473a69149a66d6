import { type MigrationInterface, type QueryRunner, TableIndex } from 'typeorm';
import { countOrganisation } from './scale/organisation-version.js';

/** What keeps work from growing with the deployment: a version of the organisation, and indices that lists lacked. */
export class Scale1798200000000 implements MigrationInterface {
  readonly name = 'Scale1798200000000';

  async up(runner: QueryRunner): Promise<void> {
    // Written out: TypeORM would copy the whole table on SQLite for one more column, its trigger not along.
    await runner.query('ALTER TABLE deployment ADD COLUMN organisation_version bigint');
    await runner.query('UPDATE deployment SET organisation_version = 0');
    for (const statement of countOrganisation(runner.dataSource.options.type)) await runner.query(statement);
    await runner.createIndex(
      'events',
      new TableIndex({ name: 'events_of_time', columnNames: ['tenant', 'at', 'seq'] }),
    );
    await runner.createIndex(
      'deliveries',
      new TableIndex({ name: 'deliveries_of_tenant', columnNames: ['tenant', 'notice'] }),
    );
  }

  /** The columns and indices do no harm: restore the backup that was made before. */
  down(): Promise<void> {
    return Promise.reject(new Error('this migration cannot be reverted; restore a backup instead'));
  }
}
