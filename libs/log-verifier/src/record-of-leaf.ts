import type { LeafV1 } from '@countersign/audit-log';
import { ContractError, canonicalJson, type Hashing, sha256Digest } from '@countersign/contract';

/** A record as canonical JSON has it. */
export type RecordJson = Record<string, unknown>;

/**
 * The record that each type of leaf was made from (docs/contract.md, Access record). This runs for every call, so the members
 * are written in the order of canonical JSON: nothing has to be sorted.
 */
const RECORDS: Record<string, (leaf: LeafV1, prev: string | null) => RecordJson> = {
  'access.allowed': ({ at, commitments, data, tenant }, prev) => ({
    action: data['action'],
    at,
    boot: data['boot'],
    ...(data['context'] === undefined ? {} : { context: data['context'] }),
    digest: data['digest'],
    ...(data['droppedHeaders'] === undefined ? {} : { droppedHeaders: data['droppedHeaders'] }),
    ...(data['file'] === undefined ? {} : { file: data['file'] }),
    gateway: data['gateway'],
    grant: data['grant'],
    id: data['record'],
    kind: 'allowed',
    ...(data['masked'] === undefined ? {} : { masked: data['masked'] }),
    method: data['method'],
    mode: data['mode'],
    ...(data['outcome'] === undefined ? {} : { outcome: data['outcome'] }),
    path: commitments['path'],
    person: data['requester'],
    prev,
    request: data['request'],
    ...(data['requesterFacts'] === undefined ? {} : { requesterFacts: data['requesterFacts'] }),
    resource: data['resource'],
    route: data['route'],
    seq: data['gatewaySeq'],
    service: data['service'],
    tenant,
    ...(data['tenantFrom'] === undefined ? {} : { tenantFrom: data['tenantFrom'] }),
    trust: data['trust'] ?? null,
    v: 1,
  }),
  'access.refused': (leaf, prev) => {
    const { code, count } = leaf.data;
    return { ...RECORDS['access.allowed']?.(leaf, prev), kind: 'refused', code, count };
  },
  'access.outcome': ({ at, data, tenant }, prev) => ({
    at,
    bodySha256: data['bodySha256'],
    boot: data['boot'],
    bytes: data['bytes'],
    durationMs: data['durationMs'],
    gateway: data['gateway'],
    id: data['record'],
    kind: 'outcome',
    ...(data['maskedFields'] === undefined ? {} : { maskedFields: data['maskedFields'] }),
    outcome: data['outcome'],
    prev,
    ...(data['sentSha256'] === undefined ? {} : { sentSha256: data['sentSha256'] }),
    seq: data['gatewaySeq'],
    status: data['status'],
    tenant,
    v: 1,
    ...(data['withheld'] === undefined ? {} : { withheld: data['withheld'] }),
  }),
  'gateway.head': ({ at, data, tenant }, prev) => ({
    at,
    boot: data['boot'],
    gateway: data['gateway'],
    id: data['record'],
    kind: 'head',
    prev,
    seq: data['gatewaySeq'],
    signature: data['signature'],
    tenant,
    v: 1,
  }),
  'access.counters': (leaf, prev) => ({
    ...RECORDS['gateway.head']?.(leaf, prev),
    kind: 'counters',
    counts: leaf.data['counts'],
  }),
};

/** Whether leaves of this type are records of gateways. */
export const isRecordLeaf = (type: string): boolean => type in RECORDS;

/** The record of a leaf; undefined if the leaf is of no record. */
export function recordOf(leaf: LeafV1, prev: string | null): RecordJson | undefined {
  const record = RECORDS[leaf.type]?.(leaf, prev);
  const { previous, lane } = leaf.data;
  if (record === undefined || (previous === undefined && lane === undefined)) return record;
  return { ...record, ...(previous !== undefined && { previous }), ...(lane !== undefined && { lane }) };
}

/** The hash of a record; undefined if it lacks a member that every record has: then no gateway chained it. */
export function hashOf(hashing: Hashing, record: RecordJson | undefined): string | undefined {
  try {
    return sha256Digest(hashing, canonicalJson(record));
  } catch (error) {
    if (error instanceof ContractError) return undefined;
    throw error;
  }
}
