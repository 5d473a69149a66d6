/** @soak */

import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import type { Widening } from '@countersign/api';
import type { TrustDocument } from '@countersign/contract';
import { canonicalJson } from '@countersign/contract';
import { setPin, writePins } from '@countersign/gateway-protocol';
import type { Page } from 'playwright-core';
import { onlyInSoak } from '../support/samples.js';
import { type Asked, cancelOpen, waiting } from './support/access.js';
import { violations, violationsInLooks } from './support/axe.js';
import { BrowserSite, PEOPLE } from './support/browser-site.js';
import {
  type Assertion,
  assertionAt,
  claimOrganisation,
  fromPage,
  VirtualAuthenticator,
} from './support/passkeys.js';
import { gone, soon } from './support/soon.js';

const CHANGE = { scope: [{ resource: 'invoices/*', actions: ['update'] }] };
const APPROVE = /^Approve with passkey: update invoices for 30 minutes$/;

async function answerRightly(page: Page): Promise<void> {
  const part = page.getByRole('region', { name: 'A practice request waits for you' });
  await part.waitFor();
  const [expected, asked] = await part.locator('dd').allTextContents();
  const right = expected === asked ? 'Approve' : 'Deny';
  await part.getByRole('button', { name: `${right} the practice` }).click();
  await page.getByText('Right. Your approval works.').waitFor();
}

interface Trust {
  anchor: { trust: string };
  document: { people: { passkeys: { id: string }[] }[] };
}

