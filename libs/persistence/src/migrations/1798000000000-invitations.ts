import type { MigrationInterface, QueryRunner } from 'typeorm';
import { makeInvitations } from './invitations/invitations.js';
import { storeRoots } from './invitations/log-roots.js';

/** Logs know their root; staff have groups; customers open the door themselves. */
export class Invitations1798000000000 implements MigrationInterface {
  readonly name = 'Invitations1798000000000';

  async up(runner: QueryRunner): Promise<void> {
    await storeRoots(runner);
    await runner.query('ALTER TABLE people ADD COLUMN staff_groups text');
    await makeInvitations(runner);
  }

  down(): Promise<void> {
    return Promise.reject(new Error('this migration cannot be reverted; restore a backup instead'));
  }
}
