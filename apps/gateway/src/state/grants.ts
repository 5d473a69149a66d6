import type { EndedGrant, FeedGrant } from '@countersign/gateway-protocol';
import type { ActiveGrant } from '@countersign/grant-token-verify';

export type LiveGrant = ActiveGrant & { budget: FeedGrant['budget'] };

/** How long an ended digest is remembered past its window: no token outlives the window, so this is ample. */
const REMEMBER_MS = 3_600_000;
/** For an ended digest whose window was never seen. */
const REMEMBER_UNKNOWN_MS = 31 * 86_400_000;

/**
 * The positive list: active grants by digest. One digest is one grant, and an ended digest stays dead, whatever the
 * feed says later.
 */
export class Grants {
  private readonly live = new Map<string, LiveGrant>();
  private readonly dead = new Map<string, number>();

  constructor(private readonly onEnded: (digest: string) => void) {}

  get(digest: string): LiveGrant | undefined {
    return this.live.get(digest);
  }

  isDead(digest: string): boolean {
    return this.dead.has(digest);
  }

  get size(): number {
    return this.live.size;
  }

  /** The whole list: what is not on it has ended. */
  replace(grants: readonly FeedGrant[], now: number): void {
    const listed = new Set(grants.map(({ digest }) => digest));
    for (const digest of [...this.live.keys()]) if (!listed.has(digest)) this.end(digest, now);
    this.add(grants);
    for (const [digest, until] of this.dead) if (until < now) this.dead.delete(digest);
  }

  add(grants: readonly FeedGrant[]): void {
    for (const { id, digest, tenant, service, startsAt, endsAt, budget } of grants) {
      if (this.dead.has(digest)) continue;
      const window = { startsAt: Date.parse(startsAt), endsAt: Date.parse(endsAt) };
      this.live.set(digest, { id, tenant, service, ...window, budget });
    }
  }

  endAll(ended: readonly EndedGrant[], now: number): void {
    for (const { digest } of ended) this.end(digest, now);
  }

  private end(digest: string, now: number): void {
    const window = this.live.get(digest);
    this.dead.set(digest, window === undefined ? now + REMEMBER_UNKNOWN_MS : window.endsAt + REMEMBER_MS);
    this.live.delete(digest);
    this.onEnded(digest);
  }
}
