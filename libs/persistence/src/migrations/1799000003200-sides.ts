import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Which tenants a service is for, and to whom the commitments of the deployment's log are opened. Until now only the vendor
 * could open them, so the openings that exist go to its side. Frozen once released.
 */
export class Sides1799000003200 implements MigrationInterface {
  readonly name = 'Sides1799000003200';

  async up(runner: QueryRunner): Promise<void> {
    // In plain SQL: on SQLite TypeORM would make this table again, without its triggers.
    await runner.query('ALTER TABLE services ADD COLUMN tenants text');
    await runner.query("UPDATE openings SET tenant = 'vendor' WHERE tenant = 'deployment'");
  }

  /** What the vendor's side alone could open would be open to every tenant: restore the backup that was made before. */
  down(): Promise<void> {
    return Promise.reject(new Error('this migration cannot be reverted; restore a backup instead'));
  }
}
