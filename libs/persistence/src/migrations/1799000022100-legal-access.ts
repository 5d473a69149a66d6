import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * On which ground access was requested, so that the vendor's legal counsel finds theirs, and the government demand that it
 * answers. Rows from before have none: they are no access for an authority. Frozen once released.
 */
export class LegalAccess1799000022100 implements MigrationInterface {
  readonly name = 'LegalAccess1799000022100';

  async up(runner: QueryRunner): Promise<void> {
    for (const statement of [
      'ALTER TABLE requests ADD COLUMN basis varchar',
      'ALTER TABLE requests ADD COLUMN demand varchar',
      'ALTER TABLE grants ADD COLUMN basis varchar',
      "CREATE INDEX requests_legal ON requests (created_at, id) WHERE basis = 'legal'",
      "CREATE INDEX grants_legal ON grants (created_at, id) WHERE basis = 'legal'",
    ])
      await runner.query(statement);
  }

  /** Without the demand it is not known what an access was for. */
  down(): Promise<void> {
    return Promise.reject(new Error('this migration cannot be reverted; restore a backup instead'));
  }
}
