/**
 * Who may do what with which rows, held by PostgreSQL itself. Brokers work as the role `countersign_app`, which
 * owns nothing; each table below gives it the commands it needs, over the rows that the unit of work was opened
 * for (`begin.ts`). What is not listed is refused: a new table opens only by a line here.
 */
export const APP_ROLE = 'countersign_app';
/**
 * The login of brokers and of the host's daily verbs. It owns nothing, inherits nothing and may become `APP_ROLE` alone: a
 * statement that leaves the role (`RESET ROLE`) has no rights at all. `migrate` makes it; an administrator sets its
 * password.
 */
export const LOGIN_ROLE = 'countersign_login';

/** Settings that a transaction sets for itself; unset, or left over from one that ended, they open nothing. */
const VENDOR = `(SELECT current_setting('countersign.vendor', true)) = 'on'`;
const TENANT = `(SELECT current_setting('countersign.tenant', true))`;

const own = (column: string): string => `${VENDOR} OR (${column} <> '' AND ${column} = ${TENANT})`;
const anyUnit = `${VENDOR} OR ${TENANT} <> ''`;
/** The tenant that a unit of a sealed log works about: it decides by that tenant's people, controls, trust and locks. */
const SEALED_OF = `(SELECT tenant FROM sealed_logs WHERE slug = ${TENANT})`;
const ownOrSealedOf = (column: string): string =>
  `${own(column)} OR (${TENANT} <> '' AND ${column} = ${SEALED_OF})`;

/** A tenant's people, and the vendor's staff (side ''), whom everyone may know. */
const peopleInSight = `${VENDOR} OR (${TENANT} <> '' AND (side IN ('', ${TENANT}) OR side = ${SEALED_OF}))`;

type Command = 'SELECT' | 'INSERT' | 'UPDATE' | 'DELETE';
type Rules = Partial<Record<Command, string>>;

const may = (rows: string, ...commands: Command[]): Rules =>
  Object.fromEntries(commands.map((command) => [command, rows]));

/** Rows of the deployment: locks that bind every tenant, and the log that every tenant may read. */
const ofDeployment = `(${TENANT} <> '' AND tenant = 'deployment')`;

const changedByUnit = may(own('tenant'), 'SELECT', 'INSERT', 'UPDATE');
const addedByUnit = may(own('tenant'), 'SELECT', 'INSERT');
const keptByVendor = may(VENDOR, 'SELECT', 'INSERT', 'UPDATE');

