import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * How people authenticate: the exact address of a person (NULL: `email`), when the person of a session last proved who they
 * are, and from when a passkey counts. Passkeys from before count since they were enrolled.
 */
export class SignIn1799000001000 implements MigrationInterface {
  readonly name = 'SignIn1799000001000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE people ADD COLUMN address varchar');
    await runner.query('ALTER TABLE sessions ADD COLUMN authenticated_at varchar');
    for (const column of ['active_from varchar', 'confirmed_by varchar', 'consent text'])
      await runner.query(`ALTER TABLE passkeys ADD COLUMN ${column}`);
    await runner.query('UPDATE passkeys SET active_from = created_at');
  }

  /** Without it, passkeys that wait would count at once. */
  down(): Promise<void> {
    return Promise.reject(new Error('the rules of sign-in cannot be reverted; restore a backup instead'));
  }
}
