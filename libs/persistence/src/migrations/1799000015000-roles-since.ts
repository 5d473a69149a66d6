import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Since when a person has had their roles, if the host has not given them. Frozen once released. */
export class RolesSince1799000015000 implements MigrationInterface {
  readonly name = 'RolesSince1799000015000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE people ADD COLUMN roles_since varchar');
  }

  /** Without it, people who have just been added could confirm each other’s passkeys. */
  down(): Promise<void> {
    return Promise.reject(new Error('this migration cannot be reverted; restore a backup instead'));
  }
}
