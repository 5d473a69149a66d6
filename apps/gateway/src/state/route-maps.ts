import { type FeedService, ProtocolError } from '@countersign/gateway-protocol';
import { nodeHashing, type PublishedRouteMap } from '@countersign/grant-token-verify';
import { compileRouteMap, routeMapHash, type ServiceDefinition } from '@countersign/scope';

/** The route maps of the feed: by hash, and which one each service is judged by today. Immutable. */
export class RouteMaps {
  private constructor(
    private readonly byHash: ReadonlyMap<string, PublishedRouteMap>,
    private readonly current: ReadonlyMap<string, PublishedRouteMap>,
  ) {}

  static readonly none = new RouteMaps(new Map(), new Map());

  /**
   * Compiles what the feed brings; maps that are known stay as they are. Hashes are computed here: a declared one
   * would be a claim. Throws ProtocolError `invalid_event` where a service names a map that did not come or is another
   * service's, and ScopeError for a map that breaks its rules.
   */
  replace(services: readonly FeedService[], definitions: readonly ServiceDefinition[]): RouteMaps {
    const byHash = new Map<string, PublishedRouteMap>();
    for (const definition of definitions) {
      const hash = routeMapHash(nodeHashing, definition);
      byHash.set(hash, this.byHash.get(hash) ?? { definition, compiled: compileRouteMap(definition) });
    }
    const current = new Map<string, PublishedRouteMap>();
    for (const { name, routes } of services) {
      const map = byHash.get(routes);
      if (map?.definition.name !== name) {
        throw new ProtocolError('invalid_event', 'a service names a route map that is not its own');
      }
      current.set(name, map);
    }
    return new RouteMaps(byHash, current);
  }

  ofService(service: string): PublishedRouteMap | undefined {
    return this.current.get(service);
  }

  withHash(hash: string): PublishedRouteMap | undefined {
    return this.byHash.get(hash);
  }

  get services(): string[] {
    return [...this.current.keys()];
  }
}
