import { request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createTransport } from 'nodemailer';
import { Mailbox } from './mailbox.js';

/** The status of the answer to this very target, which `fetch` would mend. */
function statusOf(port: number, path: string): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    request({ host: '127.0.0.1', port, path }, (answer) => {
      answer.resume();
      resolve(answer.statusCode);
    })
      .once('error', reject)
      .end();
  });
}

/** Sends a mail through SMTP, as the broker does. */
async function send(port: number, to: string, subject: string, html: string): Promise<void> {
  const transport = createTransport({ host: '127.0.0.1', port, secure: false, ignoreTLS: true });
  await transport.sendMail({
    from: 'countersign@demo.example',
    to,
    subject,
    text: `Text of ${subject}`,
    html,
  });
  transport.close();
}

describe('the page', () => {
  const mailbox = new Mailbox(() => new Date('2026-11-24T15:00:00Z'));
  let url = '';
  beforeAll(async () => {
    await new Promise<void>((resolve) => mailbox.smtp.listen(0, '127.0.0.1', resolve));
    await new Promise<void>((resolve) => mailbox.pages.listen(0, '127.0.0.1', resolve));
    url = `http://127.0.0.1:${(mailbox.pages.address() as AddressInfo).port}`;
    const { port } = mailbox.smtp.server.address() as AddressInfo;
    await send(
      port,
      'ada@acme.example',
      'For Ada',
      '<!doctype html><html><head></head><body><script>1</script><a href="http://localhost:4000/x">x</a></body></html>',
    );
    await send(port, 'gwen@globex.example', 'For Gwen', '<p>x</p>');
  });
  afterAll(async () => {
    mailbox.pages.closeAllConnections();
    await new Promise((resolve) => mailbox.pages.close(resolve));
    await new Promise<void>((resolve) => mailbox.smtp.close(() => resolve()));
  });
  const read = async (path: string) => (await fetch(url + path)).text();

  test('filters by recipient, and shows the newest mail until one is chosen', async () => {
    const everyone = await read('/');
    expect(everyone).toContain('For Ada');
    expect(everyone).toContain('src="/messages/2/html"');
    expect(everyone).toContain('http-equiv="refresh"');
    const ada = await read('/?to=ada%40acme.example');
    expect(ada).not.toContain('For Gwen');
    expect(ada).toContain('src="/messages/1/html"');
    // A reader who has chosen a mail is not disturbed.
    expect(await read('/?mail=1')).not.toContain('http-equiv="refresh"');
    const { items } = (await (await fetch(`${url}/messages?to=gwen%40globex.example`)).json()) as {
      items: unknown[];
    };
    expect(items).toMatchObject([{ subject: 'For Gwen', text: 'Text of For Gwen', html: '<p>x</p>' }]);
  });

  test('shows a mail’s HTML in a sandbox: no script, no request, and links open outside of the frame', async () => {
    const page = await fetch(`${url}/?mail=1`);
    expect(await page.text()).toContain('sandbox="allow-popups allow-popups-to-escape-sandbox"');
    const answer = await fetch(`${url}/messages/1/html`);
    const policy = answer.headers.get('content-security-policy') ?? '';
    expect(policy).toContain("default-src 'none'");
    expect(policy).toMatch(/sandbox allow-popups allow-popups-to-escape-sandbox$/);
    expect(policy).not.toContain('script');
    expect(await answer.text()).toContain('<base target="_blank">');
    expect((await fetch(`${url}/messages/99/html`)).status).toBe(404);
  });
});

test('a target that is not a URL is not found, and the mailbox continues', async () => {
  const { pages } = new Mailbox(() => new Date());
  await new Promise<void>((resolve) => pages.listen(0, '127.0.0.1', resolve));
  const { port } = pages.address() as AddressInfo;
  try {
    for (const target of ['//', '///', '/\\', 'http://[', '/nowhere'])
      expect(await statusOf(port, target)).toBe(404);
    expect(await statusOf(port, '/')).toBe(200);
    expect(await statusOf(port, '/readyz')).toBe(200);
  } finally {
    pages.closeAllConnections();
    await new Promise((resolve) => pages.close(resolve));
  }
});
