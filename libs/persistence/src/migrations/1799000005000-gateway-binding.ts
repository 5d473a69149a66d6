import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What an enrolled gateway may serve, as JSON lists. NULL: everything, as gateways from before could. */
export class GatewayBinding1799000005000 implements MigrationInterface {
  readonly name = 'GatewayBinding1799000005000';

  async up(runner: QueryRunner): Promise<void> {
    for (const name of ['services', 'tenants'])
      await runner.query(`ALTER TABLE gateways ADD COLUMN ${name} text`);
  }

  /** Without it, gateways would serve more than they were enrolled for. */
  down(): Promise<void> {
    return Promise.reject(new Error('the binding of gateways cannot be reverted; restore a backup instead'));
  }
}
