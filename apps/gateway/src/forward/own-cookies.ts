const OWN = '__host-countersign';
const HOST = '__host-';

/**
 * Begins so, also without a name in front, as some browsers send what was set without one. No regular expression: on a long
 * run of spaces it would try every way to part them.
 */
function begins(pair: string, name: string): boolean {
  const given = pair.trimStart();
  const named = given.startsWith('=') ? given.slice(1).trimStart() : given;
  return named.slice(0, name.length).toLowerCase() === name;
}

/** Whether a cookie's `name=value` is of the broker or the gateway: cookies ignore ports, so that they meet on one host. */
export function isOwnCookie(pair: string): boolean {
  return begins(pair, OWN);
}

/** Whether a cookie insists on all paths of its host. */
export function isHostCookie(pair: string): boolean {
  return begins(pair, HOST);
}

/** A `Cookie` header without ours; undefined when nothing is left. */
export function withoutOwnCookies(cookies: string): string | undefined {
  const kept = cookies.split(';').filter((pair) => !isOwnCookie(pair));
  return kept.length === 0 ? undefined : kept.join(';').trim();
}
