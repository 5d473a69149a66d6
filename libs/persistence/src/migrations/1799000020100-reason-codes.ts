import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The kind of reason that a requester states. NULL: none. */
export class ReasonCodes1799000020100 implements MigrationInterface {
  readonly name = 'ReasonCodes1799000020100';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE requests ADD COLUMN reason_code varchar');
  }

  /** Without it, rules for some reasons would apply to no request. */
  down(): Promise<void> {
    return Promise.reject(new Error('this migration cannot be reverted; restore a backup instead'));
  }
}
