import type { MigrationInterface, QueryRunner } from 'typeorm';

/** When the owner of an API key last signed in at their provider. NULL: not since the key was made. */
export class ApiKeySignIns1799000002000 implements MigrationInterface {
  readonly name = 'ApiKeySignIns1799000002000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE api_keys ADD COLUMN signed_in_at varchar');
  }

  /** Without it, keys would work for people who have left their organisation. */
  down(): Promise<void> {
    return Promise.reject(new Error('this migration cannot be reverted; restore a backup instead'));
  }
}
