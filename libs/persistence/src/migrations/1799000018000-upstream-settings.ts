import type { MigrationInterface, QueryRunner } from 'typeorm';

/** How gateways connect to a service's upstream, as JSON. NULL: nothing is set. Frozen once released. */
export class UpstreamSettings1799000018000 implements MigrationInterface {
  readonly name = 'UpstreamSettings1799000018000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE services ADD COLUMN upstream text');
  }

  /** Without it, gateways would trust other authorities for an upstream than the operator chose. */
  down(): Promise<void> {
    return Promise.reject(
      new Error('the settings of upstreams cannot be reverted; restore a backup instead'),
    );
  }
}
