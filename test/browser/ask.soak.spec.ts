import { eventually } from '../support/eventually.js';
import { ask, cancelOpen, grant, review } from './support/access.js';
import { expectGoodViews, violations } from './support/axe.js';
import { BrowserSite } from './support/browser-site.js';
import { gone } from './support/soon.js';

interface Read {
  id: string;
  state: string;
  justification: string;
  ticket: string | null;
  digest: string;
  grant: string | null;
  terms: { startsOn: string; budget?: { calls?: number }; extends?: string; seconds: number };
}

describe('the form for a request', () => {
  let site: BrowserSite;
  beforeAll(async () => {
    site = await BrowserSite.start();
  }, 120_000);
  afterEach(() => cancelOpen(site), 60_000);
  afterAll(() => site.close());

  const newest = async () =>
    (await site.api<{ items: Read[] }>('erin', 'GET', '/api/v1/requests?limit=1')).items[0];

  test('keeps a draft in the browser over a sign-out, for this person alone, until it is sent', async () => {
    // The address of the link that the demo prints, and of the gateway's page about a refused call.
    const at = '/ask?tenant=acme';
    const page = await site.signedIn('erin', at);
    await page.getByRole('checkbox', { name: 'list invoices' }).check();
    await page.getByLabel('Why? The customer reads this.').fill('The total is wrong');
    const signOut = page.getByRole('button', { name: 'Sign out' });
    await signOut.click();
    await page.waitForURL(/\/sign-in/);
    await page.goto(site.url + at);
    await site.signIn(page, 'max');
    await page.waitForURL(site.url + at);
    expect(await page.getByLabel('Why? The customer reads this.').inputValue()).toBe('');
    await signOut.click();
    await page.waitForURL(/\/sign-in/);
    await page.goto(site.url + at);
    await site.signIn(page, 'erin');
    await page.getByText('This is the draft that you left here.').waitFor();
    expect(await page.getByLabel('Why? The customer reads this.').inputValue()).toBe('The total is wrong');
    expect(await page.getByRole('checkbox', { name: 'list invoices' }).isChecked()).toBe(true);
    await page.getByRole('button', { name: /^Ask to list invoices/ }).click();
    await page.waitForURL(`${site.url}/mine`);
    await page.goto(site.url + at);
    await page.getByLabel('Why? The customer reads this.').waitFor();
    expect(await page.getByLabel('Why? The customer reads this.').inputValue()).toBe('');
  }, 120_000);

  test('saves what it holds as a template, fills in the next request from it, and deletes it', async () => {
    const page = await site.signedIn('erin', '/ask');
    const why = page.getByLabel('Why? The customer reads this.');
    const choose = page.getByLabel('Start from a template');
    const before = (await newest())?.id;
    await page.getByLabel('Customer', { exact: true }).selectOption('acme');
    await page.getByRole('checkbox', { name: 'list invoices' }).check();
    await why.fill('The total is wrong');
    await page.getByRole('button', { name: 'Save as a template' }).click();
    // Enter saves the template; it does not send the request.
    await page.getByLabel('Name of the template').fill('Wrong total');
    await page.keyboard.press('Enter');
    await page.getByText('Saved as “Wrong total”.').waitFor();
    expect((await newest())?.id).toBe(before);
    await choose.selectOption({ label: 'Wrong total' });
    await page.getByText('Filled in from your template.').waitFor();
    expect(new URL(page.url()).searchParams.get('template')).toMatch(/^tpl_/);
    expect(await why.inputValue()).toBe('The total is wrong');
    expect(await page.getByRole('checkbox', { name: 'list invoices' }).isChecked()).toBe(true);
    expect(await violations(page)).toEqual([]);
    await page.getByRole('button', { name: 'Delete this template' }).click();
    await page
      .getByRole('group', { name: 'Delete the template' })
      .getByRole('button', { name: 'Delete this template' })
      .click();
    await gone(choose);
    expect((await site.api<{ items: unknown[] }>('erin', 'GET', '/api/v1/templates')).items).toEqual([]);
    await page.evaluate('localStorage.clear()');
  }, 60_000);

  test('shows a draft with its own duration, begins again if told to, and deletes a draft that is a week old', async () => {
    const page = await site.signedIn('erin', '/ask');
    const why = page.getByLabel('Why? The customer reads this.');
    const storedDrafts = () =>
      page.evaluate<string[]>('Object.keys(localStorage).filter((key) => /draft/.test(key))');
    const restored = page.getByText('This is the draft that you left here.');
    const write = async () => {
      await why.fill('Not sent yet');
      await page.getByRole('radio', { name: 'Another time' }).check();
      await page.getByLabel('Minutes', { exact: true }).fill('45');
      await page.reload();
      await restored.waitFor();
      expect(await page.getByLabel('Minutes', { exact: true }).inputValue()).toBe('45');
    };
    await write();
    await page.getByRole('button', { name: 'Begin again' }).click();
    await gone(restored);
    expect(await why.inputValue()).toBe('');
    expect(await page.getByRole('radio', { name: '30 minutes' }).isChecked()).toBe(true);
    expect(await storedDrafts()).toEqual([]);
    await write();
    const [key] = await storedDrafts();
    await page.evaluate(`{
      const kept = JSON.parse(localStorage.getItem('${key}'));
      localStorage.setItem('${key}', JSON.stringify({ ...kept, at: kept.at - 7 * 86_400_000 }));
    }`);
    await page.reload();
    await why.waitFor();
    expect(await why.inputValue()).toBe('');
    expect(await restored.count()).toBe(0);
    expect(await storedDrafts()).toEqual([]);
  }, 120_000);

  test('is filled in from an earlier request; access can begin with the first use and has a budget of calls', async () => {
    const past = await ask(site, {
      ...{ justification: 'Case 9: a late refund', ticket: '9', reasonCode: 'support-case' },
    });
    await site.api('erin', 'POST', `/api/v1/requests/${past.id}/cancel`);
    const page = await site.signedIn('erin', '/ask');
    await page.getByLabel('Why? The customer reads this.').fill('My own draft');
    // As if no one had decided it in time: to wait for that would take as long as a request is open.
    await page.route(`**/api/v1/requests/${past.id}`, async (route) => {
      const response = await route.fetch();
      await route.fulfill({ response, json: { ...(await response.json()), state: 'expired' } });
    });
    await page.goto(`${site.url}/requests/${past.id}`);
    await page.getByText(/^\w+ \d+ \w+, .+\. Nothing was granted\.$/).waitFor();
    await page.getByText('Kind of reason: Support case. Ticket 9').waitFor();
    await page.getByRole('link', { name: 'Change it and ask again' }).click();
    await page.getByText('Filled in from your earlier request.').waitFor();
    expect(await page.getByLabel('Ticket', { exact: true }).inputValue()).toBe('9');
    expect(await page.getByRole('checkbox', { name: 'read any invoice' }).isChecked()).toBe(true);
    await page.getByRole('radio', { name: 'With the first use' }).check();
    await page.getByText('Choose a customer, what you need and a time.').waitFor();
    await page.getByLabel('Use it by').fill('2020-01-01T12:00');
    await page.getByText('This time is over.').waitFor();
    await page.getByText('Choose a customer, what you need and a time.').waitFor();
    await page.getByLabel('Use it by').fill('');
    await page.getByLabel('At most so many calls').fill('20');
    await expectGoodViews(page, 'ask-first-use');
    const tomorrow = new Date(Date.now() + 86_400_000).toISOString().slice(0, 16);
    await page.getByLabel('Use it by').fill(tomorrow);
    await page.getByRole('button', { name: /^Ask to/ }).click();
    await page.waitForURL(`${site.url}/mine`);
    expect(await newest()).toMatchObject({
      ...{ justification: 'Case 9: a late refund', ticket: '9' },
      terms: { startsOn: 'first-use', budget: { calls: 20 }, seconds: 1_800 },
    });
    // The draft of another request is still there.
    await page.goto(`${site.url}/ask`);
    await page.getByText('This is the draft that you left here.').waitFor();
    expect(await page.getByLabel('Why? The customer reads this.').inputValue()).toBe('My own draft');
  }, 120_000);

  test('more time is requested on the live page, and the title of the tab has the number of requests that wait', async () => {
    const id = await grant(site);
    const page = await site.signedIn('erin', `/grants/${id}`);
    await page.getByRole('button', { name: 'Ask for more time' }).click();
    await page.getByLabel('How many more minutes?').fill('10');
    await page.getByLabel('Why? The customer reads this.').fill('A second run');
    expect(await violations(page)).toEqual([]);
    await page.getByRole('button', { name: 'Send the request' }).click();
    await page.getByText('You have asked for more time.').waitFor();
    const asked = await newest();
    expect(asked).toMatchObject({ justification: 'A second run', terms: { seconds: 600 } });
    expect(asked?.terms.extends).toMatch(/^sha256:/);
    await page.goto(`${site.url}/requests/${asked?.id}`);
    await page.getByText('This continues earlier access, from its planned end.').waitFor();
    const max = await site.signedIn('max', '/queue');
    await eventually(
      'the title has the count',
      async () => /^\(\d+\) Review queue/.test(await max.title()),
      30_000,
      100,
    );
    if (asked === undefined) throw new Error('nothing was asked');
    for (const reviewer of ['max', 'ada'] as const) await review(site, reviewer, asked);
    await page.goto(`${site.url}/grants/${(await newest())?.grant}`);
    await page.getByText(/^Access begins .+ Access ends /).waitFor();
    expect(await page.getByRole('button', { name: 'Ask for more time' }).count()).toBe(0);
  }, 120_000);

  test('the security admin locks a person who has no access, for a time', async () => {
    const page = await site.signedIn('sam', '/security');
    await page.getByRole('button', { name: 'Lock a person, a customer or a service' }).click();
    const dialog = page.getByRole('dialog', { name: 'Lock a person, a customer or a service' });
    await dialog.getByLabel('E-mail or id').fill('max@northwind.example');
    await dialog.getByLabel('For how long?').selectOption('PT1H');
    await dialog.getByLabel('Why? The log keeps your answer.').fill('Lost a laptop');
    expect(await violations(page)).toEqual([]);
    await dialog.getByRole('button', { name: 'Lock it' }).click();
    await dialog.waitFor({ state: 'detached' });
    await page.getByRole('cell', { name: 'Lost a laptop' }).waitFor();
    const { items } = await site.api<{ items: { id: string; kind: string; expiresAt: string | null }[] }>(
      'sam',
      'GET',
      '/api/v1/locks',
    );
    expect(items).toMatchObject([{ kind: 'person', expiresAt: expect.any(String) }]);
    await site.api('sam', 'DELETE', `/api/v1/locks/${items[0]?.id}`);
  }, 120_000);
});
