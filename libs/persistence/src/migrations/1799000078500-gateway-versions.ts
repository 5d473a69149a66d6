import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Which version a gateway is, and which forms of messages it reads and writes. NULL: it has not said so. */
export class GatewayVersions1799000078500 implements MigrationInterface {
  readonly name = 'GatewayVersions1799000078500';

  async up(runner: QueryRunner): Promise<void> {
    // In plain SQL: on SQLite TypeORM would make the table again, without its triggers.
    await runner.query('ALTER TABLE gateways ADD COLUMN version varchar');
    await runner.query('ALTER TABLE gateways ADD COLUMN forms text');
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const name of ['forms', 'version']) await runner.query(`ALTER TABLE gateways DROP COLUMN ${name}`);
  }
}
