import type { ActiveGrant } from '@countersign/authorization';
import type { FeedGrant } from '@countersign/gateway-protocol';
import { LRUCache } from 'lru-cache';
import type { DigestLedger, EndedDigest } from './digest-ledger.js';

/** How many ended grants the gateway remembers the reason of. Pages that are still open under them show it. */
const MAX_REASONS = 4_096;

/**
 * The positive list: active grants by digest. One digest is one grant. An ended digest stays dead whatever the feed
 * says later; the ledger remembers that over restarts.
 */
export class ActiveGrants {
  private readonly live = new Map<string, ActiveGrant>();
  private readonly reasons = new LRUCache<string, string>({ max: MAX_REASONS });

  constructor(
    private readonly ledger: DigestLedger,
    private readonly onEnded: (digest: string) => void,
  ) {}

  get(digest: string): ActiveGrant | undefined {
    return this.live.get(digest);
  }

  hasEnded(digest: string): boolean {
    return this.ledger.hasEnded(digest);
  }

  /** Why the grant ended, if the feed gave a reason and the gateway still remembers it. For display only. */
  endReason(digest: string): string | undefined {
    return this.reasons.get(digest);
  }

  get size(): number {
    return this.live.size;
  }

  /**
   * Replaces the whole list. A grant that is not on it has ended, even if it ended while this gateway was not
   * connected.
   */
  replace(grants: readonly FeedGrant[], now: number): void {
    const listed = new Set(grants.map(({ digest }) => digest));
    const known = new Set([...this.live.keys(), ...this.ledger.open()]);
    const gone = [...known].filter((digest) => !listed.has(digest));
    this.endAll(
      gone.map((digest) => ({ digest })),
      now,
    );
    this.add(grants);
  }

  /** Leaves out grants whose digest has ended, or began at another time. */
  add(grants: readonly FeedGrant[]): void {
    this.ledger.begin(grants);
    for (const grant of grants) {
      if (!this.ledger.admits(grant)) continue;
      const { id, digest, tenant, service, startsAt, endsAt, budget } = grant;
      const window = { startsAt: Date.parse(startsAt), endsAt: Date.parse(endsAt) };
      this.live.set(digest, { id, tenant, service, ...window, budget });
    }
  }

  endAll(ended: readonly EndedDigest[], now: number): void {
    this.ledger.end(ended, now);
    for (const { digest, reason } of ended) {
      if (reason !== undefined) this.reasons.set(digest, reason);
      this.live.delete(digest);
      this.onEnded(digest);
    }
  }
}
