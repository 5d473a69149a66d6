import { type MigrationInterface, type QueryRunner, Table } from 'typeorm';

const key = (name: string) => ({ name, type: 'varchar', isPrimary: true });
const word = (name: string) => ({ name, type: 'varchar' });
const wordOrNull = (name: string) => ({ name, type: 'varchar', isNullable: true });
const refersTo = (name: string, column: string, table: string) => ({
  name,
  columnNames: [column],
  referencedTableName: table,
  referencedColumnNames: ['id'],
});

/** What SCIM clients provision: their tokens, users, groups and members, and each side's settings. Frozen once released. */
export class Scim1799000003100 implements MigrationInterface {
  readonly name = 'Scim1799000003100';

  async up(runner: QueryRunner): Promise<void> {
    await runner.createTable(
      new Table({
        name: 'scim_tokens',
        columns: [
          key('id'),
          word('hash'),
          word('side'),
          word('created_at'),
          word('expires_at'),
          wordOrNull('revoked_at'),
        ],
        indices: [{ name: 'scim_tokens_hash', columnNames: ['hash'], isUnique: true }],
      }),
    );
    await runner.createTable(
      new Table({
        name: 'scim_users',
        columns: [
          key('person'),
          word('side'),
          wordOrNull('external_id'),
          { name: 'profile', type: 'text' },
          word('created_at'),
          word('modified_at'),
        ],
        indices: [{ name: 'scim_users_side', columnNames: ['side'] }],
        foreignKeys: [refersTo('scim_users_person_fk', 'person', 'people')],
      }),
    );
    await runner.createTable(
      new Table({
        name: 'scim_groups',
        columns: [
          key('id'),
          word('side'),
          { name: 'name', type: 'text' },
          wordOrNull('external_id'),
          word('created_at'),
          word('modified_at'),
        ],
        indices: [
          { name: 'scim_groups_one_per_side_and_name', columnNames: ['side', 'name'], isUnique: true },
        ],
      }),
    );
    await runner.createTable(
      new Table({
        name: 'scim_members',
        columns: [key('group_id'), key('person'), word('side')],
        indices: [
          { name: 'scim_members_person', columnNames: ['person'] },
          { name: 'scim_members_side', columnNames: ['side'] },
        ],
        foreignKeys: [
          refersTo('scim_members_group_fk', 'group_id', 'scim_groups'),
          refersTo('scim_members_person_fk', 'person', 'people'),
        ],
      }),
    );
    // In plain SQL: on SQLite TypeORM would make these tables again, without their triggers.
    for (const table of ['tenants', 'vendor'])
      await runner.query(`ALTER TABLE ${table} ADD COLUMN scim text`);
  }

  /** Whom a provider has deactivated must not be forgotten: restore the backup that was made before. */
  down(): Promise<void> {
    return Promise.reject(new Error('this migration cannot be reverted; restore a backup instead'));
  }
}
