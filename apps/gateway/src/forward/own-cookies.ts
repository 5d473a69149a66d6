/** Also without a name in front, as some browsers send what was set without one. */
const OWN = /^\s*=?\s*__Host-countersign/i;

/** Whether a cookie's `name=value` is of the broker or the gateway: cookies ignore ports, so that they meet on one host. */
export function isOwnCookie(pair: string): boolean {
  return OWN.test(pair);
}

/** A `Cookie` header without ours; undefined when nothing is left. */
export function withoutOwnCookies(cookies: string): string | undefined {
  const kept = cookies.split(';').filter((pair) => !isOwnCookie(pair));
  return kept.length === 0 ? undefined : kept.join(';').trim();
}
