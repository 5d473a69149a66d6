import type { ExportContent, ExportKind } from '@countersign/contract';
import { AccessError } from '../errors.js';

/** Where a log is streamed to, and what for. Nothing of it ever changes: another address is another target. */
export interface ExportSettings {
  kind: ExportKind;
  /** What people call it. */
  name: string;
  /** `https://…`, or `tls://HOST:PORT` for syslog. It has no secret in it. */
  address: string;
  content: ExportContent;
  /** Splunk’s index; null for the token’s own. */
  splunkIndex: string | null;
  /** PEM certificates that the receiver’s certificate is verified with, instead of the public ones; null for those. */
  ca: string | null;
}

/** A stream of one log to one receiver, and how far it has come. */
export interface ExportTarget extends ExportSettings {
  /** `xpt_…` */
  id: string;
  /** Whose target it is: a tenant’s slug; null for the vendor. What it sends is what this side may see. */
  tenant: string | null;
  /** The log: the tenant’s own, `deployment`, or `vendor`. */
  log: string;
  /** The first leaf that the receiver has not acknowledged. */
  next: number;
  /** Counts claims; a change names the claim that it belongs to (compare-and-swap). */
  claims: number;
  /** Attempts that failed since the last one that succeeded. */
  failures: number;
  /** No attempt before this instant. While one broker sends, it is when its claim ends. */
  nextAt: string;
  /** When the receiver acknowledged last. */
  sentAt: string | null;
  /** Why the last attempt failed: a code, never a text of the other side. Null if it succeeded. */
  lastError: string | null;
  failedAt: string | null;
  createdAt: string;
  createdBy: string;
}

/** Each side and log has at most so many. */
export const MAX_EXPORT_TARGETS = 5;

const MAX_ADDRESS = 500;

const refuse = (message: string, pointer: string): AccessError =>
  new AccessError('invalid_request', message, { pointer });

/**
 * Validates an address by the rules of its kind. Whether it may be called is decided at each call, by what its name resolves
 * to then.
 *
 * @throws AccessError `invalid_request`
 */
export function validateExportAddress(kind: ExportKind, address: string): void {
  const schemes = kind === 'syslog' ? ['tls:', 'tcp:'] : ['https:', 'http:'];
  const isPlain = /^[\x21-\x7e]+$/.test(address) && address.length <= MAX_ADDRESS;
  const url = isPlain && URL.canParse(address) ? new URL(address) : null;
  if (url === null || !schemes.includes(url.protocol) || url.hostname === '')
    throw refuse(
      `An address begins with ${schemes.map((scheme) => `${scheme}//`).join(' or ')}.`,
      '/address',
    );
  if (url.username + url.password + url.search + url.hash !== '')
    throw refuse(
      'An address has no name, password, query or fragment: no secret may stand in it.',
      '/address',
    );
  if (kind === 'syslog' && (url.port === '' || !/^\/?$/.test(url.pathname)))
    throw refuse('An address of a syslog receiver is tls://HOST:PORT.', '/address');
}

/** Printable ASCII without spaces: a token becomes part of a header. */
const TOKEN = /^[\x21-\x7e]{1,512}$/;
const WEBHOOK_SECRET = /^whsec_[A-Za-z0-9+/]{32,88}={0,2}$/;

/**
 * Validates the secret that was given for a target of this kind.
 *
 * @throws AccessError `invalid_request`
 */
export function validateExportSecret(kind: ExportKind, secret: string | null): void {
  if (kind === 'hec' && (secret === null || !TOKEN.test(secret)))
    throw refuse('A target of the kind hec needs the collector’s token.', '/secret');
  if (kind === 'jsonl' && secret !== null && !WEBHOOK_SECRET.test(secret))
    throw refuse(
      'A secret is whsec_ and base64 of 24 to 64 bytes. Leave it out to get a new one.',
      '/secret',
    );
  if (kind === 'syslog' && secret !== null)
    throw refuse('A syslog receiver has no secret. It is known by its certificate.', '/secret');
}
