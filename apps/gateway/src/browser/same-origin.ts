import type { CanonicalRequest } from '../http/canonical-request.js';
import type { HeaderList } from '../http/header-list.js';

const SAFE: ReadonlySet<string> = new Set(['GET', 'HEAD']);

/**
 * Why the session of the browser must not be used for this call. Undefined if a page of the service's own origin makes the call,
 * or a person who types an address or follows a link. Browsers add the cookie to the calls of every page. Only `Origin` and the
 * fetch metadata (W3C Fetch Metadata Request Headers) show which page makes the call.
 */
export function crossOriginProblem({
  method,
  origin,
  headers,
}: Pick<CanonicalRequest, 'method' | 'origin' | 'headers'>): string | undefined {
  const site = headers.one('sec-fetch-site');
  const from = headers.one('origin');
  if (from !== undefined && from !== origin) return 'the page that makes this call has another origin';
  if (site === 'same-origin') return undefined;
  if (!SAFE.has(method))
    return from === origin && site === undefined
      ? undefined
      : 'a call that may change something has to come from a page of the service itself';
  if (site === undefined || site === 'none' || isNavigation(headers)) return undefined;
  return 'the page that makes this call has another origin';
}

/**
 * Whether the browser fetches the script of a service worker, which it says in each such request (W3C Service Workers, `Service-Worker`).
 * A worker stays in the browser after the grant: it would answer pages that are opened with a later grant, also of another tenant, and
 * could show pages from its cache that no record has.
 */
export const fetchesServiceWorker = (headers: HeaderList): boolean =>
  headers.all('service-worker').length > 0 || headers.all('sec-fetch-dest').includes('serviceworker');

/**
 * Whether a person opens a page in a tab. A frame inside another page does not count. If the browser sends no fetch metadata, its
 * `Accept` header decides.
 */
export function isNavigation(headers: HeaderList): boolean {
  const mode = headers.one('sec-fetch-mode');
  if (mode !== undefined) return mode === 'navigate' && headers.one('sec-fetch-dest') === 'document';
  return /(?:^|,)\s*text\/html\b/.test(headers.all('accept').join(','));
}
