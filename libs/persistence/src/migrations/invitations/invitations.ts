import { type QueryRunner, Table, TableIndex } from 'typeorm';
import { integer, integerOrNull, key, text, word, wordOrNull } from '../initial/columns.js';
import { legalTransitions, neverShrinks } from '../initial/guards.js';

/** What customers open themselves, and which requests lean on it. */
export async function makeInvitations(runner: QueryRunner): Promise<void> {
  await runner.createTable(
    new Table({
      name: 'invitations',
      columns: [
        key('id'),
        word('tenant'),
        word('service'),
        word('person'),
        word('state'),
        integer('version'),
        word('hash'),
        text('statement'),
        integerOrNull('uses'),
        integer('used'),
        word('not_after'),
        word('created_at'),
        wordOrNull('ended_at'),
      ],
      indices: [
        { name: 'invitations_list_tenant', columnNames: ['tenant', 'created_at', 'id'] },
        { name: 'invitations_list_tenant_state', columnNames: ['tenant', 'state', 'created_at', 'id'] },
        { name: 'invitations_list_tenant_service', columnNames: ['tenant', 'service', 'created_at', 'id'] },
        {
          name: 'invitations_list_tenant_state_service',
          columnNames: ['tenant', 'state', 'service', 'created_at', 'id'],
        },
        { name: 'invitations_open', columnNames: ['tenant', 'service', 'state', 'not_after', 'id'] },
        { name: 'invitations_due', columnNames: ['state', 'not_after'] },
        { name: 'invitations_of_person', columnNames: ['person', 'state'] },
        { name: 'invitations_hash', columnNames: ['hash'], isUnique: true },
      ],
    }),
  );
  // Written out: TypeORM would copy the whole table on SQLite for one more column.
  await runner.query('ALTER TABLE requests ADD COLUMN invitation varchar');
  await runner.createIndex(
    'requests',
    new TableIndex({ name: 'requests_invitation', columnNames: ['invitation', 'state'] }),
  );
  const { type } = runner.dataSource.options;
  const guards = [
    ...legalTransitions(type, 'invitations', 'invitation'),
    ...neverShrinks(type, 'invitations', 'used'),
    ...statedOnce(type),
  ];
  for (const statement of guards) await runner.query(statement);
  for (const [from, to] of TRANSITIONS)
    await runner.query(
      `INSERT INTO legal_transitions (kind, from_state, to_state) VALUES ('invitation', '${from}', '${to}')`,
    );
}

const TRANSITIONS = [
  ['open', 'used_up'],
  ['open', 'withdrawn'],
  ['open', 'expired'],
  ['used_up', 'withdrawn'],
  ['used_up', 'expired'],
] as const;

const STATED = ['id', 'tenant', 'service', 'person', 'hash', 'statement', 'uses', 'not_after', 'created_at'];

/** What was stated stays as it is; it is used only while it is open, and never more often than it says. */
function statedOnce(engine: string): string[] {
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
