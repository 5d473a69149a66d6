/** @soak */

import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer, text } from 'node:stream/consumers';
import {
  leafHash,
  parseCheckpoint,
  parseNote,
  parseTlogProof,
  verifyInclusion,
} from '@countersign/audit-log';
import { canonicalJson, utf8 } from '@countersign/contract';
import { systemHashing } from '@countersign/persistence';
import type { Page } from 'playwright-core';
import { onlyInSoak, someRows } from '../support/samples.js';
import { ask, call, grant, review, token, waiting } from './support/access.js';
import { violations, violationsByAllEngines, violationsInLooks, WIDE } from './support/axe.js';
import { BrowserSite, type Who } from './support/browser-site.js';
import { gone, soon } from './support/soon.js';

/** What people of the tests wrote: it stays in their own language. */
const WRITTEN =
  /“[^”]*”|Case 4711|Say which case|Seen enough|Support engineers|Administrators of|recorded session/;
const isEnglish = (line: string): boolean =>
  /\b(the|and|is|of|not|are|this|you|your|with|for|has)\b/i.test(line) && !WRITTEN.test(line);

type Boxes = { getBoundingClientRect(): { top: number; height: number } }[];
const topsOf = (elements: Boxes) => elements.map((element) => element.getBoundingClientRect().top);
const heightsOf = (elements: Boxes) => elements.map((element) => element.getBoundingClientRect().height);

