/** Rules that the database holds by itself, against the next script as much as against our own mistakes. */

type Engine = string;
const isPostgres = (engine: Engine): boolean => engine === 'postgres';

/**
 * Rows that were written stay as they are. On SQLite a replacing insert deletes without firing delete
 * triggers, so that an insert over an existing key is refused as well.
 *
 * @param keys the unique keys of the table
 */
export function appendOnly(engine: Engine, table: string, keys: string[][]): string[] {
  const message = `${table} is append-only`;
  if (isPostgres(engine))
    return [
      `CREATE FUNCTION ${table}_append_only() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$ BEGIN RAISE EXCEPTION '${message}'; END $$`,
      `CREATE TRIGGER ${table}_append_only BEFORE UPDATE OR DELETE ON ${table} FOR EACH ROW EXECUTE FUNCTION ${table}_append_only()`,
      `CREATE TRIGGER ${table}_no_truncate BEFORE TRUNCATE ON ${table} FOR EACH STATEMENT EXECUTE FUNCTION ${table}_append_only()`,
    ];
  const taken = keys
    .map((columns) => columns.map((column) => `${column} = NEW.${column}`).join(' AND '))
    .map((same) => `EXISTS (SELECT 1 FROM ${table} WHERE ${same})`)
    .join(' OR ');
  return [
    `CREATE TRIGGER ${table}_no_update BEFORE UPDATE ON ${table} BEGIN SELECT RAISE(ABORT, '${message}'); END`,
    `CREATE TRIGGER ${table}_no_delete BEFORE DELETE ON ${table} BEGIN SELECT RAISE(ABORT, '${message}'); END`,
    `CREATE TRIGGER ${table}_no_replace BEFORE INSERT ON ${table} WHEN ${taken} BEGIN SELECT RAISE(ABORT, '${message}: UNIQUE constraint failed'); END`,
  ];
}

/** A counter that a log or a feed rests on never goes back, and its row is never deleted. */
export function neverShrinks(engine: Engine, table: string, column: string): string[] {
  const message = `${table}.${column} never shrinks`;
  if (isPostgres(engine))
    return [
      `CREATE FUNCTION ${table}_never_shrinks() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$ BEGIN IF TG_OP = 'DELETE' OR NEW.${column} < OLD.${column} THEN RAISE EXCEPTION '${message}'; END IF; RETURN NEW; END $$`,
      `CREATE TRIGGER ${table}_never_shrinks BEFORE UPDATE OR DELETE ON ${table} FOR EACH ROW EXECUTE FUNCTION ${table}_never_shrinks()`,
    ];
  return [
    `CREATE TRIGGER ${table}_never_shrinks BEFORE UPDATE ON ${table} WHEN NEW.${column} < OLD.${column} BEGIN SELECT RAISE(ABORT, '${message}'); END`,
    `CREATE TRIGGER ${table}_no_delete BEFORE DELETE ON ${table} BEGIN SELECT RAISE(ABORT, '${message}'); END`,
  ];
}

/** A change of state must be a row of `legal_transitions`. */
export function legalTransitions(engine: Engine, table: string, kind: string): string[] {
  const legal = `EXISTS (SELECT 1 FROM legal_transitions WHERE kind = '${kind}' AND from_state = OLD.state AND to_state = NEW.state)`;
  const message = `no such transition of a ${kind}`;
  if (isPostgres(engine))
    return [
      `CREATE FUNCTION ${table}_transition() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$ BEGIN IF NEW.state <> OLD.state AND NOT ${legal} THEN RAISE EXCEPTION '${message}'; END IF; RETURN NEW; END $$`,
      `CREATE TRIGGER ${table}_transition BEFORE UPDATE ON ${table} FOR EACH ROW EXECUTE FUNCTION ${table}_transition()`,
    ];
  return [
    `CREATE TRIGGER ${table}_transition BEFORE UPDATE ON ${table} WHEN NEW.state <> OLD.state AND NOT ${legal} BEGIN SELECT RAISE(ABORT, '${message}'); END`,
  ];
}
