import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { SMTPServer } from 'smtp-server';
import { framed, type Kept, MAIL_POLICY, mailboxPage, PAGE_POLICY } from './mailbox-page.js';
import { type Message, readMessage } from './message.js';

const ORIGIN = 'http://mailbox.invalid';
const MAX_MESSAGES = 200;
const MAX_BYTES = 1024 * 1024;

/** Receives every mail of the demo, and shows it on a page. No mail leaves this machine. */
export class Mailbox {
  /** Newest first. Kept in memory alone. */
  private readonly messages: Kept[] = [];
  private received = 0;
  readonly smtp: SMTPServer;
  readonly pages: Server;

  constructor(now: () => Date) {
    this.smtp = new SMTPServer({
      authOptional: true,
      disabledCommands: ['STARTTLS', 'AUTH'],
      size: MAX_BYTES,
      closeTimeout: 500,
      onData: (stream, { envelope }, callback) => {
        const chunks: Buffer[] = [];
        stream.on('data', (chunk: Buffer) => chunks.push(chunk));
        stream.on('end', () => {
          const to = envelope.rcptTo.map(({ address }) => address).join(', ');
          this.add(readMessage(Buffer.concat(chunks).toString('utf8'), to, now().toISOString()));
          callback();
        });
      },
    });
    this.pages = createServer((request, response) => this.answer(request, response));
  }

  private add(message: Message): void {
    this.received += 1;
    this.messages.unshift({ ...message, id: this.received });
    this.messages.length = Math.min(this.messages.length, MAX_MESSAGES);
  }

  private answer({ method, url = '/' }: IncomingMessage, response: ServerResponse): void {
    const isRead = method === 'GET' || method === 'HEAD';
    // A target such as `//` is not a URL: it is not found.
    const target = isRead && URL.canParse(url, ORIGIN) ? new URL(url, ORIGIN) : null;
    const { status, type, body, policy = PAGE_POLICY } = this.pageAt(target);
    response.writeHead(status, {
      'content-type': type,
      'cache-control': 'no-store',
      'content-security-policy': policy,
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
    });
    response.end(method === 'HEAD' ? undefined : body);
  }

  private pageAt(target: URL | null): Page {
    const to = target?.searchParams.get('to') ?? null;
    const [, id] = /^\/messages\/([1-9]\d{0,8})\/html$/.exec(target?.pathname ?? '') ?? [];
    if (id !== undefined) return this.mailAt(Number(id));
    switch (target?.pathname) {
      case '/': {
        const chosen = target.searchParams.get('mail');
        const body = mailboxPage(this.messages, to, chosen === null ? null : Number(chosen));
        return { status: 200, type: HTML, body };
      }
      case '/readyz':
        return { status: 200, type: JSON_TYPE, body: '{"status":"ok"}' };
      case '/messages': {
        const items = this.messages.filter((mail) => to === null || mail.to === to);
        return { status: 200, type: JSON_TYPE, body: JSON.stringify({ items }) };
      }
      default:
        return NOTHING;
    }
  }

  /** The HTML of one mail, for the frame of the page. */
  private mailAt(id: number): Page {
    const mail = this.messages.find((each) => each.id === id);
    if (mail === undefined || mail.html === null) return NOTHING;
    return { status: 200, type: HTML, body: framed(mail.html), policy: MAIL_POLICY };
  }
}

type Page = { status: number; type: string; body: string; policy?: string };
const HTML = 'text/html; charset=utf-8';
const JSON_TYPE = 'application/json';
const NOTHING: Page = { status: 404, type: 'text/plain', body: 'There is nothing here.\n' };
