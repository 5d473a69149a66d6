import type { MigrationInterface, QueryRunner } from 'typeorm';

/** SCIM clients look people up by ids of their own, one call for each person. Frozen once released. */
export class ScimExternalIds1799000082000 implements MigrationInterface {
  readonly name = 'ScimExternalIds1799000082000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('CREATE INDEX scim_users_external_id ON scim_users (side, external_id)');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP INDEX scim_users_external_id');
  }
}
