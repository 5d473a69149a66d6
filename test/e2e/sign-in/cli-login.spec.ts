/** @soak */

import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { run } from '../../../apps/cli/src/main.js';
import { Terminal } from '../../../apps/cli/test/terminal.js';
import type { Browser, Visit } from '../../support/browser.js';
import { eventually } from '../../support/eventually.js';
import { onlyInSoak } from '../../support/samples.js';
import { PUBLIC_URL, SignedInSite } from '../../support/signed-in-site.js';

let site: SignedInSite;
let folder: string;
const start = async () => {
  site = await SignedInSite.start();
};
const close = () => site.close();
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'countersign-login-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const file = () => join(folder, 'config', 'credentials.json');
const environment = () => ({ COUNTERSIGN_BROKER_URL: site.broker.url, COUNTERSIGN_CREDENTIALS_FILE: file() });
async function cli(argv: string[], env: Record<string, string> = environment(), stdin = '') {
  const terminal = new Terminal(env, stdin);
  return { exit: await run(argv, terminal), out: terminal.out, err: terminal.err };
}

/** Starts `countersign login`: returns the printed address, as a path of the broker, and a promise of its result. */
async function begin(...options: string[]) {
  const terminal = new Terminal(environment());
  const ended = run(['login', ...options], terminal);
  const printed = await eventually('an address', () => /http:\S+/.exec(terminal.err)?.[0]);
  const url = new URL(printed);
  return { terminal, ended, path: url.pathname + url.search, query: url.searchParams };
}

/** The fields that the page’s form would send. */
function formOf({ text }: Visit, decision: 'allow' | 'deny'): URLSearchParams {
  const fields = [...text.matchAll(/<input type="hidden" name="(\w+)" value="([^"]*)">/g)].map(
    ([, name, value]) => [name!, value!] as [string, string],
  );
  return new URLSearchParams([...fields, ['decision', decision]]);
}

const consent = (browser: Browser, body: URLSearchParams, origin = PUBLIC_URL) =>
  browser.send('/auth/cli', { method: 'POST', body, headers: { origin } });

async function signedInBrowser(): Promise<Browser> {
  const browser = site.browser();
  await browser.signIn('/auth/oidc/vendor/start', 'erin');
  return browser;
}

