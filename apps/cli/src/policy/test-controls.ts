import { readFileSync } from 'node:fs';
import { type PrivacyControlsTest, tenantEndpoints } from '@countersign/api';
import { parse, YAMLParseError } from 'yaml';
import { fetchMe } from '../api/people.js';
import type { Answer, Context } from '../command/context.js';
import { CliError, cannotOpenError, usageError } from '../command/errors.js';
import { formatScope } from '../requests/request-text.js';
import { readAll } from '../terminal/io.js';
import { formatTable } from '../terminal/text.js';

const MAX_BYTES = 1024 ** 2;

/**
 * Tries a draft of the controls on the tenant's past requests.
 *
 * @throws CliError `cannot_open`, `invalid_request` if the file holds no controls; the broker's refusals
 */
export async function testControls(
  context: Context,
  file: string,
  options: { tenant?: string },
): Promise<Answer> {
  const body = readDraft(file, await textOf(context, file));
  const api = await context.api();
  const slug = options.tenant ?? (await fetchMe(api)).tenant;
  if (slug === null) throw usageError('--tenant names the customer whose controls are tried');
  const tested = await api.call(tenantEndpoints.testControls, { params: { slug }, body });
  return { document: tested, text: formatTest(tested) };
}

async function textOf(context: Context, file: string): Promise<string> {
  if (file === '-') return readAll(context.io.stdin, MAX_BYTES);
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw cannotOpenError(file, error);
  }
}

/** JSON is YAML too. */
function readDraft(file: string, text: string): object {
  let value: unknown;
  try {
    value = parse(text, { maxAliasCount: 0 });
  } catch (error) {
    if (!(error instanceof YAMLParseError || error instanceof ReferenceError)) throw error;
    throw new CliError('invalid_request', `${file} is no YAML`);
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new CliError(
      'invalid_request',
      `${file} must hold the members of privacyControls, such as approvals`,
    );
  return value;
}

function formatTest({ change, tested, newlyRefused, newlyPossible, items }: PrivacyControlsTest): string {
  const summary = `${formatChange(change)}\n${tested} past requests tried: the draft would refuse ${newlyRefused} that are possible now, allow ${newlyPossible} that are refused now, and require other reviews of ${items.length - newlyRefused - newlyPossible}.`;
  if (items.length === 0) return summary;
  return `${summary}\n\n${formatTable(
    ['REQUEST', 'MADE', 'SCOPE', 'NOW', 'DRAFT', 'WHY'],
    items.map((item) => [
      item.request,
      item.createdAt,
      [item.service, ...formatScope(item.scope)].join(' '),
      describeTrial(item.now),
      describeTrial(item.draft),
      reasonsOf(item).join(' '),
    ]),
  )}`;
}

/** What saving the draft would do: what narrows, what widens, and what each of them means for access. */
function formatChange({ members, waits, ends }: PrivacyControlsTest['change']): string {
  if (members.length === 0) return 'The draft changes nothing.';
  const named = (...effects: string[]) =>
    members.filter(({ effect }) => effects.includes(effect)).map(({ member }) => member);
  const line = (what: string, names: string[], then: string) =>
    names.length === 0 ? [] : [`${what} ${names.join(', ')}${then}`];
  const ended = ends.length === 0 ? '' : `; ends ${ends.map(({ grant }) => grant).join(', ')}`;
  return [
    ...line('Narrows', named('narrows', 'both'), `: at once${ended}.`),
    ...line('Widens', named('widens', 'both'), `: ${describeWait(waits)}.`),
    ...line('Rewrites', named('neither'), ' without an effect.'),
  ].join('\n');
}

function describeWait(waits: PrivacyControlsTest['change']['waits']): string {
  if (waits === null) return 'at once';
  const { delay, secondAdmin, signed } = waits;
  const needs = [
    ...(delay === null ? [] : [`waits ${delay}`]),
    ...(secondAdmin ? ['a second admin has to confirm it'] : []),
    ...(signed ? ['with a passkey'] : []),
  ];
  return needs.join(', ');
}

type Item = PrivacyControlsTest['items'][number];
type Trial = Item['now'];

/** Why the draft decides otherwise: what it refuses or requires, or what the present controls refused. */
function reasonsOf({ now, draft, stricter }: Item): string[] {
  if (draft.refusals.length > 0) return draft.refusals.map(({ detail }) => detail);
  if (now.refusals.length > 0) return ['No longer refused:', ...now.refusals.map(({ detail }) => detail)];
  return stricter.length > 0 ? stricter : ['Fewer reviews, or more ways to approve.'];
}

const describeTrial = ({ refusals, needs }: Trial): string => {
  if (refusals.length > 0) return `refused: ${[...new Set(refusals.map(({ code }) => code))].join(', ')}`;
  return needs === null ? 'possible' : `${needs.vendor.required} + ${needs.customer.required} reviews`;
};
