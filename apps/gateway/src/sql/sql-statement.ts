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
 * - Effects that no rollback undoes: locks that other programs wait for, signals to other backends, messages of replication.
 * - Statements and counters of other sessions.
 * - Functions that run a text as SQL: such a text could be put together from parts of a name.
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
 * statement's text in UTF-8. The commitment of the path covers all of it, so it can be erased together with the path.
 */
export function recordedStatement({ statement, params }: SqlStatement): string {
  const sha256 = hash('sha256', statement, 'hex');
  return `?${canonicalJson({ params: [...params], sha256, statement })}`;
}
