import { domainToASCII } from 'node:url';
import { DeliveryFailure } from '@countersign/access';
import { createTransport } from 'nodemailer';
import type { MailContent } from './layout.js';
import type { MailSettings } from './settings.js';

const CONNECT_MS = 8_000;
const SILENCE_MS = 10_000;
/** The `To` of a mail to several: only the envelope names them. */
const UNDISCLOSED = 'undisclosed-recipients:;';

/** One mail to one address, or to several that do not learn of each other. */
export interface OutgoingMail extends MailContent {
  to: readonly string[];
  /** With angle brackets. The same for every attempt, so that mail programs drop duplicates. */
  messageId: string;
}

/** Sends mail through the configured SMTP server. */
export class MailClient {
  private readonly transport;

  /** @param connections kept open for further mails; 0: each mail has one of its own */
  constructor(
    private readonly settings: MailSettings,
    connections = 0,
  ) {
    const { host, port, secure, requireTls: requireTLS, auth } = settings;
    this.transport = createTransport({
      host,
      port,
      secure,
      requireTLS,
      ...(auth === null ? {} : { auth }),
      ...(connections === 0 ? {} : { pool: true, maxConnections: connections }),
      connectionTimeout: CONNECT_MS,
      greetingTimeout: CONNECT_MS,
      dnsTimeout: CONNECT_MS,
      socketTimeout: SILENCE_MS,
      // Nothing in the content may make the library open a file or a URL.
      disableFileAccess: true,
      disableUrlAccess: true,
    });
  }

  /**
   * @returns the addresses that the server refused, each with the reason; none if it took the mail for all
   * @throws DeliveryFailure if it took the mail for none, with a code derived from the server's answer, never its text
   */
  async send(mail: OutgoingMail, signal: AbortSignal): Promise<Map<string, DeliveryFailure>> {
    const to = new Map(mail.to.map((address) => [onTheWire(address), address]));
    const [only = ''] = to.keys();
    try {
      const { rejectedErrors = [] } = await this.transport.sendMail({
        from: { name: 'Countersign', address: this.settings.from },
        // Passed as objects, so that the library never parses an address as a list.
        to: to.size === 1 ? { name: '', address: only } : UNDISCLOSED,
        envelope: { from: this.settings.from, to: [...to.keys()] },
        messageId: mail.messageId,
        subject: mail.subject,
        text: mail.text,
        html: mail.html,
        headers: { 'Auto-Submitted': 'auto-generated', 'X-Auto-Response-Suppress': 'All' },
        signal,
      });
      return refusals(rejectedErrors, to);
    } catch (error) {
      const refused = refusals((error as { rejectedErrors?: Refusal[] }).rejectedErrors ?? [], to);
      // Of several, some may never be accepted and others later.
      if (to.size > 1 && refused.size === to.size) return refused;
      throw failureOf(error);
    }
  }

  /** Ends the connections that are kept open. */
  close(): void {
    this.transport.close();
  }
}

type Refusal = Error & { recipient?: string };

const refusals = (
  errors: readonly Refusal[],
  to: ReadonlyMap<string, string>,
): Map<string, DeliveryFailure> =>
  new Map(
    errors.flatMap((error) => {
      const address = to.get(error.recipient ?? '');
      return address === undefined ? [] : [[address, failureOf(error)]];
    }),
  );

/** The address as the server gets it, by which it is found again in what the server answers. */
function onTheWire(address: string): string {
  const at = address.lastIndexOf('@');
  return `${address.slice(0, at)}@${domainToASCII(address.slice(at + 1)) || address.slice(at + 1)}`;
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
