/**
 * @soak
 * @alone
 */

import { hash } from 'node:crypto';
import type { Page, Request } from 'playwright-core';
import { onBusyMachine } from '../support/deadline.js';
import { onlyInSoak } from '../support/samples.js';
import { type Asked, cancelOpen, review, waiting } from './support/access.js';
import { BrowserSite } from './support/browser-site.js';
import { gone, soon } from './support/soon.js';

/** Decisions that an open page shows; an odd number, for its median. */
const ROUNDS = 5;
/** The denial, its notice on the stream, the request that is read again, and the names in it. */
const ANSWERS = 4;
const PHONE = { viewport: { width: 360, height: 740 } };

/** 400 kbit/s, and 400 ms for each round trip. */
const SLOW_LINE = { offline: false, latency: 400, downloadThroughput: 50_000, uploadThroughput: 50_000 };
/** The median counts, so that a slow moment of the machine does not. */
const SLOW_LOADS = 3;

/** Notes when the approval can first be pressed. */
const NOTE_USABLE = `{
  const look = () => {
    const buttons = [...document.querySelectorAll('button:enabled')];
    if (buttons.some(({ textContent }) => textContent.startsWith('Approve:'))) performance.mark('usable');
    else requestAnimationFrame(look);
  };
  look();
}`;

interface Load {
  readable: number;
  usable: number;
  requests: number;
}

/** In milliseconds since the address was opened. Undefined until the approval can be pressed. */
const loadOf = (page: Page): Promise<Load | undefined> =>
  page.evaluate<Load | undefined>(`(() => {
    const [usable] = performance.getEntriesByName('usable');
    const [readable] = performance.getEntriesByName('first-contentful-paint');
    if (usable === undefined || readable === undefined) return undefined;
    const before = performance.getEntriesByType('resource').filter((each) => each.startTime < usable.startTime);
    return { readable: readable.startTime, usable: usable.startTime, requests: before.length + 1 };
  })()`);

const median = (numbers: number[]) => numbers.sort((one, other) => one - other)[(numbers.length - 1) / 2];

/** Presses Tab until the control with this name has the focus. @throws Error after `most` presses */
async function tabTo(page: Page, name: RegExp, most = 60): Promise<void> {
  for (let stop = 0; stop < most; stop += 1) {
    await page.keyboard.press('Tab');
    const focused = await page.evaluate<string>("document.activeElement?.textContent ?? ''");
    if (name.test(focused)) return;
  }
  throw new Error(`${name} is not reached by Tab`);
}

