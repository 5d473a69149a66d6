import { ask, review } from './support/access.js';
import { BrowserSite } from './support/browser-site.js';

describe('the invite page', () => {
  let site: BrowserSite;

  beforeAll(async () => {
    site = await BrowserSite.start();
  }, 120_000);
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
  }, 120_000);
});
