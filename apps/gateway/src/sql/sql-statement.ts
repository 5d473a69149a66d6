import { hash } from 'node:crypto';
import { canonicalJson, isWellFormed } from '@countersign/contract';
import { z } from 'zod';

/** One statement as the caller sent it. Parameters are text, as PostgreSQL reads them; null is SQL's null. */
export type SqlStatement = { statement: string; params: readonly (string | null)[] };

/** The body of a call is not a statement that may run. `message` names the rule, and never repeats the statement. */
export class StatementRefused extends Error {
  override readonly name = 'StatementRefused';
}

const MAX_STATEMENT = 16_384;
const MAX_PARAMS = 100;
const MAX_BODY = 65_536;

const form = z.strictObject({
  statement: z.string().min(1).max(MAX_STATEMENT),
  params: z
    .array(z.union([z.string().max(MAX_STATEMENT), z.number(), z.boolean(), z.null()]))
    .max(MAX_PARAMS)
    .exactOptional(),
});

/**
 * Names that no statement may contain anywhere, not even in a text, in a comment or within a longer name. This is a plain search of the
 * text: it does not parse SQL, so it cannot parse it in another way than PostgreSQL does. It keeps statements from having effects
 * outside of their own transaction, and from showing other sessions' statements. It does not decide which rows they see: row-level
 * security does that (`sql-requirements.ts`).
 *
 * - Effects that no rollback undoes: locks that other programs wait for, signals to other backends, messages of replication, ids of
 *   transactions, work on indexes and statistics.
 * - Sessions, locks, transactions and counters of other programs, and settings, which may have secrets of other roles.
 * - Functions that run a text as SQL: such a text could be put together from parts of a name.
 * - Files and connections of the server.
 *
 * `test/support/sql-effects.ts` compares the list with the functions and views of real servers.
 */
const NAMES = [
  ...['pg_advisory', 'pg_try_advisory', 'pg_cancel_backend', 'pg_terminate_backend', 'pg_log_backend'],
  ...['pg_logical', 'pg_notify', 'pg_replication', 'replication_slot', 'pg_create_', 'pg_export_snapshot'],
  ...['pg_sleep', 'set_config', 'txid_current', 'pg_current_xact_id', 'pg_nextoid', 'pg_stop_making'],
  ...['pg_import_', 'pg_rotate_', 'pg_clear_', 'pg_restore_', 'binary_upgrade'],
  ...['brin_summarize', 'brin_desummarize', 'gin_clean'],
  ...[
    'pg_stat',
    'pg_lock',
    'pg_blocking',
    'pg_safe_snapshot',
    'pg_isolation',
    'pg_prepared_xact',
    'wal_summar',
  ],
  ...['pg_settings', 'pg_show_all', 'pg_db_role_setting', 'pg_roles', 'pg_user'],
  ...['to_xml', 'xmlschema', 'ts_stat', 'ts_rewrite', 'crosstab', 'connectby', 'xpath_table'],
  ...['dblink', 'pg_read_', 'pg_ls_', 'pg_file'],
];
/**
 * Functions that write large objects. PostgreSQL 14 and 15 run them in a read-only transaction too, and the file of large objects keeps
 * the size to which they made it grow. Only whole beginnings of names count, so that a column may be named `solo_created`. A name that
 * follows another letter, digit, `_` or `$` is a part of a longer one; no grammar allows a call directly behind a number or parameter.
 */
const LARGE_OBJECTS =
  /(?<![a-z0-9_$])(?:lo_(?:creat|from_bytea|put|open|truncate|unlink|import|export)|lowrite)/;
/** An identifier with Unicode escapes (`U&"\0061"`) could hide a name from the search. */
const ESCAPED_NAME = /u&\s*"/i;

/**
 * The statement of a call's body, `{"statement": "SELECT …", "params": [42]}`. Throws StatementRefused. Whether it is one plain
 * query is decided by PostgreSQL's own parser (`sql-session.ts`).
 */
export function parseStatement(body: Uint8Array | undefined): SqlStatement {
  const { statement, params = [] } = formOf(body);
  // The record has the parameters too. A text without exact bytes could not be recorded, not even as refused.
  const texts = [statement, ...params.filter((value) => typeof value === 'string')];
  if (!texts.every((text) => isWellFormed(text) && !text.includes('\0')))
    throw new StatementRefused('the statement or a parameter has a character that no text may have');
  const folded = statement.toLowerCase();
  const name = NAMES.find((each) => folded.includes(each)) ?? LARGE_OBJECTS.exec(folded)?.[0];
  if (name !== undefined)
    throw new StatementRefused(
      `a statement may not contain the name ${name}, not even in a text: use a parameter for texts`,
    );
  if (ESCAPED_NAME.test(statement))
    throw new StatementRefused('a statement may not contain names with Unicode escapes (U&"…")');
  return { statement, params: params.map((value) => (value === null ? null : String(value))) };
}

function formOf(body: Uint8Array | undefined): z.infer<typeof form> {
  if (body === undefined || body.length > MAX_BODY)
    throw new StatementRefused(`the body is JSON of at most ${MAX_BODY} bytes`);
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(body);
    return form.parse(JSON.parse(text));
  } catch (cause) {
    const rule = `the body is {"statement": "SELECT …", "params": […]}: a statement of at most ${MAX_STATEMENT} characters, and at most ${MAX_PARAMS} texts, numbers, booleans or nulls`;
    throw new StatementRefused(rule, { cause });
  }
}

/**
 * The statement as the record's path shows it behind `?`: canonical JSON of `{params, sha256, statement}`. `sha256` is of the
 * statement's text in UTF-8. The commitment of the path covers all of it, so it can be erased together with the path.
 */
export function recordedStatement({ statement, params }: SqlStatement): string {
  const sha256 = hash('sha256', statement, 'hex');
  return `?${canonicalJson({ params: [...params], sha256, statement })}`;
}
