import { canonicalJson } from '@countersign/contract';
import {
  type ChainHead,
  canonicalRecordHash,
  type RecordEntry,
  type UnchainedRecord,
  type UnsignedRecord,
} from '@countersign/gateway-protocol';
import type { RecordLine } from './line.js';
import type { LineWriter } from './line-writer.js';
import { canonicalPlaced, placed } from './placed.js';

/** A record before it has its place, with what stands beside it. */
export type Draft = { record: UnchainedRecord; openings: RecordEntry['openings'] };

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
export class Chains {
  private readonly heads = new Map<string, SpooledHead>();
  private readonly loose = new Map<string, { boot: string; tenant: string }>();

  head(boot: string, tenant: string): SpooledHead | undefined {
    return this.heads.get(key(boot, tenant));
  }

  set(boot: string, tenant: string, head: SpooledHead): void {
    this.heads.set(key(boot, tenant), head);
    if (head.signed) this.loose.delete(key(boot, tenant));
    else this.loose.set(key(boot, tenant), { boot, tenant });
  }

  /** Chains, earlier boots' too, whose last record carries no signature. */
  get unsigned(): { boot: string; tenant: string }[] {
    return [...this.loose.values()];
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
    private readonly chains: Chains,
    private readonly sign: RecordSigner,
  ) {}

  /** Writes the record with its `seq` and `prev`, and its signature where its kind has one. The line carries the record's canonical JSON, the text under its hash. */
  place({ record, openings }: Draft, writer: LineWriter): RecordLine {
    const { boot, tenant, id, kind } = record;
    const chain = key(boot, tenant);
    const last = this.moved.get(chain)?.head ?? this.chains.head(boot, tenant);
    const seq = (last?.seq ?? 0) + 1;
    const entry = placed(record, { seq, prev: last?.hash ?? null });
    const signed = isSignedKind(kind);
    const canonical = signed
      ? canonicalJson({ ...entry, signature: this.sign(entry as UnsignedRecord) })
      : canonicalPlaced(entry);
    const head = { seq, hash: canonicalRecordHash(canonical), signed };
    this.moved.set(chain, { boot, tenant, head });
    return writer.add({ kind, boot, tenant, seq, id }, canonical, JSON.stringify(openings));
  }

  /** What was given out is durable. */
  commit(): void {
    for (const { boot, tenant, head } of this.moved.values()) this.chains.set(boot, tenant, head);
  }
}