describe('the decision page', () => {
  let site: BrowserSite;

  beforeAll(async () => {
    site = await BrowserSite.start();
  });
  afterAll(() => site.close());
  afterEach(() => cancelOpen(site));

  test('can be decided by keyboard alone; Approve never gets the focus by itself, and the outcome is announced', async () => {
    const asked = await waiting(site);
    const page = await site.signedIn('ada', `/requests/${asked.id}`, PHONE);
    await page.getByRole('button', { name: /^Approve:/ }).waitFor();
    expect(await page.evaluate('document.activeElement?.tagName')).toBe('BODY');

    await tabTo(page, /^Deny$/);
    await page.keyboard.press('Enter');
    await page.locator('textarea:focus').waitFor();
    await page.keyboard.press('Escape');
    await page.locator('button:focus', { hasText: /^Deny$/ }).waitFor();

    await tabTo(page, /^Approve: list and read invoices for 30 minutes$/);
    await page.keyboard.press('Enter');
    await page.getByText('Approved by Ada Moreau').waitFor();
    // The stream may bring the outcome before the approval itself is answered.
    await page.getByRole('status').filter({ hasText: 'Your approval is recorded.' }).waitFor();
    await page.locator('h1:focus').waitFor();
    const { state } = await site.api<Asked>('ada', 'GET', `/api/v1/requests/${asked.id}`);
    expect(state).toBe('approved');
  });

  onlyInSoak(() => {
    test('on its first load, at most 10 requests and 193 kB come before the button works; the stream and the banners follow', async () => {
      const asked = await waiting(site);
      const reader = await site.signedIn('ada', '/history');
      const context = await site.context({ storageState: await reader.context().storageState() });
      const page = await context.newPage();
      const requests: Request[] = [];
      page.on('request', (request) => requests.push(request));
      await page.goto(`${site.url}/requests/${asked.id}`);
      await page
        .getByRole('button', { name: /^Approve:/ })
        .and(page.locator(':enabled'))
        .waitFor();
      const pathOf = (request: Request) => new URL(request.url()).pathname;
      const stream = () => requests.findIndex((request) => pathOf(request) === '/api/v1/stream');
      await soon(async () => expect(stream()).toBeGreaterThan(0));
      const first = requests.slice(0, stream());
      const paths = first.map(pathOf);
      expect(paths).toEqual([...new Set(paths)]);
      expect(paths).toContain(`/api/v1/requests/${asked.id}`);
      expect(paths.length > 10 ? paths : []).toEqual([]);
      // The names that the request needs are in its own answer.
      expect(paths.filter((path) => path.startsWith('/api/v1/people/'))).toEqual([]);
      const sizes = await Promise.all(first.map((request) => request.sizes()));
      expect(sizes.reduce((sum, { responseBodySize }) => sum + responseBodySize, 0)).toBeLessThan(193_000);
      // The page shows that it is loading before any script has run.
      expect(await (await first[0]?.response())?.text()).toContain('The page is loading.');
      await soon(async () => expect(requests.map(pathOf)).toContain('/api/v1/locks'));
    });

    // The soak leaves room for a busy machine, and `npm run test:alone` does not.
    test('at 400 kbit/s with an empty cache a reader sees something within 2 s, and can decide a request within 4 s and 12 requests', async () => {
      const asked = await waiting(site);
      const reader = await site.signedIn('ada', '/history');
      const storageState = await reader.context().storageState();
      const loads: Load[] = [];
      for (let round = 0; round < SLOW_LOADS; round += 1) {
        const context = await site.context({ storageState });
        const page = await context.newPage();
        const browser = await context.newCDPSession(page);
        await browser.send('Network.emulateNetworkConditions', SLOW_LINE);
        await page.addInitScript(NOTE_USABLE);
        await page.goto(`${site.url}/requests/${asked.id}`, { waitUntil: 'commit' });
        await soon(async () => expect(await loadOf(page)).toBeDefined());
        loads.push((await loadOf(page)) as Load);
        await context.close();
      }
      // Less would mean that the line was not slow.
      expect(Math.min(...loads.map(({ usable }) => usable))).toBeGreaterThan(2_000);
      expect(median(loads.map(({ readable }) => readable))).toBeLessThanOrEqual(onBusyMachine(2_000));
      expect(median(loads.map(({ usable }) => usable))).toBeLessThanOrEqual(onBusyMachine(4_000));
      expect(Math.max(...loads.map(({ requests }) => requests))).toBeLessThanOrEqual(12);
    });
  });

  /** Ada offers half the time. */
  const offeredHalf = async () => {
    const asked = await waiting(site);
    const page = await site.signedIn('ada', `/requests/${asked.id}`, PHONE);
    await page.getByRole('button', { name: 'Half the time' }).click();
    await page.getByRole('button', { name: 'Offer: list and read invoices for 15 minutes' }).click();
    await page.getByText('Less was offered by Ada Moreau').waitFor();
    return asked.id;
  };

  test('offers less in two presses', async () => {
    const id = await offeredHalf();
    const { offer } = await site.api<{ offer: { terms: Asked['terms'] } }>(
      'erin',
      'GET',
      `/api/v1/requests/${id}`,
    );
    expect(offer.terms.seconds).toBe(900);
  });

  test('the engineer accepts exactly what was offered', async () => {
    const id = await offeredHalf();
    const erin = await site.signedIn('erin', '/mine', PHONE);
    await erin.getByRole('article', { name: id }).getByRole('link', { name: 'Accept or decline' }).click();
    const accept = erin.getByRole('button', { name: 'Accept: list and read invoices for 15 minutes' });
    await accept.waitFor();
    // It takes the whole line of a phone, and not what “Withdraw the request” leaves.
    expect((await accept.boundingBox())?.width).toBeGreaterThan(300);
    await accept.click();
    await erin.getByRole('link', { name: 'Watch this access' }).waitFor();
    const { terms } = await site.api<Asked>('ada', 'GET', `/api/v1/requests/${id}`);
    expect(terms.seconds).toBe(900);
  });

  onlyInSoak(() => {
    test('an open page shows within a second that someone else has decided', async () => {
      const asked = [];
      for (let count = 0; count < ROUNDS; count += 1) asked.push(await waiting(site));
      const took: number[] = [];
      const page = await site.signedIn('ada', '/inbox');
      for (const request of asked) {
        await page.goto(`${site.url}/requests/${request.id}`);
        await page.getByRole('button', { name: /^Approve:/ }).waitFor();
        const announced = page.getByText('Denied by Bob Chen').waitFor();
        const began = performance.now();
        await review(site, 'bob', request, { decision: 'deny', reason: 'Not now.' });
        await announced;
        took.push(performance.now() - began - ANSWERS * (await paceOf(page)));
        await gone(page.getByRole('button', { name: /^Approve:/ }));
      }
      // The median, so that a slow moment of the machine does not count.
      expect(median(took)).toBeLessThanOrEqual(1_000);
    });
  });

  test('a request that changed after it was opened must be read again before it is decided', async () => {
    const controls = '/api/v1/tenants/acme/privacy-controls';
    const before = await site.api<{ approvals: number }>('ada', 'GET', controls);
    await site.api('ada', 'PUT', controls, { ...before, approvals: 2 });
    const asked = await waiting(site);
    const page = await site.signedIn('ada', `/requests/${asked.id}`);
    await page.getByRole('button', { name: /^Approve:.*30 minutes$/ }).waitFor();

    await review(site, 'bob', asked, {
      decision: 'counter',
      terms: { ...asked.terms, parent: asked.digest, seconds: 600 },
    });
    const { offer } = await site.api<{ offer: { digest: string } }>(
      'erin',
      'GET',
      `/api/v1/requests/${asked.id}`,
    );
    await site.api('erin', 'POST', `/api/v1/requests/${asked.id}/acceptance`, { digest: offer.digest });

    await page.getByText('This request has changed since you opened it').waitFor();
    await page.getByText('Was: 30 minutes').waitFor();
    await gone(page.getByRole('button', { name: /^Approve:/ }));
    await page.getByRole('button', { name: 'I have read the change' }).click();
    await page.getByRole('button', { name: 'Approve: list and read invoices for 10 minutes' }).click();
    await page.getByText('Approved by Ada Moreau').waitFor();
  });

  test('an exact change: before and after side by side, what hides is written out, and no text of a body is HTML', async () => {
    const body = '{"id":7,"status":"void","note":"<img src=x onerror=alert(1)>\u202e"}';
    const asked = await waiting(site, {
      ...{ scope: [{ resource: 'invoices/7', actions: ['read'] }], budget: { calls: 1 } },
      change: {
        // Not a write: in this organisation a write needs a passkey.
        ...{ method: 'GET', path: '/tenants/acme/invoices/7', contentType: 'application/json' },
        bodySha256: `sha256:${hash('sha256', body)}`,
      },
      shown: { body, before: { body: '{"id":7,"status":"open"}', at: '2026-11-24T14:03:00Z' } },
    });
    const page = await site.signedIn('ada', `/requests/${asked.id}`, PHONE);
    const status = page.getByRole('row', { name: /\/status/ });
    await status.waitFor();
    expect(await status.getByRole('cell').allTextContents()).toEqual(['"open"', '"void"']);
    const section = page.locator('section.exact-change');
    for (const words of [
      '"<img src=x onerror=alert(1)>⟨U+202E⟩"',
      'as the engineer’s own read returned it at',
      'This browser has computed the hash of the new body',
    ])
      await section.filter({ hasText: words }).waitFor();
    expect(await section.locator('img').count()).toBe(0);
    // On a phone one is above the other, and nothing is wider than the screen.
    await soon(async () =>
      expect(await page.evaluate('document.documentElement.scrollWidth <= innerWidth')).toBe(true),
    );
  });

  test('denying needs a reason', async () => {
    const asked = await waiting(site);
    const page = await site.signedIn('ada', `/requests/${asked.id}`);
    await page.getByRole('button', { name: 'Deny', exact: true }).click();
    await page.getByRole('button', { name: 'Deny the request' }).click();
    await page.getByText('Give a reason.').waitFor();
    await page.getByLabel('Why? The engineer reads this.').fill('Ask for one invoice only.');
    await page.getByRole('button', { name: 'Deny the request' }).click();
    await page.getByText('Denied by Ada Moreau').waitFor();
  });

  onlyInSoak(() => {
    test('a denied request shows its outcome later, and the engineer asks again in one press', async () => {
      const asked = await waiting(site);
      await review(site, 'ada', asked, { decision: 'deny', reason: 'Ask for one invoice only.' });
      const erin = await site.signedIn('erin', `/requests/${asked.id}`);
      await erin.getByText('Ask for one invoice only.').waitFor();
      expect(await erin.getByRole('button', { name: /Approve|Accept|take back/i }).count()).toBe(0);
      await erin.getByRole('button', { name: 'Ask again' }).click();
      await erin.waitForURL((url) => !url.pathname.endsWith(asked.id));
      await erin.getByText('Waiting for the vendor’s review').waitFor();
    });

    test('a request that the rules no longer allow offers no approval, and the engineer asks again in one press', async () => {
      const asked = await waiting(site);
      const controls = '/api/v1/tenants/acme/privacy-controls';
      const { maxDuration, ...before } = await site.api<{ maxDuration: string }>('ada', 'GET', controls);
      await site.api('ada', 'PUT', controls, { ...before, maxDuration: 'PT10M' });
      const ada = await site.signedIn('ada', `/requests/${asked.id}`, {
        viewport: { width: 360, height: 740 },
      });
      await ada.getByText('This request can no longer be approved').waitFor();
      await ada.getByText('Outdated', { exact: true }).waitFor();
      expect(await ada.getByText('Waiting for the customer', { exact: true }).count()).toBe(0);
      await ada.getByRole('button', { name: 'Deny', exact: true }).waitFor();
      await gone(ada.getByRole('button', { name: /^Approve/ }));

      const max = await site.signedIn('max', `/requests/${asked.id}`);
      await max.getByText('It lapses by itself. The engineer can ask again.', { exact: true }).waitFor();

      const erin = await site.signedIn('erin', '/history');
      const rows = erin.getByRole('row').filter({ hasText: 'Outdated' });
      await rows.first().waitFor();
      let reads = 0;
      erin.on('response', (response) => {
        if (new URL(response.url()).pathname === `/api/v1/requests/${asked.id}`) reads += 1;
      });
      await erin.goto(`${site.url}/requests/${asked.id}`);
      await erin.getByText('This request can no longer be approved').waitFor();
      // The page reads it once more when its live updates begin: under the rules of that moment.
      await soon(async () => expect(reads).toBeGreaterThan(1));
      const now = await site.api<{ maxDuration: string }>('ada', 'GET', controls);
      await site.api('ada', 'PUT', controls, { ...now, maxDuration });
      await erin.getByRole('button', { name: 'Ask again' }).click();
      await erin.waitForURL((url) => !url.pathname.endsWith(asked.id));
      await erin.getByText('Waiting for the vendor’s review').waitFor();
    });

    test('an offer that the rules no longer allow cannot be accepted', async () => {
      const asked = await waiting(site);
      const ada = await site.signedIn('ada', `/requests/${asked.id}`);
      await ada.getByRole('button', { name: 'Half the time' }).click();
      await ada.getByRole('button', { name: 'Offer: list and read invoices for 15 minutes' }).click();
      await ada.getByText('Less was offered by Ada Moreau').waitFor();
      const controls = '/api/v1/tenants/acme/privacy-controls';
      const { maxDuration, ...before } = await site.api<{ maxDuration: string }>('ada', 'GET', controls);
      await site.api('ada', 'PUT', controls, { ...before, maxDuration: 'PT10M' });

      const erin = await site.signedIn('erin', `/requests/${asked.id}`);
      await erin.getByText('This request can no longer be approved').waitFor();
      await erin.getByRole('button', { name: 'Ask again' }).waitFor();
      expect(await erin.getByRole('button', { name: /^Accept/ }).count()).toBe(0);
      const now = await site.api<{ maxDuration: string }>('ada', 'GET', controls);
      await site.api('ada', 'PUT', controls, { ...now, maxDuration });
    });
  });

  test('a reason that hides characters or turns text round is shown with them written out', async () => {
    const asked = await waiting(site);
    await review(site, 'ada', asked, { decision: 'deny', reason: 'Not \u202Ewon\u202C, see \u200Bticket' });
    const page = await site.signedIn('erin', `/requests/${asked.id}`);
    await page.getByText('Not ⟨U+202E⟩won⟨U+202C⟩, see ⟨U+200B⟩ticket').waitFor();
    expect(await page.evaluate<string>('document.body.innerText')).not.toMatch(/[\u200B\u202A-\u202E]/);
  });

  onlyInSoak(() => {
    test('is in German, dates included, if the browser prefers German', async () => {
      const asked = await waiting(site);
      const context = await site.context({ locale: 'de-DE' });
      const page = await context.newPage();
      await page.goto(`${site.url}/requests/${asked.id}`);
      await page.getByLabel('Organisation').fill('acme');
      await page.getByRole('button', { name: 'Weiter' }).click();
      await page.getByRole('button', { name: 'ada@acme.example' }).click();
      await page
        .getByRole('button', { name: 'Freigeben: invoices auflisten und lesen für 30 Minuten' })
        .waitFor();
      await page.getByText('Schweigen heißt Nein.').waitFor();
      await page
        .getByText('Es liest nur, und nach Ihren Regeln hat alles davon ein geringes Risiko.')
        .waitFor();
      await page.locator('html[lang="de"]').waitFor();
      await page.getByRole('button', { name: 'English' }).click();
      await page.getByText('Silence is a no.').waitFor();
      await page.locator('html[lang="en"]').waitFor();
    });
  });
});

/** How many milliseconds this machine takes now to get and show one answer of the broker. */
async function paceOf(page: Page): Promise<number> {
  const began = performance.now();
  await page.evaluate(
    "fetch('/healthz').then((answer) => answer.text()).then(() => new Promise(requestAnimationFrame))",
  );
  return performance.now() - began;
}
