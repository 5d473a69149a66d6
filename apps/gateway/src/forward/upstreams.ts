import type { UpstreamTimeouts } from '../http1/upstream-connection.js';
import { UpstreamPool } from '../http1/upstream-pool.js';

/** An upstream's address and its connections. */
export type Upstream = { url: URL; pool: UpstreamPool };

/** One pool of connections for each upstream origin. */
export class Upstreams {
  private readonly known = new Map<string, Upstream>();

  constructor(private readonly timeouts: UpstreamTimeouts) {}

  at(origin: string): Upstream {
    const known = this.known.get(origin);
    if (known !== undefined) return known;
    const url = new URL(origin);
    const upstream = { url, pool: new UpstreamPool(url, this.timeouts) };
    this.known.set(origin, upstream);
    return upstream;
  }

  /** Closes all connections. Calls that still run fail. */
  close(): void {
    for (const { pool } of this.known.values()) pool.close();
  }
}
