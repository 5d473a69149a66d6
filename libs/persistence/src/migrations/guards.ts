/**
 * Frozen: used by a released migration; write a new migration instead.
 *
 * Triggers: rules that the database enforces itself, against scripts as much as against our own mistakes.
 */

type Engine = string;
const isPostgres = (engine: Engine): boolean => engine === 'postgres';

/**
 * Rows never change. On SQLite a replacing insert deletes without firing delete triggers, so an insert over an existing
 * key is refused as well.
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

/** A counter that a log or a feed depends on never goes back, and its row is never deleted. */
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

const STATED = ['id', 'tenant', 'service', 'person', 'hash', 'statement', 'uses', 'not_after', 'created_at'];

/**
 * An invitation's statement never changes. It is used only while it is open, and never more often than it says.
 */
export function statedOnce(engine: string): string[] {
  const differs = engine === 'postgres' ? 'IS DISTINCT FROM' : 'IS NOT';
  const rules = [
    [
      STATED.map((column) => `NEW.${column} ${differs} OLD.${column}`).join(' OR '),
      'an invitation is stated once',
    ],
    ["NEW.used > OLD.used AND OLD.state <> 'open'", 'only an open invitation is used'],
    ['NEW.used > NEW.uses', 'an invitation is used no more often than it says'],
  ] as const;
  if (engine === 'postgres')
    return [
      `CREATE FUNCTION invitations_stated() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$ BEGIN ${rules
        .map(([when, message]) => `IF ${when} THEN RAISE EXCEPTION '${message}'; END IF;`)
        .join(' ')} RETURN NEW; END $$`,
      'CREATE TRIGGER invitations_stated BEFORE UPDATE ON invitations FOR EACH ROW EXECUTE FUNCTION invitations_stated()',
    ];
  return rules.map(
    ([when, message], index) =>
      `CREATE TRIGGER invitations_stated_${index} BEFORE UPDATE ON invitations WHEN ${when} BEGIN SELECT RAISE(ABORT, '${message}'); END`,
  );
}

/** Tables that policy decisions depend on. */
const DECIDED_BY = ['tenants', 'people', 'services', 'vendor'];
const COUNT = 'UPDATE deployment SET organisation_version = organisation_version + 1';

/**
 * Every change of the organisation raises its version, also a change by hand: brokers cache what they have read until
 * the version changes.
 */
export function countOrganisation(engine: string): string[] {
  if (engine === 'postgres')
    return [
      `CREATE FUNCTION organisation_changed() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$ BEGIN ${COUNT}; RETURN NULL; END $$`,
      ...DECIDED_BY.map(
        (table) =>
          `CREATE TRIGGER ${table}_organisation_changed AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON ${table} FOR EACH STATEMENT EXECUTE FUNCTION organisation_changed()`,
      ),
    ];
  return DECIDED_BY.flatMap((table) =>
    ['INSERT', 'UPDATE', 'DELETE'].map(
      (change) =>
        `CREATE TRIGGER ${table}_organisation_changed_${change.toLowerCase()} AFTER ${change} ON ${table} BEGIN ${COUNT}; END`,
    ),
  );
}

const EPOCH = 'deployment.epoch only grows, and only by a unit of the vendor';

/** Gateways refuse a feed that goes back to an earlier epoch. Only a unit across tenants may open a new one. */
export function epochOnlyGrows(engine: string): string[] {
  if (engine !== 'postgres')
    return [
      `CREATE TRIGGER deployment_epoch BEFORE UPDATE ON deployment WHEN NEW.epoch < OLD.epoch BEGIN SELECT RAISE(ABORT, '${EPOCH}'); END`,
    ];
  const broken = `NEW.epoch < OLD.epoch OR (NEW.epoch > OLD.epoch AND current_setting('countersign.vendor', true) IS DISTINCT FROM 'on')`;
  return [
    `CREATE FUNCTION deployment_epoch() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$ BEGIN IF ${broken} THEN RAISE EXCEPTION '${EPOCH}'; END IF; RETURN NEW; END $$`,
    `CREATE TRIGGER deployment_epoch BEFORE UPDATE ON deployment FOR EACH ROW EXECUTE FUNCTION deployment_epoch()`,
  ];
}
