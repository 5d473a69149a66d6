import type { EventDraft } from '../../ports/index.js';
import type { IncomingRecord } from './take-records.js';
import type { IngestedCalls } from './taken-calls.js';

type Leaf = Pick<EventDraft, 'type' | 'data' | 'commitments'>;

/**
 * Notes what a record says of its call, and puts it into words for the log. This runs for every call of every
 * gateway: members are written out in the order of canonical JSON rather than spread, so that a leaf is neither
 * copied nor sorted.
 */
export function leafOf(gateway: string, boot: string, record: IncomingRecord, calls: IngestedCalls): Leaf {
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
  const { status, bytes, bodySha256, durationMs, outcome } = end;
  const call = calls.end({ id, status, bytes, bodySha256, durationMs, outcome });
  const type = 'access.outcome';
  const data = {
    bodySha256,
    boot,
    bytes,
    durationMs,
    gateway,
    gatewayHash: hash,
    gatewaySeq: seq,
    // Absent if the call is not known; taken out below.
    grant: call?.grant,
    outcome,
    record: id,
    requester: call?.person,
    status,
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
  if (kind === 'refused') Object.assign(data, { code: view.code, count: view.count });
  const leaf: Leaf = { type: `access.${kind}`, data };
  if (path !== null) leaf.commitments = { path: path.commitment };
  return leaf;
}
