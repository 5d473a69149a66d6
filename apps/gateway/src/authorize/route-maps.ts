import { nodeHashing, type PublishedRouteMap } from '@countersign/authorization';
import { ContractError, compileRouteMap, routeMapHash, type ServiceDefinition } from '@countersign/contract';
import { type FeedService, ProtocolError } from '@countersign/gateway-protocol';

/** A service whose map breaks a rule: where in the map, and which rule. */
export type ClosedService = { service: string; pointer: string; rule: string };

/** A map that must not judge calls, and why. */
type BadMap = { definition: ServiceDefinition; problem: Omit<ClosedService, 'service'> };

/**
 * The route maps of the feed: by hash, and which one each service is judged by today. Immutable.
 *
 * A map that breaks its rules (one that a broker's store has from before the rule) opens nothing: its service is as unknown
 * as one that is not listed, and so are grants whose terms name it. All else goes on, since a broker that means ill gains
 * nothing by sending such a map, and one that means well should not lose every service by it.
 */
export class RouteMaps {
  private constructor(
    private readonly byHash: ReadonlyMap<string, PublishedRouteMap>,
    private readonly current: ReadonlyMap<string, PublishedRouteMap>,
    private readonly closedMaps: ReadonlyMap<string, BadMap>,
  ) {}

  static readonly none = new RouteMaps(new Map(), new Map(), new Map());

  /**
   * Compiles what the feed brings; maps that are known stay as they are. Hashes are computed here: a declared one
   * would be a claim. Throws ProtocolError `invalid_event` where a service names a map that did not come or is another
   * service's.
   */
  replace(services: readonly FeedService[], definitions: readonly ServiceDefinition[]): RouteMaps {
    const byHash = new Map<string, PublishedRouteMap>();
    const bad = new Map<string, BadMap>();
    for (const definition of definitions) {
      const hash = routeMapHash(nodeHashing, definition);
      const map = this.byHash.get(hash) ?? published(definition);
      if ('compiled' in map) byHash.set(hash, map);
      else bad.set(hash, map);
    }
    const current = new Map<string, PublishedRouteMap>();
    const shut = new Map<string, BadMap>();
    for (const { name, routes } of services) {
      const map = byHash.get(routes) ?? bad.get(routes);
      if (map?.definition.name !== name) {
        throw new ProtocolError('invalid_event', 'a service names a route map that is not its own');
      }
      if ('compiled' in map) current.set(name, map);
      else shut.set(name, map);
    }
    return new RouteMaps(byHash, current, shut);
  }

  ofService(service: string): PublishedRouteMap | undefined {
    return this.current.get(service);
  }

  withHash(hash: string): PublishedRouteMap | undefined {
    return this.byHash.get(hash);
  }

  /** Services that are closed by what is wrong with their own map. */
  get closed(): ClosedService[] {
    return [...this.closedMaps].map(([service, { problem }]) => ({ service, ...problem }));
  }

  get services(): string[] {
    return [...this.current.keys()];
  }

  /** Where services stand, the closed ones too: what leads there is led back here as long as they are listed. */
  *upstreams(): Generator<[service: string, upstream: URL]> {
    for (const [service, { definition }] of [...this.current, ...this.closedMaps])
      if (URL.canParse(definition.upstream)) yield [service, new URL(definition.upstream)];
  }
}

function published(definition: ServiceDefinition): PublishedRouteMap | BadMap {
  try {
    return { definition, compiled: compileRouteMap(definition) };
  } catch (error) {
    if (!(error instanceof ContractError) || error.code !== 'invalid_route_map') throw error;
    return { definition, problem: { pointer: error.pointer ?? '', rule: error.message } };
  }
}
