import { canonicalJson, type EventMember } from '@countersign/contract';
import { isInPeriod, type PackContext } from '../pack-context.js';
import { datum, type PackLeaf } from '../pack-leaf.js';
import { type Cell, TablePart } from './part.js';

/** A table with one row for each leaf of some types. */
function tableOf<Column extends string>(
  context: PackContext,
  name: string,
  columns: readonly Column[],
  rowOf: Readonly<Record<string, (leaf: PackLeaf) => Readonly<Record<Column, Cell>>>>,
): TablePart<Column> {
  return new TablePart(name, columns, {
    take: (leaf) => {
      const row = rowOf[leaf.leaf.type];
      return row === undefined || !isInPeriod(context, leaf) ? [] : [row(leaf)];
    },
    end: () => [],
  });
}

const place = ({ index, leaf }: PackLeaf) => ({ at: leaf.at, leaf: index });

const REVIEW_COLUMNS = [
  'at',
  'leaf',
  'event',
  'review',
  'quarter',
  'by',
  'kind',
  'item',
  'outcome',
  'reason',
  'what',
] as const;

/** The quarterly access reviews: the list, each answer with its author, what lapsed, and the end. */
export const accessReviewsPart = (context: PackContext) =>
  tableOf(context, 'access-reviews', REVIEW_COLUMNS, {
    'access-review.opened': (leaf) => ({
      ...reviewRow(leaf, 'opened'),
      what: `due ${datum(leaf, 'dueAt')}; ${lengthOf(leaf, 'items')} items, ${datum(leaf, 'more') ?? 0} more`,
    }),
    'access-review.decided': (leaf) => reviewRow(leaf, 'decided'),
    'access-review.closed': (leaf) => ({
      ...reviewRow(leaf, 'closed'),
      what: jsonOf(leaf, 'counts'),
    }),
  });

const reviewRow = (leaf: PackLeaf, event: string) => ({
  ...{
    ...place(leaf),
    event,
    review: datum(leaf, 'review'),
    quarter: datum(leaf, 'quarter'),
    by: leaf.leaf.actor,
  },
  ...{ kind: datum(leaf, 'kind'), item: datum(leaf, 'id'), outcome: datum(leaf, 'outcome') },
  ...{ reason: datum(leaf, 'reason'), what: null as Cell },
});

/** A list or an object as canonical JSON. */
const jsonOf = ({ leaf }: PackLeaf, name: EventMember): string => canonicalJson(leaf.data[name] ?? null);

const lengthOf = ({ leaf }: PackLeaf, name: EventMember): number => {
  const value = leaf.data[name];
  return Array.isArray(value) ? value.length : 0;
};

const STANDING_COLUMNS = ['at', 'leaf', 'day', 'zero', 'ways', 'more', 'credentials', 'coverage'] as const;

/** The daily statements of standing access. */
export const standingPart = (context: PackContext) =>
  tableOf(context, 'standing', STANDING_COLUMNS, {
    'standing.stated': (leaf) => ({
      ...{ ...place(leaf), day: datum(leaf, 'day'), zero: datum(leaf, 'zero'), more: datum(leaf, 'more') },
      ways: ((leaf.leaf.data['ways'] ?? []) as { kind: string; id: string; since: string }[]).map(
        ({ kind, id, since }) => `${kind} ${id} since ${since};`,
      ),
      credentials: jsonOf(leaf, 'credentials'),
      coverage: jsonOf(leaf, 'coverage'),
    }),
  });

const ISOLATION_COLUMNS = ['at', 'leaf', 'day', 'passed', 'leaks', 'attempts'] as const;

/** The nightly isolation tests. */
export const isolationPart = (context: PackContext) =>
  tableOf(context, 'isolation', ISOLATION_COLUMNS, {
    'isolation.tested': (leaf) => ({
      ...{
        ...place(leaf),
        day: datum(leaf, 'day'),
        passed: datum(leaf, 'passed'),
        leaks: datum(leaf, 'leaks'),
      },
      attempts: jsonOf(leaf, 'attempts'),
    }),
  });

/**
 * The vendor's own list of every way to the data, in the version that was in force at the end of the period. It is YAML: texts are
 * JSON strings, which mean the same in YAML 1.2.
 */
export function coverageYaml({ deploymentLeaves, period }: PackContext): string {
  const stated = deploymentLeaves.filter(
    ({ leaf }) => leaf.type === 'coverage.stated' && Date.parse(leaf.at) < Date.parse(period.to),
  );
  const last = stated.at(-1);
  const coverage = last?.leaf.data['coverage'] as
    | { checkedOn: string; ways: { way: string; state: string; by?: string; services?: string[] }[] }
    | null
    | undefined;
  if (last === undefined || coverage == null)
    return '# The vendor has stated no other ways to the data. That does not say that there are none.\nways: null\n';
  const text = (value: unknown) => JSON.stringify(value);
  const ways = coverage.ways.map(({ way, state, by, services }) =>
    [
      `  - way: ${text(way)}`,
      `    state: ${text(state)}`,
      ...(by === undefined ? [] : [`    by: ${text(by)}`]),
      ...(services === undefined ? [] : [`    services: ${text(services)}`]),
    ].join('\n'),
  );
  return [
    `# Leaf ${last.index} of the log deployment, ${last.leaf.at}. It is the vendor's word.`,
    `checkedOn: ${text(coverage.checkedOn)}`,
    ways.length === 0 ? 'ways: []' : 'ways:',
    ...ways,
    '',
  ].join('\n');
}
