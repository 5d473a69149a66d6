import { canonicalJson } from '@countersign/contract';
import type { UnchainedRecord } from '@countersign/gateway-protocol';

/** A record in its chain. */
type Place = { seq: number; prev: string | null };

/**
 * A record with its place in a chain. Those that every call has are spelt out, members in the order of canonical JSON
 * (RFC 8785): then nothing has to be sorted, and no object grows member by member. The others are few.
 */
export function placed(record: UnchainedRecord, { seq, prev }: Place): UnchainedRecord & Place {
  if (record.kind === 'outcome') {
    return {
      at: record.at,
      bodySha256: record.bodySha256,
      boot: record.boot,
      bytes: record.bytes,
      durationMs: record.durationMs,
      gateway: record.gateway,
      id: record.id,
      kind: record.kind,
      outcome: record.outcome,
      prev,
      seq,
      status: record.status,
      tenant: record.tenant,
      v: record.v,
    };
  }
  // A record without `trust` is of a gateway that knew none: an absent member is absent.
  if (record.kind !== 'allowed' || record.trust === undefined) return { ...record, seq, prev };
  return {
    action: record.action,
    at: record.at,
    boot: record.boot,
    digest: record.digest,
    gateway: record.gateway,
    grant: record.grant,
    id: record.id,
    kind: record.kind,
    method: record.method,
    mode: record.mode,
    path: record.path,
    person: record.person,
    prev,
    request: record.request,
    resource: record.resource,
    route: record.route,
    seq,
    service: record.service,
    tenant: record.tenant,
    trust: record.trust,
    v: record.v,
  };
}

/** How `JSON.stringify` begins what stands for half of a character. */
const LONE_SURROGATE = '\\ud';

/**
 * Canonical JSON of a record that has its place. What is spelt out above is in order already, and of texts, numbers and
 * nulls alone: the platform writes it, and of what canonical JSON refuses there can only be a lone surrogate, which shows in
 * the text. Any other record, and one that might have one, is looked at member by member.
 */
export function canonicalPlaced(entry: UnchainedRecord & Place): string {
  if (entry.kind !== 'outcome' && (entry.kind !== 'allowed' || entry.trust === undefined))
    return canonicalJson(entry);
  const text = JSON.stringify(entry);
  return text.includes(LONE_SURROGATE) ? canonicalJson(entry) : text;
}
