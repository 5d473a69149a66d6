/**
 * A request header, in lower case. A page sends it with calls that it makes on its own, without the user. The broker
 * answers such a call like any other, but the call does not keep the session alive.
 */
export const BACKGROUND_HEADER = 'countersign-background';

/** The event that a broker sends on each stream once a second. A stream without it is lost, though it looks open. */
export const STREAM_ALIVE = 'alive';

/** The path at a service's own origin at which a browser begins a session. The service's gateways answer it. */
export const BROWSER_OPEN_PATH = '/countersign/open';

/** The address that opens a service with a grant in the engineer's browser. @param origin the service's own */
export const browserAddress = (origin: string, grant: string): string =>
  `${origin}${BROWSER_OPEN_PATH}?grant=${grant}`;

/** In days: how long an API key lives unless its owner says so, and at most. */
export const API_KEY_DAYS = { standard: 30, longest: 90 } as const;

const LONGEST = 2_000;
/** One slash, then printable ASCII that no browser reads as another host and no server as a new header line. */
const LOCAL = /^\/(?![/\\])[\x21-\x5b\x5d-\x7e]*$/;
const ANYWHERE = 'http://here.invalid';

/**
 * Where to go after signing in: the requested path if it is one of this broker's, else the start page. The result never
 * names another host (CWE-601). Broker and pages both call this function.
 */
export function safeLocalPath(input: unknown): string {
  if (typeof input !== 'string' || input.length > LONGEST || !LOCAL.test(input)) return '/';
  const url = new URL(input, ANYWHERE);
  const path = `${url.pathname}${url.search}${url.hash}`;
  return url.origin === ANYWHERE && LOCAL.test(path) ? path : '/';
}
