/** @soak */

import { onlyInSoak } from '../support/samples.js';
import { ask, review } from './support/access.js';
import { expectGoodViews } from './support/axe.js';
import { BrowserSite } from './support/browser-site.js';

describe('the invite page', () => {
  let site: BrowserSite;

  beforeAll(async () => {
    site = await BrowserSite.start();
  });
  afterAll(() => site.close());

  test('invites for a case in a few presses, and withdraws the invitation with the access that it opened', async () => {
    const page = await site.signedIn('ada', '/invite', { viewport: { width: 360, height: 740 } });
    await page.getByText('No invitation is open').waitFor();
    await page.getByRole('checkbox', { name: 'list invoices' }).check();
    await page.getByRole('checkbox', { name: 'read any invoice' }).check();
    await page.getByLabel('For case').fill('4711');
    await page.getByRole('button', { name: 'Let support list and read invoices, for case 4711' }).click();
    await page.getByText('Support may now do what you chose.').waitFor();
    await page.getByText('list and read invoices', { exact: true }).waitFor();

    // A request that fits needs no approval by the customer. The vendor still reviews it.
    const fitting = await ask(site);
    await review(site, 'max', fitting);
    const approved = await site.api<{ state: string; grant: string }>(
      'erin',
      'GET',
      `/api/v1/requests/${fitting.id}`,
    );
    expect(approved.state).toBe('approved');

    await page.getByRole('button', { name: 'Withdraw' }).click();
    await page.getByText('No invitation is open').waitFor();
    const { state } = await site.api<{ state: string }>('erin', 'GET', `/api/v1/grants/${approved.grant}`);
    expect(state).toBe('ended');
  });

  onlyInSoak(() => {
    test('invites to a window that comes back each week, and names the next time', async () => {
      const page = await site.signedIn('ada', '/invite', { viewport: { width: 360, height: 740 } });
      await page.getByRole('checkbox', { name: 'list invoices' }).check();
      await page.getByRole('checkbox', { name: 'Only at certain times of the week' }).check();
      await page.getByText('Choose days, two different times').waitFor();
      await page.getByRole('checkbox', { name: 'Tuesday' }).check();
      await page.getByRole('checkbox', { name: 'Thursday' }).check();
      const times = 'every Tuesday and Thursday from 22:00 to 24:00 (Europe/Berlin)';
      await page.getByText(`Only ${times}.`).waitFor();
      await page.getByLabel('Only for these engineers').fill('erin@northwind.example');
      await expectGoodViews(page, 'invite-weekly');
      await page.getByRole('button', { name: 'Let support list invoices' }).click();
      await page.getByText('Support may now do what you chose.').waitFor();
      const row = page.getByRole('row').filter({ hasText: times });
      await row.filter({ hasText: 'Erin Okafor' }).waitFor();
      if (process.env['COUNTERSIGN_SCREENSHOTS'] !== undefined) await expectGoodViews(page, 'invited-weekly');
      // While the window is open, the next time is now.
      expect(await row.textContent()).toMatch(
        /list invoices, only for Erin Okafor[\s\S]*Next: (Tue|Thu) .*\d\d:\d\d/,
      );
      const standing = await site.signedIn('ada', '/standing', { viewport: { width: 360, height: 740 } });
      await standing.getByText('Recurring window').waitFor();
      await expectGoodViews(standing, 'standing-weekly');
    });
  });
});
