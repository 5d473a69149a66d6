import { type MigrationInterface, type QueryRunner, Table } from 'typeorm';
import { bigint, integer, key, word } from './columns.js';
import { appendOnly } from './guards.js';

/**
 * Erasure of personal values, legal holds that forbid it, and each tenant's settings of its log. A review stays as it is,
 * except that its reason may be erased. Frozen once released.
 */
export class Erasure1799000013100 implements MigrationInterface {
  readonly name = 'Erasure1799000013100';

  async up(runner: QueryRunner): Promise<void> {
    for (const table of TABLES) await runner.createTable(table);
    const engine = runner.dataSource.options.type;
    for (const statement of [
      ...appendOnly(engine, 'erasures', [['tenant', 'commitment']]),
      ...(engine === 'postgres' ? POSTGRES : SQLITE),
    ])
      await runner.query(statement);
  }

  /** What was erased is gone: restore the backup that was made before. */
  down(): Promise<void> {
    return Promise.reject(new Error('this migration cannot be reverted; restore a backup instead'));
  }
}

const TABLES: readonly Table[] = [
  new Table({ name: 'log_settings', columns: [key('tenant'), integer('erasure_after_days')] }),
  new Table({
    name: 'legal_holds',
    columns: [key('tenant'), key('side'), word('person'), word('set_at')],
  }),
  new Table({
    name: 'erasures',
    columns: [
      key('tenant'),
      key('commitment'),
      word('name'),
      bigint('leaf'),
      bigint('event'),
      word('person'),
      word('at'),
    ],
  }),
];

const MESSAGE = 'reviews is append-only';

const POSTGRES = [
  'DROP TRIGGER reviews_append_only ON reviews',
  'CREATE TRIGGER reviews_append_only BEFORE DELETE ON reviews FOR EACH ROW EXECUTE FUNCTION reviews_append_only()',
  `CREATE FUNCTION reviews_erased() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$ BEGIN IF OLD.reason IS NULL OR NEW.reason IS NOT NULL OR to_jsonb(NEW) - 'reason' IS DISTINCT FROM to_jsonb(OLD) - 'reason' THEN RAISE EXCEPTION '${MESSAGE}'; END IF; RETURN NEW; END $$`,
  'CREATE TRIGGER reviews_erased BEFORE UPDATE ON reviews FOR EACH ROW EXECUTE FUNCTION reviews_erased()',
];

/** Every column of a review but its reason. */
const COLUMNS = [
  ...['rowid', 'id', 'request_id', 'tenant', 'person', 'side', 'decision', 'digest', 'channel', 'assurance'],
  ...['at', 'offered', 'offered_terms', 'countersignature'],
];

const SQLITE = [
  'DROP TRIGGER reviews_no_update',
  `CREATE TRIGGER reviews_no_update BEFORE UPDATE ON reviews WHEN OLD.reason IS NULL OR NEW.reason IS NOT NULL OR ${COLUMNS.map(
    (column) => `NEW.${column} IS NOT OLD.${column}`,
  ).join(' OR ')} BEGIN SELECT RAISE(ABORT, '${MESSAGE}'); END`,
];
