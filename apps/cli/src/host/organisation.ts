import { readFileSync } from 'node:fs';
import {
  applyOrganisation,
  changedMembers,
  type Organisation,
  type OrganisationChange,
  organisationHash,
  readWholeOrganisation,
} from '@countersign/access';
import { type OrganisationProblem, parseCoverage, parseOrganisation } from '@countersign/config';
import { routeMapChanges, type ServiceDefinition } from '@countersign/contract';
import type { Answer, Context } from '../command/context.js';
import { CliError, cannotOpenError } from '../command/errors.js';
import { readAll } from '../terminal/io.js';
import { escapeForTerminal } from '../terminal/text.js';
import { withStore } from './database.js';

export type ApplyOptions = { file: string; dryRun?: boolean; expect?: string };

const MAX_BYTES = 32 * 1024 ** 2;

/** Makes the organisation what the file says. A file with any problem changes nothing, and every problem is named. */
export async function apply(context: Context, options: ApplyOptions): Promise<Answer> {
  const { organisation, warnings } = await readOrganisation(context, options.file);
  for (const warning of warnings) context.note(`warning: ${formatProblem(options.file, warning)}`);
  const { expect } = options;
  const dryRun = options.dryRun === true;
  const { changes, hash } = await withStore(context, {}, async ({ deps }) => {
    // Read first: if the organisation changes before it is compared, applying with this hash is refused.
    const inForce = dryRun ? organisationHash(deps.hashing, await readWholeOrganisation(deps)) : undefined;
    return { changes: await applyOrganisation(deps, organisation, { dryRun, expect }), hash: inForce };
  });
  const found = changes.flatMap((change) => [
    ...routeMapWarnings(change),
    ...skipWarnings(change),
    ...counselWarnings(change),
  ]);
  for (const { pointer, detail } of found) context.note(`warning: ${pointer} ${escapeForTerminal(detail)}`);
  const document = {
    applied: !dryRun,
    ...(hash === undefined ? {} : { hash }),
    ...{ changes, warnings: [...warnings, ...found] },
  };
  const next = hash === undefined || changes.length === 0 ? '' : `\nTo apply exactly this: --expect ${hash}`;
  return { document, text: formatPlan(changes, dryRun) + next };
}

/** What a changed route map lets through that it did not before, and the reverse. */
function routeMapWarnings({ kind, action, name, before, after }: OrganisationChange): OrganisationProblem[] {
  if (kind !== 'service' || action !== 'change') return [];
  // The plan of a changed service has both definitions.
  const { gained, lost } = routeMapChanges(before as ServiceDefinition, after as ServiceDefinition);
  const pointer = `/services/${name}`;
  return [
    ...gained.map((what) => ({ pointer, detail: `the route map gains ${what}` })),
    ...lost.map((what) => ({ pointer, detail: `the route map loses ${what}` })),
  ];
}

/** Who is left out, and why. */
const skipWarnings = (change: OrganisationChange): OrganisationProblem[] =>
  change.heldBy === undefined
    ? []
    : [{ pointer: `/${change.kind}/${change.name}`, detail: `is left out: ${whyHeld(change.heldBy)}` }];

/** The time of this leaf can give away a demand under a gag. */
function counselWarnings({ kind, name, before, after }: OrganisationChange): OrganisationProblem[] {
  const isCounsel = (person: unknown) =>
    (person as { roles?: readonly string[] } | null)?.roles?.includes('legal') === true;
  return kind !== 'person' || isCounsel(before) || !isCounsel(after)
    ? []
    : [
        {
          pointer: `/${kind}/${name}`,
          detail:
            'gets the role `legal`, and every customer’s copy of the deployment’s log says when: appoint legal counsel before the first demand',
        },
      ];
}

const whyHeld = (side: string): string =>
  `the SCIM client of ${side} has made a person with this address, and vendor staff hold no customer role`;

/** @throws CliError `cannot_open`, `invalid_organisation` or `invalid_coverage` with every problem */
async function readOrganisation(
  context: Context,
  file: string,
): Promise<{ organisation: Organisation; warnings: OrganisationProblem[] }> {
  const parsed = parseOrganisation(await readText(context, file));
  if (parsed.problems !== undefined) throw invalidFile('invalid_organisation', file, parsed.problems);
  const { organisation, coverageFile, warnings } = parsed;
  if (coverageFile === undefined) return { organisation, warnings };
  const { coverage, problems } = parseCoverage(await readText(context, coverageFile));
  if (problems !== undefined) throw invalidFile('invalid_coverage', coverageFile, problems);
  return { organisation: { ...organisation, vendor: { ...organisation.vendor, coverage } }, warnings };
}

function invalidFile(code: string, file: string, problems: readonly OrganisationProblem[]): CliError {
  const [first, ...more] = problems.map((problem) => ({ code, detail: formatProblem(file, problem) }));
  return new CliError(code, first?.detail ?? file, { more, document: { applied: false, problems } });
}

async function readText(context: Context, file: string): Promise<string> {
  if (file === '-') return readAll(context.io.stdin, MAX_BYTES);
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw cannotOpenError(file, error);
  }
}

const formatProblem = (file: string, { line, pointer, detail }: OrganisationProblem): string =>
  `${file}${line === undefined ? '' : `:${line}`}: ${pointer} ${detail}`.replace(':  ', ': ');

const SIGNS = { add: '+', change: '~', remove: '-', propose: '?', skip: '!' } as const;
const MAX_LINES = 12;

/** The differences as a plan: each change with the members that differ, and how many changes of each kind there are. */
export function formatPlan(changes: readonly OrganisationChange[], dryRun: boolean): string {
  if (changes.length === 0) return 'No differences.';
  const count = (action: OrganisationChange['action']) =>
    changes.filter((change) => change.action === action).length;
  const proposed = count('propose');
  const sum =
    `${count('add')} to add, ${count('change')} to change, ${count('remove')} to remove` +
    (proposed === 0 ? '' : `, ${proposed} to wait for the tenants’ own people`) +
    (count('skip') === 0 ? '' : `, ${count('skip')} left out`);
  return [
    ...changes.flatMap(changeLines),
    '',
    dryRun ? `${sum}. Nothing was written.` : `${sum}. Done.`,
  ].join('\n');
}

function changeLines({ action, kind, name, before, after, heldBy }: OrganisationChange): string[] {
  const differences = action === 'remove' || action === 'skip' ? [] : findDifferences(before, after);
  const rest = differences.length - MAX_LINES;
  return [
    `${SIGNS[action]} ${kind} ${escapeForTerminal(name)}`,
    ...(heldBy === undefined ? [] : [`    ${escapeForTerminal(whyHeld(heldBy))}`]),
    ...differences.slice(0, MAX_LINES).map((line) => `    ${line}`),
    ...(rest > 0 ? [`    … and ${rest} more`] : []),
  ];
}

/** `path: before → after` for every member that differs. */
const findDifferences = (before: unknown, after: unknown): string[] =>
  changedMembers(before, after).map(({ path, before: from, after: to }) =>
    escapeForTerminal(from === null ? `${path}: ${to ?? NOTHING}` : `${path}: ${from} → ${to ?? NOTHING}`),
  );

const NOTHING = '(nothing)';
