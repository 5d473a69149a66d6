import type { ChainName, ChainVouch, RecordChain, TenantUnit } from '../../ports/index.js';

/** One gateway's record chain within a tenant, while records are ingested. */
export class IngestedChain implements ChainName {
  readonly gateway: string;
  readonly boot: string;
  seq: number;
  hash: string | null;
  /** Its gateway was closed as vanished, and no record has come since. */
  isClosed: boolean;
  /** When a broker took its last record before these; null if it has none. */
  readonly movedAt: string | null;
  private head: ChainVouch | null;
  private hasMoved = false;

  constructor({ gateway, boot }: ChainName, from: RecordChain | undefined) {
    this.gateway = gateway;
    this.boot = boot;
    this.seq = from?.seq ?? 0;
    this.hash = from?.hash ?? null;
    this.head = from?.head ?? null;
    this.isClosed = from !== undefined && from.closedAt !== null;
    this.movedAt = from?.movedAt ?? null;
  }

  moveTo({ seq, hash }: { seq: number; hash: string }): void {
    this.seq = seq;
    this.hash = hash;
    this.isClosed = false;
    this.hasMoved = true;
  }

  signHead({ seq, hash, at, signature, lane }: ChainVouch): void {
    const place = lane === undefined ? {} : { lane: { number: lane.number, of: lane.of } };
    this.head = { seq, hash, at, signature, ...place };
  }

  /** Its new cursor; undefined if no record was added. */
  get moved(): (ChainName & { seq: number; hash: string; head: ChainVouch | null }) | undefined {
    const { gateway, boot, seq, hash, head } = this;
    return this.hasMoved && hash !== null ? { gateway, boot, seq, hash, head } : undefined;
  }
}

/** The chains of a set of batches, read in one statement and written in one, however many gateways there are. */
export class IngestedChains {
  private readonly chains = new Map<string, IngestedChain>();

  private constructor(names: readonly ChainName[], stored: readonly (RecordChain & ChainName)[]) {
    const known = new Map(stored.map((chain) => [keyOf(chain), chain]));
    for (const name of names) this.chains.set(keyOf(name), new IngestedChain(name, known.get(keyOf(name))));
  }

  static async begin(unit: TenantUnit, names: readonly ChainName[]): Promise<IngestedChains> {
    return new IngestedChains(names, await unit.records.cursors(names));
  }

  of(name: ChainName): IngestedChain {
    const chain = this.chains.get(keyOf(name));
    if (chain === undefined) throw new Error('a chain that was not loaded');
    return chain;
  }

  async store(unit: TenantUnit, at: string): Promise<void> {
    const moved = [...this.chains.values()].flatMap((chain) => chain.moved ?? []);
    await unit.records.moveCursors(moved, at);
  }
}

const keyOf = ({ gateway, boot }: ChainName): string => `${gateway} ${boot}`;
