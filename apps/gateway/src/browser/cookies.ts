import type { HeaderList } from '../http/header-list.js';

/** `session`: the secret of a session. `open`: the verifier that shows that the browser that brings a code also began the sign-in. */
export type OwnCookie = 'session' | 'open';

/**
 * `__Host-`: browsers take such a cookie only from the host itself, over a secure connection and for all its paths (RFC 6265bis
 * §4.1.3.2), so no other host can set or read it. The gateway never sends it upstream.
 */
const NAMES: Record<OwnCookie, string> = {
  session: '__Host-countersign-session',
  open: '__Host-countersign-open',
};

/** The value of the cookie; undefined if the browser sends none, or several. */
export function ownCookie(headers: HeaderList, cookie: OwnCookie): string | undefined {
  const prefix = `${NAMES[cookie]}=`;
  const found = (headers.one('cookie') ?? '')
    .split(';')
    .map((pair) => pair.trim())
    .filter((pair) => pair.startsWith(prefix));
  return found.length === 1 ? found[0]?.slice(prefix.length) : undefined;
}

/** The header field that sets the cookie. @param seconds how long it lasts; absent: until the browser is closed */
export function setCookie(cookie: OwnCookie, value: string, seconds?: number): [name: string, value: string] {
  const age = seconds === undefined ? '' : `; Max-Age=${seconds}`;
  return ['Set-Cookie', `${NAMES[cookie]}=${value}; Path=/; Secure; HttpOnly; SameSite=Lax${age}`];
}
