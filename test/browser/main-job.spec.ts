/** @soak */

import type { BrowserContextOptions, Locator } from 'playwright-core';
import { CLI } from '../support/cli.js';
import { Program } from '../support/program.js';
import { onlyInSoak } from '../support/samples.js';
import { BrowserSite, PEOPLE, type Who } from './support/browser-site.js';

describe('the main job, by three people in three browsers', () => {
  let site: BrowserSite;

  beforeAll(async () => {
    site = await BrowserSite.start();
  });
  afterAll(() => site.close());

  let clicks: number;
  beforeEach(() => {
    clicks = 0;
  });
  const click = async (target: Locator) => {
    clicks += 1;
    await target.click();
  };
  const signIn = async (who: Who, path: string, options: BrowserContextOptions = {}) => {
    const page = await (await site.context(options)).newPage();
    const { organisation, email } = PEOPLE[who];
    await page.goto(`${site.url}/sign-in?tenant=${organisation}&returnTo=${encodeURIComponent(path)}`);
    // The link of the vendor's people leads to their provider at once.
    if (organisation !== 'vendor') await click(page.getByRole('button', { name: 'Continue' }));
    await click(page.getByRole('button', { name: email }));
    await page.waitForURL(site.url + path);
    return page;
  };

  test('from asking to the first useful call: at most 5 clicks and 60 seconds; 9 clicks with three first sign-ins by the links that the demo prints', async () => {
    const erin = await signIn('erin', '/ask?tenant=acme');
    const max = await signIn('max', '/queue');
    const ada = await signIn('ada', '/inbox', { viewport: { width: 360, height: 740 } });
    const signIns = clicks;

    const began = performance.now();
    await erin.getByLabel('Why?').fill('Case 4711: the total of an invoice is wrong.');
    await click(erin.getByRole('checkbox', { name: 'list invoices' }));
    await click(erin.getByRole('button', { name: 'Ask to list invoices for 30 minutes' }));

    await click(max.getByRole('button', { name: 'Approve for the vendor' }));

    // What is of low risk can be approved where its whole sentence and its reason are shown.
    const row = ada.getByRole('list', { name: 'Requests to decide' }).getByRole('listitem');
    await row.getByText(/^Erin Okafor .* wants to list invoices at Acme Corp for 30 minutes\.$/).waitFor();
    await row.getByText('Case 4711: the total of an invoice is wrong.').waitFor();
    await click(row.getByRole('button', { name: 'Approve', exact: true }));
    await ada.getByText('Approved: Erin Okafor, list invoices, Acme Corp, 30 minutes').waitFor();

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
    expect([signIns, clicks - signIns]).toEqual([4, 5]);
    expect(took).toBeLessThanOrEqual(60_000);

    await ada.goto(`${site.url}/access`);
    await ada.getByRole('link', { name: 'Watch and stop' }).click();
    await ada.getByText('GET /tenants/acme/invoices').waitFor();
  }, 180_000);

  onlyInSoak(() => {
    test('in a browser that has signed in before, each signs in with one click: the browser knows whose provider to ask', async () => {
      for (const [who, path] of [
        ['erin', '/ask?tenant=acme'],
        ['max', '/queue'],
        ['ada', '/inbox'],
      ] as const) {
        const page = await signIn(who, path);
        clicks = 0;
        // The session ends, and a page is opened again in a new tab.
        await page.context().clearCookies();
        const tab = await page.context().newPage();
        await tab.goto(site.url + path);
        await click(tab.getByRole('button', { name: PEOPLE[who].email }));
        await tab.waitForURL(site.url + path);
        expect(clicks).toBe(1);
      }
    }, 180_000);
  });
});
