/** @soak */

import type { Organisation } from '@countersign/access';
import { BROWSER_PATHS } from '@countersign/gateway-protocol';
import type { Page } from 'playwright-core';
import type { CountingUpstream } from '../fakes/counting-upstream.js';
import { freePort } from '../support/free-port.js';
import { onlyInSoak } from '../support/samples.js';
import { ask, call, cancelOpen, grant, token } from './support/access.js';
import { violationsOfOpenPage } from './support/axe.js';
import { BrowserSite } from './support/browser-site.js';
import { gone } from './support/soon.js';

/** What each side reads while the customer has locked all access. */
const LOCKED = [
  ['ada', 'Your organisation has locked all access to your data: We look into a leak.'],
  ['erin', 'The customer has locked all access to this customer’s data: We look into a leak.'],
] as const;

describe('the live page', () => {
  let site: BrowserSite;
  /** The address of the service's own host, which the gateway serves. */
  let billing: string;

  beforeAll(async () => {
    const gatewayPort = await freePort();
    billing = `http://billing.localhost:${gatewayPort}`;
    const withOverlay = (file: Organisation) => {
      for (const service of file.services) Object.assign(service, { origin: billing, overlay: true });
    };
    site = await BrowserSite.start(withOverlay, {}, { gatewayPort });
  });
  afterAll(() => site.close());

  /** No engine finds a violation, and nothing scrolls sideways. @param turn as in `violationsOfOpenPage` */
  const expectNoViolations = async (page: Page, turn: number) =>
    expect(await violationsOfOpenPage(page, turn)).toEqual({ found: [], overflow: 0 });

  test('shows calls as they happen, continues after the broker restarts, stops access and shows the proof', async () => {
    const id = await grant(site);
    const bearer = await token(site, id);
    const page = await site.signedIn('ada', `/grants/${id}`, { viewport: { width: 360, height: 740 } });
    await page.getByText('No call yet').waitFor();
    await page.evaluate('window.sameDocument = true');

    await call(site, bearer, '/tenants/acme/invoices/inv-1', 200);
    await page.getByText('GET /tenants/acme/invoices/inv-1').waitFor();

    await site.site.broker.stop();
    await page.getByText('Reconnecting …').waitFor();
    await site.site.startBroker();
    await page.getByText('Live', { exact: true }).waitFor();
    await call(site, bearer, '/tenants/acme/invoices/inv-2', 200);
    await page.getByText('GET /tenants/acme/invoices/inv-2').waitFor();

    await page.getByRole('button', { name: 'Stop access now' }).click();
    await page.getByText('Stopped by Ada Moreau').waitFor();
    await page.getByText('No one has tried since.').waitFor();
    await call(site, bearer, '/tenants/acme/invoices/inv-3', 403);
    const proof = page.getByRole('region', { name: 'The proof' });
    await proof.getByText('Next call refused').waitFor();
    await proof.locator('dd time').nth(1).waitFor();
    expect(await proof.locator('dd time').count()).toBe(2);
    // Now the gateway has the stop, and it lets no further call through.
    await call(site, bearer, '/tenants/acme/invoices/inv-4', 403);
    expect(site.upstream.hits.map(({ url }) => url)).toContain('/tenants/acme/invoices/inv-2');
    expect(site.upstream.hits.map(({ url }) => url)).not.toContain('/tenants/acme/invoices/inv-4');
    expect(await page.evaluate('window.sameDocument')).toBe(true);
  }, 180_000);

  test('the customer locks all access: the pages of both sides say so, and nothing is open until the lock is lifted', async () => {
    const id = await grant(site);
    const ada = await site.signedIn('ada', '/access');
    const erin = await site.signedIn('erin', `/grants/${id}`);
    const command = erin.getByText('Paste this into a terminal');
    await command.waitFor();
    await ada.getByRole('button', { name: 'Lock all access to your data' }).click();
    await ada.getByLabel('Why? Your people and the engineers read this.').fill('We look into a leak.');
    await ada.getByRole('button', { name: 'Lock it' }).click();
    for (const [who, sentence] of LOCKED) {
      const page = who === 'ada' ? ada : erin;
      await page.getByText(sentence).first().waitFor();
      await gone(page.getByText('Open now'));
    }
    await gone(command);
    await ada.getByRole('button', { name: 'Lift the lock' }).click();
    await command.waitFor();
    await site.api('erin', 'POST', `/api/v1/grants/${id}/release`);
  });

  onlyInSoak(() => {
    test('shows calls even if the broker that it follows receives none of them', async () => {
      const id = await grant(site);
      const bearer = await token(site, id);
      const context = await site.context();
      const page = await context.newPage();
      await context.route('**/api/v1/stream', (route) => route.abort());
      await page.goto(`${site.url}/grants/${id}`);
      await site.signIn(page, 'ada');
      await page.getByText('No call yet').waitFor();
      await call(site, bearer, '/tenants/acme/invoices/inv-5', 200);
      await page.getByText('GET /tenants/acme/invoices/inv-5').waitFor();
      await page.getByText('Reconnecting …').waitFor();
    });

    test('while access is locked, no page of either side says that it is open', async () => {
      const id = await grant(site);
      const { id: asked } = await ask(site);
      const until = `${new Date(Date.now() + 3_600_000).toISOString().slice(0, 19)}Z`;
      const scope = [{ resource: 'invoices/*', actions: ['read'] }];
      const invitation = { service: 'billing', scope, until };
      const invitations = '/api/v1/tenants/acme/invitations';
      const invited = await site.api<{ id: string }>('ada', 'POST', invitations, invitation);
      // The page of a receipt does not poll, and no event reports a lock: only the changed banner makes it read again.
      const ada = await site.signedIn('ada', `/grants/${id}/receipt`, {
        viewport: { width: 360, height: 740 },
      });
      const erin = await site.signedIn('erin', `/grants/${id}`);
      await ada.getByText('Open now').first().waitFor();
      await erin.getByText('Paste this into a terminal').waitFor();
      const live = erin.getByText('Live', { exact: true });
      await live.waitFor();
      const lock = { kind: 'tenant', name: 'acme', reason: 'We look into a leak.' };
      await site.api('ada', 'POST', '/api/v1/locks', lock);

      for (const [who, sentence] of LOCKED) {
        const page = who === 'ada' ? ada : erin;
        await page.getByText(sentence).first().waitFor();
        await page
          .getByText(/stopped or locked|All access to your data is locked/)
          .first()
          .waitFor();
        await gone(page.getByText('Open now'));
      }
      await gone(erin.getByText('Paste this into a terminal'));
      await gone(live);
      await gone(erin.getByRole('button', { name: 'Ask for more time' }));
      // A request that waits is not outdated by a lock: it can be approved once the lock is lifted.
      await erin.goto(`${site.url}/requests/${asked}`);
      await erin.getByText('This request cannot be approved now').waitFor();
      expect(await erin.getByRole('button', { name: 'Ask again' }).count()).toBe(0);
      await erin.goto(`${site.url}/grants/${id}`);
      // The red line is on every page, and says who did it.
      await ada.goto(`${site.url}/history`);
      await ada.getByRole('row').getByText('Stopped or locked', { exact: true }).first().waitFor();
      const banner = ada.getByRole('status').filter({ hasText: 'All access to your data is locked' });
      await banner.filter({ hasText: 'We look into a leak. · By Ada Moreau · since' }).waitFor();
      await ada
        .getByRole('row', { name: /Approved/ })
        .getByText('Locked', { exact: true })
        .first()
        .waitFor();
      const pages = [
        ['/access', 'No one can reach your data through Countersign now'],
        ['/standing', 'No access is open now.'],
        [`/grants/${id}`, 'Access would end'],
        [`/grants/${id}/receipt`, 'This access has not ended, so this receipt is not final.'],
      ] as const;
      for (const [path, says] of pages) {
        await ada.goto(site.url + path);
        await ada.getByText(says, { exact: false }).first().waitFor();
        await banner.waitFor();
        await gone(ada.getByText(/Open now|is still open/));
      }

      // The vendor's auditors and security admins see other customers' access, but no open invitation of this one.
      const sam = await site.signedIn('sam', '/standing');
      await sam.getByLabel('Customer', { exact: true }).selectOption('acme');
      await sam.getByText('No access is open now.').waitFor();
      await sam.close();

      // Nor does the page on the way to the service offer what would be refused.
      await erin.goto(`${site.url}/open?service=billing&challenge=none`);
      await erin.getByText('Your access to this service is stopped or locked').waitFor();
      await erin.getByRole('main').getByText('By Ada Moreau').first().waitFor();
      expect(await erin.getByRole('main').getByRole('button').count()).toBe(0);
      await erin.goto(`${site.url}/grants/${id}`);

      await ada.goto(`${site.url}/access`);
      await ada.getByRole('button', { name: 'Lift the lock' }).click();
      await erin.getByText('Paste this into a terminal').waitFor();
      await live.waitFor();
      await cancelOpen(site);
      await site.api('ada', 'DELETE', `${invitations}/${invited.id}`);
    });

    test('without the code of the warnings, a page says that they are missing, stays usable, and loads them after “Reload”', async () => {
      const page = await site.signedIn('ada', '/history');
      await page.route('**/assets/banners-*.js', (route) => route.abort());
      await page.reload();
      const missing = page
        .getByRole('alert')
        .filter({ hasText: 'Warnings, for example that access is locked, could not be loaded.' });
      await missing.waitFor();
      await page.getByRole('heading', { level: 1, name: 'History' }).waitFor();
      await page.getByRole('link', { name: 'Activity' }).click();
      await page.getByRole('heading', { level: 1, name: 'Activity' }).waitFor();
      expect(await missing.count()).toBe(1);
      await page.unrouteAll();
      const locks = page.waitForResponse(/\/api\/v1\/locks/);
      await missing.getByRole('button', { name: 'Reload' }).click();
      await locks;
      await page.getByRole('heading', { level: 1, name: 'Activity' }).waitFor();
      expect(await missing.count()).toBe(0);
    });

    test('shows that access is locked even if nothing answers the request for live updates', async () => {
      const lock = { kind: 'tenant', name: 'acme', reason: 'We look into a leak.' };
      const { id } = await site.api<{ id: string }>('ada', 'POST', '/api/v1/locks', lock);
      // It says why, even if there is no access that the lock blocks.
      const { items } = await site.api<{ items: { id: string }[] }>(
        'ada',
        'GET',
        '/api/v1/grants?state=active',
      );
      for (const open of items)
        await site.api('ada', 'POST', `/api/v1/grants/${open.id}/revocation`, { reason: 'Not needed.' });
      const page = await site.signedIn('ada', '/history');
      await page.route('**/api/v1/stream', () => {});
      await page.reload();
      await page.getByText('The connection is lost').waitFor();
      await page
        .getByRole('status')
        .filter({ hasText: 'All access to your data is locked' })
        .filter({ hasText: 'We look into a leak.' })
        .waitFor();
      await site.api('ada', 'DELETE', `/api/v1/locks/${id}`);
    });
  });

  describe('an open page of the service', () => {
    let plain: CountingUpstream['answer'];
    beforeAll(() => {
      plain = site.upstream.answer;
      site.upstream.answer = (_request, response) => {
        const policy =
          "default-src 'none'; script-src 'self'; connect-src 'self'; require-trusted-types-for 'script'";
        response.writeHead(200, { 'content-type': 'text/html', 'content-security-policy': policy });
        response.end(
          '<!doctype html><html lang="en"><head><title>Invoice 7</title></head><body><main><h1>Invoice 7</h1></main></body></html>',
        );
      };
    });
    afterAll(() => {
      site.upstream.answer = plain;
    });

    /** Erin opens an invoice from the page of her grant. */
    const opened = async (id: string, complaints: string[] = []) => {
      const page = await site.signedIn('erin', `/grants/${id}`, { viewport: { width: 360, height: 740 } });
      page.on('console', (message) => complaints.push(message.text()));
      const link = page.getByRole('link', { name: 'Open in the browser' });
      const address = await link.getAttribute('href');
      await page.goto(`${address}&to=/tenants/acme/invoices/7`);
      await page.getByRole('heading', { name: 'Invoice 7' }).waitFor();
      return { page, overlay: page.getByRole('region', { name: 'Your access under a grant' }) };
    };

    test('shows the access, and says what happened after a stop', async () => {
      const id = await grant(site);
      const complaints: string[] = [];
      const { page, overlay } = await opened(id, complaints);
      await overlay.getByText('Access to acme').waitFor();
      await overlay.getByText(/^2\d min left$|^30 min left$/).waitFor();
      await expectNoViolations(page, 0);
      await site.api('ada', 'POST', `/api/v1/grants/${id}/revocation`, { reason: 'Look first.' });
      await overlay.getByRole('heading', { name: 'Your access was stopped' }).waitFor();
      const form = overlay.getByRole('link', { name: 'Ask for access' });
      expect(await form.getAttribute('href')).toMatch(
        `${site.url}/ask?tenant=acme&service=billing&scope=invoices`,
      );
      await overlay.getByRole('button', { name: 'Release' }).waitFor({ state: 'hidden' });
      expect(complaints).toEqual([]);
      await expectNoViolations(page, 1);
    });

    onlyInSoak(() => {
      test('releases the access by keyboard; after a stop, the pages of the grant say why', async () => {
        const stopped = await grant(site);
        await site.api('ada', 'POST', `/api/v1/grants/${stopped}/revocation`, { reason: 'Look first.' });
        const { page, overlay } = await opened(await grant(site));
        await overlay.getByRole('button', { name: 'Release' }).focus();
        await page.keyboard.press('Enter');
        await overlay.getByRole('heading', { name: 'You have released your access' }).waitFor();
        expect((await page.context().cookies(page.url())).map(({ name }) => name)).not.toContain(
          '__Host-countersign-session',
        );
        const { items } = await site.api<{ items: { endReason: string }[] }>(
          'erin',
          'GET',
          '/api/v1/grants?limit=1',
        );
        expect(items).toMatchObject([{ endReason: 'released' }]);
        await page.goto(`${site.url}/grants/${stopped}`);
        await page.getByText('Look first.', { exact: true }).waitFor();
        await page.getByRole('link', { name: 'Receipt' }).click();
        await page.getByText(/by Ada Moreau, .+ · Look first\.$/).waitFor();
      });
    });
  });

  onlyInSoak(() => {
    test('the pages on the way to the service, and those of a refusal, are accessible in English and German', async () => {
      const id = await grant(site);
      // With a second grant, the broker's page offers a choice.
      await grant(site);
      // The session of this sign-in serves both languages.
      await site.signedIn('erin', '/mine');
      const languages = [
        ['en-GB', 'Your access does not cover this page', 'This page could not be opened'],
        ['de-DE', 'Ihr Zugriff gilt nicht für diese Seite', 'Diese Seite konnte nicht geöffnet werden'],
      ] as const;
      for (const [locale, refused, notOpened] of languages) {
        const page = await site.signedIn('erin', '/mine', { locale });
        await page.goto(`${billing}${BROWSER_PATHS.open}?to=/tenants/acme/invoices/7`);
        await page.waitForURL(`${site.url}/open?**`);
        await page.getByRole('heading', { level: 1 }).waitFor();
        await page.getByRole('main').getByRole('button').first().waitFor();
        await expectNoViolations(page, 0);

        await page.goto(`${billing}${BROWSER_PATHS.open}?grant=${id}&to=/tenants/acme/payroll/1`);
        await page.getByRole('heading', { name: refused }).waitFor();
        await expectNoViolations(page, 1);

        await page.goto(`${billing}${BROWSER_PATHS.callback}?code=used&to=/tenants/acme/invoices/7`);
        await page.getByRole('heading', { name: notOpened }).waitFor();
        await expectNoViolations(page, 2);
      }
    });

    test('marks its requests as background requests once the person is inactive', async () => {
      const id = await grant(site);
      const context = await site.context();
      const page = await context.newPage();
      await page.clock.install();
      await page.goto(`${site.url}/grants/${id}`);
      await site.signIn(page, 'ada');
      await page.getByText('No call yet').waitFor();
      const asked = async (byItself: boolean): Promise<boolean> => {
        const request = await page.waitForRequest(
          (each) =>
            each.url().endsWith(`/api/v1/grants/${id}`) &&
            (each.headers()['countersign-background'] === '1') === byItself,
        );
        return request.method() === 'GET';
      };
      // The browser answers a key only once the page has received it; a turn of the wheel it passes on later.
      const attended = asked(false);
      await page.keyboard.press('Shift');
      expect(await attended).toBe(true);
      const alone = asked(true);
      await page.clock.fastForward(120_000);
      expect(await alone).toBe(true);
      const back = asked(false);
      await page.keyboard.press('Shift');
      expect(await back).toBe(true);
    });
  });
});
