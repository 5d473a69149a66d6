import type { MigrationInterface, QueryRunner } from 'typeorm';
import {
  appendOnly,
  countOrganisation,
  epochOnlyGrows,
  legalTransitions,
  neverShrinks,
  statedOnce,
} from './guards.js';
import { DEPLOYMENT_TABLES } from './tables/deployment.js';
import { LOG_TABLES } from './tables/log.js';
import { TRUST_TABLES } from './tables/trust.js';
import { WORKFLOW_TABLES } from './tables/workflow.js';

/** From which states an object may go to which. The triggers of `legalTransitions` look here. */
const LEGAL_TRANSITIONS: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>> = {
  request: {
    awaiting_vendor: ['awaiting_customer', 'approved', 'denied', 'cancelled', 'expired'],
    awaiting_customer: ['approved', 'denied', 'cancelled', 'expired', 'countered'],
    countered: ['awaiting_customer', 'approved', 'denied', 'cancelled', 'expired'],
  },
  grant: { scheduled: ['active', 'ended'], active: ['ended'] },
  invitation: { open: ['used_up', 'withdrawn', 'expired'], used_up: ['withdrawn', 'expired'] },
  proposal: { open: ['adopted', 'withdrawn'] },
  reset: { open: ['used', 'cancelled'] },
};

/** The triggers on each engine. */
const guardsOn = (engine: string): string[] => [
  ...appendOnly(engine, 'events', [['tenant', 'seq']]),
  ...appendOnly(engine, 'reviews', [['id'], ['person', 'digest']]),
  ...appendOnly(engine, 'voided_reviews', [['review']]),
  ...appendOnly(engine, 'feed_changes', [['seq']]),
  ...appendOnly(engine, 'trust_versions', [['tenant', 'chain', 'seq'], ['hash']]),
  ...appendOnly(engine, 'trust_signatures', [['proposal', 'person', 'credential']]),
  ...appendOnly(engine, 'trust_reminders', [['hash', 'days']]),
  ...neverShrinks(engine, 'log_heads', 'size'),
  ...neverShrinks(engine, 'deployment', 'feed_seq'),
  ...neverShrinks(engine, 'invitations', 'used'),
  ...legalTransitions(engine, 'requests', 'request'),
  ...legalTransitions(engine, 'grants', 'grant'),
  ...legalTransitions(engine, 'invitations', 'invitation'),
  ...legalTransitions(engine, 'trust_proposals', 'proposal'),
  ...legalTransitions(engine, 'trust_resets', 'reset'),
  ...statedOnce(engine),
  ...epochOnlyGrows(engine),
  ...countOrganisation(engine),
];

/** The first schema, the same on every engine but for its triggers. Frozen: every change is a new migration. */
export class Initial1798900000000 implements MigrationInterface {
  readonly name = 'Initial1798900000000';

  async up(runner: QueryRunner): Promise<void> {
    for (const table of [...DEPLOYMENT_TABLES, ...WORKFLOW_TABLES, ...LOG_TABLES, ...TRUST_TABLES])
      await runner.createTable(table);
    for (const statement of guardsOn(runner.dataSource.options.type)) await runner.query(statement);
    for (const [kind, states] of Object.entries(LEGAL_TRANSITIONS))
      for (const [from, followers] of Object.entries(states))
        for (const to of followers)
          await runner.query(
            `INSERT INTO legal_transitions (kind, from_state, to_state) VALUES ('${kind}', '${from}', '${to}')`,
          );
  }

  /** A log only grows: it cannot be reverted. Restore the backup that was made before. */
  down(): Promise<void> {
    return Promise.reject(new Error('the initial migration cannot be reverted; restore a backup instead'));
  }
}
