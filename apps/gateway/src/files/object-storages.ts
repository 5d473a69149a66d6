import { lookup as systemLookup } from 'node:dns';
import { isIP, type LookupFunction } from 'node:net';
import { isLocalFileHost, isLoopback, mayConnect, withoutBrackets } from '@countersign/contract';
import { type PoolParts, UpstreamPool } from '../http1/upstream-pool.js';
import { secureContextOf } from '../storage/tls-material.js';

/** Resolves a name to all its addresses. */
export type ResolveAll = (
  hostname: string,
  options: { all: true },
  done: (error: NodeJS.ErrnoException | null, addresses: { address: string; family: number }[]) => void,
) => void;

/** Pools that are kept. A changed route map needs new ones, so old ones would pile up. */
const MAX_POOLS = 256;

/**
 * Connections to the storages that presigned links point to. The list of storages has names, and a name can resolve to any address.
 * So each connection resolves the name once, checks every address, and connects to one of the checked addresses. A name that
 * resolves into the vendor's own network, or to a cloud's metadata service, is refused (server-side request forgery), also if it
 * resolves differently the next time (DNS rebinding).
 */
export class ObjectStorages {
  private readonly pools = new Map<string, UpstreamPool>();

  constructor(
    private readonly parts: Pick<PoolParts, 'timeouts' | 'untrusted' | 'onFault'>,
    private readonly resolve: ResolveAll = systemLookup,
  ) {}

  /** Whether a link may point there: its origin is listed exactly, and is not an address that the gateway never connects to. */
  static isListed(url: URL, hosts: readonly string[]): boolean {
    const host = withoutBrackets(url.hostname);
    return hosts.includes(url.origin) && (isIP(host) === 0 || mayConnect(host, true));
  }

  /** The connections to a listed origin. `hosts`: the whole list, because a private address is allowed only if it is listed itself. */
  at(origin: string, hosts: readonly string[]): UpstreamPool {
    const key = [origin, ...hosts].join(' ');
    const known = this.pools.get(key);
    if (known !== undefined) return known;
    const url = new URL(origin);
    const security =
      url.protocol === 'https:' ? { context: secureContextOf({}), serverName: undefined } : undefined;
    const pool = new UpstreamPool(url, { ...this.parts, security, lookup: this.checkedLookup(hosts) });
    this.pools.set(key, pool);
    const [oldest] = this.pools;
    if (this.pools.size > MAX_POOLS && oldest !== undefined) {
      oldest[1].retire();
      this.pools.delete(oldest[0]);
    }
    return pool;
  }

  /** Closes all connections. Calls that still run fail. */
  close(): void {
    for (const pool of this.pools.values()) pool.close();
  }

  /** Resolves a name, and fails if any of its addresses is not allowed. */
  private checkedLookup(hosts: readonly string[]): LookupFunction {
    const listed = new Set(hosts.map((host) => withoutBrackets(new URL(host).hostname)));
    const isAllowed = (hostname: string, address: string) =>
      isLocalFileHost(hostname) ? isLoopback(address) : mayConnect(address, listed.has(address));
    return (hostname, options, callback) =>
      this.resolve(hostname, { all: true }, (error, addresses) => {
        const [first] = addresses ?? [];
        if (error !== null || first === undefined) callback(error ?? notAllowed(), '', 0);
        else if (!addresses.every(({ address }) => isAllowed(hostname, address)))
          callback(notAllowed(), '', 0);
        else if (options.all === true) callback(null, addresses);
        else callback(null, first.address, first.family);
      });
  }
}

const notAllowed = (): NodeJS.ErrnoException =>
  Object.assign(new Error('the storage has an address that the gateway does not connect to'), {
    code: 'EADDRNOTAVAIL',
  });
