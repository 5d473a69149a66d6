import type { BrowserContextOptions, Locator } from 'playwright-core';
import { CLI } from '../support/cli.js';
import { Program } from '../support/program.js';
import { BrowserSite, PEOPLE, type Who } from './support/browser-site.js';

describe('the main job, by three people in three browsers', () => {
  let site: BrowserSite;

  beforeAll(async () => {
    site = await BrowserSite.start();
  });
  afterAll(() => site.close());

  test('from asking to the first useful call: at most 6 clicks and 60 seconds, and 12 clicks with three sign-ins by the links that the demo prints', async () => {
    let clicks = 0;
    const click = async (target: Locator) => {
      clicks += 1;
      await target.click();
    };
    const signIn = async (who: Who, path: string, options: BrowserContextOptions = {}) => {
      const page = await (await site.context(options)).newPage();
      const { organisation, email } = PEOPLE[who];
      await page.goto(`${site.url}/sign-in?tenant=${organisation}&returnTo=${encodeURIComponent(path)}`);
      await click(page.getByRole('button', { name: 'Continue' }));
      await click(page.getByRole('button', { name: email }));
      await page.waitForURL(site.url + path);
      return page;
    };
    const erin = await signIn('erin', '/ask?tenant=acme');
    const max = await signIn('max', '/queue');
    const ada = await signIn('ada', '/inbox', { viewport: { width: 360, height: 740 } });
    const signIns = clicks;

    const began = performance.now();
    await erin.getByLabel('Why?').fill('Case 4711: the total of an invoice is wrong.');
    await click(erin.getByRole('checkbox', { name: 'list invoices' }));
    await click(erin.getByRole('button', { name: 'Ask to list invoices for 30 minutes' }));

    await click(max.getByRole('button', { name: 'Approve for the vendor' }));

    await click(ada.getByRole('link', { name: 'Read and decide' }));
    await click(ada.getByRole('button', { name: 'Approve: list invoices for 30 minutes' }));
    await ada.getByText('Approved by Ada Moreau').waitFor();

    const command = (await erin.locator('.command code').textContent()) ?? '';
    await click(erin.getByRole('button', { name: 'Copy' }));
    const [, , ...verb] = command.split(' ');
    const ran = Program.start({
      name: command,
      script: CLI,
      args: verb,
      env: {
        COUNTERSIGN_BROKER_URL: site.url,
        COUNTERSIGN_API_KEY: await site.site.key(PEOPLE.erin),
      },
    });
    const { code } = await ran.ended;
    const took = performance.now() - began;

    expect({ code, stdout: ran.stdout }).toEqual({ code: 0, stdout: expect.stringContaining('"ok":true') });
    expect(site.upstream.hits.map(({ method, url }) => `${method} ${url}`)).toEqual([
      'GET /tenants/acme/invoices',
    ]);
    expect([signIns, clicks - signIns]).toEqual([6, 6]);
    expect(took).toBeLessThanOrEqual(60_000);

    await ada.getByRole('link', { name: 'Watch this access' }).click();
    await ada.getByText('GET /tenants/acme/invoices').waitFor();
  }, 180_000);
});
