import { call, grant, token } from './support/access.js';
import { BrowserSite } from './support/browser-site.js';

describe('the live page', () => {
  let site: BrowserSite;

  beforeAll(async () => {
    site = await BrowserSite.start();
  }, 120_000);
  afterAll(() => site.close());

  test('shows calls as they happen, goes on after the broker restarts, stops access and shows the proof', async () => {
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
    await page.getByText('Following').waitFor();
    await call(site, bearer, '/tenants/acme/invoices/inv-2', 200);
    await page.getByText('GET /tenants/acme/invoices/inv-2').waitFor();

    await page.getByRole('button', { name: 'Stop access now' }).click();
    await page.getByText('Stopped by Ada Moreau').waitFor();
    await page.getByText('None has been tried since.').waitFor();
    await call(site, bearer, '/tenants/acme/invoices/inv-3', 403);
    const proof = page.getByRole('region', { name: 'The proof' });
    await proof.getByText('Next call refused').waitFor();
    await proof.locator('dd time').nth(1).waitFor();
    expect(await proof.locator('dd time').count()).toBe(2);
    expect(site.upstream.hits.map(({ url }) => url)).toContain('/tenants/acme/invoices/inv-2');
    expect(site.upstream.hits.map(({ url }) => url)).not.toContain('/tenants/acme/invoices/inv-3');
    expect(await page.evaluate('window.sameDocument')).toBe(true);
  }, 180_000);
});
