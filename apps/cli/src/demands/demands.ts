import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import {
  type Demand,
  type DemandBody,
  type DemandLine,
  type DemandStepBody,
  demandEndpoints,
} from '@countersign/api';
import type { DemandStepAction, RedirectOutcome } from '@countersign/contract';
import type { Answer, Context } from '../command/context.js';
import { CliError, cannotOpenError } from '../command/errors.js';
import { parseId, parseInstant, parseWholeNumber } from '../command/flags.js';
import { checkListOptions, fetchPage, type ListOptions } from '../command/list.js';
import { readAll } from '../terminal/io.js';
import { formatFacts, formatTable, optionalFact } from '../terminal/text.js';

export type DemandListOptions = Pick<ListOptions, 'state' | 'tenant' | 'limit' | 'cursor'>;

export type StepOptions = {
  reason: string;
  outcome?: RedirectOutcome;
  scope?: string;
  content?: boolean;
  accounts?: string;
  grant?: string;
  until?: string;
};

const MAX_INPUT = 1024 * 1024;
const MAX_ACCOUNTS = 1_000_000;

/** Lists demands, newest first. */
export function listDemands(context: Context, options: DemandListOptions): Promise<Answer> {
  checkListOptions(options);
  return fetchPage<DemandLine>(
    context,
    { verb: 'demands', endpoint: demandEndpoints.list, format: formatLines },
    options,
  );
}

/** Shows one demand in full. */
export async function showDemand(context: Context, id: string): Promise<Answer> {
  const params = { id: parseId('dem', id) };
  return answerOf(await (await context.api()).call(demandEndpoints.read, { params }));
}

/**
 * Enters a demand from a file of JSON.
 *
 * @throws CliError `cannot_open` (exit 2), `invalid_content` if it is no JSON, or the broker's refusal
 */
export async function enterDemand(context: Context, path: string): Promise<Answer> {
  const text = path === '-' ? await readAll(context.io.stdin, MAX_INPUT) : await read(path, 'utf8');
  let body: DemandBody;
  try {
    body = JSON.parse(text);
  } catch {
    throw new CliError('invalid_content', 'The demand is a JSON object. docs/legal.md shows one.');
  }
  return answerOf(await (await context.api()).call(demandEndpoints.enter, { body }));
}

/** Adds a step. The broker says which members an action has. */
export async function addStep(
  context: Context,
  id: string,
  action: DemandStepAction,
  options: StepOptions,
): Promise<Answer> {
  const body: DemandStepBody = {
    action,
    reason: options.reason,
    ...(options.outcome === undefined ? {} : { outcome: options.outcome }),
    ...(options.scope === undefined ? {} : { scope: options.scope }),
    ...(options.content === undefined ? {} : { withContent: options.content }),
    ...(options.accounts === undefined
      ? {}
      : { accounts: parseWholeNumber('--accounts', options.accounts, 0, MAX_ACCOUNTS) }),
    ...(options.grant === undefined ? {} : { grant: parseId('grt', options.grant) }),
    ...(options.until === undefined ? {} : { until: parseInstant('--until', options.until) }),
  };
  const params = { id: parseId('dem', id) };
  return answerOf(await (await context.api()).call(demandEndpoints.step, { params, body }));
}

/** Files a document. @throws CliError `cannot_open` (exit 2) */
export async function fileDocument(
  context: Context,
  id: string,
  path: string,
  { reason }: { reason: string },
): Promise<Answer> {
  const body = { name: basename(path), content: await read(path, 'base64'), reason };
  const params = { id: parseId('dem', id) };
  return answerOf(await (await context.api()).call(demandEndpoints.fileDocument, { params, body }));
}

async function read(path: string, encoding: 'utf8' | 'base64'): Promise<string> {
  try {
    return await readFile(path, encoding);
  } catch (cause) {
    throw cannotOpenError(path, cause);
  }
}

const answerOf = (demand: Demand): Answer => ({ document: demand, text: formatDemand(demand) });

const gagText = ({ gagUntil, sealed, overdue }: DemandLine): string | null => {
  if (gagUntil === null) return null;
  if (overdue) return `LATE: it ended at ${gagUntil}, and the customer does not know yet`;
  return sealed ? `until ${gagUntil}` : `ended at ${gagUntil}; the customer knows`;
};

/** The action with what it says: `disclosed: with content, 1 account, grt_…`. */
function stepText({ action, outcome, scope, withContent, accounts, grant, until }: Demand['steps'][number]) {
  const facts = [
    outcome,
    scope,
    withContent === null ? null : withContent ? 'with content' : 'without content',
    accounts === null ? null : `${accounts} ${accounts === 1 ? 'account' : 'accounts'}`,
    grant,
    until === null ? null : `until ${until}`,
  ].filter((fact) => fact !== null);
  return facts.length === 0 ? action : `${action}: ${facts.join(', ')}`;
}

function formatLines(lines: readonly DemandLine[]): string {
  if (lines.length === 0) return 'No demands.';
  return formatTable(
    ['ID', 'RECEIVED', 'AUTHORITY', 'COUNTRY', 'KIND', 'ABOUT', 'STATE', 'GAG'],
    lines.map((line) => [
      ...[line.id, line.receivedAt, line.authority, line.country, line.kind],
      ...[line.tenants.join(', '), line.state, gagText(line) ?? ''],
    ]),
  );
}

function formatDemand(demand: Demand): string {
  const facts = formatFacts([
    ['demand', demand.id],
    ['state', demand.state],
    ['authority', `${demand.authority} (${demand.country})`],
    ['kind', demand.kind],
    ['legal basis', demand.legalBasis],
    ...optionalFact('reference', demand.reference),
    ['data', demand.data],
    ['scope', demand.scope],
    ['about', demand.tenants.join(', ')],
    ['accounts', String(demand.accounts.length)],
    ['received', demand.receivedAt],
    ...optionalFact('due', demand.dueAt),
    ...optionalFact('gag', gagText(demand)),
    ...optionalFact(
      'extension',
      demand.proposal === null
        ? null
        : `to ${demand.proposal.until}, proposed by ${demand.proposal.person}; another person confirms it`,
    ),
  ]);
  const steps = formatTable(
    ['WHEN', 'STEP', 'BY', 'WHY'],
    demand.steps.map((step) => [step.at, stepText(step), step.person, step.reason]),
  );
  const documents = demand.documents.map(({ sha256, name, bytes }) => `${sha256}  ${name} (${bytes} bytes)`);
  return [facts, steps, ...documents].join('\n');
}
