import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The vendor's list of every way to customers' data (NULL: none is stated), and quick reads of daily statements. Frozen once released. */
export class Coverage1799000023000 implements MigrationInterface {
  readonly name = 'Coverage1799000023000';

  async up(runner: QueryRunner): Promise<void> {
    for (const statement of [
      'ALTER TABLE vendor ADD COLUMN coverage text',
      'DROP INDEX events_marks',
      "CREATE INDEX events_marks ON events (tenant, type, at) WHERE type IN ('gateway.gap', 'gateway.head', 'gateway.mismatch', 'log.sealed', 'log.unsealed', 'standing.stated', 'tenant.add', 'tenant.change')",
    ])
      await runner.query(statement);
  }

  /** Without it, statements would say "zero" and name no other way. */
  down(): Promise<void> {
    return Promise.reject(new Error('this migration cannot be reverted; restore a backup instead'));
  }
}
