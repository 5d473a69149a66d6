import type pg from 'pg';
import { parseStatement, StatementRefused } from '../../apps/gateway/src/sql/sql-statement.js';

/**
 * Functions of the server that are declared volatile, and that a statement may call nevertheless. Each group has the reason. A function
 * of a new version of PostgreSQL is in none of them until someone has read what it does.
 */
const REVIEWED: Readonly<Record<string, readonly string[]>> = {
  'a number, a time or an id, for this statement alone': [
    ...[
      'clock_timestamp',
      'timeofday',
      'timezone',
      'random',
      'random_normal',
      'setseed',
      'array_sample',
      'array_shuffle',
    ],
    ...[
      'gen_random_uuid',
      'uuidv4',
      'uuidv7',
      'current_query',
      'pg_jit_available',
      'pg_wait_events',
      'pg_get_wait_events',
    ],
  ],
  'needs a right on the sequence, and a sequence moves in no read-only transaction': [
    ...['nextval', 'setval', 'currval', 'lastval', 'pg_sequence_last_value', 'pg_get_sequence_data'],
  ],
  'reads a large object: the login may read none (large_objects), and none can be opened here': [
    ...['lo_get', 'loread', 'lo_close', 'lo_lseek', 'lo_lseek64', 'lo_tell', 'lo_tell64'],
  ],
  'cannot be called from SQL: it takes or returns internal values': [
    ...[
      'brinhandler',
      'bthandler',
      'ginhandler',
      'gisthandler',
      'hashhandler',
      'spghandler',
      'heap_tableam_handler',
    ],
    ...['system', 'bernoulli', 'dsnowball_init', 'dsnowball_lexize'],
    ...['plpgsql_call_handler', 'plpgsql_inline_handler', 'plpgsql_validator'],
  ],
  'reads the catalog, or sizes, which docs/sql.md says are visible': [
    ...['amvalidate', 'currtid2', 'pg_collation_actual_version', 'pg_database_collation_actual_version'],
    ...[
      'pg_partition_ancestors',
      'pg_partition_tree',
      'pg_database_size',
      'pg_indexes_size',
      'pg_relation_size',
    ],
    ...[
      'pg_table_size',
      'pg_tablespace_size',
      'pg_total_relation_size',
      'pg_get_loaded_modules',
      'pg_mcv_list_items',
    ],
  ],
  'how far the server has written, or its state as a whole, which docs/sql.md says is visible': [
    ...['pg_control_checkpoint', 'pg_control_init', 'pg_control_recovery', 'pg_control_system'],
    ...[
      'pg_current_wal_flush_lsn',
      'pg_current_wal_insert_lsn',
      'pg_current_wal_lsn',
      'pg_get_wal_replay_pause_state',
    ],
    ...['pg_get_wal_resource_managers', 'pg_is_in_backup', 'pg_is_in_recovery', 'pg_is_wal_replay_paused'],
    ...['pg_last_wal_receive_lsn', 'pg_last_wal_replay_lsn', 'pg_last_xact_replay_timestamp'],
    ...['pg_get_multixact_members', 'pg_last_committed_xact', 'pg_xact_commit_timestamp'],
    ...['pg_xact_commit_timestamp_origin', 'pg_xact_status', 'txid_status', 'pg_notification_queue_usage'],
  ],
  'works in CREATE EXTENSION alone': ['pg_extension_config_dump'],
};
const HARMLESS = new Set(Object.values(REVIEWED).flat());

/** Views of the server that a statement may read: they show the catalog, or this session alone. */
const READABLE_VIEWS = new Set([
  ...['pg_available_extension_versions', 'pg_available_extensions', 'pg_group', 'pg_indexes', 'pg_matviews'],
  ...[
    'pg_policies',
    'pg_publication_tables',
    'pg_rules',
    'pg_seclabels',
    'pg_sequences',
    'pg_tables',
    'pg_views',
  ],
  ...['pg_cursors', 'pg_prepared_statements', 'pg_timezone_abbrevs', 'pg_timezone_names', 'pg_wait_events'],
]);

/** Tables of the server's own schema that no statement may name, although every login may read them. */
export const REFUSED_TABLES = ['pg_db_role_setting'];

export function isRefused(name: string): boolean {
  try {
    parseStatement(Buffer.from(JSON.stringify({ statement: `SELECT * FROM ${name}` })));
    return false;
  } catch (error) {
    if (error instanceof StatementRefused) return true;
    throw error;
  }
}

/**
 * What this login may use of a server's own functions and views, and no one has read so far: volatile functions, views, and the functions
 * that a refused view is made of.
 */
export async function unreviewed(client: pg.Client): Promise<string[]> {
  const names = async (query: string): Promise<string[]> => {
    const { rows } = await client.query<{ name: string }>(query);
    return rows.map(({ name }) => name);
  };
  const functions = await names(
    `SELECT DISTINCT proname AS name FROM pg_proc p
     WHERE pronamespace = 'pg_catalog'::regnamespace AND provolatile = 'v' AND has_function_privilege(p.oid, 'EXECUTE')
       AND prorettype NOT IN ('trigger'::regtype, 'event_trigger'::regtype) ORDER BY 1`,
  );
  const views = await names(
    `SELECT relname AS name FROM pg_class c WHERE relnamespace = 'pg_catalog'::regnamespace AND relkind = 'v'
       AND (has_table_privilege(c.oid, 'SELECT') OR has_any_column_privilege(c.oid, 'SELECT')) ORDER BY 1`,
  );
  const parts = await names(
    `SELECT DISTINCT p.proname AS name FROM pg_proc p
     JOIN pg_class c ON c.relnamespace = 'pg_catalog'::regnamespace AND c.relkind = 'v'
       AND c.relname = ANY ('{${views.filter(isRefused).join(',')}}')
       AND pg_get_viewdef(c.oid) ~ ('\\m' || p.proname || '\\(')
     WHERE p.pronamespace = 'pg_catalog'::regnamespace AND p.proretset AND p.proname LIKE 'pg\\_%'
       AND has_function_privilege(p.oid, 'EXECUTE') ORDER BY 1`,
  );
  const isUnknown = (name: string) => !HARMLESS.has(name) && !isRefused(name);
  return [
    ...functions.filter(isUnknown),
    ...views.filter((name) => !READABLE_VIEWS.has(name) && !isRefused(name)),
    ...parts.filter(isUnknown),
  ];
}
