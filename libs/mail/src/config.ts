import type { Language } from './words/words.js';

/** How mail leaves, and as whom. */
export interface MailSettings {
  host: string;
  port: number;
  /** TLS from the first byte (`smtps:`). */
  secure: boolean;
  /** STARTTLS or nothing: only a server on this machine may be spoken to in the clear. */
  requireTls: boolean;
  auth: { user: string; pass: string } | null;
  /** The sender's address. */
  from: string;
  /** The broker's origin, without a final slash: what links begin with. */
  publicUrl: string;
  language: Language;
}

const SUBMISSION = 587;
const SUBMISSIONS = 465;

/**
 * Reads what the environment says about mail.
 *
 * @param given `smtpUrl` is `smtp://` or `smtps://`, already checked to be a URL with a login that can be decoded
 */
export function readMailSettings(given: {
  smtpUrl: string;
  from: string;
  publicUrl: string;
  language: Language;
  /** True for the names and addresses of this machine. */
  isLocal: (host: string) => boolean;
}): MailSettings {
  const url = new URL(given.smtpUrl);
  const secure = url.protocol === 'smtps:';
  // For schemes that it does not know, URL leaves host names and brackets as they are written.
  const host = url.hostname.replace(/^\[|\]$/g, '');
  return {
    host,
    port: url.port === '' ? (secure ? SUBMISSIONS : SUBMISSION) : Number(url.port),
    secure,
    requireTls: !secure && !given.isLocal(host),
    auth:
      url.username === ''
        ? null
        : { user: decodeURIComponent(url.username), pass: decodeURIComponent(url.password) },
    from: given.from,
    publicUrl: given.publicUrl,
    language: given.language,
  };
}
