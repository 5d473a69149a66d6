import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Where a log begins after its retention: leaves before `log_heads.pruned_before` may be deleted, and no others. Frozen
 * once released.
 */
export class Pruning1799000013000 implements MigrationInterface {
  readonly name = 'Pruning1799000013000';

  async up(runner: QueryRunner): Promise<void> {
    // In plain SQL: on SQLite TypeORM would make this table again, without its triggers.
    await runner.query('ALTER TABLE log_heads ADD COLUMN pruned_before bigint');
    const isPostgres = runner.dataSource.options.type === 'postgres';
    for (const statement of isPostgres ? POSTGRES : SQLITE) await runner.query(statement);
  }

  /** What was pruned is gone: restore the backup that was made before. */
  down(): Promise<void> {
    return Promise.reject(new Error('this migration cannot be reverted; restore a backup instead'));
  }
}

const SHRINKS = 'log_heads.pruned_before never shrinks, and only full tiles are pruned';
const APPEND_ONLY = 'events is append-only';
/** OLD and NEW are rows of `log_heads`. */
const IS_WRONG = `COALESCE(NEW.pruned_before, 0) < COALESCE(OLD.pruned_before, 0) OR (NEW.pruned_before IS NOT NULL AND (NEW.pruned_before > NEW.size OR NEW.pruned_before % 256 <> 0))`;
const IS_PRUNED =
  'EXISTS (SELECT 1 FROM log_heads h WHERE h.tenant = OLD.tenant AND OLD.seq < h.pruned_before)';

const POSTGRES = [
  `CREATE FUNCTION log_heads_pruned() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$ BEGIN IF ${IS_WRONG} THEN RAISE EXCEPTION '${SHRINKS}'; END IF; RETURN NEW; END $$`,
  'CREATE TRIGGER log_heads_pruned BEFORE UPDATE OF pruned_before ON log_heads FOR EACH ROW EXECUTE FUNCTION log_heads_pruned()',
  'DROP TRIGGER events_append_only ON events',
  'CREATE TRIGGER events_append_only BEFORE UPDATE ON events FOR EACH ROW EXECUTE FUNCTION events_append_only()',
  `CREATE FUNCTION events_pruned() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$ BEGIN IF NOT ${IS_PRUNED} THEN RAISE EXCEPTION '${APPEND_ONLY}'; END IF; RETURN OLD; END $$`,
  'CREATE TRIGGER events_pruned BEFORE DELETE ON events FOR EACH ROW EXECUTE FUNCTION events_pruned()',
];

const SQLITE = [
  `CREATE TRIGGER log_heads_pruned BEFORE UPDATE OF pruned_before ON log_heads WHEN ${IS_WRONG} BEGIN SELECT RAISE(ABORT, '${SHRINKS}'); END`,
  'DROP TRIGGER events_no_delete',
  `CREATE TRIGGER events_no_delete BEFORE DELETE ON events WHEN NOT ${IS_PRUNED} BEGIN SELECT RAISE(ABORT, '${APPEND_ONLY}'); END`,
];
