import { join } from 'node:path';
import type { GrantTokenClaims } from '@countersign/authorization';
import { latestEndOfTerms } from '@countersign/contract';
import type { EndedGrant, FeedGrant } from '@countersign/gateway-protocol';
import { z } from 'zod';
import { LineFile } from '../storage/line-file.js';

/** For a digest whose life is unknown: longer than any window. */
const UNKNOWN_LIFE_MS = 31 * 86_400_000;

const line = z.strictObject({
  digest: z.string(),
  /** `grant_nbf` in milliseconds since the epoch; null if the digest ended before its window was seen. */
  beganAt: z.int().nullable(),
  /** End of the digest's own life, milliseconds since the epoch: no grant of it can be open later. */
  until: z.int(),
  ended: z.boolean(),
  /** The one grant of this digest. Absent if the digest ended unseen. */
  grant: z.string().exactOptional(),
  /** Its one change was forwarded, or is about to be, or the feed has said that its budget is used up. */
  spent: z.literal(true).exactOptional(),
});
export type LedgerLine = z.infer<typeof line>;
type Entry = Omit<LedgerLine, 'digest'>;

/** A grant as a verified token describes it. `startsAt`: milliseconds since the epoch. */
export type LedgerGrant = { id: string; digest: string; startsAt: number };

/** A digest that is on the list no more; `reason` if the feed has said why. */
export type EndedDigest = Pick<EndedGrant, 'digest' | 'until'> & { reason?: string };

/**
 * What this gateway remembers of every digest, over restarts, until nothing could open the digest any more: when its
 * window began, which never changes (docs/contract.md, Token), that it has ended, which is final, and that its one
 * approved change is spent. It is kept on disk, so that a broker whose database was restored from an older state can
 * neither bring an ended digest back nor let a change be made twice.
 */
export class DigestLedger {
  private readonly entries = new Map<string, Entry>();

  protected constructor(private readonly file: LineFile | undefined) {}

  /** Keeps nothing on disk. For benchmarks of decisions alone. */
  static inMemory(): DigestLedger {
    return new DigestLedger(undefined);
  }

  /** Throws if the file exists and cannot be read whole: without it ended digests could be accepted. */
  static async load(folder: string): Promise<DigestLedger> {
    const file = new LineFile(join(folder, 'digests.jsonl'));
    const ledger = new DigestLedger(file);
    await file.read((stored) => {
      const { digest, ...entry } = line.parse(stored);
      ledger.entries.set(digest, entry);
    });
    return ledger;
  }

  get size(): number {
    return this.entries.size;
  }

  hasEnded(digest: string): boolean {
    return this.entries.get(digest)?.ended === true;
  }

  /** Whether the one change of these terms has been made. */
  isSpent(digest: string): boolean {
    return this.entries.get(digest)?.spent === true;
  }

  /** The digests that have begun and not ended. */
  *open(): Generator<string> {
    for (const [digest, { ended }] of this.entries) if (!ended) yield digest;
  }

  /**
   * Whether this grant may be listed: its digest has not ended, always began at that time, and belongs to no other
   * grant.
   */
  admits({ id, digest, startsAt }: FeedGrant): boolean {
    const entry = this.entries.get(digest);
    if (entry === undefined) return true;
    const { ended, beganAt, grant = id } = entry;
    return !ended && beganAt === Date.parse(startsAt) && grant === id;
  }

  /** Notes when the windows of new digests begin. Durable after `flush`. */
  begin(grants: readonly FeedGrant[]): void {
    for (const { id, digest, startsAt, endsAt, until } of grants) {
      if (this.entries.has(digest)) continue;
      const end = until === undefined ? Date.parse(endsAt) + UNKNOWN_LIFE_MS : Date.parse(until);
      this.set(digest, { beganAt: Date.parse(startsAt), until: end, ended: false, grant: id });
    }
  }

  /**
   * Notes how long a verified token says that its terms can be opened. If that is longer than the feed said, it counts:
   * a digest that is forgotten too early could be listed again. Returns whether anything is new. Durable after `flush`.
   */
  extend({ id, digest, startsAt }: LedgerGrant, until: number): boolean {
    const known = this.entries.get(digest) ?? { beganAt: startsAt, until: 0, ended: false, grant: id };
    if (known.until >= until) return false;
    this.set(digest, { ...known, until });
    return true;
  }

  /**
   * Marks the one change of a digest as made, at once in memory and durably after `flush`. The caller forwards the change
   * only after that: a process that dies in between has spent it without making it.
   */
  spend({ id, digest, startsAt }: LedgerGrant, until: number): void {
    const known = this.entries.get(digest) ?? { beganAt: startsAt, until: 0, ended: false, grant: id };
    this.set(digest, { ...known, until: Math.max(known.until, until), spent: true });
  }

  /** Takes the mark back. Only for a change that was certainly not forwarded. Durable after `flush`. */
  unspend(digest: string): void {
    const { spent, ...known } = this.entries.get(digest) ?? {};
    if (spent === true) this.set(digest, known as Entry);
  }

  /** From now on these digests are dead. Durable after `flush`. */
  end(ended: readonly EndedDigest[], now: number): void {
    for (const { digest, until, reason } of ended) {
      const known = this.entries.get(digest);
      if (known?.ended === true) continue;
      const endAt = until === undefined ? undefined : Date.parse(until);
      // A life only grows: a digest that is forgotten too early could be listed again.
      const life = Math.max(known?.until ?? 0, endAt ?? 0) || now + UNKNOWN_LIFE_MS;
      const spent = reason === 'exhausted' ? { spent: true as const } : {};
      this.set(digest, { ...known, beganAt: known?.beganAt ?? null, until: life, ended: true, ...spent });
    }
  }

  /** Everything that is remembered. */
  *all(): Generator<LedgerLine> {
    for (const [digest, entry] of this.entries) yield { digest, ...entry };
  }

  /** Remembers what another process does. Writes nothing. */
  adopt(lines: Iterable<LedgerLine>): void {
    for (const { digest, ...entry } of lines) this.entries.set(digest, entry);
  }

  /** Forgets digests whose own life is over. `now` in milliseconds since the epoch. */
  forget(now: number): void {
    for (const [digest, { until }] of this.entries) if (until < now) this.entries.delete(digest);
  }

  /** Resolves when everything that was noted is durable. Rejects with the file system's error. */
  async flush(): Promise<void> {
    await this.file?.flush(() => this.all());
  }

  private set(digest: string, entry: Entry): void {
    this.entries.set(digest, entry);
    this.file?.add({ digest, ...entry });
  }
}

/**
 * The last moment at which this digest could be opened, in milliseconds since the epoch: by its terms, and by every
 * signature that permits it. The broker's statement is not used.
 */
export function digestLifetimeEnd({ terms, grant_exp, countersignatures = [] }: GrantTokenClaims): number {
  const ends = countersignatures.map(
    (each) => (each as { statement?: { notAfter?: string } } | null)?.statement?.notAfter ?? '',
  );
  const signed = ends.map((end) => Date.parse(end)).filter((end) => !Number.isNaN(end));
  return Math.max(latestEndOfTerms(terms), grant_exp * 1_000, ...signed);
}
