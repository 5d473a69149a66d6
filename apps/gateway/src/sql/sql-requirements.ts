import { TENANT_FUNCTION_BODY } from '@countersign/gateway-protocol';
import type { QueryResult } from 'pg';

/** The rules that keep a statement from reading another tenant's rows, or anything else than rows. Each text says what is wrong. */
const RULES = {
  server_too_old: 'the server is older than PostgreSQL 14, or its encoding is not UTF8',
  role_is_privileged:
    'the login is a superuser, bypasses row-level security, or may create roles or databases, or replicate',
  role_is_member: 'the login is a member of another role',
  role_is_owner: 'the login owns something, and owners are above row-level security',
  may_write: 'the login may change this relation',
  no_tenant_function:
    'countersign.tenant() is missing, or is not the function that `countersign gateways sql-setup` prints',
  no_row_security: 'the login may read this table, and row-level security is not enabled for it',
  policy_without_tenant: 'a policy of this table lets rows pass without using countersign.tenant()',
  reads_as_owner:
    'the login may read this relation, which is read with the rights of its owner: a view needs security_invoker',
  runs_as_owner: 'the login may run this function, which runs with the rights of its owner',
  untrusted_language: 'the login may run this function, which is in an untrusted language',
  server_files: 'the login may read or write files of the server with this function',
  large_objects: 'the login may read large objects, which no policy covers',
} as const;

type SqlRule = keyof typeof RULES;

/** A rule that the database breaks. `object`: the relation or function; '' if the rule is about the login or the server. */
export type BrokenRule = { rule: SqlRule; object: string };

export function describeBrokenRule({ rule, object }: BrokenRule): string {
  return object === '' ? RULES[rule] : `${RULES[rule]} (${object})`;
}

/** Functions of the server's own schema that reach its files. By default only superusers may run them. */
const FILE_FUNCTIONS = [
  ...['pg_read_file', 'pg_read_binary_file', 'pg_ls_dir', 'pg_stat_file', 'pg_file_write', 'pg_file_read'],
  ...['lo_import', 'lo_export'],
];

const MAX_NAMED = 5;

/**
 * The broken rules, one row each. The query reads only the catalog, in the transaction in which the statement will run. The caller
 * has set `search_path` to `pg_catalog`, so that no object of the database can replace a function or an operator in it.
 *
 * A policy uses the tenant if PostgreSQL has stored a dependency on `countersign.tenant()` for it. PostgreSQL joins permissive
 * policies by OR, so each of them must use it; or a restrictive policy does, because that applies to all rows. What a policy does
 * with the tenant is up to the vendor.
 *
 * A function counts also if the login may not use its schema: PostgreSQL looks a name up when a view is made, not when it is read, so
 * a view calls such a function with the login's right to run it.
 */
