import { readFileSync } from 'node:fs';
import { applyOrganisation, type Organisation, type OrganisationChange } from '@countersign/access';
import { type OrganisationProblem, parseOrganisation } from '@countersign/config';
import type { Answer, Context } from '../command/context.js';
import { CliError } from '../command/errors.js';
import { readAll } from '../terminal/io.js';
import { plain } from '../terminal/text.js';
import { withStore } from './database.js';

export type ApplyOptions = { file: string; dryRun?: boolean };

const MOST_BYTES = 32 * 1024 ** 2;

/** Makes the organisation what the file says. A file with any problem changes nothing and names them all. */
export async function apply(context: Context, options: ApplyOptions): Promise<Answer> {
  const { organisation, warnings } = await readOrganisation(context, options.file);
  for (const warning of warnings) context.note(`warning: ${spelled(options.file, warning)}`);
  const dryRun = options.dryRun === true;
  const changes = await withStore(context, {}, ({ deps }) =>
    applyOrganisation(deps, organisation, { dryRun }),
  );
  return { document: { applied: !dryRun, changes, warnings }, text: planText(changes, dryRun) };
}

async function readOrganisation(
  context: Context,
  file: string,
): Promise<{ organisation: Organisation; warnings: OrganisationProblem[] }> {
  const parsed = parseOrganisation(await readText(context, file));
  if (parsed.problems === undefined) return parsed;
  const [first, ...more] = parsed.problems.map((problem) => ({
    code: 'invalid_organisation',
    detail: spelled(file, problem),
  }));
  throw new CliError('invalid_organisation', first?.detail ?? file, {
    more,
    document: { applied: false, problems: parsed.problems },
  });
}

async function readText(context: Context, file: string): Promise<string> {
  if (file === '-') return readAll(context.io.stdin, MOST_BYTES);
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? 'unreadable';
    throw new CliError('cannot_open', `${file}: cannot be opened (${code})`, { exit: 2, cause: error });
  }
}

const spelled = (file: string, { line, pointer, detail }: OrganisationProblem): string =>
  `${file}${line === undefined ? '' : `:${line}`}: ${pointer} ${detail}`.replace(':  ', ': ');

const SIGNS = { add: '+', change: '~', remove: '-', propose: '?' } as const;
const MOST_LINES = 12;

/** The differences as a plan: what is added, changed, removed and asked for, member by member, and how many of each. */
export function planText(changes: readonly OrganisationChange[], dryRun: boolean): string {
  if (changes.length === 0) return 'No differences.';
  const count = (action: OrganisationChange['action']) =>
    changes.filter((change) => change.action === action).length;
  const proposed = count('propose');
  const sum =
    `${count('add')} to add, ${count('change')} to change, ${count('remove')} to remove` +
    (proposed === 0 ? '' : `, ${proposed} to be signed by the tenants’ own people before it counts`);
  return [
    ...changes.flatMap(changeLines),
    '',
    dryRun ? `${sum}. Nothing was written.` : `${sum}. Done.`,
  ].join('\n');
}

function changeLines({ action, kind, name, before, after }: OrganisationChange): string[] {
  const differences = action === 'remove' ? [] : differencesOf(before, after);
  const shown = differences.slice(0, MOST_LINES);
  const rest = differences.length - shown.length;
  return [
    `${SIGNS[action]} ${kind} ${plain(name)}`,
    ...shown.map((line) => `    ${line}`),
    ...(rest > 0 ? [`    … and ${rest} more`] : []),
  ];
}

/** `path: before → after` of every leaf that differs. */
function differencesOf(before: unknown, after: unknown): string[] {
  const old = leaves(before);
  const young = leaves(after);
  return [...new Set([...old.keys(), ...young.keys()])]
    .filter((path) => old.get(path) !== young.get(path))
    .map((path) => {
      const from = old.get(path);
      const to = young.get(path) ?? '(nothing)';
      return plain(from === undefined ? `${path}: ${to}` : `${path}: ${from} → ${to}`);
    });
}

function leaves(value: unknown, path = ''): Map<string, string> {
  if (value === null || value === undefined) return new Map();
  const isLeaf =
    typeof value !== 'object' || (Array.isArray(value) && value.every((item) => typeof item !== 'object'));
  if (isLeaf) return new Map([[path, Array.isArray(value) ? `[${value.join(', ')}]` : String(value)]]);
  return new Map(
    Object.entries(value).flatMap(([name, member]) => [
      ...leaves(member, path === '' ? name : `${path}.${name}`),
    ]),
  );
}
