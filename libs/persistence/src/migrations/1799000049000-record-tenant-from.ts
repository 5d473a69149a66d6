import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Whether the service said for which tenant a response was. NULL: the gateway read the tenant in the call. Frozen once released. */
export class RecordTenantFrom1799000049000 implements MigrationInterface {
  readonly name = 'RecordTenantFrom1799000049000';

  async up(runner: QueryRunner): Promise<void> {
    // In plain SQL: on SQLite TypeORM would make the table again, without its triggers.
    await runner.query('ALTER TABLE access_records ADD COLUMN tenant_from varchar');
  }

  /** What records say must not be lost: restore the backup that was made before. */
  down(): Promise<void> {
    return Promise.reject(new Error('this migration cannot be reverted; restore a backup instead'));
  }
}
