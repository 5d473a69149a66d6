import { isLoopbackHost, type Language, withoutBrackets } from '@countersign/contract';

/** The SMTP server and the sender. */
export interface MailSettings {
  host: string;
  port: number;
  /** TLS from the first byte (`smtps:`). */
  secure: boolean;
  /** Requires STARTTLS. Only a server on this machine may be used without TLS. */
  requireTls: boolean;
  auth: { user: string; pass: string } | null;
  /** The sender's address. */
  from: string;
  /** The broker's origin, without a final slash. Links begin with it. */
  publicUrl: string;
  language: Language;
}

const SUBMISSION = 587;
const SUBMISSIONS = 465;

/**
 * Turns the environment's values into mail settings.
 *
 * @param settings `smtpUrl` is a valid `smtp://` or `smtps://` URL whose login can be decoded
 */
export function readMailSettings(settings: {
  smtpUrl: string;
  from: string;
  publicUrl: string;
  language: Language;
}): MailSettings {
  const url = new URL(settings.smtpUrl);
  const secure = url.protocol === 'smtps:';
  // For schemes that it does not know, URL does not normalise host names and keeps the brackets of IPv6 addresses.
  const host = withoutBrackets(url.hostname);
  return {
    host,
    port: url.port === '' ? (secure ? SUBMISSIONS : SUBMISSION) : Number(url.port),
    secure,
    requireTls: !secure && !isLoopbackHost(host),
    auth:
      url.username === ''
        ? null
        : { user: decodeURIComponent(url.username), pass: decodeURIComponent(url.password) },
    from: settings.from,
    publicUrl: settings.publicUrl,
    language: settings.language,
  };
}
