import type { Page } from 'playwright-core';
import { onBusyMachine } from '../support/deadline.js';
import { waiting } from './support/access.js';
import { BrowserSite } from './support/browser-site.js';
import { soon } from './support/soon.js';

/** 400 kbit/s, and 400 ms for each round trip. */
const SLOW_LINE = { offline: false, latency: 400, downloadThroughput: 50_000, uploadThroughput: 50_000 };
/** The median counts, so that a slow moment of the machine does not. */
const ROUNDS = 3;

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

const median = (numbers: number[]) => numbers.sort((one, other) => one - other)[(ROUNDS - 1) / 2];

describe('at 400 kbit/s with an empty cache', () => {
  let site: BrowserSite;

  beforeAll(async () => {
    site = await BrowserSite.start();
  });
  afterAll(() => site.close());

  test('a reader sees something within 2 s, and can decide a request within 4 s and 12 requests', async () => {
    const asked = await waiting(site);
    const reader = await site.signedIn('ada', '/history');
    const storageState = await reader.context().storageState();
    const loads: Load[] = [];
    for (let round = 0; round < ROUNDS; round += 1) {
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
