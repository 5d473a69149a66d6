/** @soak */

import type { Page } from 'playwright-core';
import { onlyInSoak } from '../support/samples.js';
import { BrowserSite } from './support/browser-site.js';
import { soon } from './support/soon.js';

describe('going from page to page', () => {
  let site: BrowserSite;

  beforeAll(async () => {
    site = await BrowserSite.start();
  });
  afterAll(() => site.close());

  const link = (page: Page, name: string | RegExp) =>
    page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name });
  const showsPage = async (page: Page, path: string, heading: string) => {
    await soon(async () => expect(page.url()).toBe(site.url + path));
    await page.getByRole('heading', { level: 1, name: heading }).waitFor();
  };
  /** The document's own memory: it ends if the browser loads the document again. */
  const isSameDocument = (page: Page) => page.evaluate<boolean>('window.isKept === true');

  onlyInSoak(() => {
    test('the main navigation of someone with two roles stands in one row on a screen of 1280 pixels, in English and German', async () => {
      for (const locale of ['en-GB', 'de-DE']) {
        const page = await site.signedIn('max', '/queue', { locale, viewport: { width: 1280, height: 900 } });
        const places = page.locator('.nav > :is(a, .more)');
        await soon(async () => {
          const tops = await places.evaluateAll((all) => all.map((each) => each.getBoundingClientRect().top));
          expect(tops.length).toBeGreaterThan(5);
          expect(Math.max(...tops) - Math.min(...tops)).toBeLessThan(20);
        });
      }
    });
  });

  test('links do not load the document again; back and forward return; the heading gets the focus, and the menu marks the page', async () => {
    const page = await site.signedIn('ada', '/inbox');
    await page.evaluate('window.isKept = true');
    expect(await page.evaluate('document.activeElement?.tagName')).toBe('BODY');
    await link(page, 'History').click();
    await showsPage(page, '/history', 'History');
    await page.locator('h1:focus').waitFor();
    expect(await link(page, 'History').getAttribute('aria-current')).toBe('page');
    expect(await link(page, /^Inbox/).getAttribute('aria-current')).toBeNull();
    await page.goBack();
    await showsPage(page, '/inbox', 'Waiting for your decision');
    await page.goForward();
    await showsPage(page, '/history', 'History');
    // The link to the present page adds nothing to the history.
    await link(page, 'History').click();
    await page.goBack();
    await showsPage(page, '/inbox', 'Waiting for your decision');
    expect(await isSameDocument(page)).toBe(true);
  });

  onlyInSoak(() => {
    test('a press with Control opens the page in another tab, and a redirect leaves nothing to go back to', async () => {
      const page = await site.signedIn('ada', '/history');
      const opened = page.context().waitForEvent('page');
      await link(page, /^Inbox/).click({ modifiers: ['Control'] });
      const tab = await opened;
      // Not `tab.url()`: Playwright may miss where a tab goes that opens behind the present one.
      await soon(async () => expect(await tab.evaluate('location.href')).toBe(`${site.url}/inbox`));
      expect(page.url()).toBe(`${site.url}/history`);
      await page.getByRole('link', { name: 'Countersign' }).click();
      await showsPage(page, '/inbox', 'Waiting for your decision');
      await page.goBack();
      await showsPage(page, '/history', 'History');
    });

    test('a slash at the end does not matter, and an unknown address leads home', async () => {
      const page = await site.signedIn('ada', '/inbox/');
      await page.getByRole('heading', { level: 1, name: 'Waiting for your decision' }).waitFor();
      await page.goto(`${site.url}/nothing/here`);
      await page.getByRole('link', { name: 'To the start page' }).click();
      await showsPage(page, '/inbox', 'Waiting for your decision');
    });
  });
});
