import type { MigrationInterface, QueryRunner } from 'typeorm';
import { legalTransitions } from './initial/guards.js';
import { scheduleGrants } from './workflow/grants.js';
import { makeLocks } from './workflow/locks.js';
import { storeOffers } from './workflow/offers.js';
import { makeVoidedReviews } from './workflow/voided-reviews.js';

/** Grants that begin later, are announced before their end, and follow one another; counter-offers; locks. */
export class Workflow1795100000000 implements MigrationInterface {
  readonly name = 'Workflow1795100000000';

  async up(runner: QueryRunner): Promise<void> {
    await scheduleGrants(runner);
    await storeOffers(runner);
    await makeLocks(runner);
    await makeVoidedReviews(runner);
    // SQLite made the table anew, and its trigger went with the old one.
    const { type } = runner.dataSource.options;
    if (type !== 'postgres')
      for (const statement of legalTransitions(type, 'grants', 'grant')) await runner.query(statement);
    for (const [kind, from, to] of LEGAL_TRANSITIONS)
      await runner.query(
        `INSERT INTO legal_transitions (kind, from_state, to_state) VALUES ('${kind}', '${from}', '${to}')`,
      );
  }

  down(): Promise<void> {
    return Promise.reject(new Error('this migration cannot be reverted; restore a backup instead'));
  }
}

const LEGAL_TRANSITIONS = [
  ['request', 'awaiting_customer', 'countered'],
  ['request', 'countered', 'awaiting_customer'],
  ['request', 'countered', 'approved'],
  ['request', 'countered', 'denied'],
  ['request', 'countered', 'cancelled'],
  ['request', 'countered', 'expired'],
  ['grant', 'scheduled', 'active'],
  ['grant', 'scheduled', 'ended'],
] as const;
