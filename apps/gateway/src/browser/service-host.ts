import { FILES_PATH } from '@countersign/contract';
import { BROWSER_PATHS } from '@countersign/gateway-protocol';
import type { ServiceHost } from '../authorize/route-maps.js';
import type { CanonicalRequest } from '../http/canonical-request.js';

const OWN_PATHS = '/countersign/';
const OF_BROWSERS: ReadonlySet<string> = new Set(Object.values(BROWSER_PATHS));

/** The header in which a proxy that asks about a call shows its secret. */
export const PROXY_SECRET_HEADER = 'countersign-proxy-secret';

/** Whether a service's own host has this path for browsers. */
export const isBrowserPath = (path: string): boolean => OF_BROWSERS.has(path);

/**
 * The request in the form `/{service}/{path}`. A request for a service's own host is for that service, and its whole path is the
 * path at the upstream. Any other request names the service in its path already.
 *
 * The gateway's own paths are the same at every host. Otherwise a compromised broker could name the gateway's host as the origin of
 * a service, and so hide the paths at which customers stop access and read what is pinned. The same holds for `/authz/…` with a
 * proxy's secret: some proxies send the host of the call when they ask about it.
 */
export function atServiceHost(
  request: CanonicalRequest,
  serviceAt: (host: string) => ServiceHost | undefined,
): CanonicalRequest {
  const found = serviceAt(request.host);
  if (found === undefined) return request;
  const { service, origin } = found;
  const path = `/${request.service}${request.path}`;
  if (path.startsWith(OWN_PATHS) && !isBrowserPath(path) && !path.startsWith(FILES_PATH)) return request;
  if (request.service === 'authz' && request.headers.has(PROXY_SECRET_HEADER)) return request;
  return { ...request, service, path, origin };
}