describe('P12: a customer signs with passkeys', () => {
  let site: BrowserSite;
  let page: Page;
  let authenticator: VirtualAuthenticator;
  let trust: Trust;
  /** Asked before Acme was claimed. */
  let before: Asked;

  beforeAll(async () => {
    site = await BrowserSite.start();
    // The host creates no keys for people of a claimed tenant, so this one is created before.
    await site.site.key(PEOPLE.ada);
    page = await site.signedIn('ada', '/inbox');
    authenticator = await VirtualAuthenticator.in(page);
    before = await waiting(site);
    await page.reload();
    await claimOrganisation(page, '1 request waits for a decision');
    trust = await site.api<Trust>('ada', 'GET', '/api/v1/tenants/acme/trust');
  }, 180_000);
  afterAll(() => site.close());
  afterEach(() => cancelOpen(site));

  const stateOf = async ({ id }: Asked) =>
    (await site.api<Asked>('ada', 'GET', `/api/v1/requests/${id}`)).state;

  onlyInSoak(() => {
    // First: each test withdraws what is still open.
    test('a request from before the claim offers no approval and says why; its engineer asks again in one press', async () => {
      await page.goto(`${site.url}/requests/${before.id}`);
      await page.getByText('This request can no longer be approved').waitFor();
      await page.getByText('This request was sent before a passkey was required.', { exact: true }).waitFor();
      await page.getByRole('button', { name: 'Deny', exact: true }).waitFor();
      await gone(page.getByRole('button', { name: /^Approve/ }));
      await gone(page.getByText('You are about to grant'));

      const erin = await site.signedIn('erin', `/requests/${before.id}`);
      await erin.getByRole('button', { name: 'Ask again' }).click();
      await erin.waitForURL((url) => !url.pathname.endsWith(before.id));
      await erin.getByText('Waiting for the vendor’s review').waitFor();
      // It only reads: its risk is low, and how it is approved is another matter.
      await erin.getByText('Low risk', { exact: true }).waitFor();
      await erin.getByText('With a passkey, on the web').waitFor();
      await erin
        .getByText('The customer’s trust document requires a passkey for “list” and “read”.')
        .waitFor();
      await gone(erin.getByText('High risk'));
    });

    test('once claimed, no page says any more what the vendor’s configuration could change before', async () => {
      for (const path of ['/people', '/controls']) {
        await page.goto(site.url + path);
        await page
          .getByText(path === '/people' ? 'bob@acme.example' : 'Your trust document applies too.')
          .waitFor();
        await soon(async () =>
          expect(await page.getByText('Until you claim your organisation').count()).toBe(0),
        );
      }
    });

    test('once claimed, a change that widens the privacy controls is confirmed with a passkey', async () => {
      await page.goto(`${site.url}/controls`);
      const save = page.getByRole('button', { name: 'Save these controls' });
      await page.getByLabel('Hours until such a change takes effect').fill('1');
      await save.click();
      // The trust document decides what it is stricter about, and the page does not say that the controls do.
      await page
        .getByText(/^Saved\. Your trust document is stricter and decides: a passkey for .*\. In all else/)
        .waitFor();
      await page.getByLabel('Longest access, in minutes').fill('120');
      await save.click();
      const card = page.getByRole('region', { name: 'A change that widens these controls waits' });
      await card.getByText('It has to be confirmed by Ada Moreau.').waitFor();
      await card.getByRole('button', { name: 'Confirm this change with your passkey' }).click();
      await card.getByText('Ada Moreau has confirmed it.').waitFor();
      const { items } = await site.api<{ items: Widening[] }>('ada', 'GET', '/api/v1/tenants/acme/widenings');
      expect(items).toMatchObject([
        { state: 'waiting', needsConfirmation: false, confirmation: { countersignature: { statement: {} } } },
      ]);
      await card.getByRole('button', { name: 'Withdraw it' }).click();
      await card.waitFor({ state: 'detached' });
    });

    test('a recovery key is 14 groups with a checksum, and its file says whose it is and of which organisation', async () => {
      await page.goto(`${site.url}/passkeys`);
      await page.getByRole('button', { name: 'Make a recovery key' }).click();
      await page.locator('.groups span').nth(13).waitFor();
      const groups = await page.locator('.groups span').allTextContents();
      expect(groups).toHaveLength(14);
      const [download] = await Promise.all([
        page.waitForEvent('download'),
        page.getByRole('button', { name: 'Download' }).click(),
      ]);
      expect(download.suggestedFilename()).toBe('countersign-recovery-acme.txt');
      const file = (await buffer(await download.createReadStream())).toString('utf8');
      for (const label of [
        'COUNTERSIGN RECOVERY KEY',
        'Organisation:  Acme',
        'Person:        Ada Moreau',
        groups.join('-'),
      ])
        expect(file).toContain(label);
      // Nine minutes later the sign-in is too old to register it. The page says so, and the key is still there.
      await page.evaluate('((now) => { Date.now = () => now() + 540_000; })(Date.now.bind(Date))');
      await page.getByRole('button', { name: 'Deutsch' }).click();
      await page.getByRole('button', { name: 'Erneut anmelden' }).waitFor();
      expect(await page.locator('.groups span').allTextContents()).toEqual(groups);
      await page.getByRole('button', { name: 'English' }).click();
      // It was not registered: the page forgets it.
      await page.reload();
      await page.getByRole('button', { name: 'Make a recovery key' }).waitFor();
    });
  });

  test('an admin claims her organisation step by step, and sees the signed fingerprint', async () => {
    await page.goto(`${site.url}/trust`);
    const fingerprint = (await page.locator('.groups').first().textContent()) ?? '';
    expect(`sha256:${fingerprint.replaceAll(/\s/g, '')}`).toBe(trust.anchor.trust);
    await page.getByText(`countersign gateways pin acme ${trust.anchor.trust}`).waitFor();
    await page.getByRole('listitem').filter({ hasText: 'the passkey of one of them' }).waitFor();
    const file = page.waitForEvent('download');
    const download = page.getByRole('button', { name: 'Download the anchor file' });
    await download.click();
    const help = page.getByRole('button', { name: 'Meaning of “anchor file”' });
    const [button, mark] = await Promise.all([download.boundingBox(), help.boundingBox()]);
    const middle = (box: typeof mark) => (box?.y ?? 0) + (box?.height ?? 0) / 2;
    expect(Math.abs(middle(button) - middle(mark))).toBeLessThan(1.5);
    expect((await file).suggestedFilename()).toBe('countersign-anchor-acme.json');
  });

  onlyInSoak(() => {
    test('asks a gateway itself what it has pinned, and checks its signature', async () => {
      await page.goto(`${site.url}/trust`);
      const ask = page.getByRole('button', { name: 'Ask the gateway' });
      await ask.click();
      await page.getByText('The gateway has not pinned you.').waitFor();
      const { pin } = setPin(undefined, trust.anchor.trust, Date.now());
      await writePins(join(site.site.folder, 'spool'), { acme: pin });
      await page.getByText('has pinned this fingerprint').waitFor();
      await ask.click();
      const notice = page.getByRole('alert').filter({ hasText: 'confirms it' });
      await notice.waitFor();
      const copy = notice.getByRole('button', { name: `Copy ${trust.anchor.trust}` });
      await soon(async () => expect(await copy.count()).toBe(2));
      expect(await violations(page)).toEqual([]);
    });
  });

  test('approves with her passkey what the page shows, and the seal says so; then signs a stop, and lifts it', async () => {
    const asked = await waiting(site, CHANGE);
    await page.goto(`${site.url}/requests/${asked.id}`);
    await page.getByRole('button', { name: APPROVE }).click();
    await page.getByText('Countersigned by Ada Moreau with a passkey').waitFor();
    expect(await stateOf(asked)).toBe('approved');
    await page.getByRole('link', { name: 'Watch this access' }).click();
    await page.getByText('Countersigned by Ada Moreau with a passkey').waitFor();

    await page.getByRole('button', { name: 'Also stop it with my passkey' }).click();
    await page.getByText('You have signed a stop.').waitFor();
    const stops = async () =>
      (await site.api<{ items: { digest: string }[] }>('ada', 'GET', '/api/v1/tenants/acme/stops')).items;
    expect((await stops()).map(({ digest }) => digest)).toEqual([asked.digest]);

    await page.getByRole('link', { name: 'Receipt' }).click();
    await page.getByText(trust.anchor.trust).first().waitFor();
    expect(await page.getByText('on the vendor’s word').count()).toBe(0);

    await page.goto(`${site.url}/access`);
    await page.getByText('One access is stopped').waitFor();
    await page.getByRole('button', { name: 'Lift it with my passkey' }).click();
    await page.getByText('One access is stopped').waitFor({ state: 'detached' });
    await page.getByRole('button', { name: 'Stop everything with my passkey' }).waitFor();
    expect(await stops()).toEqual([]);
  });

  onlyInSoak(() => {
    test('offers less with her passkey', async () => {
      const asked = await waiting(site, CHANGE);
      await page.goto(`${site.url}/requests/${asked.id}`);
      await page.getByRole('button', { name: 'Half the time' }).click();
      await page.getByRole('button', { name: /^Offer with passkey:.*15 minutes$/ }).click();
      await page.getByText('Less was offered by Ada Moreau').waitFor();
      expect(await stateOf(asked)).toBe('countered');
    });

    test('a cancelled prompt signs nothing and is not shown as an error', async () => {
      const asked = await waiting(site, CHANGE);
      await page.goto(`${site.url}/requests/${asked.id}`);
      await authenticator.verifies(false);
      await page.getByRole('button', { name: APPROVE }).click();
      await page.getByText('Nothing was signed. Press the button again').waitFor();
      expect(await stateOf(asked)).toBe('awaiting_customer');
      await authenticator.verifies(true);
      await page.getByRole('button', { name: APPROVE }).click();
      await page.getByText('Countersigned by Ada Moreau with a passkey').waitFor();
    });
  });

  test('signs nothing if the server offers terms other than those on the page', async () => {
    const [asked, other] = [await waiting(site, CHANGE), await waiting(site, CHANGE)];
    const signed = await authenticator.signatures();
    await page.route(`**/api/v1/requests/${asked.id}/statement`, (route) =>
      route.continue({ url: `${site.url}/api/v1/requests/${other.id}/statement` }),
    );
    await page.goto(`${site.url}/requests/${asked.id}`);
    await page.getByRole('button', { name: APPROVE }).click();
    await page.getByText('asked you to sign something other than what this page shows').waitFor();
    expect(await authenticator.signatures()).toBe(signed);
    expect(await stateOf(asked)).toBe('awaiting_customer');
  });

  onlyInSoak(() => {
    test('invites with her passkey: a request that fits needs no further approval', async () => {
      await page.goto(`${site.url}/invite`);
      await page.getByRole('checkbox', { name: 'read any invoice' }).check();
      await page.getByLabel('For case').fill('4712');
      await page.getByText('You sign this with your passkey.').waitFor();
      await page.getByText('Each access lasts 1 hour at most.').waitFor();
      await page.getByLabel('Each time at most, in minutes').fill('20');
      await page.getByText('Each access lasts 20 minutes at most.').waitFor();
      const signed = await authenticator.signatures();
      await page.getByRole('button', { name: 'Let support read invoices, for case 4712' }).click();
      await page.getByText('Support may now do what you chose.').waitFor();
      expect(await authenticator.signatures()).toBeGreaterThan(signed);
      const { items } = await site.api<{ items: { countersignature: object | null; maxDuration: string }[] }>(
        'ada',
        'GET',
        '/api/v1/tenants/acme/invitations',
      );
      expect(items.map(({ maxDuration }) => maxDuration)).toEqual(['PT20M']);
      expect(items.map(({ countersignature }) => countersignature)).toEqual([
        expect.objectContaining({ credential: trust.document.people[0]?.passkeys[0]?.id }),
      ]);
    });
  });

  test('answers a practice with her passkey; the last answer ends it, and she still reads the outcome', async () => {
    await page.goto(`${site.url}/practice`);
    await page.getByRole('button', { name: 'Practise now' }).click();
    await page.getByText('You sign your answer with your passkey').waitFor();
    const colleague = await site.signedIn('bob', '/practice');
    await colleague.getByText('You have no valid passkey').waitFor();
    await answerRightly(colleague);
    const signed = await authenticator.signatures();
    await answerRightly(page);
    await page.getByRole('button', { name: 'Practise now' }).waitFor();
    await page.getByText('Right. Your approval works.').waitFor();
    expect(await authenticator.signatures()).toBeGreaterThan(signed);
    await page.getByRole('row', { name: /^Ada Moreau Passed Worked/ }).waitFor();
    await page.getByRole('row', { name: /^Bob Chen Passed Has none/ }).waitFor();
  });

  onlyInSoak(() => {
    test('a trust document shows each of its people once, even while their names load', async () => {
      type Person = { id: string; name: string };
      const { items } = await site.api<{ items: Person[] }>('ada', 'GET', '/api/v1/tenants/acme/people');
      expect(items.length).toBeGreaterThan(2);
      await page.route('**/api/v1/tenants/acme/trust', async (route) => {
        const response = await route.fetch();
        const { document, ...rest } = (await response.json()) as Trust & { document: TrustDocument };
        const people = items.map(({ id }) => ({ ...document.people[0], person: id }));
        await route.fulfill({ response, json: { ...rest, document: { ...document, people } } });
      });
      await page.goto(`${site.url}/trust`);
      for (const { name } of items)
        await page
          .getByRole('listitem')
          .filter({ hasText: `${name}: ` })
          .waitFor();
      const shown = await page.getByRole('listitem').filter({ hasText: 'passkey' }).allTextContents();
      expect(shown.filter((line) => /: \d+ passkey/.test(line))).toHaveLength(items.length);
      await page.unrouteAll({ behavior: 'wait' });
    });
  });

  test('changes a rule, and signs the next version', async () => {
    await page.goto(`${site.url}/trust`);
    await page.getByText('Change the rules', { exact: true }).click();
    await page.getByRole('group', { name: 'Without a passkey' }).getByLabel('list').check();
    await page.getByText('Accept another reason').first().click();
    await page.getByRole('group', { name: 'For these actions' }).getByLabel('read').check();
    await page.getByRole('button', { name: 'Accept another reason' }).click();
    await page.getByText('Without a passkey: list. Before: nothing: every action is countersigned').waitFor();
    await page
      .getByText('Access without your signature: emergency: billing, read, at most 30 minutes. Before: none')
      .waitFor();
    await page.getByRole('button', { name: 'Propose the next version' }).click();
    await page.getByText('In force: Version 2').waitFor();
    const { document } = await site.api<{ document: object }>('ada', 'GET', '/api/v1/tenants/acme/trust');
    expect(document).toMatchObject({
      seq: 2,
      countersign: { exceptActions: ['list'] },
      bases: [{ basis: 'emergency', services: ['billing'], actions: ['read'], maxSeconds: 1_800 }],
    });
  });

  onlyInSoak(() => {
    test('makes an API key, which is shown once, and revokes it', async () => {
      await page.goto(`${site.url}/account`);
      const response = page.waitForResponse(
        (response) => response.request().method() === 'POST' && response.url() === `${site.url}/api/v1/keys`,
      );
      await page.getByRole('button', { name: 'Make an API key' }).click();
      const { id } = (await (await response).json()) as { id: string };
      const key = (await page.locator('.command code').textContent()) ?? '';
      const asHer = () => fetch(`${site.url}/api/v1/whoami`, { headers: { authorization: `Bearer ${key}` } });
      expect((await asHer()).status).toBe(200);
      await page.getByRole('button', { name: 'I have copied it' }).click();
      await page.getByRole('button', { name: `Revoke ${id}` }).click();
      await page.getByText('Revoked').waitFor();
      expect(await page.getByText(key).count()).toBe(0);
      expect((await asHer()).status).toBe(401);
    });

    test('axe finds no violations on the pages of a claimed tenant, narrow and wide, dark and light', async () => {
      const asked = await waiting(site, CHANGE);
      const found: string[] = [];
      const all = [
        '/trust',
        '/claim',
        '/passkeys',
        '/invite',
        '/access',
        '/account',
        `/requests/${asked.id}`,
      ];
      for (const [place, path] of all.entries()) {
        const { found: here, overflow } = await violationsInLooks(page, site.url + path, place);
        found.push(...here);
        expect({ path, overflow }).toEqual({ path, overflow: 0 });
      }
      expect(found).toEqual([]);
    });
  });

  describe('the broker rejects a signature', () => {
    const keyOf = () => trust.document.people[0]?.passkeys[0]?.id ?? '';
    const statementOf = async ({ id }: Asked) =>
      (await site.api<{ statement: object }>('ada', 'GET', `/api/v1/requests/${id}/statement`)).statement;
    const challengeOf = (statement: object) =>
      createHash('sha256').update(canonicalJson(statement)).digest('base64url');
    const hand = async ({ id, digest }: Asked, statement: object, assertion: Assertion) =>
      fromPage(page, `/api/v1/requests/${id}/reviews`, {
        decision: 'approve',
        digest,
        countersignature: { statement, ...assertion },
      });

    test('over another request’s challenge, and a replayed signature', async () => {
      const [asked, other] = [await waiting(site, CHANGE), await waiting(site, CHANGE)];
      const [statement, others] = [await statementOf(asked), await statementOf(other)];
      const swapped = await assertionAt(page, challengeOf(others), keyOf());
      expect((await hand(asked, statement, swapped)).status).toBe(400);
      expect((await hand(other, others, swapped)).status).toBe(201);
      expect((await hand(asked, others, swapped)).status).toBe(400);
      expect(await stateOf(asked)).toBe('awaiting_customer');
    });

    onlyInSoak(() => {
      test('without user verification', async () => {
        const asked = await waiting(site, CHANGE);
        const statement = await statementOf(asked);
        await authenticator.verifies(false);
        const careless = await assertionAt(page, challengeOf(statement), keyOf(), 'discouraged');
        await authenticator.verifies(true);
        expect((await hand(asked, statement, careless)).status).toBe(400);
        const careful = await assertionAt(page, challengeOf(statement), keyOf());
        expect((await hand(asked, statement, careful)).status).toBe(201);
      });

      test('made at another origin', async () => {
        const asked = await waiting(site, CHANGE);
        const statement = await statementOf(asked);
        await page.goto(`http://localhost:${new URL(site.site.gatewayUrl).port}/healthz`);
        const elsewhere = await assertionAt(page, challengeOf(statement), keyOf());
        await page.goto(`${site.url}/inbox`);
        const refused = await hand(asked, statement, elsewhere);
        expect([refused.status, refused.body.code]).toEqual([400, 'invalid_request']);
        expect(await stateOf(asked)).toBe('awaiting_customer');
      });
    });
  });

  test('names, lists and removes passkeys, except those in a trust document', async () => {
    await page.goto(`${site.url}/passkeys`);
    await page.getByText('The next trust document can remove it').waitFor();
    await page.setViewportSize({ width: 1280, height: 900 });
    // A line of the badge has 20 pixels.
    const badge = await page.getByText('in the trust document', { exact: true }).boundingBox();
    expect(badge?.height).toBeLessThan(30);
    expect(await page.getByRole('button', { name: /^Remove/ }).count()).toBe(0);
    await page.getByLabel('Name').fill('A second one');
    await page.getByRole('button', { name: 'Make a passkey' }).click();
    await page.getByText('This device already has a passkey of yours.').waitFor();
  });
});
