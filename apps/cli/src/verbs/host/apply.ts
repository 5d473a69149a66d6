import { readFileSync } from 'node:fs';
import { applyOrganisation, type Organisation } from '@countersign/access';
import { type OrganisationProblem, parseOrganisation } from '@countersign/config';
import { CliError } from '../../runtime/cli-error.js';
import type { Answer, Context } from '../../runtime/context.js';
import { readAll } from '../../runtime/io.js';
import { planText } from '../../text/plan.js';
import { withStore } from './store.js';

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
