import type { EventMember } from '@countersign/contract';
import { isInPeriod, type PackContext } from '../pack-context.js';
import { datum, type PackLeaf } from '../pack-leaf.js';
import { type Cell, type RowSource, TablePart } from './part.js';
import { Lateness } from './population.js';

const COLUMNS = ['kind', 'at', 'leaf', 'subject', 'by', 'what'] as const;
type ExceptionRow = Readonly<Record<(typeof COLUMNS)[number], Cell>>;

type Exception = { kind: string; subject: Cell; what: Cell };
type Rule = (leaf: PackLeaf) => Exception | null;

const named =
  (kind: string, subject: EventMember, what: (leaf: PackLeaf) => Cell = () => null): Rule =>
  (leaf) => ({ kind, subject: datum(leaf, subject), what: what(leaf) });

const onlyIf =
  (condition: (leaf: PackLeaf) => boolean, rule: Rule): Rule =>
  (leaf) =>
    condition(leaf) ? rule(leaf) : null;

const listOf = ({ leaf }: PackLeaf, name: EventMember): string[] => {
  const value = leaf.data[name];
  return Array.isArray(value) ? value.map(String) : [];
};

/** The types of leaves that an auditor examines one by one, and how each becomes a row. */
const RULES: Readonly<Record<string, Rule>> = {
  'emergency.opened': named('emergency', 'grant', (leaf) => `explanation due ${datum(leaf, 'dueAt')}`),
  'disclosure.given': named('emergency-explained', 'grant'),
  'disclosure.late': named('emergency-explained-late', 'grant', (leaf) => `was due ${datum(leaf, 'dueAt')}`),
  'disclosure.disputed': named('emergency-disputed', 'grant'),
  'request.denied': named('denied', 'request'),
  'request.expired': named('lapsed', 'request'),
  'review.voided': named('review-voided', 'review'),
  'grant.ended': onlyIf((leaf) => datum(leaf, 'reason') === 'revoked', named('revoked', 'grant')),
  'supervision.crossed': named(
    'supervision',
    'grant',
    (leaf) =>
      `rule ${datum(leaf, 'rule')}: ${datum(leaf, 'counted')} ${datum(leaf, 'count')}; ${datum(leaf, 'done')}`,
  ),
  'lock.set': named('lock', 'lock', (leaf) => `${datum(leaf, 'kind')} ${datum(leaf, 'name')}`),
  'trust.stopped': named('signed-stop', 'stop'),
  'trust.reset': named('trust-reset', 'reset'),
  'opening.erased': named('erased', 'leaf', (leaf) => listOf(leaf, 'fields')),
  'hold.set': named('legal-hold', 'side'),
  'gateway.bypassed': named(
    'gateway-bypassed',
    'report',
    (leaf) =>
      `${datum(leaf, 'passed')} calls of ${datum(leaf, 'service')}, ${datum(leaf, 'refused')} refused`,
  ),
  'gateway.gap': named(
    'records-missing',
    'gateway',
    (leaf) => `records after ${datum(leaf, 'after')}, before ${datum(leaf, 'at')}`,
  ),
  'gateway.mismatch': named('record-not-taken', 'gateway', (leaf) => datum(leaf, 'reason')),
  'gateway.closed': named('gateway-lost', 'gateway'),
  'gateway.returned': named('gateway-returned', 'gateway'),
  'log.restored': named(
    'log-restored',
    'epoch',
    (leaf) => `${datum(leaf, 'lost') ?? 'an unknown number of'} leaves lost`,
  ),
  'log.pruned': named('log-pruned', 'before'),
  'log.key': named('log-key-replaced', 'kid'),
  'isolation.tested': onlyIf(
    (leaf) => datum(leaf, 'passed') !== true,
    named('isolation-failed', 'day', (leaf) => `${datum(leaf, 'leaks')} leaks`),
  ),
  'access-review.decided': onlyIf(
    (leaf) => ['lapsed', 'kept'].includes(String(datum(leaf, 'outcome'))),
    named(
      'access-review',
      'id',
      (leaf) => `${datum(leaf, 'kind')} ${datum(leaf, 'outcome')} ${datum(leaf, 'reason') ?? ''}`,
    ),
  ),
};

const DEMAND = 'demand.';
/** Steps that do not change the state of a demand. */
const NO_STATE: ReadonlySet<string> = new Set(['demand.accessed', 'demand.documented', 'demand.kept']);

