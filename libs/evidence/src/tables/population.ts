import {
  type EventMember,
  FACT_NAMES,
  FINAL_REQUEST_STATES,
  isRequesterFacts,
  RARE_OUTCOME_MEMBERS,
  type RareOutcomeMember,
  REQUEST_STATES,
} from '@countersign/contract';
import { FACES } from '@countersign/wording';
import { isInPeriod, type PackContext } from '../pack-context.js';
import { datum, type PackLeaf, textOf } from '../pack-leaf.js';
import { type Cell, type Row, type RowSource, TablePart } from './part.js';

/** Tables of every request, review, grant and call of the period. A row names the leaves that prove it. */

/** Place and employer of the requester, and the names of those facts that the vendor's identity provider had verified. */
const FACT_COLUMNS = ['country', 'entity', 'employment', 'verifiedFacts'] as const;
type FactCells = Record<(typeof FACT_COLUMNS)[number], Cell>;

/** @param facts `requesterFacts` of terms or of a record; anything else leaves empty cells. `verifiedFacts` is null without a fact */
function factCells(facts: unknown): FactCells {
  if (!isRequesterFacts(facts)) return { country: null, entity: null, employment: null, verifiedFacts: null };
  const { country, entity, employment } = facts;
  return {
    country: country?.value ?? null,
    entity: entity?.value ?? null,
    employment: employment?.value ?? null,
    verifiedFacts: FACT_NAMES.filter((name) => facts[name]?.verified === true),
  };
}

const REQUEST_COLUMNS = [
  ...([
    'request',
    'requester',
    'service',
    'basis',
    'createdAt',
    'createdLeaf',
    'state',
    'decidedAt',
  ] as const),
  ...([
    'decidedLeaf',
    'vendorApprovals',
    'customerApprovals',
    'denials',
    'countersignatures',
    'grant',
  ] as const),
  ...(['seconds', 'scope'] as const),
  ...FACES.evidence,
  'digest' as const,
  ...FACT_COLUMNS,
] as const;
type RequestRow = { -readonly [Column in (typeof REQUEST_COLUMNS)[number]]: Row<Column>[Column] };

type TextColumn = (typeof FACES.evidence)[number];

/** The texts of a request: its leaf commits to each but the code, which stands in its data. */
const textCells = (cellOf: (member: TextColumn) => Cell): Record<TextColumn, Cell> =>
  Object.fromEntries(FACES.evidence.map((member) => [member, cellOf(member)])) as Record<TextColumn, Cell>;

const STATES: ReadonlySet<string> = new Set(REQUEST_STATES);
const ENDED: ReadonlySet<string> = new Set(FINAL_REQUEST_STATES);

/** A row for each request that had an event in the period, written when the request has ended. Cells about earlier events are empty. */
class Requests implements RowSource<(typeof REQUEST_COLUMNS)[number]> {
  readonly #open = new Map<string, RequestRow>();

  constructor(private readonly context: PackContext) {}

  take(leaf: PackLeaf): RequestRow[] {
    const { type } = leaf.leaf;
    if (!type.startsWith('request.') || !isInPeriod(this.context, leaf)) return [];
    const id = String(datum(leaf, 'request'));
    const row = this.#open.get(id) ?? emptyRequest(id);
    this.#open.set(id, row);
    row.requester ??= datum(leaf, 'requester');
    if (type === 'request.created') noteCreation(row, leaf);
    if (type === 'request.reviewed') noteReview(row, leaf);
    const state = type.slice('request.'.length);
    if (!STATES.has(state)) return [];
    row.state = state;
    row.digest = datum(leaf, 'digest');
    row.grant = datum(leaf, 'grant');
    if (!ENDED.has(state)) return [];
    row.decidedAt = leaf.leaf.at;
    row.decidedLeaf = leaf.index;
    this.#open.delete(id);
    return [row];
  }

