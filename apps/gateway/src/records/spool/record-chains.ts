import { canonicalJson } from '@countersign/contract';
import {
  type ChainHead,
  canonicalRecordHash,
  type RecordEntry,
  type UnchainedRecord,
  type UnsignedRecord,
} from '@countersign/gateway-protocol';
import type { LineWriter, RecordLine } from './record-lines.js';

/** A record before it has its place, with what stands beside it. */
export type RecordDraft = { record: UnchainedRecord; openings: RecordEntry['openings'] };

/** Gives the identity's signature (base64url) of a record that has its place. */
export type RecordSigner = (record: UnsignedRecord) => string;

/** The last record of a chain, and whether it is one that the gateway's identity signed. */
export type SpooledHead = ChainHead & { signed: boolean };

/** Kinds that carry a signature, and by it vouch for the chain up to them. */
export const isSignedKind = (kind: UnchainedRecord['kind']): boolean =>
  kind === 'head' || kind === 'counters';

const key = (boot: string, tenant: string) => `${boot} ${tenant}`;

/**
 * The ends of the chains (boot, tenant). Places are given out in a `ChainBatch` and count only once the batch is
 * durable: a batch that could not be written leaves no gap.
 */
export class RecordChains {
  private readonly heads = new Map<string, SpooledHead>();
  private readonly unsignedChains = new Map<string, { boot: string; tenant: string }>();

  head(boot: string, tenant: string): SpooledHead | undefined {
    return this.heads.get(key(boot, tenant));
  }

  set(boot: string, tenant: string, head: SpooledHead): void {
    this.heads.set(key(boot, tenant), head);
    if (head.signed) this.unsignedChains.delete(key(boot, tenant));
    else this.unsignedChains.set(key(boot, tenant), { boot, tenant });
  }

  /** Chains, earlier boots' too, whose last record carries no signature. */
  get unsigned(): { boot: string; tenant: string }[] {
    return [...this.unsignedChains.values()];
  }

  /** The heads of one boot, by tenant. */
  ofBoot(boot: string): Record<string, SpooledHead> {
    const prefix = `${boot} `;
    const own = [...this.heads].filter(([name]) => name.startsWith(prefix));
    return Object.fromEntries(own.map(([name, head]) => [name.slice(prefix.length), head]));
  }

  batch(sign: RecordSigner): ChainBatch {
    return new ChainBatch(this, sign);
  }
}

/** Places given out since the last durable write. */
class ChainBatch {
  private readonly moved = new Map<string, { boot: string; tenant: string; head: SpooledHead }>();

  constructor(
    private readonly chains: RecordChains,
    private readonly sign: RecordSigner,
  ) {}

  /** Writes the record with its `seq` and `prev`, and its signature where its kind has one. The line carries the record's canonical JSON, the text under its hash. */
  place({ record, openings }: RecordDraft, writer: LineWriter): RecordLine {
    const { boot, tenant, id, kind } = record;
    const chain = key(boot, tenant);
    const last = this.moved.get(chain)?.head ?? this.chains.head(boot, tenant);
    const seq = (last?.seq ?? 0) + 1;
    const entry = chainedRecord(record, { seq, prev: last?.hash ?? null });
    const signed = isSignedKind(kind);
    const canonical = signed
      ? canonicalJson({ ...entry, signature: this.sign(entry as UnsignedRecord) })
      : canonicalChainedRecord(entry);
    const head = { seq, hash: canonicalRecordHash(canonical), signed };
    this.moved.set(chain, { boot, tenant, head });
    return writer.add({ kind, boot, tenant, seq, id }, canonical, JSON.stringify(openings));
  }

  /** What was given out is durable. */
  commit(): void {
    for (const { boot, tenant, head } of this.moved.values()) this.chains.set(boot, tenant, head);
  }
}

/** A record in its chain. */
type Place = { seq: number; prev: string | null };

/**
 * A record with its place in a chain. Those that every call has are spelt out, members in the order of canonical JSON
 * (RFC 8785): then nothing has to be sorted, and no object grows member by member. The others are few.
 */
export function chainedRecord(record: UnchainedRecord, { seq, prev }: Place): UnchainedRecord & Place {
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
export function canonicalChainedRecord(entry: UnchainedRecord & Place): string {
  if (entry.kind !== 'outcome' && (entry.kind !== 'allowed' || entry.trust === undefined))
    return canonicalJson(entry);
  const text = JSON.stringify(entry);
  return text.includes(LONE_SURROGATE) ? canonicalJson(entry) : text;
}
