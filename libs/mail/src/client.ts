import { DeliveryFailure } from '@countersign/access';
import { createTransport } from 'nodemailer';
import type { MailSettings } from './config.js';
import type { MailContent } from './layout.js';

const CONNECT_MS = 8_000;
const SILENCE_MS = 10_000;

/** One mail to one person. */
export interface OutgoingMail extends MailContent {
  to: string;
  /** With angle brackets; the same for every attempt. */
  messageId: string;
}

/** Hands mail to the one server that is configured. */
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
      // Content is ours, and nothing in it may make the library open a file or an address.
      disableFileAccess: true,
      disableUrlAccess: true,
    });
  }

  /** @throws DeliveryFailure with a code made of what the server answered, never its words */
  async send(mail: OutgoingMail, signal: AbortSignal): Promise<void> {
    try {
      await this.transport.sendMail({
        from: { name: 'Countersign', address: this.settings.from },
        // Addresses as objects: nothing in them is parsed as a list.
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

/** What node:tls and OpenSSL say where a certificate or the handshake is at fault (X509_V_ERR_…, ERR_SSL_…). */
const TLS_FAULT =
  /^(CERT_|CRL_|DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_|HOSTNAME_MISMATCH|INVALID_CA|ERR_TLS_|ERR_SSL_|EPROTO)/;

/**
 * Only a server that refuses the recipient for good ends the attempts. Whatever else goes wrong may be a
 * server that is being mended. What the server said is left out: it repeats addresses.
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
