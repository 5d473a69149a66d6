import { hash } from 'node:crypto';
import { canonicalJson, isWellFormed } from '@countersign/contract';
import { z } from 'zod';

/** One statement as the caller sent it. Parameters are text, as PostgreSQL reads them; null is SQL's null. */
export type SqlStatement = { statement: string; params: readonly (string | null)[] };

/** A body that is no statement for the runner. `message` names the rule, and never repeats the statement. */
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
 * Names that no statement may contain, anywhere: not in a text, a comment or a part of another name. It is a search of the text
 * alone, so no spelling that PostgreSQL reads in another way gets past it. It keeps statements from acting outside of their own
 * transaction, and from seeing other people's statements. Which rows they see does not depend on it (`sql-requirements.ts`).
 *
 * - Locks that other programs wait for, other backends, and messages that replication passes on, which no rollback takes back.
 * - Statements and counters of other sessions.
 * - Functions that run a text as SQL: in such a text a name could be put together.
 * - Files and connections of the server.
 */
const NAMES = [
  ...[
    'pg_advisory',
    'pg_try_advisory',
    'pg_cancel_backend',
    'pg_terminate_backend',
    'pg_logical',
    'pg_notify',
  ],
  ...['pg_sleep', 'pg_replication', 'pg_create_', 'pg_export_snapshot', 'set_config', 'pg_settings'],
  ...['pg_stat_activity', 'pg_stat_get_', 'pg_stat_statements', 'pg_stat_replication'],
  ...['to_xml', 'xmlschema', 'ts_stat', 'ts_rewrite', 'crosstab', 'connectby', 'xpath_table'],
  ...['dblink', 'pg_read_', 'pg_ls_', 'pg_stat_file', 'pg_file'],
];
/** An identifier in which each letter can be written as a number would hide a name. */
const ESCAPED_NAME = /u&\s*"/i;

/**
 * The statement of a call's body, `{"statement": "SELECT …", "params": [42]}`. Throws StatementRefused. Whether it is one plain
 * query is decided by PostgreSQL's own parser (`sql-session.ts`).
 */
export function parseStatement(body: Uint8Array | undefined): SqlStatement {
  const { statement, params = [] } = formOf(body);
  if (!isWellFormed(statement) || statement.includes('\0'))
    throw new StatementRefused('the statement has a character that no text may have');
  const folded = statement.toLowerCase();
  const name = NAMES.find((each) => folded.includes(each));
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
 * statement's text in UTF-8. All of it is under the commitment of the path, so it can be erased with it.
 */
export function recordedStatement({ statement, params }: SqlStatement): string {
  const sha256 = hash('sha256', statement, 'hex');
  return `?${canonicalJson({ params: [...params], sha256, statement })}`;
}
