import type { MigrationInterface, QueryRunner } from 'typeorm';

/** From which web session a browser was opened: it ends with that. Frozen once released. */
export class BrowserWebSession1799000059000 implements MigrationInterface {
  readonly name = 'BrowserWebSession1799000059000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE browser_sessions ADD COLUMN web_session varchar');
  }

  /** A browser would outlive the sign-out: who has one signs in again. */
  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DELETE FROM browser_sessions');
    await runner.query('ALTER TABLE browser_sessions DROP COLUMN web_session');
  }
}
