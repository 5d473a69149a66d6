import { canonicalJson } from '@countersign/contract';
import {
  type ChainHead,
  type LaneEnd,
  type RecordEntry,
  type RecordLane,
  type RunEnd,
  type UnchainedRecord,
  type UnsignedRecord,
} from '@countersign/gateway-protocol';
import type { RecordOfCall, RecordText } from '../record-text.js';
import { type LineWriter, opensCall, type WrittenLine } from './record-lines.js';

/**
 * A record without its place in a chain, and the openings of its commitments. `text` writes it in less time than building and
 * sorting an object takes, if it is a common one.
 */
export type RecordDraft = {
  record: UnchainedRecord;
  openings: RecordEntry['openings'];
  text?: RecordText | undefined;
};

/** The lane that this spool is, if its gateway has several. */
export type SpoolLane = {
  number: number;
  /** How many lanes the gateway has now. With a single one, records name none. */
  count(): number;
  /** For each other lane that had records of this tenant when this process began: one of them. */
  otherLanes(tenant: string): LaneEnd[];
};

/** Returns the identity's signature (base64url) of a record that has its place. */
export type RecordSigner = (record: UnsignedRecord) => string;

/** The last record of a chain, and whether the gateway's identity signed it. */
export type SpooledHead = ChainHead & { signed: boolean };

/** Kinds that carry a signature. It covers the chain up to that record. */
export const isSignedKind = (kind: UnchainedRecord['kind']): boolean =>
  kind === 'head' || kind === 'counters';

const key = (boot: string, tenant: string) => `${boot} ${tenant}`;

/**
 * The ends of the chains, one chain for each boot and tenant. A `ChainBatch` assigns places, which count only once the
 * batch is durable: a batch that could not be written leaves no gap.
 *
 * The first record of a chain names the record that was written for its tenant just before, by an earlier run. So a run that
 * someone keeps out of the log shows as soon as a later run has a record there.
 */
export class RecordChains {
  private readonly heads = new Map<string, SpooledHead>();
  /** The last record of each tenant, of any run. */
  private readonly newest = new Map<string, RunEnd>();
  private readonly unsignedChains = new Map<string, { boot: string; tenant: string }>();

  head(boot: string, tenant: string): SpooledHead | undefined {
    return this.heads.get(key(boot, tenant));
  }

  set(boot: string, tenant: string, head: SpooledHead): void {
    this.heads.set(key(boot, tenant), head);
    if (head.signed) this.unsignedChains.delete(key(boot, tenant));
    else this.unsignedChains.set(key(boot, tenant), { boot, tenant });
  }

  /** The last record that was written for this tenant, by any run; null if none is known. */
  newestOf(tenant: string): RunEnd | null {
    return this.newest.get(tenant) ?? null;
  }

  setNewest(tenant: string, end: RunEnd): void {
    this.newest.set(tenant, end);
  }

  /** The last record of each tenant, of any run. */
  get allNewest(): Record<string, RunEnd> {
    return Object.fromEntries(this.newest);
  }

  /** The last records of tenants for which this boot did not write the last one. */
  newestOfOthers(boot: string): Record<string, RunEnd> {
    return Object.fromEntries([...this.newest].filter(([, end]) => end.boot !== boot));
  }

  /** Chains, of earlier boots too, whose last record is not signed. */
  get unsigned(): { boot: string; tenant: string }[] {
    return [...this.unsignedChains.values()];
  }

  /** The heads of one boot, by tenant. */
  ofBoot(boot: string): Record<string, SpooledHead> {
    const prefix = `${boot} `;
    const own = [...this.heads].filter(([name]) => name.startsWith(prefix));
    return Object.fromEntries(own.map(([name, head]) => [name.slice(prefix.length), head]));
  }

  batch(sign: RecordSigner, lane?: SpoolLane): ChainBatch {
    return new ChainBatch(this, sign, lane);
  }
}

/** Places that were assigned since the last durable write. */
class ChainBatch {
  private readonly moved = new Map<string, { boot: string; tenant: string; head: SpooledHead }>();
  private readonly newest = new Map<string, RunEnd>();

  constructor(
    private readonly chains: RecordChains,
    private readonly sign: RecordSigner,
    private readonly lane: SpoolLane | undefined,
  ) {}

  /**
   * Writes the record with its `seq` and `prev`, and with a signature if its kind has one. The line holds the record's
   * canonical JSON, which is the text under its hash.
   */
  place(draft: RecordDraft, writer: LineWriter): WrittenLine {
    const { record, openings } = draft;
    const { boot, tenant, id, kind } = record;
    const chain = key(boot, tenant);
    const last = this.moved.get(chain)?.head ?? this.chains.head(boot, tenant);
    const seq = (last?.seq ?? 0) + 1;
    const signed = isSignedKind(kind);
    const canonical = writtenByText(draft, seq, last?.hash) ?? this.canonical(record, seq, last, signed);
    const name = { kind, boot, tenant, seq, id, opens: opensCall(record) };
    const line = writer.add(name, canonical, jsonOfOpenings(openings));
    const { hash } = line;
    this.moved.set(chain, { boot, tenant, head: { seq, hash, signed } });
    this.newest.set(tenant, { boot, seq, hash });
    return line;
  }

  private canonical(
    record: UnchainedRecord,
    seq: number,
    last: SpooledHead | undefined,
    signed: boolean,
  ): string {
    const { tenant, kind } = record;
    const place: Place =
      last === undefined
        ? {
            ...{ seq, prev: null, previous: this.newest.get(tenant) ?? this.chains.newestOf(tenant) },
            ...this.laneOf(tenant, true),
          }
        : kind === 'head'
          ? { seq, prev: last.hash, ...this.laneOf(tenant, false) }
          : { seq, prev: last.hash };
    const entry = { ...record, ...place };
    return canonicalJson(signed ? { ...entry, signature: this.sign(entry as UnsignedRecord) } : entry);
  }

  private laneOf(tenant: string, isFirst: boolean): { lane?: RecordLane } {
    if (this.lane === undefined) return {};
    const { number } = this.lane;
    const of = this.lane.count();
    const beside = isFirst ? this.lane.otherLanes(tenant) : [];
    if (of === 1 && beside.length === 0) return {};
    return { lane: { number, of, ...(beside.length > 0 && { beside }) } };
  }

  /** The assigned places are durable. */
  commit(): void {
    for (const { boot, tenant, head } of this.moved.values()) this.chains.set(boot, tenant, head);
    for (const [tenant, end] of this.newest) this.chains.setNewest(tenant, end);
  }
}

/** `Openings`, unless they have members besides `path`: then nothing fits, and the code that writes only `path` does not compile. */
type WithPathAlone<Openings> = Exclude<keyof Openings, 'path'> extends never ? Openings : never;

/** As `JSON.stringify` writes it, in less time. It writes `path`, the only member. */
function jsonOfOpenings({ path }: WithPathAlone<RecordDraft['openings']>): string {
  return path === undefined
    ? '{}'
    : `{"path":{"value":${JSON.stringify(path.value)},"salt":${JSON.stringify(path.salt)}}}`;
}

/** Undefined for the first record of a chain, which also names the run before. */
function writtenByText(
  { record, text }: RecordDraft,
  seq: number,
  prev: string | undefined,
): string | undefined {
  return prev === undefined ? undefined : text?.at(record as RecordOfCall, seq, prev);
}

/** A record's place in its chain. `previous` is there for the first record alone; `lane` for that one and for heads, if there are several. */
type Place = { seq: number; prev: string | null; previous?: RunEnd | null; lane?: RecordLane };
