import { DeliveryFailure } from '@countersign/access';
import { createTransport } from 'nodemailer';
import type { MailContent } from './layout.js';
import type { MailSettings } from './settings.js';

const CONNECT_MS = 8_000;
const SILENCE_MS = 10_000;

/** One mail to one person. */
export interface OutgoingMail extends MailContent {
  to: string;
  /** With angle brackets. The same for every attempt, so that mail programs drop duplicates. */
  messageId: string;
}

/** Sends mail through the configured SMTP server. */
export class MailClient {
  private readonly transport;

  constructor(private readonly settings: MailSettings) {
    const { host, port, secure, requireTls: requireTLS, auth } = settings;
    this.transport = createTransport({
      host,
      port,
      secure,
      requireTLS,
      ...(auth === null ? {} : { auth }),
      connectionTimeout: CONNECT_MS,
      greetingTimeout: CONNECT_MS,
      dnsTimeout: CONNECT_MS,
      socketTimeout: SILENCE_MS,
      // Nothing in the content may make the library open a file or a URL.
      disableFileAccess: true,
      disableUrlAccess: true,
    });
  }

  /** @throws DeliveryFailure with a code derived from the server's answer, never its text */
  async send(mail: OutgoingMail, signal: AbortSignal): Promise<void> {
    try {
      await this.transport.sendMail({
        from: { name: 'Countersign', address: this.settings.from },
        // Passed as objects, so that the library never parses an address as a list.
        to: { name: '', address: mail.to },
        envelope: { from: this.settings.from, to: [mail.to] },
        messageId: mail.messageId,
        subject: mail.subject,
        text: mail.text,
        html: mail.html,
        headers: { 'Auto-Submitted': 'auto-generated', 'X-Auto-Response-Suppress': 'All' },
        signal,
      });
    } catch (error) {
      throw failureOf(error);
    }
  }
}

const CODES: Readonly<Record<string, string>> = {
  ETIMEDOUT: 'smtp_timeout',
  EDNS: 'smtp_unreachable',
  ECONNECTION: 'smtp_unreachable',
  ESOCKET: 'smtp_unreachable',
  ETLS: 'smtp_tls',
  EREQUIRETLS: 'smtp_tls',
  EAUTH: 'smtp_auth',
  ENOAUTH: 'smtp_auth',
  EABORT: 'timed_out',
};

/** Error codes of node:tls and OpenSSL for a bad certificate or handshake (X509_V_ERR_…, ERR_SSL_…). */
const TLS_FAULT =
  /^(CERT_|CRL_|DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_|HOSTNAME_MISMATCH|INVALID_CA|ERR_TLS_|ERR_SSL_|EPROTO)/;

/**
 * Only a permanent refusal of the recipient ends the attempts. Anything else may be a temporary fault of the server.
 * The server's text is left out, because it repeats addresses.
 */
function failureOf(error: unknown): DeliveryFailure {
  const { code, originalCode, responseCode, command, permanent } = (error ?? {}) as {
    code?: unknown;
    originalCode?: unknown;
    responseCode?: unknown;
    command?: unknown;
    permanent?: unknown;
  };
  const known = TLS_FAULT.test(String(originalCode)) ? 'smtp_tls' : CODES[String(code)];
  const answered = typeof responseCode === 'number' ? `smtp_${responseCode}` : undefined;
  const final = code === 'EENVELOPE' && command === 'RCPT TO' && permanent === true;
  return new DeliveryFailure(known ?? answered ?? 'smtp_failed', { final });
}
