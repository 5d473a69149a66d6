/** Triggers: rules that the database enforces itself, against scripts as much as against our own mistakes. */

type Engine = string;
const isPostgres = (engine: Engine): boolean => engine === 'postgres';

/** The trigger of one rule on PostgreSQL: a function with this body, run before each row of these changes. */
const onPostgres = (name: string, table: string, changes: string, body: string): string[] => [
  `CREATE FUNCTION ${name}() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$ BEGIN ${body} END $$`,
  `CREATE TRIGGER ${name} BEFORE ${changes} ON ${table} FOR EACH ROW EXECUTE FUNCTION ${name}()`,
];

/** A rule that refuses a change, on both engines. @param wrong SQL on the rows OLD and NEW */
function refuse(
  engine: Engine,
  rule: { name: string; table: string; change: string; wrong: string; message: string },
): string[] {
  const { name, table, change, wrong, message } = rule;
  if (isPostgres(engine))
    return onPostgres(
      name,
      table,
      change,
      `IF ${wrong} THEN RAISE EXCEPTION '${message}'; END IF; RETURN NEW;`,
    );
  return [
    `CREATE TRIGGER ${name} BEFORE ${change} ON ${table} WHEN ${wrong} BEGIN SELECT RAISE(ABORT, '${message}'); END`,
  ];
}

/** `a` and `b` are not the same value, where NULL is one. */
const differ = (engine: Engine, a: string, b: string): string =>
  `${a} ${isPostgres(engine) ? 'IS DISTINCT FROM' : 'IS NOT'} ${b}`;

/**
 * Rows never change. On SQLite a replacing insert deletes without firing delete triggers, so an insert over an existing
 * key is refused as well.
 *
 * @param keys the unique keys of the table
 * @param unless conditions, SQL on OLD and NEW, under which a row may be updated or deleted all the same
 */
export function appendOnly(
  engine: Engine,
  table: string,
  keys: string[][],
  unless: { update?: string; delete?: string } = {},
): string[] {
  const message = `${table} is append-only`;
  if (isPostgres(engine)) {
    // One after the other: a deleted row has no NEW to ask about.
    const body = [
      unless.update && `IF TG_OP = 'UPDATE' THEN IF ${unless.update} THEN RETURN NEW; END IF; END IF;`,
      unless.delete && `IF TG_OP = 'DELETE' THEN IF ${unless.delete} THEN RETURN OLD; END IF; END IF;`,
      `RAISE EXCEPTION '${message}';`,
    ].filter((each) => each !== undefined);
    return [
      ...onPostgres(`${table}_append_only`, table, 'UPDATE OR DELETE', body.join(' ')),
      `CREATE TRIGGER ${table}_no_truncate BEFORE TRUNCATE ON ${table} FOR EACH STATEMENT EXECUTE FUNCTION ${table}_append_only()`,
    ];
  }
  const taken = keys
    .map((columns) => columns.map((column) => `${column} = NEW.${column}`).join(' AND '))
    .map((same) => `EXISTS (SELECT 1 FROM ${table} WHERE ${same})`)
    .join(' OR ');
  const when = (condition: string | undefined) => (condition ? `WHEN NOT (${condition}) ` : '');
  return [
    `CREATE TRIGGER ${table}_no_update BEFORE UPDATE ON ${table} ${when(unless.update)}BEGIN SELECT RAISE(ABORT, '${message}'); END`,
    `CREATE TRIGGER ${table}_no_delete BEFORE DELETE ON ${table} ${when(unless.delete)}BEGIN SELECT RAISE(ABORT, '${message}'); END`,
    `CREATE TRIGGER ${table}_no_replace BEFORE INSERT ON ${table} WHEN ${taken} BEGIN SELECT RAISE(ABORT, '${message}: UNIQUE constraint failed'); END`,
  ];
}

