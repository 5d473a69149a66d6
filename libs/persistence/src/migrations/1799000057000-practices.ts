import { type MigrationInterface, type QueryRunner, Table } from 'typeorm';
import { integer, key, text, word, wordOrNull } from './columns.js';
import { legalTransitions } from './guards.js';

/** Practice requests: what each approver was asked, and how they did. Frozen once released. */
export class Practices1799000057000 implements MigrationInterface {
  readonly name = 'Practices1799000057000';

  async up(runner: QueryRunner): Promise<void> {
    const engine = runner.dataSource.options.type;
    for (const table of [SCHEDULES, PRACTICES, REQUESTS]) await runner.createTable(table);
    await runner.query(
      "INSERT INTO legal_transitions (kind, from_state, to_state) VALUES ('practice', 'open', 'closed')",
    );
    // Tenants from before practise first in the quarter of their next access review.
    await runner.query(
      'INSERT INTO practice_schedules (tenant, next_quarter) SELECT tenant, next_quarter FROM access_review_schedules',
    );
    for (const statement of [...legalTransitions(engine, 'practices', 'practice'), ...settledOnce(engine)])
      await runner.query(statement);
  }

  /** What people have answered must not be lost: restore the backup that was made before. */
  down(): Promise<void> {
    return Promise.reject(new Error('this migration cannot be reverted; restore a backup instead'));
  }
}

const SCHEDULES = new Table({
  name: 'practice_schedules',
  columns: [key('tenant'), word('next_quarter')],
  indices: [{ name: 'practice_schedules_due', columnNames: ['next_quarter', 'tenant'] }],
});

const PRACTICES = new Table({
  name: 'practices',
  columns: [
    key('id'),
    word('tenant'),
    word('occasion'),
    text('missed'),
    word('opened_by'),
    word('state'),
    integer('version'),
    word('opened_at'),
    word('due_at'),
    wordOrNull('reminded_at'),
    wordOrNull('closed_at'),
  ],
  indices: [
    { name: 'practices_list', columnNames: ['opened_at', 'id'] },
    { name: 'practices_list_tenant', columnNames: ['tenant', 'opened_at', 'id'] },
    { name: 'practices_due', columnNames: ['state', 'due_at'] },
  ],
  uniques: [{ name: 'practices_one_an_occasion', columnNames: ['tenant', 'occasion'] }],
});

const REQUESTS = new Table({
  name: 'practice_requests',
  columns: [
    key('practice'),
    key('person'),
    word('tenant'),
    text('task'),
    wordOrNull('result'),
    wordOrNull('decision'),
    wordOrNull('channel'),
    wordOrNull('passkey'),
    wordOrNull('settled_at'),
  ],
});

/** A part has one result, and it stays. */
function settledOnce(engine: string): string[] {
  const message = 'a practice is answered once';
  if (engine === 'postgres')
    return [
      `CREATE FUNCTION practice_requests_once() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$ BEGIN IF OLD.result IS NOT NULL THEN RAISE EXCEPTION '${message}'; END IF; RETURN NEW; END $$`,
      'CREATE TRIGGER practice_requests_once BEFORE UPDATE ON practice_requests FOR EACH ROW EXECUTE FUNCTION practice_requests_once()',
    ];
  return [
    `CREATE TRIGGER practice_requests_once BEFORE UPDATE ON practice_requests WHEN OLD.result IS NOT NULL BEGIN SELECT RAISE(ABORT, '${message}'); END`,
  ];
}
