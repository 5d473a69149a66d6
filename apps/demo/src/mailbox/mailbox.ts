import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { SMTPServer } from 'smtp-server';
import { BASE_STYLE, type Html, html, renderDocument, sourceHash } from '../pages/html.js';
import { type Message, readMessage } from './message.js';

const ORIGIN = 'http://mailbox.invalid';
const MAX_MESSAGES = 200;
const MAX_BYTES = 1024 * 1024;

const STYLE = `${BASE_STYLE}
main { max-width: 48rem; margin: 0 auto; padding: 32px 16px; }
h1 { font-size: 1.5rem; margin: 0 0 8px; }
h2 { font-size: 1.125rem; margin: 0; }
article { background: var(--card); border: 1px solid var(--line); border-radius: 4px; padding: 16px; margin: 16px 0; }
p { margin: 0; color: var(--soft); font-size: 0.875rem; }
pre { margin: 16px 0 0; white-space: pre-wrap; overflow-wrap: anywhere; font: inherit; }
a { color: var(--accent); }
`;
const POLICY = `default-src 'none'; style-src ${sourceHash(STYLE)}; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`;

/** Receives every mail of the demo, and shows it on a page. No mail leaves this machine. */
export class Mailbox {
  /** Newest first. Kept in memory alone. */
  private readonly messages: Message[] = [];
  readonly smtp: SMTPServer;
  readonly pages: Server;

  constructor(now: () => Date) {
    this.smtp = new SMTPServer({
      authOptional: true,
      disabledCommands: ['STARTTLS', 'AUTH'],
      size: MAX_BYTES,
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
    this.messages.unshift(message);
    this.messages.length = Math.min(this.messages.length, MAX_MESSAGES);
  }

  private answer({ method, url = '/' }: IncomingMessage, response: ServerResponse): void {
    const isRead = method === 'GET' || method === 'HEAD';
    // A target such as `//` is not a URL: it is not found.
    const path = isRead && URL.canParse(url, ORIGIN) ? new URL(url, ORIGIN).pathname : null;
    const { status, type, body } = this.pageAt(path);
    response.writeHead(status, {
      'content-type': type,
      'cache-control': 'no-store',
      'content-security-policy': POLICY,
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
    });
    response.end(method === 'HEAD' ? undefined : body);
  }

  private pageAt(path: string | null): { status: number; type: string; body: string } {
    const json = 'application/json';
    switch (path) {
      case '/':
        return { status: 200, type: 'text/html; charset=utf-8', body: this.renderPage() };
      case '/readyz':
        return { status: 200, type: json, body: '{"status":"ok"}' };
      case '/messages':
        return { status: 200, type: json, body: JSON.stringify({ items: this.messages }) };
      default:
        return { status: 404, type: 'text/plain', body: 'There is nothing here.\n' };
    }
  }

  private renderPage(): string {
    const articles = this.messages.map(
      ({ to, subject, text, at }) =>
        html`<article><h2>${subject}</h2><p>To ${to} · ${at.slice(0, 19).replace('T', ' ')} UTC</p><pre>${linkify(text)}</pre></article>`,
    );
    const empty = html`<article><h2>No mail yet</h2><p>Request access, or ask for a sign-in code as someone of Globex.</p></article>`;
    return renderDocument({
      title: 'Mailbox of the demo',
      style: STYLE,
      head: html`<meta http-equiv="refresh" content="5">
`,
      body: html`<main>
<h1>Mailbox of the demo</h1>
<p>Every mail that Countersign sends here, to anyone, newest first. No mail leaves this machine; a restart empties the mailbox.</p>
${articles.length === 0 ? empty : articles}
</main>`,
    });
  }
}

/** Makes links of addresses on this machine. */
const linkify = (text: string): Html[] =>
  text
    .split(/(http:\/\/localhost:\d+\/[^\s]*)/)
    .map((part, index) => (index % 2 === 0 ? html`${part}` : html`<a href="${part}">${part}</a>`));
