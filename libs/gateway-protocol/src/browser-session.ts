import { BROWSER_OPEN_PATH } from '@countersign/contract';
import { z } from 'zod';
import { bytes32, id, parseShape, positive, slug } from './shapes.js';

/**
 * Paths that a gateway answers itself at a service's own host. `open` begins a session, `callback` takes the code that the
 * broker gave out. `overlay` is the script that shows the engineer's access in the service's pages, `grant` is what it reads, and
 * `release` ends the access.
 */
export const BROWSER_PATHS = {
  open: BROWSER_OPEN_PATH,
  callback: '/countersign/session',
  overlay: '/countersign/overlay.js',
  grant: '/countersign/grant',
  release: '/countersign/release',
} as const;

const secret = z.string().regex(/^grt_[0-9a-f-]{36}\.[A-Za-z0-9_-]{43}$/, 'is not a secret of a session');

const exchange = z.strictObject({ code: secret, verifier: bytes32, service: slug });
/** The body of `POST /gateway/v1/browser-sessions`, signed by the gateway's identity. */
export type BrowserCodeExchange = z.infer<typeof exchange>;

const exchanged = z.strictObject({ session: secret, grant: id('grt') });
/** The answer: the secret that the browser keeps in a cookie. */
export type OpenedBrowserSession = z.infer<typeof exchanged>;

const tokenRequest = z.strictObject({ session: secret, service: slug });
/** The body of `POST /gateway/v1/browser-sessions/token` and `…/release`, signed by the gateway's identity. */
export type BrowserTokenRequest = z.infer<typeof tokenRequest>;

const token = z.strictObject({ token: z.string().min(1), expiresIn: positive });
/** The answer: a token of the session's grant, and its lifetime in seconds. */
export type BrowserToken = z.infer<typeof token>;

/** Throws ProtocolError `invalid_session`. */
export const parseBrowserCodeExchange = (value: unknown): BrowserCodeExchange =>
  parseShape(exchange, value, 'invalid_session');

/** Throws ProtocolError `invalid_session`. */
export const parseOpenedBrowserSession = (value: unknown): OpenedBrowserSession =>
  parseShape(exchanged, value, 'invalid_session');

/** Throws ProtocolError `invalid_session`. */
export const parseBrowserTokenRequest = (value: unknown): BrowserTokenRequest =>
  parseShape(tokenRequest, value, 'invalid_session');

/** Throws ProtocolError `invalid_session`. */
export const parseBrowserToken = (value: unknown): BrowserToken =>
  parseShape(token, value, 'invalid_session');

/** True if the text has the form of a session's secret. A broker need not be asked about anything else. */
export const isSessionSecret = (text: string): boolean => secret.safeParse(text).success;
