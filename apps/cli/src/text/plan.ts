import type { OrganisationChange } from '@countersign/access';
import { plain } from './plain.js';

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