export const TABLES: Readonly<Record<string, Rules>> = {
  requests: changedByUnit,
  grants: changedByUnit,
  invitations: changedByUnit,
  reviews: changedByUnit,
  voided_reviews: addedByUnit,
  locks: { ...changedByUnit, SELECT: `${ownOrSealedOf('tenant')} OR ${ofDeployment}` },
  // Any unit may leave something for the vendor's side, and only the vendor's own reads it.
  openings: {
    ...may(own('tenant'), 'SELECT', 'DELETE'),
    INSERT: `${own('tenant')} OR (${TENANT} <> '' AND tenant = 'vendor')`,
  },
  request_words: may(own('tenant'), 'SELECT', 'INSERT', 'DELETE'),
  request_notes: addedByUnit,
  disclosures: changedByUnit,
  widenings: changedByUnit,
  access_reviews: changedByUnit,
  access_review_items: changedByUnit,
  access_review_schedules: changedByUnit,
  bypass_reports: addedByUnit,
  notice_addresses: changedByUnit,
  practices: changedByUnit,
  practice_requests: changedByUnit,
  practice_schedules: changedByUnit,
  erasures: addedByUnit,
  legal_holds: may(own('tenant'), 'SELECT', 'INSERT', 'DELETE'),
  log_settings: changedByUnit,
  statements: addedByUnit,
  head_wants: changedByUnit,
  // A trigger decides which leaves have been pruned.
  events: { ...addedByUnit, DELETE: own('tenant') },
  log_heads: { ...changedByUnit, SELECT: `${own('tenant')} OR ${ofDeployment}` },
  log_nodes: addedByUnit,
  log_days: changedByUnit,
  day_seals: may(own('tenant'), 'SELECT', 'INSERT', 'DELETE'),
  sealed_leaves: addedByUnit,
  opened_leaves: addedByUnit,
  log_hand_overs: addedByUnit,
  log_checkpoints: { ...keptByVendor, SELECT: own('tenant') },
  log_sightings: keptByVendor,
  witness_states: keptByVendor,
  access_records: { ...changedByUnit, DELETE: own('tenant') },
  record_chains: changedByUnit,
  budget_leases: changedByUnit,
  supervision_counts: changedByUnit,
  browser_sessions: { ...changedByUnit, DELETE: own('tenant') },
  notices: { ...changedByUnit, DELETE: VENDOR },
  deliveries: { ...keptByVendor, SELECT: own('tenant'), DELETE: VENDOR },
  delivery_queues: { ...keptByVendor, DELETE: VENDOR },
  idempotent_answers: may(own('tenant'), 'SELECT', 'INSERT', 'DELETE'),

  passkeys: { ...changedByUnit, SELECT: ownOrSealedOf('tenant') },
  recovery_keys: changedByUnit,
  trust_versions: { ...addedByUnit, SELECT: ownOrSealedOf('tenant') },
  trust_proposals: changedByUnit,
  trust_signatures: addedByUnit,
  trust_resets: changedByUnit,
  trust_reminders: addedByUnit,
  stops: { ...changedByUnit, SELECT: ownOrSealedOf('tenant') },
  relayed_stops: may(own('tenant'), 'SELECT', 'INSERT', 'DELETE'),

  tenants: { ...keptByVendor, SELECT: ownOrSealedOf('slug') },
  people: { ...keptByVendor, SELECT: peopleInSight },
  services: { ...keptByVendor, SELECT: anyUnit },
  vendor: { ...keptByVendor, SELECT: anyUnit },
  route_maps: may(VENDOR, 'SELECT', 'INSERT'),

  incidents: may(VENDOR, 'SELECT', 'INSERT'),
  incident_tenants: may(VENDOR, 'SELECT', 'INSERT'),
  api_keys: keptByVendor,
  gateways: keptByVendor,
  signing_keys: keptByVendor,

  sessions: { ...keptByVendor, DELETE: VENDOR },
  identities: { ...keptByVendor, DELETE: VENDOR },
  sign_in_attempts: { ...keptByVendor, DELETE: VENDOR },
  scim_tokens: keptByVendor,
  scim_users: { ...keptByVendor, DELETE: VENDOR },
  scim_groups: { ...keptByVendor, DELETE: VENDOR },
  scim_members: may(VENDOR, 'SELECT', 'INSERT', 'DELETE'),
  received_signals: may(VENDOR, 'SELECT', 'INSERT', 'DELETE'),

  export_targets: { ...keptByVendor, DELETE: VENDOR },
  isolation_runs: keptByVendor,
  transparency_reports: may(VENDOR, 'SELECT', 'INSERT'),

  demands: may(VENDOR, 'SELECT', 'INSERT'),
  demand_keys: may(VENDOR, 'SELECT', 'INSERT'),
  demand_tenants: may(VENDOR, 'SELECT', 'INSERT'),
  demand_steps: may(VENDOR, 'SELECT', 'INSERT'),
  demand_documents: may(VENDOR, 'SELECT', 'INSERT'),
  sealed_logs: { ...keptByVendor, SELECT: own('slug') },

  notice_choices: { ...keptByVendor, DELETE: VENDOR },
  push_subscriptions: { ...keptByVendor, DELETE: VENDOR },
  request_templates: { ...keptByVendor, DELETE: VENDOR },

  slack_installations: keptByVendor,
  slack_accounts: { ...keptByVendor, DELETE: VENDOR },
  slack_posts: { ...keptByVendor, DELETE: VENDOR },
  slack_seen: may(VENDOR, 'SELECT', 'INSERT', 'DELETE'),

  feed_changes: { INSERT: anyUnit, SELECT: VENDOR },
  deployment: may(anyUnit, 'SELECT', 'UPDATE'),
  continuity: { ...may(VENDOR, 'UPDATE'), SELECT: anyUnit },
  broker_leases: { ...keptByVendor, DELETE: VENDOR },
};

