/** @soak */

import { generateKeyPairSync } from 'node:crypto';
import { logOrigin, verifierKey } from '@countersign/audit-log';
import type { TrustDocument } from '@countersign/contract';
import { statementChallenge } from '@countersign/contract';
import { systemHashing } from '@countersign/persistence';
import type { Page } from 'playwright-core';
import { laterEvent } from '../factories/filler.js';
import { logKey } from '../factories/log-keys.js';
import { RunningWitness } from '../support/running-witness.js';
import { onlyInSoak } from '../support/samples.js';
import { removeFolder, tempFolder } from '../support/temp-folder.js';
import { THIS_MACHINE } from '../support/this-machine.js';
import { violations } from './support/axe.js';
import { BrowserSite, PEOPLE } from './support/browser-site.js';
import { brokenOptions } from './support/layout.js';
import { grow, pointOfAnotherLog } from './support/log.js';
import { assertionAt, claimOrganisation, fromPage, VirtualAuthenticator } from './support/passkeys.js';

interface Trust {
  anchor: object;
  trust: string;
  document: TrustDocument;
}

describe('P10: the page Proof', () => {
  let site: BrowserSite;
  let page: Page;
  let witness: RunningWitness;
  let folder: string;
  const logFile = async (path: string, log = 'acme') => {
    const key = await site.site.key(PEOPLE.ada);
    const answer = await fetch(`${site.url}/log/${log}/${path}`, {
      headers: { authorization: `Bearer ${key}` },
    });
    return answer.text();
  };

  beforeAll(async () => {
    folder = await tempFolder('witness');
    site = await BrowserSite.start(undefined, {}, { outbound: THIS_MACHINE });
    await site.site.key(PEOPLE.ada);
    await grow(site, 'acme', 600);
    witness = await RunningWitness.start(folder, 'witness.acme.example/w1', [(await logFile('vkey')).trim()]);
    page = await site.signedIn('ada', '/inbox');
    await VirtualAuthenticator.in(page);
    await claimOrganisation(page);
    await nameWitness();
  }, 180_000);
  afterAll(async () => {
    await witness.stop();
    await site.close();
    await removeFolder(folder);
  });
  beforeEach(async () => {
    await page.unrouteAll({ behavior: 'wait' });
    await page.evaluate('localStorage.clear()');
    await page.goto(`${site.url}/proof`);
    await page.getByText('This browser has not verified this log yet.').waitFor();
  });

  /** The next version of the trust document names the witness; Ada signs it with the passkey that she claimed with. */
  const nameWitness = async () => {
    const { document, trust } = await site.api<Trust>('ada', 'GET', '/api/v1/tenants/acme/trust');
    const next = {
      ...document,
      seq: document.seq + 1,
      prev: trust,
      witnesses: [`${witness.vkey} ${witness.url}`],
    };
    const path = '/api/v1/tenants/acme/trust/proposals';
    const { status, body } = await fromPage(page, path, { document: next });
    expect({ status, body }).toMatchObject({ status: 201 });
    const { id, document: proposed } = body as unknown as { id: string; document: TrustDocument };
    const challenge = Buffer.from(statementChallenge(systemHashing, proposed)).toString('base64url');
    const credential = proposed.people[0]?.passkeys[0]?.id ?? '';
    const assertion = await assertionAt(page, challenge, credential);
    const signature = { statement: proposed, ...assertion };
    const signed = await fromPage(page, `${path}/${id}/signatures`, { signature });
    expect(signed).toMatchObject({ status: 201, body: { state: 'adopted' } });
  };

  const verify = () => page.getByRole('button', { name: 'Verify now' }).click();

  test('verifies the whole log in the browser, remembers how far, and then only what is new', async () => {
    await verify();
    const notice = page.getByRole('alert').filter({ hasText: 'Verified in this browser' });
    await notice.getByText('Whether the key is genuine').waitFor();
    expect(await violations(page)).toEqual([]);
    const first = await storedPoint();
    expect(first.point.size).toBeGreaterThan(600);
    const lines = (await logFile('checkpoint')).split('\n');
    expect([first.point.origin, first.point.root]).toEqual([lines[0], lines[2]]);

    await grow(site, 'acme', 300);
    await page.reload();
    await page.getByText('Last verified in this browser').waitFor();
    await page.getByText(first.point.root).first().waitFor();
    const read: string[] = [];
    page.on('request', (request) => read.push(new URL(request.url()).pathname));
    await verify();
    await notice.getByText('300 of them are new since the last time.').waitFor();
    await notice.getByText('The log continues what this browser verified on').waitFor();
    expect((await storedPoint()).point.size).toBe(first.point.size + 300);
    expect(read).toContain('/log/acme/tile/entries/002');
    expect(read).not.toContain('/log/acme/tile/entries/000');
  });

  test('shows the witness, and verifies its signature here', async () => {
    const row = page.getByRole('row').filter({ hasText: 'witness.acme.example/w1' });
    await row.getByText(/leaves, /).waitFor();
    await row.getByText('not verified yet').waitFor();
    await verify();
    await row.getByText('Signature verified').waitFor();
  });

  onlyInSoak(() => {
    test('an anchor file decides which key is right', async () => {
      const { anchor } = await site.api<Trust>('ada', 'GET', '/api/v1/tenants/acme/trust');
      const give = (content: object) =>
        page.getByLabel('Your anchor file').setInputFiles({
          name: 'countersign-anchor-acme.json',
          mimeType: 'application/json',
          buffer: Buffer.from(JSON.stringify(content)),
        });
      const [name = ''] = (await logFile('vkey')).split('+');
      const other = verifierKey(systemHashing, name, logKey(name, 9).publicKey);
      await give({ ...anchor, vkey: other });
      await verify();
      await page.getByText('The key is not the one in your anchor file.').waitFor();
      expect(await storedPoint()).toBeNull();
      await give(anchor);
      await verify();
      await page.getByText('The key is the one in your anchor file, or one').waitFor();
      expect(await page.getByText('Whether the key is genuine').count()).toBe(0);
    });
  });

  test('says loudly that the log was rolled back', async () => {
    const older = await logFile('checkpoint');
    await grow(site, 'acme', 3);
    await verify();
    await page.getByText('Verified in this browser:').waitFor();
    await page.route('**/log/acme/checkpoint', (route) => route.fulfill({ body: older }));
    await verify();
    const fault = page.getByRole('alert').filter({ hasText: 'The log does not verify' });
    await fault.getByText('Rolled back: the log is shorter than when it was last verified here.').waitFor();
    expect(await page.getByText('Verified in this browser:').count()).toBe(0);
    expect(await violations(page)).toEqual([]);
  });

  onlyInSoak(() => {
    test('says loudly that the log was forked, and forgets only when it is told to', async () => {
      const { deployment } = site.site.store.host.store;
      const point = pointOfAnotherLog(logOrigin(deployment, 'acme', 1), 500);
      const vkey = (await logFile('vkey')).trim();
      const known = { vkey, keyFrom: 'broker', point, at: '2026-01-01T00:00:00.000Z' };
      await keep(known);
      await page.reload();
      await verify();
      await page.getByText('Forked: the log is not the one that was last verified here.').waitFor();
      expect(await storedPoint()).toEqual(known);
      await page.getByRole('button', { name: 'Forget what this browser knows' }).click();
      await verify();
      await page.getByText('This was the first run in this browser').waitFor();
    });

    test('says loudly that the key has changed, unless the known key handed over to it', async () => {
      await verify();
      await page.getByText('Verified in this browser:').waitFor();
      const known = await storedPoint();
      const { publicKey } = generateKeyPairSync('ed25519');
      const bytes = Buffer.from(publicKey.export({ format: 'jwk' }).x ?? '', 'base64url');
      const { keys: _learned, ...point } = known.point;
      await keep({ ...known, vkey: verifierKey(systemHashing, point.origin, bytes), point });
      await page.reload();
      await verify();
      await page.getByText('the old key did not hand over to it').waitFor();
    });

    const CHANGES = [
      ['a leaf', 'tile/entries/001', 'A leaf was changed', 'The first fault is at leaf 256.'],
      ['a hash of a leaf', 'tile/0/001', 'A leaf was changed', 'The first fault is at leaf 256.'],
      ['a hash in the tree', 'tile/1/000.p/*', 'A hash in the tree was changed', ''],
      ['the root', 'checkpoint', 'it is not signed by this key', ''],
    ] as const;

    test.each(CHANGES)(
      'names a change of %s',
      async (_what, path, fault, place) => {
        await page.route(`**/log/acme/${path}`, async (route) => {
          const answer = await route.fetch();
          const body = await answer.body();
          const at = path === 'checkpoint' ? body.indexOf('\n', body.indexOf('\n') + 1) + 3 : 3;
          body[at] = (body[at] ?? 0) ^ 1;
          await route.fulfill({ response: answer, body });
        });
        await verify();
        await page.getByText(fault).waitFor();
        if (place !== '') await page.getByText(place).waitFor();
        expect(await storedPoint()).toBeNull();
      },
      60_000,
    );
  });

  test('P9: of another tenant’s log nothing is shown', async () => {
    await page.goto(`${site.url}/proof?log=globex`);
    await page.getByText('There is nothing here, or you may not see it.').first().waitFor();
  });

  onlyInSoak(() => {
    test('a deployment’s log and its commands are there too', async () => {
      await page.getByLabel('Log').selectOption('deployment');
      await page.waitForURL(`${site.url}/proof?log=deployment`);
      await page.getByText('countersign log mirror ./deployment-log --tenant deployment').waitFor();
      await verify();
      await page.getByText('Verified in this browser:').waitFor();
      await page.goBack();
      await page
        .getByText('countersign log verify ./our-log --anchor countersign-anchor-acme.json')
        .waitFor();
      const witness = 'countersign witness ./witness --name witness.acme.example/w1';
      await page.getByText(`${witness} --anchor countersign-anchor-acme.json`).waitFor();
      for (const width of [320, 360, 375, 390, 412]) {
        await page.setViewportSize({ width, height: 740 });
        expect({ width, broken: await brokenOptions(page) }).toEqual({ width, broken: [] });
      }
      await page.setViewportSize({ width: 1280, height: 900 });
    });

    test('the vendor’s auditor verifies a tenant’s log', async () => {
      const theirs = await site.signedIn('ola', '/proof?log=acme');
      await theirs.getByRole('button', { name: 'Verify now' }).click();
      await theirs.getByText('Verified in this browser:').waitFor();
    });
  });

  test('says of an event that it does not know neither that the log verifies nor that it is at fault', async () => {
    await verify();
    await page.getByText('Verified in this browser:').waitFor();
    const before = await storedPoint();
    // As a page sees it that was loaded before the vendor upgraded its broker. The log keeps the event, so this test is the last.
    const { draft, forget } = laterEvent('something.new', new Date().toISOString());
    await site.site.store.host.store.forTenant('acme', (unit) => unit.log.append(draft));
    forget();
    await verify();
    const verdict = page.getByRole('alert').filter({ hasText: 'Unknown: a newer verifier is needed' });
    await verdict.getByText('neither verified nor found at fault').waitFor();
    await verdict.getByText('has the type something.new').waitFor();
    expect(await page.getByText('Verified in this browser:').count()).toBe(0);
    expect(await page.getByRole('button', { name: 'Forget what this browser knows' }).count()).toBe(0);
    expect(await storedPoint()).toEqual(before);
    expect(await violations(page)).toEqual([]);
  });

  const storedPoint = () =>
    page.evaluate<{ point: { origin: string; size: number; root: string; keys: string[] } }>(
      `JSON.parse(localStorage.getItem('countersign-verified-log:acme'))`,
    );
  const keep = (point: object) =>
    page.evaluate(
      `localStorage.setItem('countersign-verified-log:acme', ${JSON.stringify(JSON.stringify(point))})`,
    );
});
