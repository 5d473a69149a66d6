import type { Opening } from '@countersign/contract';
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

/**
 * Applies a record to its call, and makes the record's leaf for the log. This runs for every call of every gateway, so the
 * members are written out in the order of canonical JSON: the leaf is then neither copied nor sorted.
 */
export function leafOf(gateway: string, boot: string, record: IncomingRecord, calls: IngestedCalls): Leaf {
  const leaf = leafOfKind(gateway, boot, record, calls);
  const { previous, lane } = record;
  if (previous === undefined && lane === undefined) return leaf;
  const rare = { ...(previous !== undefined && { previous }), ...(lane !== undefined && { lane }) };
  return { ...leaf, data: { ...leaf.data, ...rare } };
}

function leafOfKind(gateway: string, boot: string, record: IncomingRecord, calls: IngestedCalls): Leaf {
  switch (record.kind) {
    case 'head':
    case 'counters': {
      const { id, prev, signature, seq: gatewaySeq, hash: gatewayHash } = record;
      const counts = record.kind === 'counters' ? { counts: record.counts } : {};
      return {
        type: record.kind === 'head' ? 'gateway.head' : 'access.counters',
        data: { gateway, boot, gatewaySeq, gatewayHash, record: id, prev, signature, ...counts },
      };
    }
    case 'outcome':
      return leafOfOutcome(gateway, boot, record, calls);
    default:
      calls.make(record.view, record.path);
      return leafOfCall(gateway, boot, record);
  }
}

function leafOfOutcome(
  gateway: string,
  boot: string,
  { id, seq, hash, outcome: end }: IncomingRecord & { kind: 'outcome' },
  calls: IngestedCalls,
): Leaf {
  const { status, bytes, bodySha256, sentSha256, durationMs, outcome, maskedFields, withheld } = end;
  const call = calls.end({ id, ...end });
  const type = 'access.outcome';
  const data = {
    bodySha256,
    boot,
    bytes,
    durationMs,
    gateway,
    gatewayHash: hash,
    gatewaySeq: seq,
    // Removed below if the call is unknown.
    grant: call?.grant,
    outcome,
    record: id,
    requester: call?.person,
    ...(sentSha256 === null ? {} : { sentSha256 }),
    status,
    ...(maskedFields !== null && { maskedFields }),
    ...(withheld !== null && { withheld }),
  };
  if (call !== null) return { type, data };
  const { grant: _grant, requester: _requester, ...alone } = data;
  return { type, data: alone };
}

function leafOfCall(
  gateway: string,
  boot: string,
  { kind, view, path, seq, hash }: IncomingRecord & { kind: 'allowed' | 'refused' },
): Leaf {
  const data: Record<string, unknown> = {
    action: view.action,
    boot,
    digest: view.digest,
    gateway,
    gatewayHash: hash,
    gatewaySeq: seq,
    grant: view.grant,
    method: view.method,
    mode: view.mode,
    record: view.id,
    request: view.request,
    requester: view.person,
    resource: view.resource,
    route: view.route,
    service: view.service,
    trust: view.trust,
  };
  if (view.droppedHeaders.length > 0) data['droppedHeaders'] = view.droppedHeaders;
  if (view.context === 'hmac' || view.context === 'none') data['context'] = view.context;
  if (view.tenantFrom !== null) data['tenantFrom'] = view.tenantFrom;
  if (view.maskedFields !== null) data['masked'] = true;
  if (view.file !== null) data['file'] = view.file;
  if (view.outcome !== null) data['outcome'] = view.outcome;
  if (view.requesterFacts !== null) data['requesterFacts'] = view.requesterFacts;
  if (kind === 'refused') Object.assign(data, { code: view.code, count: view.count });
  const leaf: Leaf = { type: `access.${kind}`, data };
  if (path !== null) leaf.commitments = { path: path.commitment };
  return leaf;
}
