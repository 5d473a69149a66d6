import type { CanonicalRequest } from '../http/canonical-request.js';
import type { HeaderList } from '../http/header-list.js';

const SAFE: ReadonlySet<string> = new Set(['GET', 'HEAD']);

/**
 * Why a call may not be made with the session of the browser that sends it; undefined if a page of the service's own origin
 * makes it, or the person who types an address or follows a link. Browsers add the cookie to calls of any page, and only
 * `Origin` and the fetch metadata (W3C Fetch Metadata Request Headers) tell whose page it is.
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
 * Whether a person opens a page: the answer is shown in a tab of its own. A frame of another page is not a navigation.
 * Browsers without fetch metadata are known by what they accept.
 */
export function isNavigation(headers: HeaderList): boolean {
  const mode = headers.one('sec-fetch-mode');
  if (mode !== undefined) return mode === 'navigate' && headers.one('sec-fetch-dest') === 'document';
  return /(?:^|,)\s*text\/html\b/.test(headers.all('accept').join(','));
}
