import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The stage that a request waits for, and the one in which a review counts. NULL: the request has no stages. */
export class ApprovalStages1799000020000 implements MigrationInterface {
  readonly name = 'ApprovalStages1799000020000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE requests ADD COLUMN stage text');
    await runner.query('ALTER TABLE reviews ADD COLUMN stage varchar');
  }

  /** Without it, approvals would count in any order. */
  down(): Promise<void> {
    return Promise.reject(new Error('this migration cannot be reverted; restore a backup instead'));
  }
}
