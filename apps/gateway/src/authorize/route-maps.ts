import { nodeHashing, type PublishedRouteMap } from '@countersign/authorization';
import {
  type ContextMode,
  ContractError,
  compileRouteMap,
  routeMapHash,
  type ServiceDefinition,
  type UpstreamSettings,
} from '@countersign/contract';
import { type FeedService, ProtocolError } from '@countersign/gateway-protocol';

/** A service that has a host of its own, and the origin at which browsers see it. */
export type ServiceHost = { service: string; origin: string };

/** A service whose map breaks a rule: the place in the map, and the rule. */
export type ClosedService = { service: string; pointer: string; rule: string };

const NO_SETTINGS: UpstreamSettings = {};

/** A map that must not be used, and why. */
type BadMap = { definition: ServiceDefinition; problem: Omit<ClosedService, 'service'> };

/**
 * The route maps of the feed: by hash, and the current one of each service. Immutable.
 *
 * A map that breaks a rule opens nothing. The broker's store may still have one from before that rule. Its service
 * counts as not listed, and so do grants whose terms name the map. Everything else goes on: a malicious broker gains
 * nothing from such a map, and an honest one should not lose every service by it.
 */
export class RouteMaps {
  private readonly hosts = new Map<string, ServiceHost>();

  private constructor(
    private readonly byHash: ReadonlyMap<string, PublishedRouteMap>,
    private readonly current: ReadonlyMap<string, PublishedRouteMap>,
    private readonly closedMaps: ReadonlyMap<string, BadMap>,
    private readonly settings: ReadonlyMap<string, UpstreamSettings>,
  ) {
    for (const [service, { origin }] of settings)
      if (origin !== undefined) this.hosts.set(new URL(origin).hostname, { service, origin });
  }

  static readonly none = new RouteMaps(new Map(), new Map(), new Map(), new Map());

  /**
   * Compiles the maps of the feed; known ones are reused. Hashes are computed here, because a declared hash would only
   * be a claim. Throws ProtocolError `invalid_event` if a service names a map that is missing or belongs to another
   * service.
   */
  replace(services: readonly FeedService[], definitions: readonly ServiceDefinition[]): RouteMaps {
    const byHash = new Map<string, PublishedRouteMap>();
    const bad = new Map<string, BadMap>();
    for (const definition of definitions) {
      const hash = routeMapHash(nodeHashing, definition);
      const map = this.byHash.get(hash) ?? compileMap(definition);
      if ('compiled' in map) byHash.set(hash, map);
      else bad.set(hash, map);
    }
    const current = new Map<string, PublishedRouteMap>();
    const shut = new Map<string, BadMap>();
    const settings = new Map<string, UpstreamSettings>();
    for (const { name, routes, tls, context, origin, overlay } of services) {
      settings.set(name, {
        ...(tls && { tls }),
        ...(context && { context }),
        ...(origin && { origin }),
        ...(overlay && { overlay }),
      });
      const map = byHash.get(routes) ?? bad.get(routes);
      if (map?.definition.name !== name) {
        throw new ProtocolError('invalid_event', 'a service names a route map that is not its own');
      }
      if ('compiled' in map) current.set(name, map);
      else shut.set(name, map);
    }
    return new RouteMaps(byHash, current, shut, settings);
  }

  ofService(service: string): PublishedRouteMap | undefined {
    return this.current.get(service);
  }

  /** How to connect to a service's upstream. */
  upstreamSettings(service: string): UpstreamSettings {
    return this.settings.get(service) ?? NO_SETTINGS;
  }

  /** The service with this host of its own. */
  atHost(host: string): ServiceHost | undefined {
    return this.hosts.get(host);
  }

  /** Every service that is open, with how to connect to its upstream. */
  *connectable(): Generator<[ServiceDefinition, UpstreamSettings]> {
    for (const [service, { definition }] of this.current) yield [definition, this.upstreamSettings(service)];
  }

  /** The services whose calls are signed in this way. */
  withContext(mode: ContextMode): string[] {
    return [...this.settings].flatMap(([service, { context }]) => (context === mode ? [service] : []));
  }

  withHash(hash: string): PublishedRouteMap | undefined {
    return this.byHash.get(hash);
  }

  /** Services that are closed because their own map is bad. */
  get closed(): ClosedService[] {
    return [...this.closedMaps].map(([service, { problem }]) => ({ service, ...problem }));
  }

  get services(): string[] {
    return [...this.current.keys()];
  }

  /**
   * The upstreams of all listed services, including closed ones: references to them are rewritten as long as they are
   * listed.
   */
  *upstreams(): Generator<[service: string, upstream: URL]> {
    for (const [service, { definition }] of [...this.current, ...this.closedMaps])
      if (URL.canParse(definition.upstream)) yield [service, new URL(definition.upstream)];
  }
}

function compileMap(definition: ServiceDefinition): PublishedRouteMap | BadMap {
  try {
    return { definition, compiled: compileRouteMap(definition) };
  } catch (error) {
    if (!(error instanceof ContractError) || error.code !== 'invalid_route_map') throw error;
    return { definition, problem: { pointer: error.pointer ?? '', rule: error.message } };
  }
}
