import { type MemberOfLeaf, membersOfRecord, type Opening, type RecordKind } from '@countersign/contract';
import type { GatewayBinding } from '../../domain/gateway-binding.js';
import type { AccessRecordView, ChainName, EventDraft, RecordOutcome } from '../../ports/index.js';
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
  lane?: { number: number; of: number; beside?: readonly object[] };
  at: string;
} & (
  | {
      kind: 'allowed' | 'refused';
      view: AccessRecordView;
      path: { commitment: string; opening: Opening | null } | null;
    }
  | { kind: 'outcome'; id: string; outcome: Omit<RecordOutcome, 'id'> }
  | ({ kind: 'counters'; counts: readonly object[] } & SignedEntry)
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

type Leaf = Pick<EventDraft, 'type' | 'data' | 'commitments'>;

/** Which member of a record is which member of its leaf. */
type LeafMember = Pick<MemberOfLeaf, 'name' | 'isOptional'> & { leaf: string };

/**
 * The members of the leaves of a kind, in the order of canonical JSON: the leaf is then neither copied nor sorted. This runs for
 * every call of every gateway. Only the first record of a chain, and heads, have `previous` or `lane`: they are added at the end.
 */
function leafMembers(kind: RecordKind, more: readonly LeafMember[] = []): readonly LeafMember[] {
  const own = membersOfRecord(kind).flatMap(({ name, leaf, isOptional }) =>
    leaf === null || name === 'previous' || name === 'lane' ? [] : [{ name, leaf, isOptional }],
  );
  const all = [...own, { name: 'hash', leaf: 'gatewayHash', isOptional: false }, ...more];
  return all.sort((one, other) => (one.leaf < other.leaf ? -1 : 1));
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

/** The data of a leaf. A member that a record may lack is absent if it is null. */
function dataOf(kind: RecordKind, values: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const data: Record<string, unknown> = {};
  for (const { name, leaf, isOptional } of LEAVES[kind]) {
    const value = values[name];
    if (!isOptional || (value !== null && value !== undefined)) data[leaf] = value;
  }
  return data;
}

/** Applies a record to its call, and makes the record's leaf for the log. */
export function leafOf(gateway: string, boot: string, record: IncomingRecord, calls: IngestedCalls): Leaf {
  const { kind, previous, lane } = record;
  const type = kind === 'head' ? 'gateway.head' : (`access.${kind}` as const);
  const data = dataOf(kind, {
    ...valuesOf(record, calls),
    gateway,
    boot,
    seq: record.seq,
    hash: record.hash,
  });
  if (previous !== undefined) data['previous'] = previous;
  if (lane !== undefined) data['lane'] = lane;
  const isCall = kind === 'allowed' || kind === 'refused';
  if (!isCall || record.path === null) return { type, data };
  return { type, data, commitments: { path: record.path.commitment } };
}

function valuesOf(record: IncomingRecord, calls: IngestedCalls): Readonly<Record<string, unknown>> {
  switch (record.kind) {
    case 'head':
    case 'counters':
      return record;
    case 'outcome': {
      const { id, outcome } = record;
      const call = calls.end({ id, ...outcome });
      return { ...outcome, id, grant: call?.grant, requester: call?.person };
    }
    default: {
      const { view, path } = record;
      calls.make(view, path);
      // What a record says by leaving a member out, its call says as follows.
      const context = view.context === 'ed25519' ? null : view.context;
      const droppedHeaders = view.droppedHeaders.length === 0 ? null : view.droppedHeaders;
      return { ...view, context, droppedHeaders, masked: view.maskedFields === null ? null : true };
    }
  }
}
