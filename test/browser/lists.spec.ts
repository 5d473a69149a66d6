/** @soak */

import { text as textOf } from 'node:stream/consumers';
import type { Page } from 'playwright-core';
import { eventually } from '../support/eventually.js';
import { onlyInSoak } from '../support/samples.js';
import { ask, cancelOpen, waiting } from './support/access.js';
import { expectGoodViews } from './support/axe.js';
import { BrowserSite } from './support/browser-site.js';
import { gone } from './support/soon.js';

describe('lists with many rows', () => {
  let site: BrowserSite;
  let refund: string;
  beforeAll(async () => {
    site = await BrowserSite.start();
    refund = (await waiting(site, { justification: 'The refund of Mr Smith is late', ticket: 'CASE-17' })).id;
    await ask(site, { tenant: 'globex' });
    await ask(site, { justification: 'Another matter', ticket: 'CASE-18' });
    await cancelOpen(site);
  }, 120_000);
  afterAll(() => site.close());

  const rows = (page: Page) => page.getByRole('table', { name: 'History' }).locator('tbody tr');
  const shows = (page: Page, count: number) =>
    eventually(`the list has ${count} rows`, async () => (await rows(page).count()) === count, 30_000, 100);

  test('the history is searched in its address, and the whole row opens the request', async () => {
    const page = await site.signedIn('max', '/history');
    await shows(page, 3);
    await page.getByRole('searchbox', { name: 'Search' }).fill('refund smith');
    await page.waitForURL(/[?&]text=refund\+smith$/);
    await shows(page, 1);
    // Beside every word of the row.
    await rows(page).first().scrollIntoViewIfNeeded();
    const box = await rows(page).first().boundingBox();
    await page.mouse.click((box?.x ?? 0) + (box?.width ?? 0) - 4, (box?.y ?? 0) + (box?.height ?? 0) - 4);
    await page.waitForURL(`${site.url}/requests/${refund}`);
  }, 120_000);

  onlyInSoak(() => {
    test('the history is filtered in its address, and the filters are cleared', async () => {
      const page = await site.signedIn('max', '/history?text=refund');
      await shows(page, 1);
      await page.getByRole('button', { name: 'Clear the filters' }).click();
      await shows(page, 3);
      const filters = page.getByRole('search', { name: 'Filters' });
      await filters.getByText('More filters').click();
      await filters.getByLabel('Customer').selectOption('globex');
      await page.waitForURL(/[?&]tenant=globex$/);
      await shows(page, 1);
      await filters.getByLabel('State').selectOption('denied');
      await page.getByText('Nothing matches').waitFor();
      const listed = page.waitForRequest(/\/api\/v1\/requests\?ticket=case-17&limit=50$/);
      await page.goto(`${site.url}/history?ticket=case-17`);
      await listed;
      await shows(page, 1);
      await page.getByText('More filters (1 chosen)').waitFor();
      await expectGoodViews(page, 'history-filtered');
    }, 120_000);

    test('of an engineer’s own earlier requests 50 are shown, and more on demand', async () => {
      const page = await site.signedIn('erin', '/account');
      await page.route(/\/api\/v1\/requests\?/, async (route) => {
        const response = await route.fetch();
        const body = (await response.json()) as { items: object[] };
        const items = Array.from({ length: 60 }, (_, index) => ({ ...body.items[0], id: `req_${index}` }));
        await route.fulfill({ response, json: { ...body, items } });
      });
      await page.goto(`${site.url}/mine`);
      const before = page.getByRole('table', { name: 'Before' }).locator('tbody tr');
      await before.nth(49).waitFor();
      expect(await before.count()).toBe(50);
      await page.getByRole('button', { name: 'Show more' }).click();
      await before.nth(59).waitFor();
      await gone(page.getByRole('button', { name: 'Show more' }));
    }, 60_000);

    test('a filter that is chosen while the search is being typed stays', async () => {
      const page = await site.signedIn('max', '/history');
      await shows(page, 3);
      const filters = page.getByRole('search', { name: 'Filters' });
      await filters.getByText('More filters').click();
      const customer = filters.getByLabel('Customer');
      await customer.waitFor();
      await page.getByRole('searchbox', { name: 'Search' }).fill('refund');
      await customer.selectOption('acme');
      await page.waitForURL(/[?&]text=refund/);
      await page.waitForURL(/[?&]tenant=acme/);
      await shows(page, 1);
    }, 120_000);

    test('what the filters show is exported, as CSV with names and as JSON', async () => {
      const page = await site.signedIn('max', '/history?text=refund');
      await shows(page, 1);
      const save = async (name: string) => {
        const group = page.locator('.row', { hasText: 'Export these requests:' });
        const [download] = await Promise.all([
          page.waitForEvent('download'),
          group.getByRole('button', { name }).click(),
        ]);
        return textOf(await download.createReadStream());
      };
      const [header = '', line = '', ...rest] = (await save('CSV for spreadsheets')).split('\r\n');
      expect(rest).toEqual(['']);
      expect(header).toContain('"requesterName","state","scope"');
      expect(line).toContain('"Erin Okafor","cancelled"');
      expect(line).toContain('"The refund of Mr Smith is late","CASE-17"');
      await page.getByText('Exported 1 requests.').waitFor();
      const lines = (await save('JSON Lines')).trim().split('\n');
      expect(lines.map((each) => JSON.parse(each).id)).toEqual([refund]);
    }, 120_000);
  });
});
