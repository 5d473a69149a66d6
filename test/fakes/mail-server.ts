import type { AddressInfo } from 'node:net';
import { SMTPServer } from 'smtp-server';

/** A mail as it came over the wire. */
export interface ReceivedMail {
  from: string;
  to: string[];
  /** Headers and body, dot-unstuffed, lines that quoted-printable broke joined again. */
  raw: string;
  header(name: string): string | undefined;
}

/** What the server does with the next mail; a number is an SMTP answer. */
export type MailAnswer = 'accept' | 'hang' | number;

export interface MailServerOptions {
  /** TLS from the first byte, with a certificate that no one has signed. */
  tls?: boolean;
  /** Whom alone it takes mail from. */
  login?: { user: string; pass: string };
}

/** A real SMTP server on loopback that keeps what it accepts. */
export class MailServer {
  readonly mails: ReceivedMail[] = [];
  /** Asked for each recipient, at RCPT TO. */
  onRecipient: (address: string) => MailAnswer = () => 'accept';
  /** Asked for each mail, when it is there whole. */
  onMail: (mail: ReceivedMail) => MailAnswer = () => 'accept';
  private server: SMTPServer | undefined;
  port = 0;

  constructor(private readonly options: MailServerOptions = {}) {}

  get url(): string {
    return `${this.options.tls ? 'smtps' : 'smtp'}://127.0.0.1:${this.port}`;
  }

  async start(): Promise<void> {
    const { tls = false, login } = this.options;
    const server = new SMTPServer({
      secure: tls,
      logger: false,
      authOptional: login === undefined,
      allowInsecureAuth: true,
      onAuth: ({ username, password }, _session, callback) =>
        username === login?.user && password === login?.pass
          ? callback(null, { user: username })
          : callback(new Error('wrong')),
      disabledCommands: ['STARTTLS'],
      closeTimeout: 100,
      onRcptTo: ({ address }, _session, callback) => answer(this.onRecipient(address), callback),
      onData: (stream, { envelope }, callback) => {
        const chunks: Buffer[] = [];
        stream.on('data', (chunk: Buffer) => chunks.push(chunk));
        stream.on('end', () => {
          const mail = received(
            envelope.mailFrom === false ? '' : envelope.mailFrom.address,
            envelope.rcptTo.map(({ address }) => address),
            Buffer.concat(chunks).toString('utf8'),
          );
          const said = this.onMail(mail);
          if (said === 'accept') this.mails.push(mail);
          answer(said, callback);
        });
      },
    });
    server.on('error', () => undefined);
    await new Promise<void>((resolve) => server.listen(this.port, '127.0.0.1', resolve));
    this.port = (server.server.address() as AddressInfo).port;
    this.server = server;
  }

  /** The port is kept for the next start. */
  async stop(): Promise<void> {
    const { server } = this;
    this.server = undefined;
    if (server !== undefined) await new Promise<void>((resolve) => server.close(resolve));
  }

  to(address: string): ReceivedMail[] {
    return this.mails.filter((mail) => mail.to.includes(address));
  }
}

function answer(said: MailAnswer, callback: (error?: Error | null) => void): void {
  if (said === 'hang') return;
  if (said === 'accept') callback();
  else callback(Object.assign(new Error('not today'), { responseCode: said }));
}

function received(from: string, to: string[], raw: string): ReceivedMail {
  const head = raw.split('\r\n\r\n', 1)[0]?.replace(/\r\n[ \t]+/g, ' ') ?? '';
  return {
    from,
    to,
    raw: raw.replace(/=\r\n/g, ''),
    header: (name) =>
      head
        .split('\r\n')
        .find((line) => line.toLowerCase().startsWith(`${name.toLowerCase()}:`))
        ?.slice(name.length + 1)
        .trim(),
  };
}

/**
 * The code that the mail shows on a line of its own. Ids in the mail's head can look like a code.
 *
 * @throws Error if it shows none
 */
export function codeIn({ raw }: ReceivedMail): string {
  const code = /^ {4}([A-Z2-9]{4}-[A-Z2-9]{4})\r?$/m.exec(raw)?.[1];
  if (code === undefined) throw new Error(`the mail shows no code:\n${raw}`);
  return code;
}
