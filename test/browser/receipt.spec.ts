import type { Page, Route } from 'playwright-core';
import { rowsOfEachKind } from '../support/samples.js';
import { violations } from './support/axe.js';
import { BrowserSite } from './support/browser-site.js';
import { claimedAccess } from './support/claimed-access.js';
import { grow } from './support/log.js';
import { soon } from './support/soon.js';

type Body = { items: Record<string, unknown>[] } & Record<string, unknown>;

describe('P10: a receipt checks itself in the browser', () => {
  let site: BrowserSite;
  let page: Page;
  let live: string;

  beforeAll(async () => {
    site = await BrowserSite.start();
    await grow(site, 'acme', 300);
    ({ page, grant: live } = await claimedAccess(site));
  }, 180_000);
  afterAll(() => site.close());
  beforeEach(() => page.unrouteAll({ behavior: 'wait' }));

  const open = (on = page) => on.goto(`${site.url}/grants/${live}/receipt`);
  const proof = (on = page) => on.locator('section').filter({ hasText: 'Checked against the log' }).last();
  /** Changes an answer of the broker on its way, as a broker that lies would. */
  const lie = (pattern: string, change: (body: Body) => void) =>
    page.route(pattern, async (route: Route) => {
      const answer = await route.fetch();
      const body = (await answer.json()) as Body;
      change(body);
      await route.fulfill({ response: answer, json: body });
    });

  test('says exactly what it checked and what it did not', async () => {
    await open();
    await proof()
      .getByText(/This receipt says what the log says: \d+ leaves of 3\d\d/)
      .waitFor();
    for (const checked of [
      'The log’s newest checkpoint is signed by its key.',
      'The log has no other call of this access.',
      'Signed with a passkey of the trust document in force: Ada Moreau.',
    ])
      await proof().getByText(checked).waitFor();
    await proof().getByText('Whether the log’s key is genuine: the server gave it.').waitFor();
    await proof().getByText('Whether something was done that no gateway recorded.').waitFor();
    expect(await violations(page)).toEqual([]);
  });

  test('fits on a phone with all that it checked', async () => {
    await page.setViewportSize({ width: 390, height: 844 });
    await open();
    await proof().getByText('That trust document has the fingerprint').waitFor();
    await soon(async () => {
      expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(390);
    });
  });

  test('the bar to stop this access is cut off on no phone, in English and German', async () => {
    for (const language of ['en', 'de']) {
      await page.goto(`${site.url}/account`);
      await page.evaluate(`localStorage.setItem('countersign-language', '${language}')`);
      await page.goto(`${site.url}/grants/${live}`);
      const bar = page.locator('.stop-bar');
      await bar.getByRole('button', { name: /passkey/i }).waitFor();
      for (const height of [844, 740, 640]) {
        await page.setViewportSize({ width: 390, height });
        await soon(async () =>
          expect(
            await bar.evaluate(({ scrollHeight, clientHeight }) => scrollHeight - clientHeight),
          ).toBeLessThanOrEqual(0),
        );
      }
    }
    await page.evaluate("localStorage.removeItem('countersign-language')");
    await page.setViewportSize({ width: 1280, height: 720 });
  });

  test('knows what this browser has verified before', async () => {
    await page.goto(`${site.url}/proof`);
    await page.getByRole('button', { name: 'Verify now' }).click();
    await page.getByText('Verified in this browser:').waitFor();
    await open();
    await proof()
      .getByText(/That checkpoint continues the 3\d\d leaves that this browser had verified/)
      .waitFor();
    await page.evaluate('localStorage.clear()');
  });

  const LIES: [string, string, (body: Body) => void, string][] = [
    [
      'a call with another status',
      '**/access-records?*',
      ({ items }) => {
        const [first] = items.filter(({ decision }) => decision === 'allowed');
        if (first !== undefined) first['status'] = 500;
      },
      'A call, or how it ended, is shown otherwise than the log has it.',
    ],
    [
      'a call of another resource',
      '**/access-records?*',
      ({ items }) => {
        const [first] = items.filter(({ decision }) => decision === 'allowed');
        if (first !== undefined) first['resource'] = 'invoices/inv-9';
      },
      'A call, or how it ended, is shown otherwise than the log has it.',
    ],
    [
      'a call less',
      '**/access-records?*',
      ({ items }) => void items.pop(),
      'The log has a call that this receipt does not show.',
    ],
    [
      'a call more',
      '**/access-records?*',
      ({ items }) => {
        items.push({ ...items[0], id: 'rec_0199f0a0-7b2c-7003-8000-000000000009' });
      },
      'This receipt shows a call that the log does not have.',
    ],
    [
      'a changed leaf',
      '**/events?*',
      ({ items }) => {
        const first = items.find(({ type }) => type === 'access.allowed');
        Object.assign((first?.['data'] as object | undefined) ?? {}, { action: 'read' });
      },
      'A leaf was changed: its hash is not the one in the tree.',
    ],
    [
      'another end of the window',
      `**/api/v1/grants/grt_*`,
      (body) => {
        body['endsAt'] = '2099-01-01T00:00:00Z';
      },
      'The beginning or the planned end is shown otherwise',
    ],
    [
      'another reason',
      '**/api/v1/requests/req_*',
      (body) => {
        body['justification'] = 'Routine.';
      },
      'The reason or the ticket is not the one that the terms commit to.',
    ],
    [
      'another reviewer',
      '**/api/v1/requests/req_*',
      (body) => {
        const [first] = body['reviews'] as Record<string, unknown>[];
        if (first !== undefined) first['decision'] = 'deny';
      },
      'A review is shown otherwise than the log has it.',
    ],
    [
      'a changed countersignature',
      '**/api/v1/requests/req_*',
      (body) => {
        const [first] = body['countersignatures'] as { authenticatorData: string }[];
        if (first !== undefined)
          first.authenticatorData = `${first.authenticatorData.slice(0, -1)}${first.authenticatorData.endsWith('A') ? 'E' : 'A'}`;
      },
      'The countersignature of Ada Moreau is not valid (bad_signature).',
    ],
  ];

  test.each(rowsOfEachKind(LIES, ([, answer]) => answer))(
    'a red banner names %s',
    async (_what, pattern, change, sentence) => {
      await lie(pattern, change);
      await open();
      await proof().getByRole('alert').getByText(sentence).waitFor();
      await proof().getByText('This receipt does not say what the log says').waitFor();
      expect(await proof().getByText('This receipt says what the log says').count()).toBe(0);
    },
    60_000,
  );

  test('a checkpoint that the log’s key did not sign is no proof', async () => {
    await page.route('**/log/acme/checkpoint', async (route) => {
      const answer = await route.fetch();
      const body = await answer.text();
      await route.fulfill({
        response: answer,
        body: body.replace(/\n(\d+)\n/, (_all, size) => `\n${Number(size) + 1}\n`),
      });
    });
    await open();
    await proof().getByText('There is no valid checkpoint, or it is not signed by this key.').waitFor();
  });

  test('is not called checked for an engineer, who may not read the whole log', async () => {
    const theirs = await site.signedIn('erin', `/grants/${live}/receipt`);
    await proof(theirs).getByText('This receipt was not checked').waitFor();
    expect(await theirs.getByText('This receipt says what the log says').count()).toBe(0);
  });
});
