import { isUtf8 } from 'node:buffer';
import type { RouteMaps } from '../authorize/route-maps.js';

/** A reference that leaves the current path: with a scheme, or from the root. Browsers read `\` as `/`. */
const LEAVES = /^(?:[a-z][a-z0-9+.-]*:|[/\\])/i;
const TAKEN_OUT = /[\t\n\r]/g;
const LEADING = /^[\0-\x20]+/;

/** Rewrites addresses of upstreams in responses, so that clients follow them through the gateway. */
export class LocationRewriter {
  private maps: RouteMaps | undefined;
  private services = new Map<string, string>();

  constructor(private readonly routeMaps: () => RouteMaps) {}

  /**
   * The reference as a client of the gateway must follow it: `/x` and `http://upstream/x` become `/service/x`, whatever
   * the scheme. Relative references stay, and so do references to a host that belongs to no service.
   *
   * @param ownHost the client is at the service's own host, where `/x` is already its path
   */
  rewrite(value: string, service: string, upstream: URL, ownHost: boolean): string {
    const location = asBrowsersRead(value);
    if (!LEAVES.test(location) || !URL.canParse(location, upstream.href)) return value;
    const target = new URL(location, upstream);
    const through =
      hostAndPort(target) === hostAndPort(upstream) ? service : this.serviceAt(hostAndPort(target));
    if (through === undefined) return value;
    const path = `${target.pathname}${target.search}${target.hash}`;
    if (!ownHost) return `/${through}${path}`;
    const origin = through === service ? undefined : this.routeMaps().upstreamSettings(through).origin;
    if (origin !== undefined) return origin + path;
    // A service that has no host of its own cannot be reached by a link from here: the link stays at this host. Browsers read `//x` as
    // the host x, so such a path gets the prefix of the URL standard.
    return path.startsWith('//') ? `/.${path}` : path;
  }

  private serviceAt(place: string): string | undefined {
    const maps = this.routeMaps();
    if (this.maps !== maps) {
      this.services = new Map();
      for (const [name, upstream] of maps.upstreams()) this.services.set(hostAndPort(upstream), name);
      this.maps = maps;
    }
    return this.services.get(place);
  }
}

/**
 * A reference as browsers read it: they remove tabs everywhere and control characters at the start, and read non-ASCII
 * bytes as UTF-8 if they are valid UTF-8.
 */
function asBrowsersRead(value: string): string {
  const bytes = Buffer.from(value, 'latin1');
  const text = isUtf8(bytes) ? bytes.toString('utf8') : value;
  return text.replaceAll(TAKEN_OUT, '').replace(LEADING, '');
}

/** The address without differences in spelling: `up.example.` equals `up.example`, and default ports are omitted. */
function hostAndPort({ hostname, port }: URL): string {
  const host = hostname.endsWith('.') ? hostname.slice(0, -1) : hostname;
  return port === '' || port === '80' || port === '443' ? host : `${host}:${port}`;
}
