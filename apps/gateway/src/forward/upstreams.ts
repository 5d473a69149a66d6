import { Pool } from 'undici';

type UpstreamTimeouts = { connectMs: number; firstByteMs: number; idleMs: number };

/** An upstream's address and its connections. */
export type Upstream = { url: URL; pool: Pool };

/** One pool of connections for each upstream origin. */
export class Upstreams {
  private readonly known = new Map<string, Upstream>();

  constructor(private readonly timeouts: UpstreamTimeouts) {}

  at(origin: string): Upstream {
    const known = this.known.get(origin);
    if (known !== undefined) return known;
    const { connectMs, firstByteMs, idleMs } = this.timeouts;
    const pool = new Pool(origin, {
      connect: { timeout: connectMs },
      headersTimeout: firstByteMs,
      bodyTimeout: idleMs,
      // One call at a time on a connection: a slow response must not delay another grant's call.
      pipelining: 1,
    });
    const upstream = { url: new URL(origin), pool };
    this.known.set(origin, upstream);
    return upstream;
  }

  /** Closes all connections. Calls that still run fail. */
  async close(): Promise<void> {
    await Promise.all([...this.known.values()].map(({ pool }) => pool.destroy()));
  }
}