/** A row for each exception. At the end, rows for open demands, refusals by code, and gaps in the coverage. */
class Exceptions implements RowSource<(typeof COLUMNS)[number]> {
  readonly counts = new Map<string, number>();
  readonly #lateness = new Lateness();
  readonly #refused = new Map<string, number>();
  /** The newest step of each demand that is not closed. */
  readonly #demands = new Map<string, PackLeaf>();

  constructor(private readonly context: PackContext) {
    for (const leaf of context.earlier) this.noteDemand(leaf);
  }

  take(leaf: PackLeaf): ExceptionRow[] {
    const isLate = this.#lateness.isLate(leaf);
    if (!isInPeriod(this.context, leaf)) return [];
    this.noteDemand(leaf);
    const { type } = leaf.leaf;
    const found: (Exception | null)[] = [RULES[type]?.(leaf) ?? null];
    if (type.startsWith(DEMAND)) found.push(demandStep(leaf));
    if (type === 'access.refused') this.noteRefusal(leaf);
    if (isLate && type.startsWith('access.'))
      found.push({ kind: 'recorded-late', subject: datum(leaf, 'record'), what: type });
    const missing = Object.entries(leaf.values).filter(([, value]) => value === 'missing');
    if (missing.length > 0)
      found.push({ kind: 'value-missing', subject: leaf.index, what: missing.map(([name]) => name) });
    return found.flatMap((each) =>
      each === null ? [] : [this.row(each, { at: leaf.leaf.at, leaf: leaf.index, by: leaf.leaf.actor })],
    );
  }

  end(): ExceptionRow[] {
    const { exceptions, sealed } = this.context.statement;
    return [
      ...[...this.#demands].map(([demand, { index, leaf }]) =>
        this.row(
          { kind: 'demand-open', subject: demand, what: String(leaf.data['state'] ?? '') },
          { at: leaf.at, leaf: index, by: leaf.actor },
        ),
      ),
      ...[...this.#refused].map(([code, count]) =>
        this.row({ kind: 'calls-refused', subject: code, what: `${count} calls: population/calls.csv` }),
      ),
      ...exceptions.map(({ gateway, from, reason }) =>
        this.row({
          kind: reason === 'gap' ? 'statement-gap' : 'gateway-out-of-touch',
          subject: gateway,
          what: `the statement is not complete from ${from} on`,
        }),
      ),
      ...(sealed.length === 0
        ? []
        : [
            this.row({
              kind: 'sealed-days',
              subject: sealed.length,
              what: `${sealed[0]} to ${sealed.at(-1)}: what these days' sealed leaves may cover is not in the pack`,
            }),
          ]),
    ];
  }

  private row(
    { kind, subject, what }: Exception,
    { at, leaf, by }: Pick<ExceptionRow, 'at' | 'leaf' | 'by'> = { at: null, leaf: null, by: null },
  ): ExceptionRow {
    this.counts.set(kind, (this.counts.get(kind) ?? 0) + 1);
    return { kind, at, leaf, subject, by, what };
  }

  private noteDemand(leaf: PackLeaf): void {
    const { type } = leaf.leaf;
    if (!type.startsWith(DEMAND) || NO_STATE.has(type)) return;
    const demand = String(datum(leaf, 'demand'));
    if (datum(leaf, 'state') === 'closed') this.#demands.delete(demand);
    else this.#demands.set(demand, leaf);
  }

  private noteRefusal(leaf: PackLeaf): void {
    const code = String(datum(leaf, 'code'));
    this.#refused.set(code, (this.#refused.get(code) ?? 0) + Number(datum(leaf, 'count') ?? 1));
  }
}

function demandStep(leaf: PackLeaf): Exception {
  const happenedAt = datum(leaf, 'happenedAt');
  const step = leaf.leaf.type.slice(DEMAND.length);
  return {
    kind: 'demand',
    subject: datum(leaf, 'demand'),
    what: happenedAt === null ? step : `${step}; happened ${happenedAt}, under a duty of silence until now`,
  };
}

/** The table of exceptions, with the count of each kind. */
export function exceptionsPart(context: PackContext) {
  const source = new Exceptions(context);
  return { part: new TablePart('exceptions', COLUMNS, source), counts: source.counts };
}
