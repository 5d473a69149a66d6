/** @soak */

import { encodeBase64, encodeLeaf, type LeafV1, leafHash, parseTlogProof } from '@countersign/audit-log';
import { systemHashing } from '@countersign/persistence';
import type { Page } from 'playwright-core';
import { onlyInSoak } from '../support/samples.js';
import { ask, call, grant, review, token, waiting } from './support/access.js';
import { violations } from './support/axe.js';
import { BrowserSite } from './support/browser-site.js';
import { grow } from './support/log.js';
import { gone, soon } from './support/soon.js';

type Events = { items: ({ index: number } & LeafV1)[] };

describe('the page Activity', () => {
  let site: BrowserSite;
  let page: Page;
  let live: string;
  let request: string;

  beforeAll(async () => {
    site = await BrowserSite.start();
    // Of another day than all else.
    await grow(site, 'acme', 70, '2026-01-01T00:00:00Z');
    live = await grant(site);
    ({ request } = await site.api<{ request: string }>('erin', 'GET', `/api/v1/grants/${live}`));
    const bearer = await token(site, live);
    await call(site, bearer, '/tenants/acme/invoices', 200);
    await call(site, bearer, '/tenants/acme/payroll/1', 403);
    const denied = await waiting(site);
    await review(site, 'ada', denied, { decision: 'deny', reason: 'Say which case.' });
    page = await site.signedIn('ada', '/activity');
    await rows().first().waitFor();
  }, 180_000);
  afterAll(() => site.close());

  const rows = (on = page) => on.locator('.event');
  const only = (on = page) => new URL(on.url()).searchParams;
  /** Waits until the address has exactly these filters. */
  const filteredBy = (...names: string[]) =>
    soon(async () => expect([...only().keys()].sort()).toEqual(names));
  const open = async (path: string) => {
    await page.goto(site.url + path);
    await page.getByRole('heading', { level: 1, name: 'Activity' }).waitFor();
  };

  test('says in one sentence each what happened, a call with its outcome, under the day', async () => {
    await open('/activity');
    for (const sentence of [
      'Erin Okafor asked for access to list and read invoices',
      'Max Lind approved the request of Erin Okafor',
      'Ada Moreau denied the request of Erin Okafor',
      'A call of Erin Okafor to billing was refused: insufficient_scope',
    ])
      await rows().filter({ hasText: sentence }).first().waitFor();
    await rows()
      .filter({ hasText: /Erin Okafor called billing: GET invoices \(list\) → completed, 200, \d/ })
      .first()
      .waitFor();
    await gone(page.getByText('A call ended'));
    const { items } = await site.api<Events>('ada', 'GET', '/api/v1/tenants/acme/events');
    const day = new Intl.DateTimeFormat('en-GB', { dateStyle: 'full', timeZone: 'Europe/Berlin' });
    await page
      .getByRole('heading', { level: 2, name: day.format(new Date(items[0]?.at ?? '')) })
      .first()
      .waitFor();
    expect(await violations(page)).toEqual([]);
  });

  onlyInSoak(() => {
    test('shows 50 leaves, and more on demand', async () => {
      await open('/activity?type=people');
      await rows().first().waitFor();
      await soon(async () => expect(await rows().count()).toBe(50));
      await page.getByRole('button', { name: 'Show more' }).click();
      await page.getByRole('button', { name: 'Show more' }).waitFor({ state: 'detached' });
      await soon(async () => expect(await rows().count()).toBeGreaterThanOrEqual(70));
    });

    test('the filters are in the address, and the back button undoes them one by one', async () => {
      await open('/activity');
      await page.getByLabel('What').selectOption('Requests and invitations');
      await filteredBy('type');
      expect(only().get('type')).toBe('requests');
      await gone(rows().filter({ hasText: 'began' }));
      await page.getByLabel('Engineer').selectOption('Erin Okafor');
      await filteredBy('person', 'type');
      expect(only().get('person')).toMatch(/^usr_/);
      await page.getByLabel('Grant or request').fill(request);
      await filteredBy('person', 'request', 'type');
      await gone(rows().filter({ hasText: 'denied' }));
      await rows().filter({ hasText: 'has every approval' }).waitFor();
      await page.reload();
      await rows().filter({ hasText: 'has every approval' }).waitFor();
      await soon(async () => expect(await page.getByLabel('Grant or request').inputValue()).toBe(request));
      await page.goBack();
      await filteredBy('person', 'type');
      await rows().filter({ hasText: 'denied' }).first().waitFor();
      await page.goBack();
      await filteredBy('type');
      await page.getByRole('button', { name: 'Clear all filters' }).click();
      await filteredBy();
      await rows().filter({ hasText: 'began' }).first().waitFor();
    });

    test('narrows to a grant from a row, and to days', async () => {
      await open('/activity?type=access');
      await rows().filter({ hasText: 'began' }).getByRole('button', { name: 'This access' }).first().click();
      await page.waitForURL(new RegExp(`grant=${live}`));
      await page.getByLabel('From').fill('2026-01-01');
      await page.getByLabel('To (inclusive)').fill('2026-01-02');
      await page.getByText('Nothing in this log matches the filters.').waitFor();
      await open('/activity?from=2026-01-01&to=2026-01-01');
      await rows().filter({ hasText: 'A browser no longer shows the notices' }).first().waitFor();
      expect(await rows().filter({ hasText: 'asked for access' }).count()).toBe(0);
    });

    test('shows the raw leaf on demand, with its hash, the values behind it, and its proof, by keyboard alone', async () => {
      await open('/activity?type=requests');
      const row = rows().filter({ hasText: 'Ada Moreau denied the request' });
      await row.locator('summary').press('Enter');
      const json = row.locator('pre');
      await json.waitFor();
      const leaf = JSON.parse((await json.textContent()) ?? '') as LeafV1;
      const bytes = encodeLeaf(leaf);
      await row.getByText(encodeBase64(leafHash(systemHashing, bytes))).waitFor();
      await row.getByText('Say which case.').waitFor();
      expect(await violations(page)).toEqual([]);
      const { items } = await site.api<Events>(
        'ada',
        'GET',
        '/api/v1/tenants/acme/events?type=request.reviewed',
      );
      const { index, ...same } = items[0] as Events['items'][number];
      expect(Buffer.from(encodeLeaf(same)).equals(Buffer.from(bytes))).toBe(true);
      const file = page.waitForEvent('download');
      await row.getByRole('link', { name: 'Download the proof' }).click();
      const stream = await (await file).createReadStream();
      const chunks: Buffer[] = [];
      for await (const chunk of stream) chunks.push(chunk as Buffer);
      expect(parseTlogProof(Buffer.concat(chunks).toString('utf8')).index).toBe(index);
    });

    test('does not call values absent that could not be read', async () => {
      await open('/activity?type=requests');
      await page.route('**/log/acme/openings/**', (route) => route.abort());
      const row = rows().filter({ hasText: 'Ada Moreau denied the request' });
      await row.locator('summary').click();
      await row.getByText('Countersign cannot be reached.').waitFor();
      expect(await row.getByText('There are none').count()).toBe(0);
      await page.unroute('**/log/acme/openings/**');
      await row.getByRole('button', { name: 'Try again' }).click();
      await row.getByText('Say which case.').waitFor();
    });

    test('follows what happens while it is open', async () => {
      await open('/activity?type=requests');
      const sentence = rows().filter({ hasText: 'Erin Okafor asked for access' });
      await sentence.first().waitFor();
      const before = await sentence.count();
      const asked = await ask(site, { justification: 'Something new.' });
      await sentence.nth(before).waitFor();
      await site.api('erin', 'POST', `/api/v1/requests/${asked.id}/cancel`);
      await rows().filter({ hasText: 'Erin Okafor withdrew a request' }).first().waitFor();
    });

    test('a press on “Show more” counts although the log grows meanwhile', async () => {
      await open('/activity?type=people');
      await soon(async () => expect(await rows().count()).toBe(50));
      let held = false;
      await page.route(/\/events\?/, async (route) => {
        if (held || !route.request().url().includes('cursor=')) return route.continue();
        held = true;
        const again = page.waitForRequest(/\/events\?/);
        await waiting(site);
        await again;
        // The page no longer waits for this answer.
        await route.abort().catch(() => {});
      });
      await page.getByRole('button', { name: 'Show more' }).click();
      await soon(async () => expect(await rows().count()).toBeGreaterThan(50));
      await page.unrouteAll();
    });
  });

  test('the deployment’s log is there too; of another tenant nothing is (P9)', async () => {
    await open('/activity');
    await page.getByLabel('Log').selectOption('deployment');
    await page.waitForURL(/[?&]log=deployment/);
    await rows().filter({ hasText: 'The operator enrolled a gateway' }).first().waitFor();
    await open('/activity?log=globex');
    await page.getByText('There is nothing here, or you may not see it.').waitFor();
  });

  onlyInSoak(() => {
    test('the vendor’s auditor reads each tenant’s log, the deployment’s and the vendor’s own', async () => {
      const theirs = await site.signedIn('ola', '/activity');
      await theirs.getByLabel('Log').selectOption('acme');
      await rows(theirs).filter({ hasText: 'asked for access' }).first().waitFor();
      await theirs.getByLabel('Log').selectOption('vendor');
      await theirs.waitForURL(/[?&]log=vendor/);
      await gone(rows(theirs).filter({ hasText: 'asked for access' }));
      await rows(theirs).first().waitFor();
      expect(await violations(theirs)).toEqual([]);
    });
  });
});
