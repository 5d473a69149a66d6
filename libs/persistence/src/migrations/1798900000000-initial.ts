import type { MigrationInterface, QueryRunner } from 'typeorm';
import {
  appendOnly,
  countOrganisation,
  epochOnlyGrows,
  erasableReviews,
  keysStay,
  legalTransitions,
  neverShrinks,
  prunedLeaves,
  settledOnce,
  statedOnce,
  stepsInOrder,
} from './guards.js';
import { DEMAND_TABLES } from './tables/demands.js';
import { DEPLOYMENT_TABLES } from './tables/deployment.js';
import { LOG_TABLES } from './tables/log.js';
import { NOTICE_TABLES } from './tables/notices.js';
import { PEOPLE_TABLES } from './tables/people.js';
import { ROUND_TABLES } from './tables/rounds.js';
import { TRUST_TABLES } from './tables/trust.js';
import { WORKFLOW_TABLES } from './tables/workflow.js';

/** In the order that foreign keys need. */
const TABLES = [
  ...DEPLOYMENT_TABLES,
  ...PEOPLE_TABLES,
  ...NOTICE_TABLES,
  ...WORKFLOW_TABLES,
  ...ROUND_TABLES,
  ...LOG_TABLES,
  ...TRUST_TABLES,
  ...DEMAND_TABLES,
];

/** From which states an object may go to which. The triggers of `legalTransitions` look here. */
const LEGAL_TRANSITIONS: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>> = {
  request: {
    awaiting_vendor: ['awaiting_customer', 'notifying', 'approved', 'denied', 'cancelled', 'expired'],
    awaiting_customer: ['approved', 'denied', 'cancelled', 'expired', 'countered'],
    countered: ['awaiting_customer', 'approved', 'denied', 'cancelled', 'expired'],
    notifying: ['approved', 'denied', 'cancelled', 'expired'],
  },
  grant: { scheduled: ['active', 'ended'], active: ['ended'] },
  invitation: { open: ['used_up', 'withdrawn', 'expired'], used_up: ['withdrawn', 'expired'] },
  disclosure: {
    due: ['late', 'given'],
    late: ['given'],
    given: ['acknowledged', 'disputed'],
    disputed: ['given'],
  },
  demand: {
    received: ['redirected'],
    redirected: ['challenged', 'narrowed', 'rejected', 'disclosed', 'closed'],
    challenged: ['narrowed', 'rejected', 'disclosed', 'closed'],
    narrowed: ['challenged', 'rejected', 'disclosed', 'closed'],
    rejected: ['challenged', 'closed'],
    disclosed: ['closed'],
  },
  proposal: { open: ['adopted', 'withdrawn'] },
  reset: { open: ['used', 'cancelled'] },
  widening: { waiting: ['applied', 'withdrawn', 'lapsed'] },
  'access-review': { open: ['closed'] },
  practice: { open: ['closed'] },
  'notice-address': { waiting: ['active', 'removed'], active: ['removed'] },
};

const columnsOf = (table: string): string[] =>
  TABLES.find(({ name }) => name === table)?.columns.map(({ name }) => name) ?? [];

/** The triggers on each engine. */
const guardsOn = (engine: string): string[] => [
  ...prunedLeaves(engine),
  ...erasableReviews(engine, columnsOf('reviews')),
  ...appendOnly(engine, 'voided_reviews', [['review']]),
  ...appendOnly(engine, 'request_notes', [['request', 'number']]),
  ...appendOnly(engine, 'feed_changes', [['seq']]),
  ...appendOnly(engine, 'trust_versions', [['tenant', 'chain', 'seq'], ['hash']]),
  ...appendOnly(engine, 'trust_signatures', [['proposal', 'person', 'credential']]),
  ...appendOnly(engine, 'trust_reminders', [['hash', 'days']]),
  ...appendOnly(engine, 'log_nodes', [['tenant', 'level', 'node']]),
  ...appendOnly(engine, 'log_hand_overs', [['tenant', 'kid']]),
  ...appendOnly(engine, 'erasures', [['tenant', 'commitment']]),
  ...appendOnly(engine, 'statements', [['tenant', 'day']]),
  ...appendOnly(engine, 'transparency_reports', [['period']]),
  ...appendOnly(engine, 'demands', [['id']]),
  ...appendOnly(engine, 'demand_tenants', [['demand', 'slug']]),
  ...appendOnly(engine, 'demand_steps', [['demand', 'seq']]),
  ...appendOnly(engine, 'demand_documents', [['demand', 'sha256']]),
  ...appendOnly(engine, 'sealed_leaves', [['tenant', 'seq']]),
  ...appendOnly(engine, 'opened_leaves', [['tenant', 'seq']]),
  ...neverShrinks(engine, 'log_heads', 'size'),
  ...neverShrinks(engine, 'log_checkpoints', 'size'),
  ...neverShrinks(engine, 'log_days', 'next_day'),
  ...neverShrinks(engine, 'deployment', 'feed_seq'),
  ...neverShrinks(engine, 'invitations', 'used'),
  ...legalTransitions(engine, 'requests', 'request'),
  ...legalTransitions(engine, 'grants', 'grant'),
  ...legalTransitions(engine, 'invitations', 'invitation'),
  ...legalTransitions(engine, 'disclosures', 'disclosure'),
  ...legalTransitions(engine, 'trust_proposals', 'proposal'),
  ...legalTransitions(engine, 'trust_resets', 'reset'),
  ...legalTransitions(engine, 'widenings', 'widening'),
  ...legalTransitions(engine, 'access_reviews', 'access-review'),
  ...legalTransitions(engine, 'practices', 'practice'),
  ...legalTransitions(engine, 'notice_addresses', 'notice-address'),
  ...settledOnce(engine, 'access_review_items', 'outcome', 'an item of an access review is decided once'),
  ...settledOnce(engine, 'practice_requests', 'result', 'a practice is answered once'),
  ...stepsInOrder(engine),
  ...keysStay(engine),
  ...statedOnce(engine),
  ...epochOnlyGrows(engine),
  ...countOrganisation(engine),
];

/** The first schema, the same on every engine but for its triggers. The release of 0.1.0 freezes it: then every change is a new migration. */
export class Initial1798900000000 implements MigrationInterface {
  readonly name = 'Initial1798900000000';

  async up(runner: QueryRunner): Promise<void> {
    for (const table of TABLES) await runner.createTable(table);
    for (const statement of guardsOn(runner.dataSource.options.type)) await runner.query(statement);
    for (const [kind, states] of Object.entries(LEGAL_TRANSITIONS))
      for (const [from, followers] of Object.entries(states))
        for (const to of followers)
          await runner.query(
            `INSERT INTO legal_transitions (kind, from_state, to_state) VALUES ('${kind}', '${from}', '${to}')`,
          );
    await runner.query("INSERT INTO continuity (id) VALUES ('database')");
  }

  /** A log only grows: it cannot be reverted. Restore the backup that was made before. */
  down(): Promise<void> {
    return Promise.reject(new Error('the initial migration cannot be reverted; restore a backup instead'));
  }
}
