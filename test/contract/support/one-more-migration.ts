import type { MigrationInterface, QueryRunner } from 'typeorm';
import { MIGRATIONS } from '../../../libs/persistence/src/migrations/index.js';

/** A migration that comes after the newest, for tests of the way there alone. */
class Later9999000000000 implements MigrationInterface {
  readonly name = 'Later9999000000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE requests ADD COLUMN colour varchar');
    await runner.query("UPDATE requests SET colour = 'green'");
  }

  down(): Promise<void> {
    return Promise.reject(new Error('this migration cannot be reverted'));
  }
}

/** Has this version of the program one more migration, while the work runs. @returns what the work returns */
export async function withOneMore<T>(work: () => Promise<T>): Promise<T> {
  MIGRATIONS.push(Later9999000000000);
  try {
    return await work();
  } finally {
    MIGRATIONS.splice(MIGRATIONS.indexOf(Later9999000000000), 1);
  }
}