/** A counter that a log or a feed depends on never goes back, and its row is never deleted. */
export function neverShrinks(engine: Engine, table: string, column: string): string[] {
  const message = `${table}.${column} never shrinks`;
  if (isPostgres(engine))
    return onPostgres(
      `${table}_never_shrinks`,
      table,
      'UPDATE OR DELETE',
      `IF TG_OP = 'DELETE' OR NEW.${column} < OLD.${column} THEN RAISE EXCEPTION '${message}'; END IF; RETURN NEW;`,
    );
  return [
    `CREATE TRIGGER ${table}_never_shrinks BEFORE UPDATE ON ${table} WHEN NEW.${column} < OLD.${column} BEGIN SELECT RAISE(ABORT, '${message}'); END`,
    `CREATE TRIGGER ${table}_no_delete BEFORE DELETE ON ${table} BEGIN SELECT RAISE(ABORT, '${message}'); END`,
  ];
}

/** A change of state must be a row of `legal_transitions`. */
export const legalTransitions = (engine: Engine, table: string, kind: string): string[] =>
  refuse(engine, {
    name: `${table}_transition`,
    table,
    change: 'UPDATE',
    wrong: `NEW.state <> OLD.state AND NOT EXISTS (SELECT 1 FROM legal_transitions WHERE kind = '${kind}' AND from_state = OLD.state AND to_state = NEW.state)`,
    message: `no such transition of a ${kind}`,
  });

/** A row with a value in this column never changes again. */
export const settledOnce = (engine: Engine, table: string, column: string, message: string): string[] =>
  refuse(engine, {
    name: `${table}_once`,
    table,
    change: 'UPDATE',
    wrong: `OLD.${column} IS NOT NULL`,
    message,
  });

const STATED = ['id', 'tenant', 'service', 'person', 'hash', 'statement', 'uses', 'not_after', 'created_at'];

/** An invitation's statement never changes. It is used only while it is open, and never more often than it says. */
export const statedOnce = (engine: Engine): string[] =>
  [
    [
      STATED.map((column) => differ(engine, `NEW.${column}`, `OLD.${column}`)).join(' OR '),
      'an invitation is stated once',
    ],
    ["NEW.used > OLD.used AND OLD.state <> 'open'", 'only an open invitation is used'],
    ['NEW.used > NEW.uses', 'an invitation is used no more often than it says'],
  ].flatMap(([wrong = '', message = ''], index) =>
    refuse(engine, {
      name: `invitations_stated_${index}`,
      table: 'invitations',
      change: 'UPDATE',
      wrong,
      message,
    }),
  );

/** Tables that policy decisions depend on. */
const DECIDED_BY = ['tenants', 'people', 'services', 'vendor'];
const COUNT = 'UPDATE deployment SET organisation_version = organisation_version + 1';

/**
 * Every change of the organisation raises its version, also a change by hand: brokers cache what they have read until
 * the version changes.
 */
