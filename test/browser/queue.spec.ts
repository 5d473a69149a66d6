/** @soak */

import type { Page } from 'playwright-core';
import { eventually } from '../support/eventually.js';
import { onlyInSoak } from '../support/samples.js';
import { ask, cancelOpen, waiting } from './support/access.js';
import { expectGoodViews, violations } from './support/axe.js';
import { BrowserSite } from './support/browser-site.js';

/** Not of low risk, as what lists and reads is: only the page of the request approves it for the customer. */
const UPDATE = { scope: [{ resource: 'invoices/*', actions: ['update'] }] };

describe('a queue', () => {
  let site: BrowserSite;
  beforeAll(async () => {
    site = await BrowserSite.start(({ tenants }) => {
      for (const { privacyControls } of tenants) privacyControls.countersign = [];
    });
  }, 120_000);
  afterEach(() => cancelOpen(site), 60_000);
  afterAll(() => site.close());

  const rows = (page: Page) => page.getByRole('list', { name: 'Requests to decide' }).locator('> li');
  const shows = (page: Page, count: number) =>
    eventually(`the queue has ${count} rows`, async () => (await rows(page).count()) === count, 30_000, 100);
  const focused = (page: Page) =>
    page.evaluate<string>('document.activeElement.querySelector("blockquote")?.textContent ?? ""');
  const focuses = (page: Page, reason: string) =>
    eventually(`“${reason}” has the focus`, async () => (await focused(page)) === reason, 30_000, 100);
  const stateOf = async (id: string) =>
    (await site.api<{ state: string }>('erin', 'GET', `/api/v1/requests/${id}`)).state;
  const isIn = (id: string, state: string) =>
    eventually(`${id} is ${state}`, async () => (await stateOf(id)) === state, 30_000, 100);

  onlyInSoak(() => {
    test('is worked through by keys: a approves on the second press, d asks why, and the next request has the focus', async () => {
      const [one, two, three] = [
        await ask(site, { justification: 'First' }),
        await ask(site, { justification: 'Second' }),
        await ask(site, { justification: 'Third', ...UPDATE }),
      ];
      const page = await site.signedIn('max', '/queue');
      await shows(page, 3);
      await page.keyboard.press('j');
      await focuses(page, 'First');
      // Held down, it is one press.
      await page.keyboard.down('a');
      await page.keyboard.down('a');
      await page.keyboard.up('a');
      await page.getByText('Press a once more').waitFor();
      // Another key takes it back.
      await page.keyboard.press('j');
      await focuses(page, 'Second');
      await page.getByText('Press a once more').waitFor({ state: 'detached' });
      await page.keyboard.press('k');
      await focuses(page, 'First');
      await page.keyboard.press('a');
      await page.keyboard.press('a');
      await page.getByText('Approved: Erin Okafor, list and read invoices, Acme Corp').waitFor();
      await focuses(page, 'Second');
      await isIn(one.id, 'awaiting_customer');
      expect(await stateOf(two.id)).toBe('awaiting_vendor');

      await page.keyboard.press('d');
      await page.getByLabel('Why? The requester reads this.').fill('Which jaguar?');
      await page.getByRole('button', { name: 'Deny the request' }).click();
      await page.getByText('Denied: Erin Okafor').waitFor();
      await focuses(page, 'Third');
      await isIn(two.id, 'denied');
      await page.keyboard.press('Enter');
      await page.waitForURL(`${site.url}/requests/${three.id}`);
    }, 120_000);

    test('several of low risk are approved together, each by a review of its own; the dialog begins at Back', async () => {
      const low = [await ask(site, { justification: 'One' }), await ask(site, { justification: 'Two' })];
      const high = await ask(site, { justification: 'Three', ...UPDATE });
      const page = await site.signedIn('max', '/queue');
      await shows(page, 3);
      await page.getByLabel('Choose all of low risk (2)').check();
      await page.getByRole('button', { name: 'Approve the 2 chosen' }).click();
      const dialog = page.getByRole('dialog', { name: 'Approve these 2 requests?' });
      await dialog.waitFor();
      expect(await page.evaluate('document.activeElement.textContent')).not.toBe('Approve all 2');
      // The dialog shows the same sentences as the rows.
      const sentences = await dialog.locator('li > div > p:first-child').allTextContents();
      expect(sentences).toEqual(
        await rows(page).locator('p:first-child', { hasText: 'list' }).allTextContents(),
      );
      expect(sentences[0]).toMatch(/list and read invoices.* for 30 minutes\.$/);
      await dialog.getByRole('button', { name: 'Approve all 2' }).click();
      await page.getByText('2 requests approved.').waitFor();
      for (const { id } of low) await isIn(id, 'awaiting_customer');
      expect(await stateOf(high.id)).toBe('awaiting_vendor');
    }, 120_000);

    test('the confirmation stays after the last request is decided', async () => {
      await ask(site, { justification: 'Only' });
      const page = await site.signedIn('max', '/queue');
      await shows(page, 1);
      await page.getByRole('button', { name: 'Approve for the vendor' }).click();
      await page.getByText('Nothing to review').waitFor();
      await page.getByText('Approved: Erin Okafor, list and read invoices, Acme Corp, 30 minutes').waitFor();
    }, 120_000);

    test('the search that / focuses keeps the focus while it narrows the queue', async () => {
      for (const justification of ['First', 'Second', 'Third', 'Fourth']) await ask(site, { justification });
      const page = await site.signedIn('max', '/queue');
      await shows(page, 4);
      await page.locator('h1').focus();
      await page.keyboard.press('/');
      await page.keyboard.type('third');
      await page.waitForURL(/[?&]text=third$/);
      await shows(page, 1);
      expect(await page.evaluate('document.activeElement.value')).toBe('third');
      await page.getByRole('button', { name: 'Clear the filters' }).click();
      await shows(page, 4);
    }, 120_000);
  });

  test('for the customer no key approves what is not of low risk: it opens the request', async () => {
    const low = await waiting(site, { justification: 'Read only' });
    const high = await waiting(site, { justification: 'Change it', ...UPDATE });
    const page = await site.signedIn('ada', '/inbox');
    await shows(page, 2);
    await expectGoodViews(page, 'inbox-queue');
    await rows(page).filter({ hasText: 'Change it' }).focus();
    expect(await rows(page).getByRole('checkbox').count()).toBe(1);
    await page.keyboard.press('a');
    await page.waitForURL(`${site.url}/requests/${high.id}`);
    await page.goBack();
    await shows(page, 2);
    await rows(page).filter({ hasText: 'Read only' }).focus();
    await page.keyboard.press('a');
    await page.keyboard.press('a');
    await isIn(low.id, 'approved');
    expect(await stateOf(high.id)).toBe('awaiting_customer');
  }, 120_000);

  onlyInSoak(() => {
    test('marks what the rules no longer allow, and offers no approval of it, by button, choice or key', async () => {
      const { id } = await waiting(site, { justification: 'Too long now', duration: 'PT30M' });
      await waiting(site, { justification: 'Short', duration: 'PT5M' });
      const unreviewed = await ask(site, { justification: 'Not reviewed', duration: 'PT30M' });
      await ask(site, { justification: 'Short one', duration: 'PT5M' });
      const controls = '/api/v1/tenants/acme/privacy-controls';
      const before = await site.api<{ maxDuration: string }>('ada', 'GET', controls);
      await site.api('ada', 'PUT', controls, { ...before, maxDuration: 'PT10M' });

      const inbox = await site.signedIn('ada', '/inbox');
      await shows(inbox, 2);
      const row = rows(inbox).filter({ hasText: 'Too long now' });
      await row.getByText('Outdated', { exact: true }).waitFor();
      await row.getByText('This request can no longer be approved.').waitFor();
      await row.getByRole('link', { name: 'Open the request' }).waitFor();
      expect(await row.getByRole('button').allTextContents()).toEqual(['Deny …']);
      expect(await rows(inbox).getByRole('checkbox').count()).toBe(1);
      await expectGoodViews(inbox, 'inbox-outdated');
      await row.focus();
      await inbox.keyboard.press('a');
      await inbox.waitForURL(`${site.url}/requests/${id}`);

      const queue = await site.signedIn('max', '/queue');
      await shows(queue, 2);
      const other = rows(queue).filter({ hasText: 'Not reviewed' });
      await other.getByText('Outdated', { exact: true }).waitFor();
      expect(await other.getByRole('button').allTextContents()).toEqual(['Deny …']);
      expect(await rows(queue).getByRole('checkbox').count()).toBe(1);
      await other.focus();
      await queue.keyboard.press('a');
      await queue.waitForURL(`${site.url}/requests/${unreviewed.id}`);

      const now = await site.api<{ maxDuration: string }>('ada', 'GET', controls);
      await site.api('ada', 'PUT', controls, { ...now, maxDuration: before.maxDuration });
    }, 120_000);

    test('an approver without a passkey approves several of low risk together, each by a review of their own, and nothing else', async () => {
      const low = [
        await waiting(site, { justification: 'One of Ada' }),
        await waiting(site, { justification: 'Two of Ada' }),
      ];
      const other = await waiting(site, { justification: 'Changes it', ...UPDATE });
      const page = await site.signedIn('ada', '/inbox');
      await shows(page, 3);
      expect(await rows(page).getByRole('checkbox').count()).toBe(2);
      const row = rows(page).filter({ hasText: 'Changes it' });
      expect(await row.getByRole('button').allTextContents()).toEqual(['Deny …']);
      await page.getByLabel('Choose all of low risk (2)').check();
      await page.getByRole('button', { name: 'Approve the 2 chosen' }).click();
      const dialog = page.getByRole('dialog', { name: 'Approve these 2 requests?' });
      await dialog.getByRole('button', { name: 'Approve all 2' }).click();
      await page.getByText('2 requests approved.').waitFor();
      for (const { id } of low) await isIn(id, 'approved');
      expect(await stateOf(other.id)).toBe('awaiting_customer');
      await shows(page, 1);
    }, 120_000);

    test('the keys are listed, and people can turn them off', async () => {
      await ask(site, { justification: 'Listed' });
      const page = await site.signedIn('max', '/queue');
      await shows(page, 1);
      const opens = page.getByRole('button', { name: 'Keyboard shortcuts' });
      expect(await opens.isVisible()).toBe(true);
      await page.setViewportSize({ width: 360, height: 740 });
      expect(await opens.isVisible()).toBe(false);
      await page.setViewportSize({ width: 1280, height: 900 });
      await page.keyboard.press('?');
      const dialog = page.getByRole('dialog', { name: 'Keyboard shortcuts' });
      await dialog.waitFor();
      expect(await violations(page)).toEqual([]);
      await dialog.getByLabel('Use these keys').uncheck();
      await dialog.getByRole('button', { name: 'Close' }).click();
      await dialog.waitFor({ state: 'detached' });
      await page.locator('h1').focus();
      await page.keyboard.press('?');
      await page.keyboard.press('j');
      expect(await dialog.count()).toBe(0);
      expect(await focused(page)).toBe('');
    }, 120_000);
  });
});