  end(): RequestRow[] {
    return [...this.#open.values()];
  }
}

const emptyRequest = (request: string): RequestRow => ({
  ...{
    request,
    requester: null,
    service: null,
    basis: null,
    createdAt: null,
    createdLeaf: null,
    state: null,
  },
  ...{ decidedAt: null, decidedLeaf: null, vendorApprovals: 0, customerApprovals: 0, denials: 0 },
  ...{ countersignatures: 0, grant: null, seconds: null, scope: null, digest: null },
  ...textCells(() => null),
  ...factCells(undefined),
});

function noteCreation(row: RequestRow, leaf: PackLeaf): void {
  const terms = (leaf.leaf.data['terms'] ?? {}) as {
    service?: string;
    basis?: string;
    seconds?: number;
    scope?: { resource: string; actions: string[] }[];
    requesterFacts?: unknown;
  };
  Object.assign(row, factCells(terms.requesterFacts));
  row.service = terms.service ?? null;
  row.basis = terms.basis ?? null;
  row.seconds = terms.seconds ?? null;
  row.scope = (terms.scope ?? []).map(({ resource, actions }) => `${resource}:${actions.join(',')}`);
  row.createdAt = leaf.leaf.at;
  row.createdLeaf = leaf.index;
  row.state = datum(leaf, 'state');
  row.digest = datum(leaf, 'digest');
  Object.assign(
    row,
    textCells((member) => (member === 'reasonCode' ? datum(leaf, member) : textOf(leaf, member))),
  );
}

function noteReview(row: RequestRow, leaf: PackLeaf): void {
  const decision = datum(leaf, 'decision');
  const side = datum(leaf, 'side') === 'vendor' ? 'vendorApprovals' : 'customerApprovals';
  if (decision === 'deny') row.denials = Number(row.denials) + 1;
  else if (decision === 'approve') row[side] = Number(row[side]) + 1;
  if (isSigned(leaf)) row.countersignatures = Number(row.countersignatures) + 1;
}

const isSigned = ({ leaf }: PackLeaf): boolean => (leaf.data['countersignature'] ?? null) !== null;

const REVIEW_COLUMNS = [
  ...([
    'review',
    'request',
    'person',
    'side',
    'decision',
    'stage',
    'digest',
    'channel',
    'assurance',
  ] as const),
  ...(['countersigned', 'reason', 'at', 'leaf'] as const),
] as const;

const reviews = (context: PackContext): RowSource<(typeof REVIEW_COLUMNS)[number]> => ({
  take: (leaf) => {
    if (leaf.leaf.type !== 'request.reviewed' || !isInPeriod(context, leaf)) return [];
    const named = (name: EventMember) => datum(leaf, name);
    return [
      {
        ...{
          review: named('review'),
          request: named('request'),
          person: leaf.leaf.actor,
          side: named('side'),
        },
        ...{ decision: named('decision'), stage: named('stage'), digest: named('digest') },
        ...{ channel: named('channel'), assurance: named('assurance'), countersigned: isSigned(leaf) },
        ...{ reason: textOf(leaf, 'reason'), at: leaf.leaf.at, leaf: leaf.index },
      },
    ];
  },
  end: () => [],
});

const GRANT_COLUMNS = [
  ...([
    'grant',
    'request',
    'requester',
    'digest',
    'startsAt',
    'endsAt',
    'scheduledLeaf',
    'startedLeaf',
  ] as const),
  ...(['endedAt', 'endedLeaf', 'endedBy', 'endReason'] as const),
] as const;
type GrantRow = { -readonly [Column in (typeof GRANT_COLUMNS)[number]]: Row<Column>[Column] };

const GRANT_EVENTS: Readonly<Record<string, (row: GrantRow, leaf: PackLeaf) => void>> = {
  'grant.scheduled': (row, { index }) => {
    row.scheduledLeaf = index;
  },
  'grant.started': (row, { index }) => {
    row.startedLeaf = index;
  },
  'grant.ended': (row, leaf) => {
    row.endedAt = leaf.leaf.at;
    row.endedLeaf = leaf.index;
    row.endedBy = leaf.leaf.actor;
    row.endReason = datum(leaf, 'reason');
  },
};

/** A row for each grant that was scheduled, started or ended in the period. */
class Grants implements RowSource<(typeof GRANT_COLUMNS)[number]> {
  readonly #live = new Map<string, GrantRow>();

  constructor(private readonly context: PackContext) {}

  take(leaf: PackLeaf): GrantRow[] {
    const note = GRANT_EVENTS[leaf.leaf.type];
    if (note === undefined || !isInPeriod(this.context, leaf)) return [];
    const id = String(datum(leaf, 'grant'));
    const row: GrantRow = this.#live.get(id) ?? {
      ...{ grant: id, request: null, requester: null, digest: null, startsAt: null, endsAt: null },
      ...{ scheduledLeaf: null, startedLeaf: null, endedAt: null, endedLeaf: null, endedBy: null },
      endReason: null,
    };
    this.#live.set(id, row);
    for (const name of ['request', 'requester', 'digest', 'startsAt', 'endsAt'] as const)
      row[name] = datum(leaf, name) ?? row[name];
    note(row, leaf);
    if (row.endedLeaf === null) return [];
    this.#live.delete(id);
    return [row];
  }