describe('countersign login', () => {
  beforeAll(start);
  afterAll(close);

  onlyInSoak(() => {
    test('a second login ends the first one’s access', async () => {
      await logInBy(await signedInBrowser());
      const first = credentialIn(file());
      await logInBy(await signedInBrowser());
      expect(credentialIn(file())).not.toBe(first);
      expect((await cli(['whoami'])).exit).toBe(0);
      const headers = { authorization: `Bearer ${first}` };
      expect((await site.broker.fetch('GET', '/api/v1/whoami', { headers })).status).toBe(401);
    });
  });

  test('a person who denies it gives no access', async () => {
    const browser = await signedInBrowser();
    const { ended, path, terminal } = await begin();
    const sent = await consent(browser, formOf(await browser.send(path), 'deny'));
    expect(sent.headers.get('location')).toContain('error=access_denied');
    await fetch(sent.headers.get('location')!);
    expect(await ended).toBe(1);
    expect(terminal.err).toContain('error[login_refused]');
  });

  test('cannot be forged or framed by another page, and redirects only to this computer', async () => {
    const browser = await signedInBrowser();
    const { path, terminal, ended } = await begin();
    const form = formOf(await browser.send(path), 'allow');
    for (const origin of ['https://evil.example', 'null']) {
      const forged = await consent(browser, form, origin);
      expect([forged.status, forged.headers.get('location')]).toEqual([403, null]);
    }
    for (const port of ['80', '0', '65536', '5000@evil.example', '5000/'])
      expect((await browser.send(path.replace(/port=\d+/, `port=${encodeURIComponent(port)}`))).status).toBe(
        400,
      );
    // A name that reads as another one, because a hidden character turns its letters around.
    const turned = path.replace(/device=[^&]*/, `device=${encodeURIComponent('gnp.\u202eexe')}`);
    expect((await browser.send(turned)).status).toBe(400);
    terminal.stopping.abort();
    expect(await ended).toBe(1);
  });

  onlyInSoak(() => {
    test('a person who is not signed in signs in first and then returns', async () => {
      const { path, terminal, ended } = await begin('--organisation', 'nosuch');
      const { status, headers } = await site.browser().send(path);
      expect(status).toBe(302);
      const to = new URL(headers.get('location')!, PUBLIC_URL);
      expect([to.pathname, to.searchParams.get('returnTo'), to.searchParams.get('tenant')]).toEqual([
        '/sign-in',
        path,
        'nosuch',
      ]);
      terminal.stopping.abort();
      await ended;
    });
  });

  test('a command-line login cannot authorize another one', async () => {
    await logInBy(await signedInBrowser());
    const headers = { authorization: `Bearer ${credentialIn(file())}` };
    const form = new URLSearchParams({
      port: '5000',
      device: 'x',
      state: 's'.repeat(43),
      code_challenge: 'c'.repeat(43),
      decision: 'allow',
    });
    const answer = await fetch(`${site.broker.url}/auth/cli`, { method: 'POST', headers, body: form });
    expect(answer.status).toBe(403);
  });

  test('--with-key stores a key from stdin; COUNTERSIGN_API_KEY takes precedence; other users cannot read it', async () => {
    const login = await cli(['login', '--with-key'], environment(), `${site.broker.keys.approver}\n`);
    expect(login.exit).toBe(0);
    expect(login.out + login.err).not.toContain(site.broker.keys.approver);
    expect((await cli(['whoami', '--json'])).out).toContain('ada@acme.example');
    const other = { ...environment(), COUNTERSIGN_API_KEY: site.broker.keys.engineer };
    expect((await cli(['whoami', '--json'], other)).out).toContain('erin@vendor.example');
    expect((await cli(['login', '--with-key'], environment(), 'nonsense')).exit).toBe(2);
    const wrong = await cli(['login', '--with-key'], environment(), `csk_${'x'.repeat(43)}`);
    expect([wrong.exit, wrong.err]).toEqual([1, expect.stringContaining('error[unauthenticated]')]);
    expect((await cli(['whoami', '--json'])).out).toContain('ada@acme.example');
    writeFileSync(join(folder, 'open'), readFileSync(file()), { mode: 0o644 });
    const exposed = await cli(['whoami'], {
      ...environment(),
      COUNTERSIGN_CREDENTIALS_FILE: join(folder, 'open'),
    });
    expect(exposed.err).toMatch(/^error\[credentials_exposed\]/);
  });
});

