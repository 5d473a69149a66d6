import {
  type AccessRecordView,
  type EventData,
  type MemberOfLeaf,
  membersOfRecord,
  type Opening,
  type RecordedDecision,
  type RecordKind,
} from '@countersign/contract';
import type { GatewayBinding } from '../../domain/gateway-binding.js';
import type { ChainName, DraftOf, RecordOutcome } from '../../ports/index.js';
import type { IngestedCalls } from './ingested-calls.js';

/** One record of a gateway's chain, translated from its wire form. `hash` covers the record as the gateway wrote it. */
export type IncomingRecord = {
  tenant: string;
  seq: number;
  hash: string;
  prev: string | null;
  /**
   * In the first record of a chain: the record that the gateway wrote for this tenant just before, in an earlier run. Null if
   * it knows of none; absent from an older gateway.
   */
  previous?: { boot: string; seq: number; hash: string } | null;
  /** In the first record of a chain and in heads of a gateway with several lanes: which lane wrote it, and how many there are. */
  lane?: NonNullable<EventData<'gateway.head'>['lane']>;
  at: string;
} & (
  | {
      kind: RecordedDecision;
      view: AccessRecordView;
      path: { commitment: string; opening: Opening | null } | null;
    }
  | { kind: 'outcome'; id: string; outcome: Omit<RecordOutcome, 'id'> }
  | ({ kind: 'counters'; counts: EventData<'access.counters'>['counts'] } & SignedEntry)
  | ({ kind: 'head' } & SignedEntry)
);

/** An entry that the gateway's identity signed; `signed`: the signature is valid under its registered key. */
type SignedEntry = { id: string; signature: string; signed: boolean };

/**
 * One upload of a gateway, with what that gateway may serve. `complete`: it states that a broker has confirmed every record that
 * it wrote before these. `follows`: the batch before these is on its way.
 */
export type IncomingBatch = ChainName & {
  binding: GatewayBinding;
  records: readonly IncomingRecord[];
  complete?: boolean;
  follows?: boolean;
};

type RecordType = 'gateway.head' | 'access.counters' | 'access.outcome' | 'access.allowed' | 'access.refused';
type Leaf = { [T in RecordType]: Pick<DraftOf<T>, 'type' | 'data' | 'commitments'> }[RecordType];

/** A member of a record, and its name in the leaf. `isOwn`: `leafOfKind` supplies the value, not the record. */
type LeafMember = Pick<MemberOfLeaf, 'name' | 'isOptional'> & { leaf: string; isOwn: boolean };
type NamedMember = Omit<LeafMember, 'isOwn'>;

const PLACE = ['gateway', 'boot', 'seq', 'hash'];
/** Leaf members that `leafOfKind` supplies itself. Looking up a name that an object lacks costs more than everything else here. */
const OWN: Record<RecordKind, ReadonlySet<string>> = {
  allowed: new Set([...PLACE, 'masked']),
  refused: new Set([...PLACE, 'masked']),
  outcome: new Set([...PLACE, 'id', 'grant', 'requester']),
  head: new Set(PLACE),
  counters: new Set(PLACE),
};

/**
 * The members of the leaves of a kind, in the order of canonical JSON: the leaf is then neither copied nor sorted. This runs for
 * every call of every gateway. Only the first record of a chain, and heads, have `previous` or `lane`: they are added at the end.
 */
function leafMembers(kind: RecordKind, more: readonly NamedMember[] = []): readonly LeafMember[] {
  const named = membersOfRecord(kind).flatMap(({ name, leaf, isOptional }) =>
    leaf === null || name === 'previous' || name === 'lane' ? [] : [{ name, leaf, isOptional }],
  );
  const all = [...named, { name: 'hash', leaf: 'gatewayHash', isOptional: false }, ...more];
  return all
    .map((member) => ({ ...member, isOwn: OWN[kind].has(member.name) }))
    .sort((one, other) => (one.leaf < other.leaf ? -1 : 1));
}

const PREV = { name: 'prev', leaf: 'prev', isOptional: false };
/** Absent if the call is unknown. */
const OF_CALL = ['grant', 'requester'].map((name) => ({ name, leaf: name, isOptional: true }));
const LEAVES: Record<RecordKind, readonly LeafMember[]> = {
  allowed: leafMembers('allowed'),
  refused: leafMembers('refused'),
  outcome: leafMembers('outcome', OF_CALL),
  head: leafMembers('head', [PREV]),
  counters: leafMembers('counters', [PREV]),
};

type Members = Readonly<Record<string, unknown>>;

/** What a record says by leaving a member out, its call says so. */
const saysNothing = (value: unknown): boolean =>
  value === null ||
  value === undefined ||
  value === 'ed25519' ||
  (Array.isArray(value) && value.length === 0);

/** The data of a leaf. */
function dataOf(kind: RecordKind, own: Members, record: Members): Record<string, unknown> {
  const data: Record<string, unknown> = {};
  for (const { name, leaf, isOptional, isOwn } of LEAVES[kind]) {
    const value = (isOwn ? own : record)[name];
    if (!isOptional || !saysNothing(value)) data[leaf] = value;
  }
  return data;
}

/** Applies a record to its call, and makes the record's leaf for the log. */
export function leafOf(gateway: string, boot: string, record: IncomingRecord, calls: IngestedCalls): Leaf {
  const { kind, previous, lane } = record;
  const leaf = leafOfKind({ gateway, boot, seq: record.seq, hash: record.hash }, record, calls);
  const type = kind === 'head' ? 'gateway.head' : (`access.${kind}` as const);
  if (previous !== undefined) leaf.data['previous'] = previous;
  if (lane !== undefined) leaf.data['lane'] = lane;
  // The table of record members has the same names as the event; the store refuses a leaf that its event does not declare.
  return { type, ...leaf } as unknown as Leaf;
}

/** The members of a leaf, not yet of one type of event. */
type Untyped = { data: Record<string, unknown>; commitments?: { path: string } };

function leafOfKind(place: Members, record: IncomingRecord, calls: IngestedCalls): Untyped {
  const { kind } = record;
  switch (kind) {
    case 'head':
    case 'counters':
      return { data: dataOf(kind, place, record) };
    case 'outcome': {
      const { id, outcome } = record;
      const call = calls.end({ id, ...outcome });
      return { data: dataOf(kind, { ...place, id, grant: call?.grant, requester: call?.person }, outcome) };
    }
    default: {
      const { view, path } = record;
      calls.make(view, path);
      const masked = view.maskedFields === null ? undefined : true;
      const data = dataOf(kind, { ...place, masked }, view as unknown as Members);
      return path === null ? { data } : { data, commitments: { path: path.commitment } };
    }
  }
}
