/** @soak */

import { randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { IncidentBoard } from '@countersign/api';
import type { Page } from 'playwright-core';
import { eventually } from '../support/eventually.js';
import { onlyInSoak } from '../support/samples.js';
import { removeFolder, tempFolder } from '../support/temp-folder.js';
import { WebhookReceiver } from '../support/webhook-receiver.js';
import { type Asked, ask, review, waiting } from './support/access.js';
import { expectGoodViews, NARROW, violations, WIDE } from './support/axe.js';
import { BrowserSite } from './support/browser-site.js';
import { gone, PATIENCE_MS, soon } from './support/soon.js';

describe('emergencies, questions, forwards and incidents', () => {
  let site: BrowserSite;
  let customer: WebhookReceiver;
  let folder: string;

  beforeAll(async () => {
    folder = await tempFolder('emergency-pages');
    const secretFile = join(folder, 'secret');
    await writeFile(secretFile, `whsec_${randomBytes(32).toString('base64')}\n`);
    customer = await WebhookReceiver.start();
    site = await BrowserSite.start(
      (file) => {
        for (const [email, name] of [
          ['lena', 'Lena Voss'],
          ['leo', 'Leo Brandt'],
          ['lia', 'Lia Horn'],
        ] as const)
          file.vendor.staff.push({ email: `${email}@northwind.example`, name, roles: ['legal'] });
        const acme = file.tenants.find(({ slug }) => slug === 'acme')!;
        acme.webhooks = [{ url: customer.url, secretFile }];
        acme.people.find(({ email }) => email.startsWith('bob@'))!.roles = ['approver', 'admin'];
        acme.privacyControls.emergency = {
          allow: [{ services: ['billing'], actions: ['list', 'read'], maxDuration: 1_800 }],
          disclosureDue: 86_400,
        };
      },
      { COUNTERSIGN_OUTBOUND_PRIVATE: customer.host },
    );
  });
  afterAll(async () => {
    await site.close();
    await customer.stop();
    await removeFolder(folder);
  });

  /** Two reviewers open it, and the customer's webhook acknowledges the notice. @returns the grant */
  async function emergency(): Promise<string> {
    const asked = await ask(site, { basis: 'emergency' });
    await review(site, 'max', asked);
    await review(site, 'rita', asked);
    return eventually(
      'the emergency begins',
      async () => (await site.api<Asked>('erin', 'GET', `/api/v1/requests/${asked.id}`)).grant,
      PATIENCE_MS,
    );
  }

  const explain = async (erin: Page, happened: string) => {
    await erin.locator('summary', { hasText: 'Explain this emergency' }).click();
    await erin.getByLabel('What happened').fill(happened);
    await erin.getByLabel('What prevents the next one').fill('A nightly check');
    await expectGoodViews(erin, 'explain');
    await erin.getByRole('button', { name: 'Explain this emergency' }).click();
    await erin.getByText('Explained; the customer has to answer').waitFor();
  };

  test('the engineer explains an emergency, and the customer acknowledges it', async () => {
    const grant = await emergency();
    await site.api('erin', 'POST', `/api/v1/grants/${grant}/release`);
    await explain(await site.signedIn('erin', '/emergencies', { viewport: WIDE }), 'The ledger was corrupt');

    const ada = await site.signedIn('ada', '/emergencies', { viewport: WIDE });
    await ada.getByText('The ledger was corrupt').waitFor();
    await expectGoodViews(ada, 'answer');
    await ada.getByRole('button', { name: 'Acknowledge' }).click();
    await ada.getByText('Acknowledged by the customer').waitFor();
    await expectGoodViews(ada, 'acknowledged');
  });

  onlyInSoak(() => {
    test('the customer disputes an explanation with a reason, and the engineer explains it again', async () => {
      const grant = await emergency();
      await site.api('erin', 'POST', `/api/v1/grants/${grant}/release`);
      const erin = await site.signedIn('erin', '/emergencies', { viewport: WIDE });
      await explain(erin, 'The export was corrupt');
      const ada = await site.signedIn('ada', '/emergencies', { viewport: WIDE });
      await ada.getByText('The export was corrupt').waitFor();
      await ada.getByRole('button', { name: 'Dispute' }).click();
      await ada.getByText('Say why you dispute it.').waitFor();
      await ada.getByLabel('Your answer').fill('We were in the office');
      await ada.getByRole('button', { name: 'Dispute' }).click();
      await ada.getByText('Disputed by the customer').waitFor();

      await erin.getByText('We were in the office').waitFor();
      await explain(erin, 'No one was reached');
      await ada.getByText('No one was reached').waitFor();
      await ada.getByRole('button', { name: 'Acknowledge' }).click();
      await gone(ada.getByRole('button', { name: 'Acknowledge' }));
    });

    test('an explanation that is late shows red on every page of both sides, also once it is given', async () => {
      const path = '/api/v1/tenants/acme/privacy-controls';
      const controls = await site.api<{ emergency: object }>('ada', 'GET', path);
      const sooner = { ...controls.emergency, disclosureDue: 'PT1S' };
      await site.api('ada', 'PUT', path, { ...controls, emergency: sooner });
      const ada = await site.signedIn('ada', '/inbox', { viewport: WIDE });
      const erin = await site.signedIn('erin', '/mine', { viewport: WIDE });
      const grant = await emergency();
      const banner = 'The explanation of an emergency is late';
      for (const page of [ada, erin]) await page.getByText(banner).waitFor();
      await expectGoodViews(ada, 'late-inbox');
      await erin.getByText(banner).getByRole('link', { name: 'Show' }).click();
      await erin.getByText('Late: not explained in time').waitFor();
      await expectGoodViews(erin, 'late');
      await site.api('erin', 'POST', `/api/v1/grants/${grant}/release`);
      await site.api('erin', 'POST', `/api/v1/grants/${grant}/disclosure`, {
        ...{ reason: 'The ledger was corrupt', needed: true, prevention: 'A nightly check' },
      });
      for (const page of [ada, erin]) await page.getByText(banner).waitFor({ state: 'detached' });
      await ada.goto(`${site.url}/emergencies`);
      await ada.getByText('The explanation was late').waitFor();
      await expectGoodViews(ada, 'was-late');
    });
  });

  test('legal counsel asks for access under a gag, from the page of the demand; neither the customer nor a reviewer sees it', async () => {
    const until = `${new Date(Date.now() + 30 * 86_400_000).toISOString().slice(0, 19)}Z`;
    const { id } = await site.api<{ id: string }>('lena', 'POST', '/api/v1/demands', {
      ...{ authority: 'County court', country: 'DE', legalBasis: '§ 94 StPO', kind: 'order' },
      ...{ data: 'Invoices', scope: 'October', tenants: ['acme'], accounts: ['a-1'], reason: 'By courier' },
      ...{ receivedAt: '2026-01-01T00:00:00Z', gag: { order: '§ 101 StPO', until } },
    });
    const lena = await site.signedIn('lena', `/demands/${id}`, { viewport: WIDE });
    // The authority is sent to the customer first.
    expect(await lena.getByRole('link', { name: 'Ask for access at acme' }).count()).toBe(0);
    await site.api('lena', 'POST', `/api/v1/demands/${id}/steps`, {
      ...{ action: 'redirected', outcome: 'declined', reason: 'The court insists' },
    });
    await lena.reload();
    await lena.getByText('all of it stays in a sealed log').waitFor();
    await expectGoodViews(lena, 'demand');
    await lena.getByRole('link', { name: 'Ask for access at acme' }).click();
    await lena.getByRole('heading', { name: 'Ask for access for an authority' }).waitFor();
    await lena.getByRole('checkbox').first().check();
    expect(await lena.getByText('This is an emergency').count()).toBe(0);
    await lena.getByLabel('Why?').fill('12 Gs 7/26');
    await lena.getByText('2 reviews by the vendor').waitFor();
    await expectGoodViews(lena, 'ask-for-authority');
    await lena.getByRole('button', { name: /^Ask to/ }).click();
    await lena.waitForURL(`${site.url}/mine`);
    const { items } = await site.api<{ items: Asked[] }>('lena', 'GET', '/api/v1/requests');
    const [asked] = items;
    await lena.goto(`${site.url}/requests/${asked?.id}`);
    await lena.getByText('it is kept in a sealed log').waitFor();
    await expectGoodViews(lena, 'sealed-request');

    for (const who of ['ada', 'rita'] as const) {
      const seen = await site.api<{ items: Asked[] }>(who, 'GET', '/api/v1/requests?limit=100');
      expect(seen.items.map((each) => each.id)).not.toContain(asked?.id);
    }
  });

  onlyInSoak(() => {
    test('an approver asks and forwards, and the engineer answers; only the one whose turn it is can ask', async () => {
      const asked = await ask(site);
      const path = `/requests/${asked.id}`;
      const ada = await site.signedIn('ada', path, { viewport: WIDE });
      const question = ada.locator('summary', { hasText: 'Ask a question' });
      expect(await question.count()).toBe(0);
      await review(site, 'max', asked);
      await question.click();
      await ada.getByLabel('Your question').fill('Which invoices?');
      await ada.locator('summary', { hasText: 'Forward to a colleague' }).click();
      await ada.getByLabel('Colleague', { exact: true }).selectOption('Bob Chen');
      await expectGoodViews(ada, 'ask');
      await ada.getByRole('button', { name: 'Forward', exact: true }).click();
      await ada.getByText('Ada Moreau forwarded it to Bob Chen').waitFor();
      await ada.getByRole('button', { name: 'Send the question' }).click();
      await ada.getByText('Ada Moreau asked').waitFor();
      await gone(question);

      const erin = await site.signedIn('erin', '/mine', { viewport: WIDE });
      await erin.getByText('A question about this request waits for your answer.').waitFor();
      await erin.goto(site.url + path);
      await erin.getByLabel('Your answer').fill('Those of case 4711');
      await expectGoodViews(erin, 'reply');
      await erin.getByRole('button', { name: 'Send the answer' }).click();
      await erin.getByText('Erin Okafor answered').waitFor();
      await ada.getByText('Those of case 4711').waitFor();
      await question.waitFor();
    });
  });

  test('an engineer opens one incident for several customers, and the board shows who has answered', async () => {
    const erin = await site.signedIn('erin', '/incidents', { viewport: WIDE });
    await erin.getByLabel('What happened').fill('Wrong totals since the release');
    await erin.getByRole('checkbox', { name: 'All customers' }).check();
    await erin.getByRole('checkbox', { name: 'read any invoice' }).check();
    await erin.getByLabel('Why? The customer reads this.').fill('Totals of November are wrong');
    await expectGoodViews(erin, 'incident-form');
    await erin.getByRole('button', { name: /^Request access of \d customers$/ }).click();
    await erin.getByRole('heading', { name: 'Wrong totals since the release' }).waitFor();
    await erin.getByRole('heading', { name: /^0 of \d customers have answered$/ }).waitFor();

    const board = await site.api<IncidentBoard>(
      'max',
      'GET',
      new URL(erin.url()).pathname.replace('/', '/api/v1/'),
    );
    const request = board.tenants.find(({ tenant }) => tenant === 'acme')?.request ?? '';
    const asked = await site.api<Asked>('max', 'GET', `/api/v1/requests/${request}`);
    await review(site, 'max', asked);
    await review(site, 'ada', asked);
    // It follows by itself.
    await erin.getByRole('heading', { name: /^1 of \d customers have answered$/ }).waitFor();
    await expectGoodViews(erin, 'incident-board');
    await erin.getByRole('link', { name: 'Request: Acme Corp' }).click();
    await erin.waitForURL(`${site.url}/requests/${request}`);

    // The customer's pages know of no incident, and of no other customer.
    const ada = await site.signedIn('ada', `/requests/${request}`, { viewport: WIDE });
    await ada.getByText('Totals of November are wrong').first().waitFor();
    expect(await ada.getByText(/Wrong totals since|Globex|Incident/).count()).toBe(0);
    await ada.goto(`${site.url}/incidents/${board.id}`);
    await ada.getByRole('heading', { level: 1, name: 'This page is for other people' }).waitFor();
    expect(await ada.getByText('Wrong totals since').count()).toBe(0);
  });

  onlyInSoak(() => {
    test('a page of the menu “More” is opened by keyboard, and the navigation needs one row at 1280 px', async () => {
      await waiting(site);
      const page = await site.signedIn('ada', '/inbox', { viewport: WIDE });
      for (const language of ['Deutsch', 'English']) {
        await page.getByRole('button', { name: language }).click();
        await page.locator(`html[lang="${language === 'Deutsch' ? 'de' : 'en'}"]`).waitFor();
        await page.locator('.bar .count').waitFor();
        await soon(async () => {
          const bar = await page.locator('.bar').boundingBox();
          expect(bar?.height).toBeLessThan(70);
        });
      }
      const more = page.getByRole('button', { name: 'More' });
      const people = page.getByRole('link', { name: 'People' });
      const closed = page.locator('.more-button[aria-expanded="false"]');
      await closed.waitFor();
      await people.waitFor({ state: 'hidden' });
      await more.press('Enter');
      await people.waitFor();
      expect(await violations(page)).toEqual([]);
      await people.press('Escape');
      await people.waitFor({ state: 'hidden' });
      await closed.and(page.locator(':focus')).waitFor();
      await more.press('Enter');
      await people.waitFor();
      await expectGoodViews(page, 'more');
      // Choosing a language, as a look at all views does, closes the menu.
      if ((await closed.count()) === 1) await more.press('Enter');
      await people.press('Enter');
      // The address changes before the page does.
      await page.getByRole('heading', { level: 1, name: 'People' }).waitFor();
      await closed.waitFor();
      await people.waitFor({ state: 'hidden' });
      expect(page.url()).toBe(`${site.url}/people`);
      await page.setViewportSize(NARROW);
      await page.getByRole('button', { name: 'Menu' }).click();
      await people.waitFor();
      await expectGoodViews(page, 'people');
    });

    test('a change that widens the privacy controls waits, and so does a new approver; a second admin confirms it, and any admin withdraws it', async () => {
      const path = '/api/v1/tenants/acme/privacy-controls';
      const now = await site.api<object>('ada', 'GET', path);
      const strict = { ...now, widening: { delay: 'PT24H', secondAdmin: true }, maxDuration: 'PT30M' };
      await site.api('ada', 'PUT', path, strict);
      const page = await site.signedIn('ada', '/controls');
      await page.getByLabel('Longest access, in minutes').fill('45');
      await page.getByText(/^What widens waits: it takes effect after 1 day .* a second admin/).waitFor();
      expect(await violations(page)).toEqual([]);
      await page.getByRole('button', { name: 'Save these controls' }).click();
      await page.getByText('What narrows is saved.').waitFor();
      const card = page.getByRole('region', { name: 'A change that widens these controls waits' });
      await card.getByText('Longest access').waitFor();
      await card.getByText('45 minutes').waitFor();
      await card.getByRole('button', { name: 'Withdraw it' }).waitFor();
      expect(await card.getByRole('button', { name: 'Confirm this change' }).count()).toBe(0);
      const second = await site.signedIn('bob', '/controls');
      const confirm = second.getByRole('button', { name: 'Confirm this change' });
      await confirm.waitFor();
      await expectGoodViews(second, 'widening');
      await confirm.click();
      await second.getByText('Bob Chen has confirmed it.').waitFor();
      // The other page learns of it by itself.
      await card.getByText('Bob Chen has confirmed it.').waitFor();
      await card.getByRole('button', { name: 'Withdraw it' }).click();
      await card.waitFor({ state: 'detached' });
      expect(await site.api('ada', 'GET', path)).toMatchObject({ maxDuration: 'PT30M' });
      await page.goto(`${site.url}/people`);
      await page.getByRole('button', { name: 'Add a person' }).click();
      await page.getByLabel('Name').fill('Nora Neu');
      await page.getByLabel('E-mail').fill('nora@elsewhere.example');
      await page.getByRole('button', { name: 'Add', exact: true }).click();
      const nora = page.getByRole('region', { name: 'Nora Neu is to decide more: this waits' });
      await nora.getByText('May: nothing → Approver').waitFor();
      const badge = page.getByRole('row', { name: /Nora Neu/ }).getByText('Waits: Approver');
      await badge.waitFor();
      await second.goto(`${site.url}/people`);
      await confirm.waitFor();
      await expectGoodViews(second, 'who-decides-waits');
      await confirm.click();
      await nora.getByText('Bob Chen has confirmed it.').waitFor();
      // Another name leaves what waits.
      await page
        .getByRole('row', { name: /Nora Neu/ })
        .getByRole('button', { name: 'Change' })
        .click();
      await page.getByLabel('Name').fill('Nora N.');
      await page.getByRole('button', { name: 'Save', exact: true }).click();
      await page.getByText('Bob Chen has confirmed it.').waitFor();
      await page.getByRole('button', { name: 'Withdraw it' }).click();
      await badge.waitFor({ state: 'detached' });
    });
  });
});
