import type { NextAddress } from '@countersign/api';
import { isZone } from '@countersign/contract';
import type { CookieOptions, Request, Response } from 'express';

/** The session of a signed-in browser. The name is specific, because all ports of a host share cookies. */
export const SESSION_COOKIE = '__Host-countersign-session';
/** Identifies a browser while it signs in, so that only this browser can finish the sign-in. */
export const BROWSER_COOKIE = '__Host-countersign-browser';

/** Where pages put the time zone of their browser, for the clocks in mail. It is no secret, and anyone may choose it. */
const ZONE_COOKIE = 'countersign-zone';

const SECRET = /^[A-Za-z0-9_-]{20,200}$/;
const OPTIONS: CookieOptions = { httpOnly: true, secure: true, sameSite: 'lax', path: '/' };

/**
 * The value of one of our cookies in a `Cookie` header (RFC 6265 §5.4). A cookie that occurs twice counts as absent:
 * another site on the host may have set the second one.
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

/** The time zone that the browser's pages have named; undefined if there is none, or no such zone. */
export function readZone(header: string | undefined): string | undefined {
  const values = (header ?? '').split(';').map((pair) => pair.trim());
  const named = values.find((pair) => pair.startsWith(`${ZONE_COOKIE}=`))?.slice(ZONE_COOKIE.length + 1);
  return named !== undefined && named.length <= 64 && isZone(named) ? named : undefined;
}

/** Whether the header names the cookie at all, even with an invalid value. */
export const hasCookie = (header: string | undefined, name: string): boolean =>
  (header ?? '').split(';').some((pair) => pair.trim().startsWith(`${name}=`));

/** @param seconds how long the browser keeps it; the broker checks its own limits besides */
export function setCookie(response: Response, name: string, value: string, seconds: number): void {
  response.cookie(name, value, { ...OPTIONS, maxAge: seconds * 1000 });
}

export const clearCookie = (response: Response, name: string): void =>
  void response.clearCookie(name, OPTIONS);

/** Redirects a browser, without the body that Express would write. */
export function redirect(response: Response, status: 302 | 303, to: string): void {
  response.status(status).location(to).end();
}

/**
 * Sends a browser on after a POST, often to another site. A script that accepts JSON gets `{location}` to open, because
 * browsers apply the page's `form-action` to the redirects of its forms; anything else gets a redirect.
 *
 * @returns what the script gets. The answer is sent: the handler takes the response without `passthrough`
 */
export function sendOn({ headers }: Request, response: Response, to: string): NextAddress {
  const next = { location: to };
  if (headers.accept === 'application/json') response.status(200).json(next);
  else redirect(response, 303, to);
  return next;
}
