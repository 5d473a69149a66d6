/** @soak */

import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setPin, writePins } from '@countersign/gateway-protocol';
import type { Locator, Page } from 'playwright-core';
import { root } from '../support/root.js';
import { onlyInSoak } from '../support/samples.js';
import { type Asked, call, cancelOpen, token, waiting } from './support/access.js';
import { violationsOfOpenPage } from './support/axe.js';
import { BrowserSite, PEOPLE } from './support/browser-site.js';
import { signInAgain } from './support/passkeys.js';
import { Device, SigningHost } from './support/signing-host.js';

const SIGN = { name: 'Sign with passkey' };

describe('P12: a customer signs at a page of its own', () => {
  let site: BrowserSite;
  let host: SigningHost;
  let page: Page;
  const device = new Device();

  beforeAll(async () => {
    site = await BrowserSite.start();
    host = await SigningHost.start({ origins: [site.url], tenant: 'acme' });
    await site.site.key(PEOPLE.ada);
    page = await site.signedIn('ada', '/claim');
  }, 180_000);
  afterAll(async () => {
    await site.close();
    await host.close();
  });
  afterEach(() => cancelOpen(site));

  /** Presses a button that may close its window before the press returns. The test checks the result. */
  const pressed = (button: Locator) =>
    button.click().catch((error: unknown) => {
      if (!String(error).includes('has been closed')) throw error;
    });

  /** No engine finds a violation in the window, and it does not scroll sideways. @param turn as in `violationsOfOpenPage` */
  const expectNoViolations = async (shown: Page, turn: number) =>
    expect(await violationsOfOpenPage(shown, turn)).toEqual({ found: [], overflow: 0 });

  /** Presses the first button, and the second one in the window that opens. @returns the window's text */
  const signed = async (button: string | RegExp, inWindow: string, more = async (_popup: Page) => {}) => {
    const popup = await device.windowOf(page, () => page.getByRole('button', { name: button }).click());
    const press = popup.getByRole('button', { name: inWindow });
    await press.waitFor();
    const said = (await popup.locator('main').textContent()) ?? '';
    await more(popup);
    await pressed(press);
    return { popup, said };
  };

  test('the build is one file, and the published hash matches it', async () => {
    const hash = createHash('sha256').update(host.page).digest('hex');
    expect(host.published).toBe(`${hash}  countersign-signing.html\n`);
    expect(readFileSync(join(root, 'docs/signing-page.sha256'), 'utf8')).toBe(host.published);
    const answer = await fetch(`${site.url}/signing/countersign-signing.html`);
    expect(answer.headers.get('content-disposition')).toBe('attachment');
    expect(Buffer.from(await answer.arrayBuffer()).equals(host.page)).toBe(true);
    const text = host.page.toString('utf8');
    expect(text.match(/<script|<style|<link|<img|<iframe|\bsrc=|@import|\burl\(/g)).toEqual([
      '<style',
      '<script',
    ]);
    expect(text).not.toContain(root);
  });

  test('an admin claims her organisation there: passkey, recovery key and first version', async () => {
    await signInAgain(page);
    await page.getByText('Our company hosts its own signing page').click();
    await page.getByLabel('Its address').fill(`${host.origin}/countersign-signing.html`);
    await signed('Make a passkey', 'Make a passkey', (shown) => expectNoViolations(shown, 0));
    await page.getByText('You have a passkey.').waitFor();
    const { popup } = await signed('Make a recovery key', 'Make a recovery key');
    await popup.getByRole('button', { name: 'I have kept it' }).waitFor();
    await expectNoViolations(popup, 1);
    await pressed(popup.getByRole('button', { name: 'I have kept it' }));
    await page.getByText('You have a backup.').waitFor();
    const { said } = await signed(SIGN.name, SIGN.name, (shown) => expectNoViolations(shown, 2));
    expect(said).toContain('You sign version 1 of acme’s trust document');
    await page.getByText('Claimed. From now on your passkeys decide.').waitFor();
    const trust = await site.api<{ trust: string; document: { rpId: string; origins: string[] } }>(
      'ada',
      'GET',
      '/api/v1/tenants/acme/trust',
    );
    expect(trust.document).toMatchObject({ rpId: 'sign.localhost', origins: [host.origin] });
    const { pin } = setPin(undefined, trust.trust, Date.now());
    await writePins(join(site.site.folder, 'spool'), { acme: pin });
  });

  test('approves there what the page describes, and the gateway allows it', async () => {
    const asked = await waiting(site);
    await page.goto(`${site.url}/requests/${asked.id}`);
    const { said } = await signed(/^Approve with passkey/, SIGN.name, (shown) =>
      expectNoViolations(shown, 1),
    );
    await page.getByText('Countersigned by Ada Moreau with a passkey').waitFor();
    for (const words of [
      'You let the vendor list and read invoices, for 30 minutes',
      'Case 4711: the total of an invoice is wrong.',
      'Erin Okafor, as the vendor’s server calls usr_',
      asked.digest,
    ])
      expect(said).toContain(words);
    const { grant } = await site.api<Asked>('erin', 'GET', `/api/v1/requests/${asked.id}`);
    await call(site, await token(site, grant ?? ''), '/tenants/acme/invoices', 200);
  });

  onlyInSoak(() => {
    test('a closed window has signed nothing', async () => {
      const asked = await waiting(site);
      const before = device.signatures;
      await page.goto(`${site.url}/requests/${asked.id}`);
      await signed(/^Approve with passkey/, 'Close without signing');
      await page.getByText('Nothing was signed. Press the button again').waitFor();
      expect(device.signatures).toBe(before);
    });
  });

  describe('signs nothing', () => {
    /** Opens the signing page from `opener` with this request. @returns its final message */
    const handed = async (opener: Page, request: (from: string) => object): Promise<string> => {
      const from = new URL(opener.url()).origin;
      const fragment = Buffer.from(JSON.stringify(request(from))).toString('base64url');
      const address = JSON.stringify(`${host.origin}/countersign-signing.html#${fragment}`);
      const before = device.signatures;
      const popup = await device.windowOf(opener, () =>
        opener.evaluate(`(() => {
          const popup = window.open(${address}, '_blank', 'popup');
          addEventListener('message', ({ data }) => {
            if (data.ready === true) popup.postMessage({ ...data, ready: false, go: true }, '*');
          });
        })()`),
      );
      const alert = popup.getByRole('alert');
      await alert.waitFor();
      expect(await popup.getByRole('button').count()).toBe(0);
      await expectNoViolations(popup, 1);
      expect(device.signatures).toBe(before);
      return (await alert.textContent()) ?? '';
    };
    const asking = (task: object) => (from: string) => ({
      v: 1,
      id: 'x',
      from,
      language: 'en',
      names: {},
      task,
    });
    const taskFor = async (change: (task: Record<string, object>) => object) => {
      const { id } = await waiting(site);
      const offered = await site.api<Record<string, object>>(
        'ada',
        'GET',
        `/api/v1/requests/${id}/statement`,
      );
      return asking({ do: 'sign', rpId: 'sign.localhost', credentials: [], ...offered, ...change(offered) });
    };

    test('if the terms do not match the digest', async () => {
      const request = await taskFor(({ terms }) => ({ terms: { ...terms, seconds: 60 } }));
      expect(await handed(page, request)).toContain('is not what it claims to be');
    });

    const elsewhere = async () => {
      const other = await page.context().newPage();
      await other.goto(`http://localhost:${new URL(site.site.gatewayUrl).port}/healthz`);
      return other;
    };

    test('for a page at an unlisted address', async () => {
      const request = await taskFor(() => ({}));
      expect(await handed(await elsewhere(), request)).toContain('beside this page does not list');
    });

    onlyInSoak(() => {
      test('for a page that names the address of another', async () => {
        const request = await taskFor(() => ({}));
        const said = await handed(await elsewhere(), () => request(site.url));
        expect(said).toContain('does not answer from the address');
      });
    });
  });

  test('says that a request replaces an unread one, and a press meant for the first does not sign the second', async () => {
    const before = device.signatures;
    const [read, other] = [await waiting(site), await waiting(site)];
    const addressOf = async ({ id }: Asked) => {
      const task = await site.api<object>('ada', 'GET', `/api/v1/requests/${id}/statement`);
      const from = site.url;
      const signing = { do: 'sign', rpId: 'sign.localhost', credentials: [], ...task };
      const request = { v: 1, id: 'x', from, language: 'en', names: {}, task: signing };
      const fragment = Buffer.from(JSON.stringify(request)).toString('base64url');
      return JSON.stringify(`${host.origin}/countersign-signing.html#${fragment}`);
    };
    const first = await addressOf(read);
    const popup = await device.windowOf(page, () =>
      page.evaluate(`(() => {
        globalThis.opened = window.open(${first}, '_blank', 'popup');
        addEventListener('message', ({ data }) => {
          if (data.ready === true) opened.postMessage({ ...data, ready: false, go: true }, '*');
        });
      })()`),
    );
    const press = popup.getByRole('button', SIGN);
    await press.waitFor();
    expect(await popup.getByRole('alert').count()).toBe(0);
    await popup.clock.install();
    await popup.clock.pauseAt(Date.now() + 60_000);
    await page.evaluate(`opened.location.href = ${await addressOf(other)}`);
    await popup.getByText('in the place of something else that you have not signed').waitFor();
    await popup.getByText(other.digest).first().waitFor();
    expect(await press.isDisabled()).toBe(true);
    await popup.clock.runFor(1_000);
    expect(await press.isEnabled()).toBe(true);
    expect(device.signatures).toBe(before);
    await popup.close();
  });
});