  end(): GrantRow[] {
    return [...this.#live.values()];
  }
}

const CALL_COLUMNS = [
  ...([
    'record',
    'at',
    'leaf',
    'decision',
    'code',
    'count',
    'request',
    'grant',
    'requester',
    'service',
  ] as const),
  ...(['action', 'resource', 'method', 'path', 'route', 'mode', 'gateway', 'status', 'bytes'] as const),
  ...(['durationMs', 'outcome', 'outcomeLeaf', 'late'] as const),
  ...RARE_OUTCOME_MEMBERS,
  'fileHost' as const,
  ...FACT_COLUMNS,
] as const;
/** What the leaf of an outcome adds to the row of its call. */
const OUTCOME_COLUMNS = [
  ...(['status', 'bytes', 'durationMs', 'outcome'] as const),
  ...RARE_OUTCOME_MEMBERS,
] as const;
const NOTHING_RARE = Object.fromEntries(RARE_OUTCOME_MEMBERS.map((name) => [name, null])) as Record<
  RareOutcomeMember,
  null
>;
type CallRow = { -readonly [Column in (typeof CALL_COLUMNS)[number]]: Row<Column>[Column] };

/**
 * A leaf counts as late if an earlier leaf in the log has a time that is later by more than this. Gateways send their records
 * late after they had no connection to the broker.
 */
const LATE_MS = 600_000;

/** Detects leaves that were written long after their time. It must see every leaf of the range, in order. */
export class Lateness {
  #newest = Number.NEGATIVE_INFINITY;

  isLate({ leaf }: PackLeaf): boolean {
    const at = Date.parse(leaf.at);
    this.#newest = Math.max(this.#newest, at);
    return this.#newest - at > LATE_MS;
  }
}

/**
 * A row for each call that was allowed or refused in the period. The row of an allowed call is written when its outcome is known,
 * even if the outcome came after the period; without an outcome it is written at the end.
 */
class Calls implements RowSource<(typeof CALL_COLUMNS)[number]> {
  readonly #running = new Map<string, CallRow>();
  readonly #lateness = new Lateness();
  allowed = 0;
  refused = 0;

  constructor(private readonly context: PackContext) {}

  take(leaf: PackLeaf): CallRow[] {
    const late = this.#lateness.isLate(leaf);
    switch (leaf.leaf.type) {
      case 'access.allowed':
        if (!isInPeriod(this.context, leaf)) return [];
        this.allowed += 1;
        // A call whose outcome no gateway learns.
        if (datum(leaf, 'outcome') !== null) return [{ ...callRow(leaf, late), outcomeLeaf: leaf.index }];
        this.#running.set(String(datum(leaf, 'record')), callRow(leaf, late));
        return [];
      case 'access.refused':
        if (!isInPeriod(this.context, leaf)) return [];
        this.refused += Number(datum(leaf, 'count') ?? 1);
        return [callRow(leaf, late)];
      case 'access.outcome':
        return this.finish(leaf);
      default:
        return [];
    }
  }

  end(): CallRow[] {
    return [...this.#running.values()];
  }

  private finish(leaf: PackLeaf): CallRow[] {
    const id = String(datum(leaf, 'record'));
    const row = this.#running.get(id);
    if (row === undefined) return [];
    this.#running.delete(id);
    for (const name of OUTCOME_COLUMNS) row[name] = datum(leaf, name);
    row.outcomeLeaf = leaf.index;
    return [row];
  }
}

/** The storage from which the gateway fetched a file; null if the call fetched none. */
function fileHostOf({ leaf }: PackLeaf): Cell {
  const { host } = (leaf.data['file'] ?? {}) as { host?: unknown };
  return typeof host === 'string' ? host : null;
}

function callRow(leaf: PackLeaf, late: boolean): CallRow {
  const named = (name: EventMember) => datum(leaf, name);
  const isRefused = leaf.leaf.type === 'access.refused';
  return {
    ...{ record: named('record'), at: leaf.leaf.at, leaf: leaf.index },
    ...{ decision: isRefused ? 'refused' : 'allowed', code: named('code'), count: named('count') ?? 1 },
    ...{ request: named('request'), grant: named('grant'), requester: named('requester') },
    ...{ service: named('service'), action: named('action'), resource: named('resource') },
    ...{ method: named('method'), path: textOf(leaf, 'path'), route: named('route'), mode: named('mode') },
    ...{ gateway: named('gateway'), status: null, bytes: null, durationMs: null },
    ...{ outcome: named('outcome'), outcomeLeaf: null, late },
    ...NOTHING_RARE,
    fileHost: fileHostOf(leaf),
    ...factCells(leaf.leaf.data['requesterFacts']),
  };
}

/** The tables of the population. `calls` has the counts of allowed and refused calls. */
export function populationParts(context: PackContext) {
  const calls = new Calls(context);
  const parts = {
    requests: new TablePart('population/requests', REQUEST_COLUMNS, new Requests(context)),
    reviews: new TablePart('population/reviews', REVIEW_COLUMNS, reviews(context)),
    grants: new TablePart('population/grants', GRANT_COLUMNS, new Grants(context)),
    calls: new TablePart('population/calls', CALL_COLUMNS, calls),
  };
  return { parts, calls };
}
