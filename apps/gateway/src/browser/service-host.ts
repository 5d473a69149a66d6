import { BROWSER_PATHS } from '@countersign/gateway-protocol';
import type { ServiceHost } from '../authorize/route-maps.js';
import type { CanonicalRequest } from '../http/canonical-request.js';

const OWN_PATHS = '/countersign/';
const OF_BROWSERS: ReadonlySet<string> = new Set(Object.values(BROWSER_PATHS));

/** Whether a service's own host has this path for browsers that begin a session. */
export const isBrowserPath = (path: string): boolean => OF_BROWSERS.has(path);

/**
 * A request for a service's own host is for that service, with its whole path as the upstream's. Any other request names the
 * service in its path.
 *
 * The gateway's own paths are its own at every host. Otherwise a broker that is taken over could name the gateway's host as the
 * origin of a service, and so hide from customers where they stop access, and where they read what is pinned.
 */
export function atServiceHost(
  request: CanonicalRequest,
  serviceAt: (host: string) => ServiceHost | undefined,
): CanonicalRequest {
  const found = serviceAt(request.host);
  if (found === undefined) return request;
  const { service, origin } = found;
  const path = `/${request.service}${request.path}`;
  if (path.startsWith(OWN_PATHS) && !isBrowserPath(path)) return request;
  return { ...request, service, path, origin };
}