export function countOrganisation(engine: Engine): string[] {
  if (isPostgres(engine))
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

/** Gateways refuse a feed that goes back to an earlier epoch. Only a unit across tenants may open a new one. */
export const epochOnlyGrows = (engine: Engine): string[] =>
  refuse(engine, {
    name: 'deployment_epoch',
    table: 'deployment',
    change: 'UPDATE',
    wrong: isPostgres(engine)
      ? `NEW.epoch < OLD.epoch OR (NEW.epoch > OLD.epoch AND current_setting('countersign.vendor', true) IS DISTINCT FROM 'on')`
      : 'NEW.epoch < OLD.epoch',
    message: 'deployment.epoch only grows, and only by a unit of the vendor',
  });

/** A leaf may be deleted once its log says that it begins later: after retention, by full tiles. */
export const prunedLeaves = (engine: Engine): string[] => [
  ...appendOnly(engine, 'events', [['tenant', 'seq']], {
    delete: 'EXISTS (SELECT 1 FROM log_heads h WHERE h.tenant = OLD.tenant AND OLD.seq < h.pruned_before)',
  }),
  ...refuse(engine, {
    name: 'log_heads_pruned',
    table: 'log_heads',
    change: 'UPDATE OF pruned_before',
    wrong:
      'COALESCE(NEW.pruned_before, 0) < COALESCE(OLD.pruned_before, 0) OR (NEW.pruned_before IS NOT NULL AND (NEW.pruned_before > NEW.size OR NEW.pruned_before % 256 <> 0))',
    message: 'log_heads.pruned_before never shrinks, and only full tiles are pruned',
  }),
];

/**
 * A review stays as it is, except that its reason may be erased.
 *
 * @param columns every column of the table, for SQLite. PostgreSQL compares whole rows, also with columns that are added later
 */
export function erasableReviews(engine: Engine, columns: readonly string[]): string[] {
  const changed = isPostgres(engine)
    ? "(to_jsonb(NEW) - 'reason') IS DISTINCT FROM (to_jsonb(OLD) - 'reason')"
    : [...columns, 'rowid']
        .filter((name) => name !== 'reason')
        .map((name) => differ(engine, `NEW.${name}`, `OLD.${name}`))
        .join(' OR ');
  return appendOnly(engine, 'reviews', [['id'], ['person', 'digest']], {
    update: `OLD.reason IS NOT NULL AND NEW.reason IS NULL AND NOT (${changed})`,
  });
}

/** The first step of a demand is `received`; each other follows the last one, from its state to itself or to a state that may follow. */
export function stepsInOrder(engine: Engine): string[] {
  const last = '(SELECT MAX(seq) FROM demand_steps WHERE demand = NEW.demand)';
  const state = '(SELECT to_state FROM demand_steps WHERE demand = NEW.demand AND seq = NEW.seq - 1)';
  return refuse(engine, {
    name: 'demand_steps_in_order',
    table: 'demand_steps',
    change: 'INSERT',
    wrong: [
      `NEW.seq <> COALESCE(${last} + 1, 0)`,
      differ(engine, 'NEW.from_state', state),
      `(NEW.seq = 0 AND NEW.to_state <> 'received')`,
      `(NEW.seq > 0 AND NOT (${differ(engine, 'NEW.from_state', 'NEW.to_state')}) AND NEW.action = NEW.to_state)`,
      `(NEW.seq > 0 AND NEW.from_state <> NEW.to_state AND NEW.action <> NEW.to_state)`,
      `(NEW.seq > 0 AND NEW.from_state <> NEW.to_state AND NOT EXISTS (SELECT 1 FROM legal_transitions WHERE kind = 'demand' AND from_state = NEW.from_state AND to_state = NEW.to_state))`,
    ].join(' OR '),
    message: 'no such step of a demand',
  });
}

/** The key of a demand is never deleted, since without it the demand cannot be read. It may be sealed again. */
export function keysStay(engine: Engine): string[] {
  const message = 'demand_keys are kept';
  if (isPostgres(engine))
    return [
      ...onPostgres(
        'demand_keys_stay',
        'demand_keys',
        'UPDATE OR DELETE',
        `IF TG_OP <> 'UPDATE' OR NEW.demand <> OLD.demand THEN RAISE EXCEPTION '${message}'; END IF; RETURN NEW;`,
      ),
      'CREATE TRIGGER demand_keys_no_truncate BEFORE TRUNCATE ON demand_keys FOR EACH STATEMENT EXECUTE FUNCTION demand_keys_stay()',
    ];
  return [
    `CREATE TRIGGER demand_keys_no_delete BEFORE DELETE ON demand_keys BEGIN SELECT RAISE(ABORT, '${message}'); END`,
    `CREATE TRIGGER demand_keys_no_move BEFORE UPDATE ON demand_keys WHEN NEW.demand <> OLD.demand BEGIN SELECT RAISE(ABORT, '${message}'); END`,
    `CREATE TRIGGER demand_keys_no_replace BEFORE INSERT ON demand_keys WHEN EXISTS (SELECT 1 FROM demand_keys WHERE demand = NEW.demand) BEGIN SELECT RAISE(ABORT, '${message}: UNIQUE constraint failed'); END`,
  ];
}