/** Columns that alone may be updated, where not all may. */
const UPDATABLE: Readonly<Record<string, readonly string[]>> = {
  // A trigger decides who may raise the epoch: rules for rows cannot distinguish columns.
  deployment: ['feed_seq', 'epoch', 'organisation_version'],
  log_days: ['next_day', 'next_opening', 'recorded', 'sealed_key', 'opened_size'],
  log_heads: [
    'size',
    'units',
    'range',
    'relied_on',
    'pruned_before',
    'pruned_until',
    'uptime',
    'uptime_from',
  ],
  log_checkpoints: ['size', 'root', 'note', 'signed_at'],
  // A trigger allows it only to become NULL.
  reviews: ['reason'],
  invitations: ['state', 'version', 'used', 'ended_at'],
  disclosures: ['state', 'version', 'late_at', 'content', 'answer'],
  sealed_logs: ['opened_at', 'recorded'],
  widenings: ['state', 'version', 'open_for', 'confirmation', 'due_at', 'ended_at'],
  access_reviews: ['state', 'version', 'reminded_at', 'closed_at'],
  access_review_items: ['outcome', 'reason', 'decided_by', 'decided_at'],
  access_review_schedules: ['next_quarter'],
  notice_addresses: [
    ...[
      'address',
      'normalised',
      'topics',
      'state',
      'version',
      'code_hash',
      'misses',
      'confirmed_at',
      'removed_at',
    ],
  ],
  push_subscriptions: ['session', 'expires_at', 'last_at', 'last_result'],
  practices: ['state', 'version', 'reminded_at', 'closed_at'],
  practice_requests: ['result', 'decision', 'channel', 'passkey', 'settled_at'],
  practice_schedules: ['next_quarter'],
  passkeys: ['removed_at', 'active_from', 'confirmed_by'],
  recovery_keys: ['removed_at'],
  trust_proposals: ['state', 'version', 'open_for', 'ended_at'],
  trust_resets: ['state', 'open_for', 'ended_at', 'ended_by', 'reason'],
  stops: ['lift', 'lifted_by', 'lifted_at'],
  export_targets: [
    'next_index',
    'claims',
    'failures',
    'next_at',
    'sent_at',
    'last_error',
    'failed_at',
    'sealed_secret',
  ],
};

/** Tables without rows of tenants: read by triggers and at start-up. */
const PLAIN = ['legal_transitions', 'migrations'];

/**
 * Takes the rules away, so that a migration may change what they name and its owner may reach all rows. Row-level
 * security itself stays on: for everyone else a table without rules has no rows.
 */
export const unsecure = (existing: { table: string; policy: string }[]): string[] => [
  ...existing.map(({ table, policy }) => `DROP POLICY "${policy}" ON "${table}"`),
  ...[...new Set(existing.map(({ table }) => table))].map(
    (table) => `ALTER TABLE "${table}" NO FORCE ROW LEVEL SECURITY`,
  ),
];

/** Statements that put the rules in force. FORCE: they bind the tables' owner too. */
export function secure(): string[] {
  return [
    ...Object.entries(TABLES).flatMap(([table, rules]) => [
      `ALTER TABLE ${table} ENABLE ROW LEVEL SECURITY`,
      `ALTER TABLE ${table} FORCE ROW LEVEL SECURITY`,
      `REVOKE ALL ON ${table} FROM ${APP_ROLE}`,
      ...Object.entries(rules).flatMap(([command, rows]) => [
        `GRANT ${command}${command === 'UPDATE' ? columnsOf(table) : ''} ON ${table} TO ${APP_ROLE}`,
        `CREATE POLICY countersign_${command.toLowerCase()} ON ${table} FOR ${command} ${clauses(command, rows)}`,
      ]),
    ]),
    ...PLAIN.flatMap((table) => [
      `REVOKE ALL ON ${table} FROM ${APP_ROLE}`,
      `GRANT SELECT ON ${table} TO ${APP_ROLE}`,
    ]),
  ];
}

const columnsOf = (table: string): string => {
  const columns = UPDATABLE[table];
  return columns === undefined ? '' : ` (${columns.join(', ')})`;
};

/** Which rows are seen, and which may come of it: a row cannot be moved to another tenant. */
function clauses(command: string, rows: string): string {
  if (command === 'INSERT') return `WITH CHECK (${rows})`;
  return command === 'UPDATE' ? `USING (${rows}) WITH CHECK (${rows})` : `USING (${rows})`;
}
