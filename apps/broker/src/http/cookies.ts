import type { CookieOptions, Response } from 'express';

/** A signed-in browser. Named for this broker: cookies go by host and not by port. */
export const SESSION_COOKIE = '__Host-countersign-session';
/** A browser that is signing in, so that nobody else can finish what it began. */
export const BROWSER_COOKIE = '__Host-countersign-browser';

const SECRET = /^[A-Za-z0-9_-]{20,200}$/;
const OPTIONS: CookieOptions = { httpOnly: true, secure: true, sameSite: 'lax', path: '/' };

/**
 * The value of one of our cookies in a `Cookie` header (RFC 6265 §5.4). One that is there twice counts as absent:
 * somebody has set a second one.
 */
export function readCookie(header: string | undefined, name: string): string | undefined {
  const values = (header ?? '')
    .split(';')
    .map((pair) => pair.trim())
    .filter((pair) => pair.startsWith(`${name}=`))
    .map((pair) => pair.slice(name.length + 1));
  const [only] = values;
  return values.length === 1 && only !== undefined && SECRET.test(only) ? only : undefined;
}

/** True where the header names the cookie at all, readable or not. */
export const hasCookie = (header: string | undefined, name: string): boolean =>
  (header ?? '').split(';').some((pair) => pair.trim().startsWith(`${name}=`));

/** @param seconds how long the browser keeps it; the broker's own limits hold whatever it does */
export function setCookie(response: Response, name: string, value: string, seconds: number): void {
  response.cookie(name, value, { ...OPTIONS, maxAge: seconds * 1000 });
}

export const clearCookie = (response: Response, name: string): void =>
  void response.clearCookie(name, OPTIONS);

/** Leads a browser elsewhere, without the body that Express would write for it. */
export function redirect(response: Response, status: 302 | 303, to: string): void {
  response.status(status).location(to).end();
}