const CHECK = `
WITH me AS (SELECT * FROM pg_roles WHERE rolname = session_user),
tenant AS (SELECT to_regprocedure('countersign.tenant()')::oid AS oid),
relations AS (
  SELECT c.*, c.oid::regclass::text AS shown,
    has_table_privilege(c.oid, 'SELECT') OR has_any_column_privilege(c.oid, 'SELECT') AS readable,
    has_table_privilege(c.oid, 'INSERT, UPDATE, DELETE, TRUNCATE')
      OR has_any_column_privilege(c.oid, 'INSERT, UPDATE') AS writable
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
  WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND n.nspname NOT IN ('pg_catalog', 'information_schema')
    AND n.nspname NOT LIKE 'pg\\_toast%'
),
policies AS (
  SELECT p.polrelid, p.polpermissive, EXISTS (
    SELECT FROM pg_depend d WHERE d.classid = 'pg_policy'::regclass AND d.objid = p.oid
      AND d.refclassid = 'pg_proc'::regclass AND d.refobjid = (SELECT oid FROM tenant)) AS uses_tenant
  FROM pg_policy p
  WHERE p.polcmd IN ('r', '*') AND p.polqual IS NOT NULL
    AND (p.polroles = '{0}' OR (SELECT oid FROM me) = ANY (p.polroles))
),
functions AS (
  SELECT p.oid, p.oid::regprocedure::text AS shown, p.prosecdef, l.lanpltrusted, l.lanname, EXISTS (
    SELECT FROM pg_depend d JOIN pg_extension e ON e.oid = d.refobjid
      JOIN pg_available_extension_versions v ON v.name = e.extname AND v.version = e.extversion
    WHERE d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND d.deptype = 'e'
      AND d.refclassid = 'pg_extension'::regclass AND v.trusted) AS trusted
  FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace JOIN pg_language l ON l.oid = p.prolang
  WHERE n.nspname NOT IN ('pg_catalog', 'information_schema') AND p.oid IS DISTINCT FROM (SELECT oid FROM tenant)
    AND p.prorettype NOT IN ('trigger'::regtype, 'event_trigger'::regtype)
    AND has_function_privilege(p.oid, 'EXECUTE')
)
SELECT rule, object FROM (
  SELECT 'server_too_old' AS rule, '' AS object
    WHERE current_setting('server_version_num')::int < 140000 OR current_setting('server_encoding') <> 'UTF8'
  UNION ALL SELECT 'role_is_privileged', '' FROM me
    WHERE rolsuper OR rolbypassrls OR rolcreaterole OR rolcreatedb OR rolreplication
  UNION ALL SELECT 'role_is_member', '' WHERE NOT EXISTS (SELECT FROM me)
    OR EXISTS (SELECT FROM pg_auth_members m WHERE m.member = (SELECT oid FROM me))
  UNION ALL SELECT 'role_is_owner', '' WHERE EXISTS (
    SELECT FROM pg_shdepend WHERE deptype = 'o' AND refclassid = 'pg_authid'::regclass
      AND refobjid = (SELECT oid FROM me))
  UNION ALL SELECT 'no_tenant_function', '' WHERE NOT EXISTS (
    SELECT FROM pg_proc p WHERE p.oid = (SELECT oid FROM tenant) AND p.prosecdef AND p.prosrc = $1
      AND p.proconfig = '{"search_path=pg_catalog, pg_temp"}' AND has_function_privilege(p.oid, 'EXECUTE'))
  UNION ALL SELECT 'may_write', shown FROM relations WHERE writable
  UNION ALL SELECT 'no_row_security', shown FROM relations
    WHERE readable AND relkind IN ('r', 'p') AND NOT relrowsecurity
  UNION ALL SELECT 'policy_without_tenant', shown FROM relations r
    WHERE readable AND EXISTS (SELECT FROM policies WHERE polrelid = r.oid AND polpermissive AND NOT uses_tenant)
      AND NOT EXISTS (SELECT FROM policies WHERE polrelid = r.oid AND NOT polpermissive AND uses_tenant)
  UNION ALL SELECT 'reads_as_owner', shown FROM relations
    WHERE readable AND (relkind IN ('m', 'f') OR relkind = 'v' AND NOT EXISTS (
      SELECT FROM pg_options_to_table(reloptions)
      WHERE option_name = 'security_invoker' AND lower(option_value) IN ('true', 'on', 'yes', '1')))
  UNION ALL SELECT 'runs_as_owner', shown FROM functions WHERE prosecdef
  UNION ALL SELECT 'untrusted_language', shown FROM functions
    WHERE NOT lanpltrusted AND lanname <> 'internal' AND NOT trusted
  UNION ALL SELECT 'server_files', p.oid::regprocedure::text FROM pg_proc p
    WHERE p.pronamespace = 'pg_catalog'::regnamespace AND p.proname = ANY ($2)
      AND has_function_privilege(p.oid, 'EXECUTE')
  UNION ALL SELECT 'large_objects', '' WHERE current_setting('lo_compat_privileges')::bool OR EXISTS (
    SELECT FROM pg_largeobject_metadata l, aclexplode(l.lomacl) a
    WHERE a.grantee IN (0, (SELECT oid FROM me)))
) AS broken ORDER BY object <> '', rule, object LIMIT ${MAX_NAMED}`;

/** Runs one query in the current transaction. */
type RunQuery = (text: string, values: readonly unknown[]) => Promise<QueryResult<(string | null)[]>>;

/** The rules that the database breaks, at most five; empty if statements may run. */
export async function findBrokenRules(query: RunQuery): Promise<BrokenRule[]> {
  const { rows } = await query(CHECK, [TENANT_FUNCTION_BODY, FILE_FUNCTIONS]);
  return rows.map(([rule, object]) => ({ rule: rule as SqlRule, object: object ?? '' }));
}
