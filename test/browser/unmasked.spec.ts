/** @soak */

import { onlyInSoak } from '../support/samples.js';
import { type Asked, ask, call, cancelOpen, review, token, waiting } from './support/access.js';
import { expectGoodViews } from './support/axe.js';
import { BrowserSite } from './support/browser-site.js';

const PHONE = { viewport: { width: 390, height: 844 }, colorScheme: 'dark' as const };
const SHOWN = 'The fields iban and card are shown in full.';

describe('fields that a service hides', () => {
  let site: BrowserSite;

  beforeAll(async () => {
    site = await BrowserSite.start((file) => {
      const { routes } = file.services[0]!;
      routes.find(({ path }) => path.endsWith('/invoices/{id}'))!.mask = ['/iban', '/lines/*/card'];
    });
    site.upstream.answer = (_request, response) => {
      response.writeHead(200, { 'content-type': 'application/json' });
      response.end('{"id":7,"iban":"DE89370400440532013000","lines":[{"card":"4111"},{"card":"4222"}]}');
    };
  }, 120_000);
  beforeEach(() => cancelOpen(site));
  afterAll(() => site.close());

  /** A request to read invoices with these fields in full. */
  const ASKED = { scope: [{ resource: 'invoices/*', actions: ['read'] }], unmasked: true };

  test('an approver on a phone reads before all else that an engineer asks to see them', async () => {
    const asked = await waiting(site, ASKED);
    const page = await site.signedIn('ada', `/requests/${asked.id}`, PHONE);
    const notice = page.locator('.notice', { hasText: SHOWN });
    await notice.waitFor();
    // Before it there is only the heading and the state: it is on the first screen, and the button that approves says it too.
    expect((await notice.boundingBox())!.y).toBeLessThan(PHONE.viewport.height);
    await page
      .getByRole('button', { name: /^Approve: read invoices \(with hidden fields in full\)/ })
      .waitFor();
    await expectGoodViews(page, 'unmasked-decision');
  }, 120_000);

  onlyInSoak(() => {
    test('the form says that they are hidden, and the engineer asks to see them', async () => {
      const erin = await site.signedIn('erin', '/ask?tenant=acme&service=billing&scope=invoices/*:read');
      await erin.getByText('The fields iban and card are hidden.').waitFor();
      await erin.getByLabel('Show them in full. The customer decides it.').check();
      await erin.getByText(SHOWN).first().waitFor();
      await erin.getByLabel('Why?').fill('Case 4711: the IBAN on an invoice is wrong.');
      await expectGoodViews(erin, 'unmasked-ask');
      await erin
        .getByRole('button', { name: 'Ask to read invoices (with hidden fields in full) for 30 minutes' })
        .click();
      await erin.waitForURL(`${site.url}/mine`);
      const { items } = await site.api<{ items: Asked[] }>(
        'erin',
        'GET',
        '/api/v1/requests?state=awaiting_vendor',
      );
      expect(items).toMatchObject([{ terms: { unmasked: true } }]);
    }, 120_000);

    test('"Ask again" asks for the same', async () => {
      const asked = await ask(site, ASKED);
      await site.api('erin', 'POST', `/api/v1/requests/${asked.id}/cancel`);
      const erin = await site.signedIn('erin', `/requests/${asked.id}`);
      await erin.getByRole('button', { name: 'Ask again' }).click();
      await erin.waitForURL(
        (url) => url.pathname.startsWith('/requests/') && !url.pathname.endsWith(asked.id),
      );
      await erin.locator('.notice', { hasText: SHOWN }).waitFor();
    }, 120_000);

    test('an invitation says so if the approver ticks it, and a request under it is approved at once', async () => {
      const ada = await site.signedIn('ada', '/invite', PHONE);
      await ada.getByLabel('read any invoice').check();
      await ada.getByText('The fields iban and card are hidden.').waitFor();
      await ada.getByLabel(/^A request may ask to see them in full/).check();
      await expectGoodViews(ada, 'unmasked-invite');
      await ada.getByRole('button', { name: /^Let support read invoices/ }).click();
      await ada.getByText('Hidden fields may be shown in full').waitFor();
      const asked = await ask(site, { ...ASKED, basis: 'invitation' });
      await review(site, 'max', asked);
      const { state, terms } = await site.api<Asked>('ada', 'GET', `/api/v1/requests/${asked.id}`);
      expect([state, terms]).toEqual([
        'approved',
        expect.objectContaining({ basis: 'invitation', unmasked: true }),
      ]);
    }, 120_000);

    test('the list of calls says how many fields were hidden', async () => {
      const scope = [{ resource: 'invoices/*', actions: ['read'] }];
      const asked = await ask(site, { scope, basis: 'approval' });
      await review(site, 'max', asked);
      await review(site, 'ada', asked);
      const { grant } = await site.api<Asked>('erin', 'GET', `/api/v1/requests/${asked.id}`);
      await call(site, await token(site, grant!), '/tenants/acme/invoices/7', 200);
      const page = await site.signedIn('ada', `/grants/${grant}`);
      await page.getByText('3 fields hidden').waitFor();
      await expectGoodViews(page, 'unmasked-calls');
      await page.goto(`${site.url}/activity?grant=${grant}`);
      await page.getByText('3 fields hidden').waitFor();
      await expectGoodViews(page, 'unmasked-activity');
    }, 120_000);
  });
});
