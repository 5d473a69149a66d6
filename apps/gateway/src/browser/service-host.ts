import type { ServiceHost } from '../authorize/route-maps.js';
import type { CanonicalRequest } from '../http/canonical-request.js';

/**
 * A request for a service's own host is for that service, with its whole path as the upstream's. Any other request names the
 * service in its path.
 */
export function atServiceHost(
  request: CanonicalRequest,
  serviceAt: (host: string) => ServiceHost | undefined,
): CanonicalRequest {
  const found = serviceAt(request.host);
  if (found === undefined) return request;
  const { service, origin } = found;
  return { ...request, service, path: `/${request.service}${request.path}`, origin };
}
