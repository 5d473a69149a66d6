import { type MigrationInterface, type QueryRunner, TableIndex } from 'typeorm';
import { appendOnly, legalTransitions } from './initial/guards.js';
import { TRUST_TABLES } from './trust/tables.js';

/** Written out: TypeORM would copy the whole table on SQLite for one more column. */
const COLUMNS = ['reviews ADD COLUMN countersignature text', 'invitations ADD COLUMN countersignature text'];

/** Customers sign for themselves: passkeys, the chain of trust documents, proposals of the next, stops. */
export class Trust1798600000000 implements MigrationInterface {
  readonly name = 'Trust1798600000000';

  async up(runner: QueryRunner): Promise<void> {
    for (const table of TRUST_TABLES) await runner.createTable(table);
    for (const column of [...COLUMNS, 'gateways ADD COLUMN pins text'])
      await runner.query(`ALTER TABLE ${column}`);
    await runner.createIndex(
      'api_keys',
      new TableIndex({ name: 'api_keys_person', columnNames: ['person'] }),
    );
    const { type } = runner.dataSource.options;
    const guards = [
      ...appendOnly(type, 'trust_versions', [['tenant', 'chain', 'seq'], ['hash']]),
      ...appendOnly(type, 'trust_signatures', [['proposal', 'person', 'credential']]),
      ...appendOnly(type, 'trust_reminders', [['hash', 'days']]),
      ...legalTransitions(type, 'trust_proposals', 'proposal'),
    ];
    for (const statement of guards) await runner.query(statement);
    for (const to of ['adopted', 'withdrawn'])
      await runner.query(
        `INSERT INTO legal_transitions (kind, from_state, to_state) VALUES ('proposal', 'open', '${to}')`,
      );
  }

  /** What was signed cannot be taken back with the schema: restore the backup that was made before. */
  down(): Promise<void> {
    return Promise.reject(new Error('this migration cannot be reverted; restore a backup instead'));
  }
}
