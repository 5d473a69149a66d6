import { type Practice, type PracticeAsk, type PracticeSummary, practiceEndpoints } from '@countersign/api';
import { durationText, entryWords } from '@countersign/wording';
import type { Api } from '../api/client.js';
import { ownTenant } from '../api/people.js';
import type { Answer, Context } from '../command/context.js';
import { CliError, usageError } from '../command/errors.js';
import { fetchPage, type ListOptions } from '../command/list.js';
import { formatFacts, formatTable } from '../terminal/text.js';
import { formatInstant } from '../terminal/time.js';

/** The error for vendor staff, who have no practices. */
const VENDOR = 'a customer’s approvers practise; the vendor’s staff do not';

/** Resolves `current` to the newest practice. */
async function idOf(api: Api, slug: string, id: string): Promise<string> {
  if (id !== 'current') return id;
  const query = new URLSearchParams({ limit: '1' });
  const [newest] = (await api.call(practiceEndpoints.list, { params: { slug }, query })).items;
  if (newest === undefined) throw new CliError('not_found', 'there was no practice yet');
  return newest.id;
}

/** `practice list`: the practices of the caller's organisation, newest first. */
export async function listPractices(context: Context, options: ListOptions): Promise<Answer> {
  const slug = await ownTenant(await context.api(), VENDOR);
  return fetchPage(
    context,
    { verb: 'practice list', endpoint: practiceEndpoints.list, params: { slug }, format: formatPractices },
    options,
  );
}

/** `practice show`: how each approver did. */
export async function showPractice(context: Context, id: string): Promise<Answer> {
  const api = await context.api();
  const slug = await ownTenant(api, VENDOR);
  const params = { slug, id: await idOf(api, slug, id) };
  const practice = await api.call(practiceEndpoints.read, { params });
  return { document: practice, text: formatPractice(practice, new Date()) };
}

/** `practice now`: begins a practice for all approvers. */
export async function beginPractice(context: Context): Promise<Answer> {
  const api = await context.api();
  const practice = await api.call(practiceEndpoints.open, { params: { slug: await ownTenant(api, VENDOR) } });
  return { document: practice, text: formatPractice(practice, new Date()) };
}

/** `practice task`: the caller's own practice request. */
export async function showTask(context: Context, id: string): Promise<Answer> {
  const api = await context.api();
  const slug = await ownTenant(api, VENDOR);
  const params = { slug, id: await idOf(api, slug, id) };
  const task = await api.call(practiceEndpoints.task, { params });
  return {
    document: task,
    text: [
      'PRACTICE: nothing opens, whatever you answer.',
      formatFacts([
        ['practice', task.id],
        ['expected', askText(task.expected)],
        ['asked', askText(task.asked)],
        ['due', formatInstant(task.dueAt, new Date())],
        ['result', task.result ?? 'not answered yet'],
      ]),
      '',
      task.signing === null
        ? 'Approve if it is exactly what you expect, otherwise deny.'
        : 'You have a passkey: answer on the page “Practice”, where you can sign.',
    ].join('\n'),
  };
}

/** `practice answer`: answers it without a passkey; a passkey needs the browser. @throws CliError `invalid_usage` */
export async function answerPractice(
  context: Context,
  id: string,
  { approve, deny, passkeyFailed }: { approve?: true; deny?: true; passkeyFailed?: true },
): Promise<Answer> {
  if ((approve === undefined) === (deny === undefined)) throw usageError('give either --approve or --deny');
  const api = await context.api();
  const slug = await ownTenant(api, VENDOR);
  const params = { slug, id: await idOf(api, slug, id) };
  const decision = approve === true ? ('approve' as const) : ('deny' as const);
  const failed = passkeyFailed === true ? { passkeyFailed: true } : {};
  const outcome = await api.call(practiceEndpoints.answer, { params, body: { decision, ...failed } });
  return {
    document: outcome,
    text:
      outcome.result === 'wrong'
        ? `Wrong: the right answer was to ${outcome.right}. It was a practice, and nothing was opened.`
        : `Right (${outcome.result}). It was a practice, and nothing was opened.`,
  };
}

const askText = ({ action, resource, seconds }: PracticeAsk): string =>
  `${entryWords({ resource, actions: [action] }, 'en')}, for ${durationText(seconds, 'en')}`;

const formatPractice = (practice: Practice, now: Date): string =>
  [
    formatFacts([
      ['practice', practice.id],
      ['quarter', practice.quarter ?? 'on demand'],
      ['state', practice.state],
      [practice.state === 'open' ? 'due' : 'closed', formatInstant(practice.closedAt ?? practice.dueAt, now)],
    ]),
    '',
    formatTable(
      ['PERSON', 'RESULT', 'PASSKEY', 'CHANNEL', 'SECONDS'],
      practice.parts.map(({ person, result, passkey, channel, seconds }) => [
        ...[person, result ?? 'not answered', passkey ?? '', channel ?? ''],
        seconds === null ? '' : String(seconds),
      ]),
    ),
  ].join('\n');

const formatPractices = (practices: readonly PracticeSummary[]): string =>
  practices.length === 0
    ? 'No practices yet.'
    : formatTable(
        ['PRACTICE', 'QUARTER', 'STATE', 'DUE', 'OPEN', 'PASSED', 'WRONG', 'PASSKEY', 'UNANSWERED'],
        practices.map(({ id, quarter, state, dueAt, counts }) => [
          ...[id, quarter ?? 'on demand', state, dueAt],
          ...[counts.open, counts.passed, counts.wrong, counts['passkey-failed'], counts.unanswered].map(
            String,
          ),
        ]),
      );
