import { type MigrationInterface, type QueryRunner, Table } from 'typeorm';
import { integer, integerOrNull, key, text, word, wordOrNull } from './columns.js';
import { appendOnly } from './guards.js';

/** Government demands. Nothing in these tables is ever changed or deleted, except a key by its next sealing. Frozen once released. */
export class Demands1799000022000 implements MigrationInterface {
  readonly name = 'Demands1799000022000';

  async up(runner: QueryRunner): Promise<void> {
    for (const table of TABLES) await runner.createTable(table);
    const engine = runner.dataSource.options.type;
    for (const [from, followers] of Object.entries(TRANSITIONS))
      for (const to of followers)
        await runner.query(
          `INSERT INTO legal_transitions (kind, from_state, to_state) VALUES ('demand', '${from}', '${to}')`,
        );
    for (const statement of [
      ...appendOnly(engine, 'demands', [['id']]),
      ...appendOnly(engine, 'demand_tenants', [['demand', 'slug']]),
      ...appendOnly(engine, 'demand_steps', [['demand', 'seq']]),
      ...appendOnly(engine, 'demand_documents', [['demand', 'sha256']]),
      ...stepsInOrder(engine),
      ...keysStay(engine),
    ])
      await runner.query(statement);
  }

  /** A record of demands must not be lost: restore the backup that was made before. */
  down(): Promise<void> {
    return Promise.reject(new Error('this migration cannot be reverted; restore a backup instead'));
  }
}

/** As of this migration; a later change is a later migration. */
const TRANSITIONS = {
  received: ['redirected'],
  redirected: ['challenged', 'narrowed', 'rejected', 'disclosed', 'closed'],
  challenged: ['narrowed', 'rejected', 'disclosed', 'closed'],
  narrowed: ['challenged', 'rejected', 'disclosed', 'closed'],
  rejected: ['challenged', 'closed'],
  disclosed: ['closed'],
};

const TABLES: readonly Table[] = [
  new Table({
    name: 'demands',
    columns: [
      key('id'),
      word('country'),
      word('kind'),
      word('received_at'),
      wordOrNull('due_at'),
      wordOrNull('gag_until'),
      integer('accounts'),
      text('content'),
      word('created_at'),
      word('created_by'),
    ],
    indices: [
      { name: 'demands_received', columnNames: ['received_at'] },
      { name: 'demands_gagged', columnNames: ['gag_until'] },
    ],
  }),
  new Table({ name: 'demand_keys', columns: [key('demand'), text('sealed_key')] }),
  new Table({
    name: 'demand_tenants',
    columns: [key('demand'), key('slug')],
    indices: [{ name: 'demand_tenants_of', columnNames: ['slug', 'demand'] }],
  }),
  new Table({
    name: 'demand_steps',
    columns: [
      key('demand'),
      key('seq', 'integer'),
      word('action'),
      wordOrNull('from_state'),
      word('to_state'),
      word('person'),
      word('at'),
      wordOrNull('outcome'),
      integerOrNull('with_content'),
      integerOrNull('accounts'),
      wordOrNull('until'),
      wordOrNull('document'),
      wordOrNull('grant_id'),
      text('content'),
    ],
  }),
  new Table({
    name: 'demand_documents',
    columns: [
      key('demand'),
      key('sha256'),
      integer('bytes'),
      word('at'),
      word('person'),
      text('name'),
      text('content'),
    ],
  }),
];

const LAST = '(SELECT MAX(seq) FROM demand_steps WHERE demand = NEW.demand)';
const STATE = `(SELECT to_state FROM demand_steps WHERE demand = NEW.demand AND seq = NEW.seq - 1)`;

/** The first step is `received`; each other follows the last one, from its state to itself or to a state that may follow. */
function stepsInOrder(engine: string): string[] {
  const [differs, same] =
    engine === 'postgres' ? ['IS DISTINCT FROM', 'IS NOT DISTINCT FROM'] : ['IS NOT', 'IS'];
  const wrong = [
    `NEW.seq <> COALESCE(${LAST} + 1, 0)`,
    `NEW.from_state ${differs} ${STATE}`,
    `(NEW.seq = 0 AND NEW.to_state <> 'received')`,
    `(NEW.seq > 0 AND NEW.from_state ${same} NEW.to_state AND NEW.action = NEW.to_state)`,
    `(NEW.seq > 0 AND NEW.from_state <> NEW.to_state AND NEW.action <> NEW.to_state)`,
    `(NEW.seq > 0 AND NEW.from_state <> NEW.to_state AND NOT EXISTS (SELECT 1 FROM legal_transitions WHERE kind = 'demand' AND from_state = NEW.from_state AND to_state = NEW.to_state))`,
  ].join(' OR ');
  const message = 'no such step of a demand';
  if (engine === 'postgres')
    return [
      `CREATE FUNCTION demand_steps_in_order() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$ BEGIN IF ${wrong} THEN RAISE EXCEPTION '${message}'; END IF; RETURN NEW; END $$`,
      'CREATE TRIGGER demand_steps_in_order BEFORE INSERT ON demand_steps FOR EACH ROW EXECUTE FUNCTION demand_steps_in_order()',
    ];
  return [
    `CREATE TRIGGER demand_steps_in_order BEFORE INSERT ON demand_steps WHEN ${wrong} BEGIN SELECT RAISE(ABORT, '${message}'); END`,
  ];
}

/** Without its key a demand cannot be read. */
function keysStay(engine: string): string[] {
  const message = 'demand_keys are kept';
  if (engine === 'postgres')
    return [
      `CREATE FUNCTION demand_keys_stay() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$ BEGIN IF TG_OP <> 'UPDATE' OR NEW.demand <> OLD.demand THEN RAISE EXCEPTION '${message}'; END IF; RETURN NEW; END $$`,
      'CREATE TRIGGER demand_keys_stay BEFORE UPDATE OR DELETE ON demand_keys FOR EACH ROW EXECUTE FUNCTION demand_keys_stay()',
      'CREATE TRIGGER demand_keys_no_truncate BEFORE TRUNCATE ON demand_keys FOR EACH STATEMENT EXECUTE FUNCTION demand_keys_stay()',
    ];
  return [
    `CREATE TRIGGER demand_keys_no_delete BEFORE DELETE ON demand_keys BEGIN SELECT RAISE(ABORT, '${message}'); END`,
    `CREATE TRIGGER demand_keys_no_move BEFORE UPDATE ON demand_keys WHEN NEW.demand <> OLD.demand BEGIN SELECT RAISE(ABORT, '${message}'); END`,
    `CREATE TRIGGER demand_keys_no_replace BEFORE INSERT ON demand_keys WHEN EXISTS (SELECT 1 FROM demand_keys WHERE demand = NEW.demand) BEGIN SELECT RAISE(ABORT, '${message}: UNIQUE constraint failed'); END`,
  ];
}
