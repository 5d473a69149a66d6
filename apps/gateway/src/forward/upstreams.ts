import { Pool } from 'undici';

export type UpstreamTimeouts = { connectMs: number; firstByteMs: number; idleMs: number };

/** One pool of connections per upstream origin. */
export class Upstreams {
  private readonly pools = new Map<string, Pool>();

  constructor(private readonly timeouts: UpstreamTimeouts) {}

  pool(origin: string): Pool {
    const known = this.pools.get(origin);
    if (known !== undefined) return known;
    const { connectMs, firstByteMs, idleMs } = this.timeouts;
    const pool = new Pool(origin, {
      connect: { timeout: connectMs },
      headersTimeout: firstByteMs,
      bodyTimeout: idleMs,
      // One call at a time on a connection: a slow answer must not hold up another grant's call behind it.
      pipelining: 1,
    });
    this.pools.set(origin, pool);
    return pool;
  }

  /** Waits for what is under way. */
  async close(): Promise<void> {
    await Promise.all([...this.pools.values()].map((pool) => pool.destroy()));
  }
}
