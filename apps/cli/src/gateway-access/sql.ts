import { readFile } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { type Grant, grantEndpoints } from '@countersign/api';
import { csvLine } from '@countersign/wording';
import { z } from 'zod';
import { openWithId } from '../api/find-id.js';
import { readBody } from '../api/read-body.js';
import type { Answer, Context } from '../command/context.js';
import { CliError, cannotOpenError, usageError } from '../command/errors.js';
import { readAll } from '../terminal/io.js';
import { counted, escapeForTerminal, formatTable } from '../terminal/text.js';
import { GrantTokens, readGatewayUrl, requireActive } from './grant-token.js';

export type SqlOptions = { file?: string; param?: string[]; csv?: boolean };

/** Far more than a gateway sends (4 MiB of rows by default). */
const MAX_ANSWER_BYTES = 256 * 1024 * 1024;
/** The most that a gateway accepts for a whole body. */
const MAX_STATEMENT_BYTES = 65_536;

const rowsSchema = z.looseObject({
  columns: z.array(z.looseObject({ name: z.string(), type: z.string() })),
  rows: z.array(z.array(z.string().nullable())),
  truncated: z.enum(['rows', 'bytes']).nullable(),
});
type Rows = z.infer<typeof rowsSchema>;

const problemSchema = z.looseObject({ code: z.string(), title: z.string(), detail: z.string().optional() });

/** Runs one statement. Throws CliError with the gateway's own code, or `gateway_unreachable`, `bad_answer`. */
type RunStatement = (statement: string, params: readonly string[]) => Promise<Rows>;

/**
 * Runs one read-only statement with a grant, in the database that the grant is for. Without a statement, on a terminal, it shows a
 * prompt and runs each statement that is typed.
 */
export async function runSql(
  context: Context,
  grantText: string,
  statement: string | undefined,
  { file, param = [], csv = false }: SqlOptions,
): Promise<Answer | undefined> {
  if (statement !== undefined && file !== undefined) throw usageError('give a statement or --file, not both');
  const isInteractive = statement === undefined && file === undefined && context.io.confirm !== undefined;
  if (isInteractive && param.length > 0) throw usageError('--param goes with a statement');
  const text = isInteractive ? undefined : await statementOf(context, statement, file);
  const { api, id } = await openWithId(context, 'grt', grantText);
  const grant = await api.call(grantEndpoints.read, { params: { id } });
  requireActive(grant);
  const run = statementRunner(grant, new GrantTokens(api, id));
  if (text === undefined) return showPrompt(context, grant, run);
  return toAnswer(context, await run(text, param), csv);
}

async function statementOf({ io }: Context, statement?: string, file?: string): Promise<string> {
  if (statement !== undefined && statement !== '-') return statement;
  if (file === undefined || file === '-') return readAll(io.stdin, MAX_STATEMENT_BYTES);
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    throw cannotOpenError(file, error);
  }
}

function statementRunner(grant: Grant, tokens: GrantTokens): RunStatement {
  const address = `${readGatewayUrl(grant)}/tenants/${encodeURIComponent(grant.tenant)}/sql`;
  return async (statement, params) => {
    const { response, body } = await send(address, await tokens.current(), { statement, params });
    const value = parseBody(body);
    if (response.ok) {
      const { data } = rowsSchema.safeParse(value);
      if (data !== undefined) return data;
      throw new CliError('bad_answer', 'the gateway sent an answer that this command does not understand');
    }
    const { data: problem } = problemSchema.safeParse(value);
    if (problem === undefined)
      throw new CliError('bad_answer', `the gateway answered ${response.status} without a reason`);
    if (problem.code === 'invalid_token') tokens.drop();
    throw new CliError(problem.code, problem.detail ?? problem.title, { document: problem });
  };
}

async function send(address: string, token: string, body: object) {
  try {
    const response = await fetch(address, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify(body),
      redirect: 'error',
    });
    return { response, body: await readBody(response, MAX_ANSWER_BYTES) };
  } catch (cause) {
    throw new CliError(
      'gateway_unreachable',
      'the gateway could not be reached, or broke the answer off, as it does when the grant ends',
      { cause },
    );
  }
}

function parseBody(body: Buffer | undefined): unknown {
  try {
    return JSON.parse(body?.toString('utf8') ?? '');
  } catch {
    return undefined;
  }
}

function toAnswer(context: Context, found: Rows, csv: boolean): Answer {
  const { columns, rows, truncated } = found;
  if (truncated !== null && !context.json)
    context.note(
      `There is more: these are the first ${counted(rows.length, 'row')}, as many ${truncated} as an answer may have.`,
    );
  if (csv) {
    const lines = [columns.map(({ name }) => name), ...rows].map(csvLine);
    return { document: found, text: lines.join('').trimEnd() };
  }
  return { document: found, text: tableOf(found) };
}

/** SQL's NULL is shown as ∅, to distinguish it from an empty text. */
function tableOf({ columns, rows }: Rows): string {
  const table = formatTable(
    columns.map(({ name }) => name),
    rows.map((row) => row.map((value) => value ?? '∅')),
  );
  return `${table}\n(${counted(rows.length, 'row')})`;
}

/** A prompt like that of psql: `;` at the end of a line ends a statement, `\q` or Ctrl-D ends the prompt. */
async function showPrompt(context: Context, grant: Grant, run: RunStatement): Promise<undefined> {
  const { io } = context;
  const prompt = (isBegun: boolean) => `${grant.tenant}@${grant.service}${isBegun ? '->' : '=>'} `;
  context.note(
    `Read-only SQL as ${grant.tenant}. Each statement is recorded, and the customer can read it. End it with ; and leave with \\q.`,
  );
  const lines = createInterface({ input: io.stdin, output: process.stderr, prompt: prompt(false) });
  let statement = '';
  lines.prompt();
  for await (const line of lines) {
    if (statement === '' && line.trim() === '\\q') break;
    statement += `${statement === '' ? '' : '\n'}${line}`;
    const isWhole = statement.trimEnd().endsWith(';');
    if (isWhole) {
      await showStatement(context, run, statement);
      statement = '';
    } else if (statement.trim() === '') statement = '';
    lines.setPrompt(prompt(statement !== ''));
    lines.prompt();
  }
  lines.close();
  return undefined;
}

async function showStatement(context: Context, run: RunStatement, statement: string): Promise<void> {
  try {
    const { document, text } = toAnswer(context, await run(statement, []), false);
    context.io.stdout(context.json ? `${JSON.stringify(document)}\n` : `${text}\n`);
  } catch (error) {
    // The grant may still be open: the next statement says whether it is.
    if (!(error instanceof CliError)) throw error;
    context.note(`error[${error.code}]: ${escapeForTerminal(error.detail)}`);
  }
}