// Each test has a site of its own, because it moves the clock, or expects all of a person's sessions.
describe('countersign login, on a site of its own', () => {
  beforeEach(start);
  afterEach(close);

  test('goes through the browser: sign in, read the question, allow it; then commands work', async () => {
    const { terminal, ended, path } = await begin('--organisation', 'vendor');
    const browser = site.browser();
    const first = new URL((await browser.send(path)).headers.get('location')!, PUBLIC_URL).searchParams;
    expect(first.get('tenant')).toBe('vendor');
    const query = new URLSearchParams({ returnTo: first.get('returnTo')! });
    const back = await browser.signIn(`/auth/oidc/vendor/start?${query}`, 'erin');
    expect(back.headers.get('location')).toBe(path);
    const page = await browser.send(path);
    expect(page.status).toBe(200);
    expect(page.text).toContain('Erin (erin@vendor.example)');
    expect(page.text).toContain('countersign on ');
    expect(page.headers.get('content-security-policy')).toMatch(
      /^default-src 'none'.*frame-ancestors 'none'/,
    );
    expect(page.headers.get('referrer-policy')).toBe('same-origin');
    expect(page.text).not.toContain('<script');
    const sent = await consent(browser, formOf(page, 'allow'));
    expect(sent.status).toBe(303);
    const answer = await fetch(sent.headers.get('location')!);
    expect(await answer.text()).toContain('Signed in.');
    expect(await ended).toBe(0);
    expect(terminal.out).toMatch(/^Signed in at .* as Erin <erin@vendor\.example> \(vendor\), until /);
    expect(statSync(file()).mode & 0o777).toBe(0o600);

    const me = await cli(['whoami', '--json']);
    expect(JSON.parse(me.out)).toMatchObject({
      email: 'erin@vendor.example',
      channel: 'api',
      assurance: 'oidc',
    });
    const { text } = await browser.send('/api/v1/sessions');
    expect(JSON.parse(text)).toMatchObject({
      items: [
        { kind: 'cli', current: false },
        { kind: 'web', current: true },
      ],
    });

    const credential = credentialIn(file());
    expect((await cli(['logout'])).exit).toBe(0);
    expect(readFileSync(file(), 'utf8')).not.toContain(credential);
    expect((await cli(['whoami'])).err).toMatch(/^error\[unauthenticated\]: Not signed in/);
    const dead = await site.broker.fetch('GET', '/api/v1/whoami', {
      headers: { authorization: `Bearer ${credential}` },
    });
    expect(dead.status).toBe(401);
    expect(site.broker.logLines.join('')).not.toContain(credential.slice(4));
  });

  onlyInSoak(() => {
    test('ends with the browser’s session, and after twelve hours in any case', async () => {
      const alive = async () => (await cli(['whoami'])).exit === 0;
      const first = await signedInBrowser();
      await logInBy(first);
      site.broker.clock.advance(2 * 3_600);
      expect(await alive()).toBe(true);
      const second = await signedInBrowser();
      await logInBy(second);
      await second.send('/api/v1/session', { method: 'DELETE', headers: { origin: PUBLIC_URL } });
      expect(await alive()).toBe(false);
      await logInBy(await signedInBrowser());
      site.broker.clock.advance(12 * 3_600 - 60);
      expect(await alive()).toBe(true);
      site.broker.clock.advance(120);
      expect(await alive()).toBe(false);
    });

    test('a code that a browser got just before its session expired gives no access after that', async () => {
      const browser = await signedInBrowser();
      // The page keeps the session in use, until a minute before its twelve hours are over. The code is valid for two.
      for (const minutes of [...Array<number>(24).fill(29), 23]) {
        site.broker.clock.advance(minutes * 60);
        expect((await browser.send('/api/v1/session')).status).toBe(200);
      }
      const { path, ended, terminal } = await begin();
      const sent = await consent(browser, formOf(await browser.send(path), 'allow'));
      site.broker.clock.advance(90);
      await fetch(sent.headers.get('location')!);
      expect(await ended).toBe(1);
      expect(terminal.out).toBe('');
    });

    test('keeps what the page promises: it outlasts an idle browser, but not a new sign-in in that browser', async () => {
      const browser = await signedInBrowser();
      const { path, terminal, ended } = await begin();
      const { text } = await browser.send(path);
      terminal.stopping.abort();
      await ended;
      expect(text).toContain('do everything that you may do here');
      expect(text).toContain('12 hours at most.');
      await logInBy(browser);
      site.broker.clock.advance(45 * 60);
      expect((await browser.send('/api/v1/session')).status).toBe(401);
      expect((await cli(['whoami'])).exit).toBe(0);
      const again = await signedInBrowser();
      await logInBy(again);
      await again.signIn('/auth/oidc/vendor/start', 'erin');
      expect((await cli(['whoami'])).exit).toBe(1);
    });
  });

  test('a code is valid once, only with its verifier; the answer of another login is ignored', async () => {
    const browser = await signedInBrowser();
    const { path, query, ended, terminal } = await begin();
    const form = formOf(await browser.send(path), 'allow');
    const codeOf = async () =>
      new URL((await consent(browser, form)).headers.get('location')!).searchParams.get('code')!;
    const exchange = (code: string, verifier: string) =>
      site.broker.fetch('POST', '/auth/cli/token', { body: { code, verifier } });
    const code = await codeOf();
    expect((await exchange(code, 'v'.repeat(43))).status).toBe(401);
    const callback = `http://127.0.0.1:${query.get('port')}/callback`;
    expect((await fetch(`${callback}?code=${code}&state=other`)).status).toBe(404);
    expect((await fetch(`${callback}?code=${code}&state=${query.get('state')}`)).status).toBe(200);
    // A wrong verifier uses up the code, also for the right verifier.
    expect(await ended).toBe(1);
    expect(terminal.err).toContain('error[login_failed]');
    const late = await codeOf();
    site.broker.clock.advance(121);
    expect((await exchange(late, 'v'.repeat(43))).status).toBe(401);
  });
});

const credentialIn = (path: string): string =>
  /"credential": "([^"]+)"/.exec(readFileSync(path, 'utf8'))![1]!;

async function logInBy(browser: Browser): Promise<void> {
  const { path, ended } = await begin();
  const sent = await consent(browser, formOf(await browser.send(path), 'allow'));
  await fetch(sent.headers.get('location')!);
  expect(await ended).toBe(0);
}