describe('every page', () => {
  let site: BrowserSite;
  const paths: Record<string, string> = {};

  beforeAll(async () => {
    site = await BrowserSite.start();
    await site.site.store.publishSimulatedReport();
    const denied = await waiting(site, { justification: 'Case 4711: '.repeat(40).trim() });
    await review(site, 'ada', denied, { decision: 'deny', reason: 'Say which case.' });
    const live = await grant(site);
    const bearer = await token(site, live);
    await call(site, bearer, '/tenants/acme/invoices', 200);
    await call(site, bearer, '/tenants/acme/payroll/1', 403);
    const stopped = await grant(site);
    await site.api('ada', 'POST', `/api/v1/grants/${stopped}/revocation`, { reason: 'Seen enough' });
    await site.site.store.openAccessReviews();
    await site.api('ada', 'POST', '/api/v1/tenants/acme/practices');
    await ask(site);
    const offered = await waiting(site);
    const less = { ...offered.terms, parent: offered.digest, seconds: 600 };
    await review(site, 'bob', offered, { decision: 'counter', terms: less });
    Object.assign(paths, {
      open: `/requests/${(await waiting(site)).id}`,
      denied: `/requests/${denied.id}`,
      offered: `/requests/${offered.id}`,
      live: `/grants/${live}`,
      stopped: `/grants/${stopped}`,
      receipt: `/grants/${live}/receipt`,
    });
  });
  afterAll(() => site.close());

  const PAGES: [Who, string][] = [
    ['ada', '/inbox'],
    ['ada', 'open'],
    ['ada', 'denied'],
    ['ada', '/access'],
    ['ada', 'live'],
    ['ada', 'stopped'],
    ['ada', 'receipt'],
    ['ada', '/history'],
    ['ada', '/activity'],
    ['ada', '/proof'],
    ['ada', '/invite'],
    ['ada', '/standing'],
    ['ada', '/access-review'],
    ['ada', '/practice'],
    ['ada', '/notice-addresses'],
    ['ada', '/transparency'],
    ['ada', '/people'],
    ['ada', '/controls'],
    ['ada', '/account'],
    ['ada', '/passkeys'],
    ['ada', '/claim'],
    ['ada', '/trust'],
    ['ada', '/nowhere'],
    ['erin', '/ask?tenant=acme'],
    ['erin', '/mine'],
    ['erin', 'offered'],
    ['erin', 'live'],
    ['max', '/queue'],
    ['sam', '/security'],
    ['sam', '/organisation'],
    ['sam', '/standing'],
    ['sam', '/transparency'],
  ];

  /** The pages that the engines look at. */
  const looked = someRows(PAGES);

  test.each([...new Set(looked.map(([who]) => who))])(
    'of %s: axe, IBM Equal Access and HTML_CodeSniffer find no violations; a reader of German gets every line in German',
    async (who) => {
      const page = await site.signedIn(who, '/history', { viewport: { width: 1440, height: 900 } });
      const found: Record<string, string[]> = {};
      const english: string[] = [];
      for (const [place, [reader, name]] of looked.entries()) {
        if (reader !== who) continue;
        const path = paths[name] ?? name;
        // A multiple of three, so that the engines look at each of these pages in `npm test` too.
        const { found: here, overflow } = await violationsInLooks(page, site.url + path, 3 * place);
        found[path] = here;
        expect({ path, overflow }).toEqual({ path, overflow: 0 });
        // The narrow page has the switch in its menu.
        await page.setViewportSize(WIDE);
        await page.getByRole('button', { name: 'Deutsch' }).click();
        await page.locator('html[lang="de"]').waitFor();
        const lines = (await page.evaluate<string>('document.body.innerText')).split('\n');
        english.push(...lines.filter((line) => isEnglish(line)).map((line) => `${path}: ${line}`));
        await page.getByRole('button', { name: 'English' }).click();
        await page.locator('html[lang="en"]').waitFor();
      }
      expect(Object.values(found).flat()).toEqual([]);
      expect(english).toEqual([]);
      expect(Object.keys(found).length).toBeGreaterThan(0);
    },
    600_000,
  );

  onlyInSoak(() => {
    test('the button beside a term explains it: by keyboard, and in German at the lower edge of a phone', async () => {
      const page = await site.signedIn('ada', '/standing');
      const button = page.getByRole('button', { name: 'Meaning of “Standing access”' });
      const meaning = page.getByText('open now without another approval');
      await button.press('Enter');
      await meaning.waitFor();
      expect(await violations(page)).toEqual([]);
      await page.keyboard.press('Escape');
      await meaning.waitFor({ state: 'detached' });
      await button.and(page.locator(':focus')).waitFor();

      await page.getByRole('button', { name: 'Deutsch' }).click();
      await page.setViewportSize({ width: 390, height: 844 });
      await page.getByRole('button', { name: 'Bedeutung von „Offene Zugänge“' }).click();
      await page.getByText('ohne weitere Freigabe offen').waitFor();
      const note = await page.locator('.help-note:popover-open').boundingBox();
      expect(note?.x).toBeGreaterThanOrEqual(0);
      expect((note?.x ?? 0) + (note?.width ?? 0)).toBeLessThanOrEqual(390);
      expect((note?.y ?? 0) + (note?.height ?? 0)).toBeGreaterThan(800);
      await page.mouse.click(200, 300);
      await page.getByText('ohne weitere Freigabe offen').waitFor({ state: 'detached' });
    });

    test('admins see on their start page what is left to set up, until they hide it', async () => {
      const page = await site.signedIn('ada', '/inbox', { viewport: { width: 1280, height: 900 } });
      const list = page.getByRole('region', { name: /^Set up Acme/ });
      await list.getByText('1 of 4 done').waitFor();
      await list.getByRole('listitem').filter({ hasText: 'Have two approvers' }).getByText('Done').waitFor();
      expect(await list.getByText('To do').count()).toBe(3);
      expect(await list.getByRole('link', { name: 'Claim the organisation' }).getAttribute('href')).toBe(
        '/claim',
      );
      await list.getByRole('button', { name: 'Hide this list' }).click();
      await list.waitFor({ state: 'detached' });
      await page.reload();
      // The code of the list loads after the page.
      await page.waitForLoadState('networkidle');
      expect(await list.count()).toBe(0);
    });

    test('a list of what is set up closes once all is done; people who are no admins have none', async () => {
      const sam = await site.signedIn('sam', '/security');
      // This site has services, routes, a gateway and requests.
      const done = sam.getByRole('region', { name: 'Everything is set up' });
      await done.getByText('4 of 4 done').waitFor();
      // What is done closes by itself, so that it does not fill the screen.
      await gone(done.locator('details[open]'));
      const erin = await site.signedIn('erin', '/mine');
      await erin.waitForLoadState('networkidle');
      expect(await erin.getByRole('region', { name: /^Set up/ }).count()).toBe(0);
    });
  });

  test('the page Organisation compares a file and says how to apply it, and what each applied file changed', async () => {
    const page = await site.signedIn('sam', '/organisation');
    await page.getByRole('button', { name: 'What changed' }).first().click();
    await page.getByRole('listitem').filter({ hasText: 'Adds a service billing' }).waitFor();
    await page.getByLabel('Organisation file').fill('vendor: { name: Northwind Cloud, staff: [] }');
    await page.getByRole('button', { name: 'Compare' }).click();
    await page.getByText('/tenants').first().waitFor();
    const accessPolicy = { vendorReviews: 1, maxDuration: 'PT2H', tokenTtl: 'PT5M', requestTtl: 'PT12H' };
    const file = { vendor: { name: 'Northwind Ltd', staff: [] }, accessPolicy, services: [], tenants: [] };
    await page.getByLabel('Organisation file').fill(JSON.stringify(file));
    await page.getByRole('button', { name: 'Compare' }).click();
    await page.getByRole('row').filter({ hasText: 'Northwind Ltd' }).waitFor();
    await page.getByRole('row', { name: 'policy.maxDuration 4 hours 2 hours' }).waitFor();
    await page.getByText(/countersign apply -f organisation.yaml --expect sha256:[0-9a-f]{64}/).waitFor();
  });

  onlyInSoak(() => {
    test('on the page Organisation auditors only read', async () => {
      const ola = await site.signedIn('ola', '/organisation');
      await ola.getByText('Security admins compare files here.').waitFor();
      expect(await ola.getByRole('button', { name: 'Compare' }).count()).toBe(0);
    });

    test('At a glance: charts are read when they are opened, and each has its figures as a table', async () => {
      const page = await site.signedIn('ada', '/history');
      let reads = 0;
      page.on('request', (request) => {
        if (request.url().endsWith('/api/v1/grants?limit=200')) reads += 1;
      });
      await page.goto(`${site.url}/access`);
      await page.getByText('Open now').first().waitFor();
      expect(reads).toBe(0);
      await page.getByText('At a glance').click();
      await soon(async () => expect(reads).toBeGreaterThan(0));
      const weeks = page.getByRole('table', { name: 'Access per week' });
      await weeks.getByRole('row').nth(12).waitFor();
      // Other tests of this site may have opened more.
      const counts = await weeks.getByRole('cell').allTextContents();
      expect(
        counts.filter((text) => /^\d+$/.test(text)).reduce((sum, text) => sum + Number(text), 0),
      ).toBeGreaterThanOrEqual(2);
      await page.getByRole('table', { name: 'Calls per access' }).getByRole('row').nth(2).waitFor();
      expect(await violations(page)).toEqual([]);
      await page.setViewportSize({ width: 360, height: 740 });
      await soon(async () =>
        expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(360),
      );
    });

    test('the live page on a phone: figures side by side, the newest call on the first screen, and a low bar to stop', async () => {
      const page = await site.signedIn('ada', paths['live'] ?? '', { viewport: { width: 390, height: 844 } });
      const call = page.locator('.live-calls tbody tr').first();
      await call.waitFor();
      const bar = page.locator('.stop-bar');
      // The places change until all parts and the font of the page are loaded.
      await soon(async () => {
        const tops = await page.locator('.live > .figures > .figure').evaluateAll(topsOf);
        expect(new Set(tops).size).toBe(1);
        expect(tops).toHaveLength(3);
        const [row, stop] = [await call.boundingBox(), await bar.boundingBox()];
        expect((row?.y ?? 0) + (row?.height ?? 0)).toBeLessThan(stop?.y ?? 0);
      });
      for (const viewport of [
        { width: 360, height: 640 },
        { width: 640, height: 360 },
      ]) {
        await page.setViewportSize(viewport);
        await soon(async () => {
          const low = await bar.boundingBox();
          expect(low?.height).toBeLessThanOrEqual(viewport.height / 4);
          const button = await bar.getByRole('button', { name: 'Stop access now' }).boundingBox();
          expect((button?.y ?? 0) + (button?.height ?? 0)).toBeLessThanOrEqual(viewport.height);
        });
      }
    });

    test('History: export is on top, no word of a state is broken, and a long reason is cut after three lines', async () => {
      const page = await site.signedIn('ada', '/history', { viewport: { width: 800, height: 900 } });
      await page.locator('.grid-table .badge').first().waitFor();
      await soon(async () => {
        const before = await page.getByText('Export calls').boundingBox();
        const table = await page.locator('.grid-table').first().boundingBox();
        expect(before?.y).toBeLessThan(table?.y ?? 0);
        // At this width a broken badge had one letter a line.
        const heights = await page.locator('.grid-table .badge').evaluateAll(heightsOf);
        expect(Math.max(...heights)).toBeLessThan(100);
        const reasons = await page.locator('.grid-table .clamp').evaluateAll(heightsOf);
        expect(reasons.length).toBeGreaterThan(0);
        expect(Math.max(...reasons)).toBeLessThan(80);
      });
    });

    test('digits have one width in clocks and counts, and nowhere else', async () => {
      const page = await site.signedIn('ada', paths['live'] ?? '');
      for (const where of ['.live-calls time', '[role="timer"]', '.lead', 'code'])
        await page.locator(where).first().waitFor();
      const styleOf = (where: string) =>
        page.evaluate<string>(
          `getComputedStyle(document.querySelector(${JSON.stringify(where)})).fontVariantNumeric`,
        );
      expect(await styleOf('.live-calls time')).toBe('tabular-nums');
      expect(await styleOf('[role="timer"]')).toBe('tabular-nums');
      for (const text of ['body', 'h1', '.lead', 'code']) expect(await styleOf(text)).toBe('normal');
    });
  });

  test('an admin downloads the evidence pack of this quarter on the page of reports', async () => {
    const page = await site.signedIn('ada', '/transparency');
    const button = page.getByRole('button', { name: 'Download the pack' });
    const [download] = await Promise.all([page.waitForEvent('download'), button.click()]);
    expect(download.suggestedFilename()).toMatch(/^countersign-evidence-acme-\d{4}-[\w-]+\.zip$/);
    const pack = await buffer(await download.createReadStream());
    expect(pack.subarray(0, 2).toString()).toBe('PK');
    expect(pack.includes('population/calls.csv') && pack.includes('manifest.note')).toBe(true);
    await page.getByText('The pack was downloaded.').waitFor();
  });

  onlyInSoak(() => {
    test('a tenant’s own report is on the page, by place and employer, and the CSV is the one that its note signs', async () => {
      const page = await site.signedIn('ada', '/transparency');
      await page.getByRole('heading', { name: 'Who requested access to your data' }).waitFor();
      await soon(async () => expect(await page.getByRole('cell', { name: 'Not stated' }).count()).toBe(3));
      const link = page.locator('a[download="transparency-acme-2026-H1.csv"]');
      const [download] = await Promise.all([page.waitForEvent('download'), link.click()]);
      const csv = await buffer(await download.createReadStream());
      expect(csv.toString()).toContain('\r\naccesses.requested.no-country,0,0\r\n');
      const { note } = (await site.api(
        'ada',
        'GET',
        '/api/v1/tenants/acme/transparency-reports/2026-H1',
      )) as {
        note: string;
      };
      const hash = Buffer.from(systemHashing.sha256(csv)).toString('hex');
      expect(note).toContain(`\nreport.csv sha256:${hash}\n`);
    });

    test('on the page of reports security admins of the vendor have no packs, and no organisation of their own', async () => {
      const page = await site.signedIn('sam', '/transparency');
      await page.getByRole('heading', { name: 'Signed files' }).waitFor();
      expect(await page.getByRole('button', { name: 'Download the pack' }).count()).toBe(0);
      expect(await page.getByRole('heading', { name: 'Who requested access to your data' }).count()).toBe(0);
    });
  });

  test('the access review is answered by keyboard alone, and ending something asks once more', async () => {
    const page = await site.signedIn('ada', '/access-review');
    await page.getByRole('heading', { name: 'People and roles' }).waitFor();
    const row = page.getByRole('row').filter({ hasText: 'Another admin confirms you' }).first();
    await row.waitFor();
    await page.getByRole('button', { name: /^Confirm: Bob/ }).press('Enter');
    await page.getByText('Confirmed').first().waitFor();
    const end = page
      .getByRole('button', { name: /^End: Access/ })
      .or(page.getByRole('button', { name: /^End: .*Erin/ }))
      .first();
    await end.press('Enter');
    // The dialog itself has the focus, and none of its buttons.
    await page.getByRole('dialog').and(page.locator(':focus')).waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    // The focus is again on the button that opened it.
    await end.and(page.locator(':focus')).waitFor();
  });

  test('shows the sign-in page to people who are not signed in, and no engine finds violations there', async () => {
    const page = await (await site.context()).newPage();
    await page.goto(`${site.url}${paths['open']}`);
    await page.getByLabel('Organisation').waitFor();
    expect(new URL(page.url()).pathname).toBe('/sign-in');
    for (const colorScheme of someRows(['light', 'dark'] as const)) {
      await page.emulateMedia({ colorScheme });
      expect(await violationsByAllEngines(page)).toEqual([]);
    }
  });

  onlyInSoak(() => {
    test('the documentation of the API is readable by everyone: it has no violations, and nothing scrolls sideways', async () => {
      const page = await (await site.context()).newPage();
      const views = [
        ['/api/docs', 'light', 1280],
        ['/api/docs/Requests', 'dark', 360],
      ] as const;
      for (const [path, colorScheme, width] of views) {
        await page.emulateMedia({ colorScheme });
        await page.setViewportSize({ width, height: 800 });
        await page.goto(site.url + path);
        expect(await violationsByAllEngines(page)).toEqual([]);
        expect(await page.evaluate('document.documentElement.scrollWidth - innerWidth')).toBe(0);
      }
    });
  });

  test('sign-in leads to no other host, and shows any error code as text', async () => {
    const page = await (await site.context()).newPage();
    await page.goto(`${site.url}/sign-in?returnTo=/.//evil.example/&error=__proto__`);
    await page.getByText('__proto__').waitFor();
    const left = page.waitForRequest(/\/auth\/oidc\/acme\/start/);
    await page.getByLabel('Organisation').fill('acme');
    await page.getByRole('button', { name: 'Continue' }).click();
    expect(new URL((await left).url()).searchParams.get('returnTo')).toBe('/');
  });

  onlyInSoak(() => {
    test('a failed sign-in of someone who is signed in already is shown, and sends no one back in a circle', async () => {
      const page = await site.signedIn('ada', '/account');
      await page.goto(`${site.url}/sign-in?error=not_fresh&returnTo=/account`);
      await page.getByText('it must support max_age and auth_time').waitFor();
      expect(await violations(page)).toEqual([]);
      await page.getByRole('button', { name: 'Stay signed in' }).click();
      await page.waitForURL(`${site.url}/account`);
    });
  });

  describe('only the person begins a sign-in without a press:', () => {
    /** A new browser, and the addresses that began a sign-in in it. */
    const newBrowser = async () => {
      const context = await site.context();
      const begun: string[] = [];
      const newTab = async () => {
        const tab = await context.newPage();
        tab.on('request', (request) => {
          if (/\/auth\/(discover|oidc\/\w+\/start)/.test(request.url())) begun.push(request.url());
        });
        return tab;
      };
      return { context, begun, newTab };
    };
    const linkFromElsewhere = async (tab: Page, path: string) => {
      await tab.route('http://evil.example/', (route) =>
        route.fulfill({
          contentType: 'text/html',
          body: `<a rel="noreferrer" href="${site.url}${path}">Read this</a>`,
        }),
      );
      await tab.goto('http://evil.example/');
      await tab.getByRole('link').click();
    };
    const expectForm = async (tab: Page, organisation: string) => {
      await tab.getByRole('button', { name: 'Continue' }).waitFor();
      expect(await tab.getByLabel('Organisation').inputValue()).toBe(organisation);
    };

    test('in a new browser no link of a customer, and none of the vendor that another site opened', async () => {
      const { begun, newTab } = await newBrowser();
      const first = await newTab();
      await first.goto(`${site.url}/sign-in?tenant=acme&returnTo=%2Finbox`);
      await expectForm(first, 'acme');
      await linkFromElsewhere(first, '/sign-in?tenant=vendor&returnTo=%2Fqueue');
      await expectForm(first, 'vendor');
      expect(begun).toEqual([]);
    });

    onlyInSoak(() => {
      test('in a used browser no other site, no link to another organisation, no tab of an ended session, and no one after signing out', async () => {
        const { context, begun, newTab } = await newBrowser();
        const page = await context.newPage();
        await page.goto(`${site.url}/history`);
        await site.signIn(page, 'ada');
        await page.waitForURL(`${site.url}/history`);
        await page.getByRole('button', { name: 'Sign out' }).waitFor();
        const own = await newTab();
        await own.goto(`${site.url}/history`);
        await own.getByRole('button', { name: 'Sign out' }).waitFor();

        // A session that ends under an open page is not renewed: no one may sit there any more.
        await context.clearCookies();
        // The page may notice it before the press, and show the form already.
        await own.evaluate(`document.querySelector('a[href="/inbox"]')?.click()`);
        await expectForm(own, 'acme');
        await own.reload();
        await expectForm(own, 'acme');
        await own.goto(`${site.url}/inbox`);
        await expectForm(own, 'acme');
        // A link of a stranger, whose provider would sign them in as someone else.
        const linked = await newTab();
        await linked.goto(`${site.url}/sign-in?tenant=globex&returnTo=%2Finbox`);
        await expectForm(linked, 'globex');
        // A failed sign-in would begin again and again.
        await linked.goto(`${site.url}/sign-in?error=unknown_person&tenant=acme&returnTo=%2Finbox`);
        await expectForm(linked, 'acme');
        // Another site, which hides itself. It could have signed the person in at the provider as someone else first.
        await linkFromElsewhere(linked, '/inbox');
        await expectForm(linked, 'acme');
        // The vendor's link begins nothing where a customer's person has signed in.
        const vendors = await newTab();
        await vendors.goto(`${site.url}/sign-in?tenant=vendor&returnTo=%2Fqueue`);
        await expectForm(vendors, 'vendor');
        expect(begun).toEqual([]);

        const again = await newTab();
        await again.goto(`${site.url}/inbox`);
        await again.getByRole('button', { name: 'ada@acme.example' }).click();
        await again.waitForURL(`${site.url}/inbox`);
        await again.getByRole('button', { name: 'Sign out' }).click();
        await expectForm(again, '');
        const last = await newTab();
        await last.goto(`${site.url}/inbox`);
        await expectForm(last, '');
        const { length } = begun;
        const answered = last.waitForResponse(/\/api\/v1\/whoami$/);
        await last.goto(`${site.url}/sign-in?tenant=vendor&returnTo=%2Fqueue`);
        await answered;
        await last.evaluate(
          'new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))',
        );
        await expectForm(last, 'vendor');
        expect(begun).toHaveLength(length);
      }, 120_000);
    });
  });

  onlyInSoak(() => {
    test('a person ends all other sessions at once, and keeps this one', async () => {
      const other = await site.signedIn('ada', '/account');
      const page = await (await site.context()).newPage();
      await page.goto(`${site.url}/account`);
      await site.signIn(page, 'ada');
      await page.waitForURL(`${site.url}/account`);
      await page.getByRole('button', { name: 'End all other sessions' }).click();
      await page.getByRole('button', { name: 'End all other sessions' }).waitFor({ state: 'detached' });
      await page.getByText('this browser', { exact: true }).waitFor();
      await other.reload();
      await other.waitForURL(/\/sign-in/);
      await other.getByRole('button', { name: 'Continue' }).waitFor();
    });

    test('a receipt states how far the log has grown, and has a proof file for each of its leaves', async () => {
      const page = await site.signedIn('ada', paths['receipt'] ?? '');
      const inLog = page.locator('section', { has: page.getByRole('heading', { name: 'In the log' }) });
      expect(await inLog.locator('dd').allTextContents()).toEqual([
        expect.stringMatching(/^[\d,]+$/),
        expect.stringMatching(/^[A-Za-z0-9+/]{43}=$/),
      ]);
      await page.locator('summary', { hasText: 'Proofs of the leaves of this access' }).click();
      const proofs = page.getByRole('link', { name: /^Download the proof of leaf/ });
      await proofs.first().waitFor();
      const saved = page.waitForEvent('download');
      await proofs.last().click();
      const download = await saved;
      const proof = parseTlogProof(await text(await download.createReadStream()));
      expect(download.suggestedFilename()).toBe(`acme-${proof.index}.tlog-proof`);
      const { items } = await site.api<{ items: { index: number }[] }>(
        'ada',
        'GET',
        '/api/v1/tenants/acme/events?limit=200',
      );
      const { index: _index, ...leaf } = items.find(({ index }) => index === proof.index) ?? { index: -1 };
      const { size, root } = parseCheckpoint(parseNote(proof.checkpoint).text);
      verifyInclusion(systemHashing, {
        ...{ index: proof.index, proof: proof.proof, size, root },
        leaf: leafHash(systemHashing, utf8(canonicalJson(leaf))),
      });
      // The engineer may not follow the customer's log, but gets its size and root.
      const theirs = await site.signedIn('erin', paths['receipt'] ?? '');
      await theirs.getByRole('heading', { name: 'In the log' }).waitFor();
      expect(await theirs.getByText('Proofs of the leaves of this access').count()).toBe(0);
    });
  });

  test('of another tenant is not shown, even at its exact address (P9)', async () => {
    const page = await site.signedIn('ada', '/inbox');
    const foreign = await ask(site, { tenant: 'globex' });
    await page.goto(`${site.url}/requests/${foreign.id}`);
    await page.getByText('There is nothing here, or you may not see it.').waitFor();
    expect(await page.getByText('Case 4711').count()).toBe(0);
  });

  onlyInSoak(() => {
    test('keeps its content while the connection is lost, says so, and continues when it is back', async () => {
      const page = await site.signedIn('ada', '/history');
      await page.getByRole('link', { name: 'list and read invoices' }).first().waitFor();
      await page.context().setOffline(true);
      await page.getByRole('link', { name: 'Activity' }).click();
      await page.getByRole('heading', { name: 'You are offline' }).waitFor();
      await page.getByRole('link', { name: 'History' }).click();
      await page.getByRole('link', { name: 'list and read invoices' }).first().waitFor();
      await page.context().setOffline(false);
      await page.getByRole('link', { name: 'Access now' }).click();
      await page.getByText('Open now').first().waitFor();
    });
  });

  /** Pages of other roles, by person. */
  const OF_OTHERS = [
    ['ada', ['/security', '/demands', '/incidents', '/queue', '/ask']],
    ['erin', ['/security', '/controls', '/trust', '/standing', '/demands']],
    ['sam', ['/ask', '/queue', '/inbox', '/people']],
  ] as const;

  test('a page of other roles has no button', async () => {
    for (const [who, others] of someRows(OF_OTHERS)) {
      const page = await site.signedIn(who, '/history');
      for (const path of someRows(others)) {
        await page.goto(site.url + path);
        await page.getByRole('heading', { level: 1, name: 'This page is for other people' }).waitFor();
        expect(await page.locator('main button').count()).toBe(0);
      }
    }
  }, 120_000);

  onlyInSoak(() => {
    test('every page in the menu opens, and none has the name of a permission', async () => {
      for (const [who] of OF_OTHERS) {
        const page = await site.signedIn(who, '/history');
        const links = page.getByRole('navigation').locator('a[href^="/"]');
        await links.first().waitFor({ state: 'attached' });
        const own = await links.evaluateAll((found) => found.map((each) => each.getAttribute('href') ?? ''));
        for (const path of own) {
          await page.goto(site.url + path);
          await page.getByRole('heading', { level: 1 }).waitFor();
          await page.waitForLoadState('networkidle');
          expect(await page.getByText(/This page is for other people|\([a-z-]+\.[a-z-]+\)/).count()).toBe(0);
        }
      }
    }, 120_000);
  });

  test('cannot be embedded in another page', async () => {
    const page = await site.signedIn('ada', '/inbox');
    const frames: Server = createServer((_request, response) => {
      response.setHeader('content-type', 'text/html');
      response.end(`<iframe src="${site.url}${paths['open']}"></iframe>`);
    });
    await new Promise<void>((resolve) => frames.listen(0, '127.0.0.1', resolve));
    try {
      const refused = page.waitForEvent('console', (message) => /frame-ancestors/.test(message.text()));
      await page.goto(`http://127.0.0.1:${(frames.address() as AddressInfo).port}/`);
      expect((await refused).text()).toContain(site.url);
      // The browser shows its own error page in the frame a moment later.
      await soon(async () => expect(page.frames()[1]?.url()).toMatch(/^chrome-error:/));
      await soon(async () => expect(await page.frames()[1]?.getByRole('heading').count()).toBe(0));
    } finally {
      frames.closeAllConnections();
      await new Promise((resolve) => frames.close(resolve));
    }
  });

  test('follows its content security policy: nothing inline, nothing from other hosts, no console errors', async () => {
    const page = await (await site.context()).newPage();
    const errors: string[] = [];
    const hosts = new Set<string>();
    page.on('console', (message) => {
      if (message.type() === 'error') errors.push(message.text());
    });
    page.on('pageerror', (error) => errors.push(String(error)));
    page.on('request', (request) => hosts.add(new URL(request.url()).origin));
    await page.goto(`${site.url}/sign-in`);
    await page.getByLabel('Organisation').waitFor();
    // The answer to “who is signed in?” is 401, which the browser logs as a network error.
    expect(errors.filter((text) => !text.includes('401'))).toEqual([]);
    expect([...hosts]).toEqual([site.url]);
    await page.evaluate(
      "document.body.insertAdjacentHTML('beforeend', '<img src=x onerror=\"window.ran = 1\">')",
    );
    await page.evaluate("document.querySelector('img').decode().catch(() => null)");
    expect(await page.evaluate('window.ran ?? null')).toBeNull();
  });
});
