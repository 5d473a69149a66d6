import {
  type ChainHead,
  canonicalRecordHash,
  type RecordEntry,
  type UnchainedRecord,
} from '@countersign/gateway-protocol';
import { canonicalJson } from '@countersign/scope';
import type { RecordLine } from './line.js';

/** A record before it has its place, with what stands beside it. */
export type Draft = { record: UnchainedRecord; openings: RecordEntry['openings'] };

const key = (boot: string, tenant: string) => `${boot} ${tenant}`;

/**
 * The ends of the chains (boot, tenant). Places are given out in a `ChainBatch` and count only once the batch is
 * durable: a batch that could not be written leaves no gap.
 */
export class Chains {
  private readonly heads = new Map<string, ChainHead>();

  head(boot: string, tenant: string): ChainHead | undefined {
    return this.heads.get(key(boot, tenant));
  }

  set(boot: string, tenant: string, head: ChainHead): void {
    this.heads.set(key(boot, tenant), head);
  }

  /** The heads of one boot, by tenant. */
  ofBoot(boot: string): Record<string, ChainHead> {
    const prefix = `${boot} `;
    const own = [...this.heads].filter(([name]) => name.startsWith(prefix));
    return Object.fromEntries(own.map(([name, head]) => [name.slice(prefix.length), head]));
  }

  batch(): ChainBatch {
    return new ChainBatch(this);
  }
}

/** Places given out since the last durable write. */
export class ChainBatch {
  private readonly moved = new Map<string, { boot: string; tenant: string; head: ChainHead }>();

  constructor(private readonly chains: Chains) {}

  /** Gives the record its `seq` and `prev`. The line carries the record's canonical JSON, the text under its hash. */
  place({ record, openings }: Draft): RecordLine {
    const { boot, tenant, id, kind } = record;
    const last = this.moved.get(key(boot, tenant))?.head ?? this.chains.head(boot, tenant);
    const seq = (last?.seq ?? 0) + 1;
    const canonical = canonicalJson({ ...record, seq, prev: last?.hash ?? null });
    this.moved.set(key(boot, tenant), { boot, tenant, head: { seq, hash: canonicalRecordHash(canonical) } });
    const json = `{"record":${canonical},"openings":${JSON.stringify(openings)}}`;
    return { kind, boot, tenant, seq, id, json };
  }

  /** What was given out is durable. */
  commit(): void {
    for (const { boot, tenant, head } of this.moved.values()) this.chains.set(boot, tenant, head);
  }
}
