import { type MigrationInterface, type QueryRunner, Table } from 'typeorm';
import { integer, key, text, word, wordOrNull } from './columns.js';
import { legalTransitions } from './guards.js';

/** Quarterly access reviews: what each lists, and what became of it. Frozen once released. */
export class AccessReviews1799000046000 implements MigrationInterface {
  readonly name = 'AccessReviews1799000046000';

  async up(runner: QueryRunner): Promise<void> {
    const engine = runner.dataSource.options.type;
    for (const table of [SCHEDULES, REVIEWS, ITEMS]) await runner.createTable(table);
    await runner.query(
      "INSERT INTO legal_transitions (kind, from_state, to_state) VALUES ('access-review', 'open', 'closed')",
    );
    // Tenants from before: the day from which their reviews count. Those that are older than a quarter get one at once.
    await runner.query(
      'INSERT INTO access_review_schedules (tenant, next_quarter) SELECT tenant, next_opening FROM log_days',
    );
    for (const statement of [
      ...legalTransitions(engine, 'access_reviews', 'access-review'),
      ...decidedOnce(engine),
    ])
      await runner.query(statement);
  }

  /** What people have decided must not be lost: restore the backup that was made before. */
  down(): Promise<void> {
    return Promise.reject(new Error('this migration cannot be reverted; restore a backup instead'));
  }
}

const SCHEDULES = new Table({
  name: 'access_review_schedules',
  columns: [key('tenant'), word('next_quarter')],
  indices: [{ name: 'access_review_schedules_due', columnNames: ['next_quarter', 'tenant'] }],
});

const REVIEWS = new Table({
  name: 'access_reviews',
  columns: [
    key('id'),
    word('tenant'),
    word('quarter'),
    word('state'),
    integer('version'),
    word('opened_at'),
    word('due_at'),
    wordOrNull('reminded_at'),
    wordOrNull('closed_at'),
    text('missed'),
  ],
  indices: [
    { name: 'access_reviews_list', columnNames: ['opened_at', 'id'] },
    { name: 'access_reviews_list_tenant', columnNames: ['tenant', 'opened_at', 'id'] },
    { name: 'access_reviews_due', columnNames: ['state', 'due_at'] },
  ],
  uniques: [{ name: 'access_reviews_one_a_quarter', columnNames: ['tenant', 'quarter'] }],
});

const ITEMS = new Table({
  name: 'access_review_items',
  columns: [
    key('review'),
    key('item'),
    word('tenant'),
    integer('number'),
    text('facts'),
    wordOrNull('outcome'),
    wordOrNull('reason'),
    wordOrNull('decided_by'),
    wordOrNull('decided_at'),
  ],
});

/** An item has one outcome, and it stays. */
function decidedOnce(engine: string): string[] {
  const message = 'an item of an access review is decided once';
  if (engine === 'postgres')
    return [
      `CREATE FUNCTION access_review_items_once() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$ BEGIN IF OLD.outcome IS NOT NULL THEN RAISE EXCEPTION '${message}'; END IF; RETURN NEW; END $$`,
      'CREATE TRIGGER access_review_items_once BEFORE UPDATE ON access_review_items FOR EACH ROW EXECUTE FUNCTION access_review_items_once()',
    ];
  return [
    `CREATE TRIGGER access_review_items_once BEFORE UPDATE ON access_review_items WHEN OLD.outcome IS NOT NULL BEGIN SELECT RAISE(ABORT, '${message}'); END`,
  ];
}
