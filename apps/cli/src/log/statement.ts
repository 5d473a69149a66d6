import { readFile } from 'node:fs/promises';
import { statementEndpoints } from '@countersign/api';
import {
  AuditLogError,
  type OpenedStatement,
  openStatement,
  type StatementBody,
  type VerifierKey,
} from '@countersign/audit-log';
import { nodeEd25519 } from '@countersign/authorization';
import type { StatementFound } from '@countersign/log-verifier';
import type { Answer, Context } from '../command/context.js';
import { CliError, cannotOpenError, usageError } from '../command/errors.js';
import { parseInstant, parseSlug } from '../command/flags.js';
import { formatFacts } from '../terminal/text.js';
import { FolderLog } from './log-source.js';
import { chooseLog } from './mirror.js';
import { deploymentLog } from './replay.js';
import { compareWithMirror, verifyMirror } from './statement-comparison.js';
import { chooseKey, keysOf, saveFile } from './verification.js';

export type StatementOptions = {
  tenant?: string;
  from?: string;
  to?: string;
  out?: string;
  verify?: string;
  vkey?: string;
  anchor?: string;
  log?: string;
};

/**
 * Gets a signed statement of every access in a span, or verifies one offline.
 *
 * @throws CliError `invalid_statement` and the codes of notes if it does not verify, `statement_differs` if it is not what a
 *   mirror of the log says, `deployment_missing` if the mirror lacks the deployment's log; `cannot_open`, `cannot_write` (exit 2)
 */
export function logStatement(context: Context, options: StatementOptions): Promise<Answer> {
  return options.verify === undefined
    ? fetchStatement(context, options)
    : verifyStatement(context, options.verify, options);
}

async function fetchStatement(
  context: Context,
  { tenant, from, to, out }: StatementOptions,
): Promise<Answer> {
  if (from === undefined || to === undefined)
    throw usageError(
      'say which span: --from and --to, such as --from 2026-11-01T00:00:00Z --to 2026-12-01T00:00:00Z',
    );
  const span = { from: parseInstant('--from', from), to: parseInstant('--to', to) };
  const slug = await chooseLog(context, tenant && parseSlug('--tenant', tenant));
  const api = await context.api();
  const note = await api.callText(statementEndpoints.make, {
    params: { slug },
    query: new URLSearchParams(span),
  });
  if (out !== undefined) await saveFile(out, note);
  const body = bodyOf(note);
  context.note(exceptionsText(body));
  return {
    document: { ...documentOf(body), file: out ?? null, note },
    text: out === undefined ? note.trimEnd() : summaryOf(body),
  };
}

/** What the statement says, without verifying anything: it has just come from the broker. */
const bodyOf = (note: string): StatementBody => JSON.parse(note.split('\n')[1] ?? '') as StatementBody;

async function verifyStatement(context: Context, file: string, options: StatementOptions): Promise<Answer> {
  const { key, anchor } = await chooseKey(options);
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    throw cannotOpenError(file, error);
  }
  const mirror = options.log === undefined ? undefined : new FolderLog(options.log);
  const opened = await open(text, key, mirror);
  const { body } = opened;
  const summary = `${summaryOf(body)}\n`;
  if (mirror === undefined || options.log === undefined)
    return {
      document: { verified: true, ...documentOf(body), comparedWith: null },
      text: `${summary}Signed by the log, so it is the vendor’s word. With --log DIR each member is compared with your mirror.\n${exceptionsText(body)}`,
    };
  const place = { path: options.log, isRemote: false };
  const deployment = await deploymentLog(context, place, { key, anchor });
  const found = await compareWithMirror(opened, { source: mirror, key }, deployment);
  return {
    document: { verified: true, ...documentOf(body), comparedWith: options.log, ...found },
    text: `${summary}Signed by the log, and each of its members is what your mirror says.\n${vendorsWord(body, found)}${exceptionsText(body)}`,
  };
}

/**
 * Verifies the statement with the key. If another key signed it, the mirror may show that the log handed over to that key, or
 * that it was restored and signs under another origin.
 */
async function open(text: string, key: VerifierKey, mirror: FolderLog | undefined): Promise<OpenedStatement> {
  try {
    return await openStatement(nodeEd25519, text, [key]);
  } catch (error) {
    if (!(error instanceof AuditLogError)) throw error;
    const isOtherKey = error.code === 'unsigned' || error.code === 'wrong_origin';
    if (!isOtherKey || mirror === undefined) throw new CliError(error.code, error.message, { cause: error });
  }
  const verified = await verifyMirror(mirror, key);
  try {
    return await openStatement(nodeEd25519, text, keysOf(verified));
  } catch (error) {
    if (!(error instanceof AuditLogError)) throw error;
    throw new CliError(error.code, error.message, { cause: error });
  }
}

/** What no leaf shows. */
const vendorsWord = (
  { madeAt }: StatementBody,
  { notNamed, unconfirmed, madeAfter, madeBefore }: StatementFound,
): string =>
  [
    `The vendor’s word: that it was made at ${madeAt}, within what the log shows: ${madeAfter === null ? '' : `after its leaf of ${madeAfter}, `}${madeBefore === null ? 'and with no daily leaf after it yet' : `before its leaf of ${madeBefore}`}.`,
    ...(notNamed.length === 0
      ? []
      : [`The vendor’s word: that these gateways serve other tenants: ${notNamed.join(', ')}.`]),
    ...(unconfirmed.length === 0
      ? []
      : [`The vendor’s word: that these gateways serve this tenant: ${unconfirmed.join(', ')}.`]),
  ]
    .map((line) => `${line}\n`)
    .join('');

const documentOf = ({
  tenant,
  from,
  to,
  madeAt,
  size,
  root,
  count,
  refused,
  exceptions,
  sealed,
}: StatementBody) => ({
  ...{ tenant, from, to, madeAt, size, root, accesses: count, refused },
  ...{ complete: exceptions.length === 0, exceptions, sealed },
});

const summaryOf = (body: StatementBody): string =>
  formatFacts([
    ['tenant', body.tenant],
    ['span', `${body.from} up to ${body.to}`],
    ['made at', body.madeAt],
    ['accesses', body.count === 0 ? 'no access recorded by the enrolled gateways' : String(body.count)],
    ['refused calls', String(body.refused)],
    ['complete', completenessOf(body)],
    ['log', `${body.size} leaves, root ${body.root}`],
  ]);

const completenessOf = ({ exceptions }: StatementBody): string =>
  exceptions.length === 0
    ? 'yes'
    : `except ${exceptions
        .map(
          ({ gateway, from, reason }) =>
            `${gateway} from ${from}${reason === 'gap' ? ' (a gap in its records)' : ''}`,
        )
        .join('; ')}`;

/** What a statement never covers. */
const exceptionsText = ({ sealed, exceptions }: StatementBody): string =>
  [
    sealed.length === 0
      ? 'No sealed leaf of these days is closed.'
      : `Except what the sealed leaves of ${sealed.length === 1 ? sealed[0] : `${sealed[0]} … ${sealed.at(-1)}`} may cover until they open.`,
    ...(exceptions.some(({ reason }) => reason === 'no_head')
      ? ['Gateways were asked to sign their records: ask again in two minutes for a complete statement.']
      : []),
  ].join(' ');
