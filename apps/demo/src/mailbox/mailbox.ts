import { createHash } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import { SMTPServer } from 'smtp-server';
import { Html, html } from '../pages/html.js';
import { type Message, readMessage } from './message.js';

const ANYWHERE = 'http://mailbox.invalid';
const MOST_MESSAGES = 200;
const MOST_BYTES = 1024 * 1024;

const STYLE = `
:root { color-scheme: light dark; --ground: #fbfbfa; --card: #fff; --ink: #1b1d22; --soft: #5b6270; --line: #dfe1e6; --accent: #1f4b8f; }
@media (prefers-color-scheme: dark) { :root { --ground: #141519; --card: #1b1d22; --ink: #ececf0; --soft: #a2a8b4; --line: #343842; --accent: #8fb4f0; } }
body { margin: 0; background: var(--ground); color: var(--ink); font: 16px/1.5 system-ui, "Segoe UI", Roboto, "Helvetica Neue", sans-serif; }
main { max-width: 48rem; margin: 0 auto; padding: 32px 16px; }
h1 { font-size: 1.5rem; margin: 0 0 8px; }
h2 { font-size: 1.125rem; margin: 0; }
article { background: var(--card); border: 1px solid var(--line); border-radius: 4px; padding: 16px; margin: 16px 0; }
p { margin: 0; color: var(--soft); font-size: 0.875rem; }
pre { margin: 16px 0 0; white-space: pre-wrap; overflow-wrap: anywhere; font: inherit; }
a { color: var(--accent); }
`;
const POLICY = `default-src 'none'; style-src 'sha256-${createHash('sha256').update(STYLE).digest('base64')}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`;

/** Takes every mail that the demo sends, and shows it: nothing leaves this machine. */
export class Mailbox {
  private readonly messages: Message[] = [];
  readonly smtp: SMTPServer;
  readonly pages: Server;

  constructor(now: () => Date) {
    this.smtp = new SMTPServer({
      authOptional: true,
      disabledCommands: ['STARTTLS', 'AUTH'],
      size: MOST_BYTES,
      onData: (stream, { envelope }, callback) => {
        const chunks: Buffer[] = [];
        stream.on('data', (chunk: Buffer) => chunks.push(chunk));
        stream.on('end', () => {
          const to = envelope.rcptTo.map(({ address }) => address).join(', ');
          this.keep(readMessage(Buffer.concat(chunks).toString('utf8'), to, now().toISOString()));
          callback();
        });
      },
    });
    this.pages = createServer((request, response) => {
      const { url: target = '/' } = request;
      // A target such as `//` is no address, and none of ours.
      const pathname = URL.canParse(target, ANYWHERE) ? new URL(target, ANYWHERE).pathname : null;
      const reads = request.method === 'GET' || request.method === 'HEAD';
      const [status, type, body] =
        reads && pathname === '/'
          ? [200, 'text/html; charset=utf-8', this.page()]
          : reads && pathname === '/readyz'
            ? [200, 'application/json', '{"status":"ok"}']
            : reads && pathname === '/messages'
              ? [200, 'application/json', JSON.stringify({ items: this.messages })]
              : [404, 'text/plain', 'There is nothing here.\n'];
      response.writeHead(status as number, {
        'content-type': type as string,
        'cache-control': 'no-store',
        'content-security-policy': POLICY,
        'x-content-type-options': 'nosniff',
        'referrer-policy': 'no-referrer',
      });
      response.end(request.method === 'HEAD' ? undefined : body);
    });
  }

  private keep(message: Message): void {
    this.messages.unshift(message);
    this.messages.length = Math.min(this.messages.length, MOST_MESSAGES);
  }

  private page(): string {
    const shown = this.messages.map(
      ({ to, subject, text, at }) =>
        html`<article><h2>${subject}</h2><p>To ${to} · ${at.slice(0, 19).replace('T', ' ')} UTC</p><pre>${linked(text)}</pre></article>`,
    );
    return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="refresh" content="5">
<title>Mailbox of the demo</title>
<link rel="icon" href="data:,">
<style>${new Html(STYLE)}</style>
</head>
<body><main>
<h1>Mailbox of the demo</h1>
<p>Every mail that Countersign sends here, newest first, whoever it is to. Nothing leaves this machine; a restart empties it.</p>
${shown.length === 0 ? html`<article><h2>No mail yet</h2><p>Ask for access, or for a sign-in code as somebody of Globex.</p></article>` : shown}
</main></body>
</html>
`.toString();
  }
}

/** Addresses of this machine as links. */
const linked = (text: string): Html[] =>
  text
    .split(/(http:\/\/localhost:\d+\/[^\s]*)/)
    .map((part, index) => (index % 2 === 0 ? html`${part}` : html`<a href="${part}">${part}</a>`));
