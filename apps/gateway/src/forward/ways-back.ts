import type { RouteMaps } from '../state/route-maps.js';

/** A reference that leaves where the client is: with a scheme, or from the root. Browsers read `\` as `/`. */
const LEAVES = /^(?:[a-z][a-z0-9+.-]*:|[/\\])/i;

/** Leads what an upstream says of its own addresses, and of other upstreams', back through the gateway. */
export class WaysBack {
  private maps: RouteMaps | undefined;
  private services = new Map<string, string>();

  constructor(private readonly routeMaps: () => RouteMaps) {}

  /**
   * The reference as the gateway's client has to follow it: `/x` and `http://upstream/x` become `/service/x`, whatever the
   * scheme; relative ones stay and so do those that lead to a host that no service has.
   */
  reference(value: string, service: string, upstream: URL): string {
    const given = value.trim();
    if (!LEAVES.test(given) || !URL.canParse(given, upstream.href)) return value;
    const target = new URL(given, upstream);
    const through = target.host === upstream.host ? service : this.serviceAt(target.host);
    if (through === undefined) return value;
    return `/${through}${target.pathname}${target.search}${target.hash}`;
  }

  private serviceAt(host: string): string | undefined {
    const maps = this.routeMaps();
    if (this.maps !== maps) {
      this.services = new Map();
      for (const name of maps.services) {
        const upstream = maps.ofService(name)?.definition.upstream;
        if (upstream !== undefined) this.services.set(new URL(upstream).host, name);
      }
      this.maps = maps;
    }
    return this.services.get(host);
  }
}
