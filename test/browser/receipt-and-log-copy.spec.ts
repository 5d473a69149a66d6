/** @soak */

import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { cp, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { LeafV1 } from '@countersign/audit-log';
import type { Page, Route } from 'playwright-core';
import { run } from '../../apps/cli/src/main.js';
import { Terminal } from '../../apps/cli/test/terminal.js';
import { copiesOf, vkeyText, writeMirror } from '../support/log-copy.js';
import { root } from '../support/root.js';
import { onlyInSoak, someRows } from '../support/samples.js';
import { removeFolder, tempFolder } from '../support/temp-folder.js';
import { violations, violationsOfOpenPage } from './support/axe.js';
import { BrowserSite, PEOPLE } from './support/browser-site.js';
import { claimedAccess } from './support/claimed-access.js';
import { grow } from './support/log.js';
import { soon } from './support/soon.js';

type Body = { items: Record<string, unknown>[] } & Record<string, unknown>;

const NAME = 'countersign-log-verifier.html';
const BUILT = join(root, 'dist/apps/web/verifier', NAME);

let site: BrowserSite;
/** Ada's page, and the access that she countersigned. */
let page: Page;
let live: string;

beforeAll(async () => {
  site = await BrowserSite.start();
  await grow(site, 'acme', 300);
  ({ page, grant: live } = await claimedAccess(site));
}, 180_000);
afterAll(() => site.close());

describe('P10: a receipt checks itself in the browser', () => {
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

  onlyInSoak(() => {
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
          first.authenticatorData = `${first.authenticatorData.slice(0, -1)}${first.authenticatorData.endsWith('A') ? 'Q' : 'A'}`;
      },
      'The countersignature of Ada Moreau is not valid (bad_signature).',
    ],
  ];

  test.each(someRows(LIES))(
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

  onlyInSoak(() => {
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
});

describe('P10: the page that verifies a copy of a log without any server', () => {
  let folder: string;
  let good: string;
  let page: Page;
  let anchor: { vkey: string; trust: string };
  const requests: string[] = [];
  const said: string[] = [];

  beforeAll(async () => {
    folder = await tempFolder('log-verifier');
    ({ anchor } = await site.api<{ anchor: typeof anchor }>('ada', 'GET', '/api/v1/tenants/acme/trust'));
    good = join(folder, 'our-log');
    const env = { COUNTERSIGN_BROKER_URL: site.url, COUNTERSIGN_API_KEY: await site.site.key(PEOPLE.ada) };
    const terminal = new Terminal(env, '');
    const exit = await run(['log', 'mirror', good, '--json'], terminal);
    expect({ exit, err: terminal.err }).toMatchObject({ exit: 0 });
    const context = await site.context();
    page = await context.newPage();
    page.on('request', (request) => requests.push(request.url()));
    page.on('console', (message) => said.push(message.text()));
    page.on('pageerror', (error) => said.push(String(error)));
  }, 180_000);
  afterAll(() => removeFolder(folder));
  beforeEach(() => page.goto(pathToFileURL(BUILT).href));

  /** A copy of the mirror in which one file is changed. */
  const changed = async (name: string, path: string, change: (bytes: Buffer) => Buffer | null) => {
    const copy = join(folder, name);
    await cp(good, copy, { recursive: true });
    const file = join(copy, path);
    const bytes = change(await readFile(file));
    await (bytes === null ? rm(file) : writeFile(file, bytes));
    return copy;
  };
  const flip = (text: string) => (bytes: Buffer) => {
    const at = bytes.indexOf(text);
    expect(at).toBeGreaterThanOrEqual(0);
    bytes[at] = (bytes[at] ?? 0) ^ 1;
    return bytes;
  };
  /** The root is the third line of a checkpoint. */
  const flipRoot = (bytes: Buffer) => {
    const at = bytes.indexOf('\n', bytes.indexOf('\n') + 1) + 3;
    bytes[at] = (bytes[at] ?? 0) ^ 1;
    return bytes;
  };
  const anchorFile = (content: object = anchor) => ({
    name: 'countersign-anchor-acme.json',
    mimeType: 'application/json',
    buffer: Buffer.from(JSON.stringify(content)),
  });
  const verify = async (copy: string) => {
    await page.getByLabel('Folder').setInputFiles(copy);
    await page.getByText('files of a log are chosen').waitFor();
    await page.getByLabel('Your anchor file').setInputFiles(anchorFile());
    await page.getByRole('button', { name: 'Verify', exact: true }).click();
  };

  test('the build is one file, its hash is published, and the broker gives it as a download', async () => {
    const file = readFileSync(BUILT);
    const published = readFileSync(`${BUILT}.sha256`, 'utf8');
    expect(published).toBe(`${createHash('sha256').update(file).digest('hex')}  ${NAME}\n`);
    expect(readFileSync(join(root, 'docs/log-verifier-page.sha256'), 'utf8')).toBe(published);
    const answer = await fetch(`${site.url}/verifier/${NAME}`);
    expect(answer.headers.get('content-disposition')).toBe('attachment');
    expect(Buffer.from(await answer.arrayBuffer()).equals(file)).toBe(true);
    const text = file.toString('utf8');
    expect(text).not.toContain(root);
    expect(text).toMatch(
      /content="default-src 'none'; script-src 'sha256-[^;]+; style-src 'sha256-[^;]+; base-uri/,
    );
  });

  test('verifies a mirror offline, with its calls, approvals and countersignatures', async () => {
    await verify(good);
    await page.getByText(/Verified: 3\d\d leaves/).waitFor();
    await page.getByText('Allowed calls: 2, grants: 1. Each call lies under a grant').waitFor();
    await page.getByText(`The trust document in force has the fingerprint ${anchor.trust}.`).waitFor();
    await page.getByText(/^\d+ values open their commitments\.$/).waitFor();
    await page.getByText('Whether what is written is true').waitFor();
    expect(said).toEqual([]);
    expect(await violationsOfOpenPage(page, 0)).toEqual({ found: [], overflow: 0 });
    expect(requests.filter((url) => !url.startsWith('file://'))).toEqual([]);
  });

  test('says of an event that it does not know neither that the log verifies nor that it is at fault', async () => {
    const { host } = site.site.store;
    const { tenant, deployment } = await copiesOf({ host });
    const { at } = tenant.leaves.at(-1) as LeafV1;
    const index = tenant.append({ type: 'something.new', at, actor: 'job', data: {} });
    const copy = join(folder, 'unknown');
    await writeMirror(copy, tenant);
    await writeMirror(join(copy, 'deployment'), deployment);
    const [vkey, deploymentVkey] = [tenant, deployment].map(vkeyText);
    await page.getByLabel('Folder').setInputFiles(copy);
    await page.getByText('files of a log are chosen').waitFor();
    const file = anchorFile({ ...anchor, vkey, deploymentVkey });
    await page.getByLabel('Your anchor file').setInputFiles(file);
    await page.getByRole('button', { name: 'Verify', exact: true }).click();
    const verdict = page.getByRole('alert').filter({ hasText: 'Unknown: a newer verifier is needed.' });
    await verdict.getByText('neither verified nor found at fault').waitFor();
    await page.getByText(`unknown_event. Leaf ${index} of the log acme has the type something.new`).waitFor();
    expect(await page.getByText(/^Verified|does not verify|first fault/).count()).toBe(0);
    expect(await violationsOfOpenPage(page, 1)).toEqual({ found: [], overflow: 0 });
  });

  const CHANGES: [string, string, (bytes: Buffer) => Buffer | null, string, string | null][] = [
    [
      'a flipped byte of a leaf',
      'tile/entries/000',
      flip('preferences.changed'),
      'A leaf was changed',
      'changed_leaf',
    ],
    [
      'a flipped byte of a hash',
      'tile/0/000',
      (bytes) => Buffer.concat([Buffer.from([(bytes[0] ?? 0) ^ 1]), bytes.subarray(1)]),
      'A leaf was changed',
      'The first fault is at leaf 0.',
    ],
    [
      'a tile that is missing',
      'tile/entries/000',
      () => null,
      'A part of the log that the checkpoint covers is missing.',
      'missing_tile',
    ],
    ['another checkpoint', 'checkpoint', flipRoot, 'There is no valid checkpoint', 'checkpoint'],
  ];

  test.each(someRows(CHANGES))(
    'names the first fault: %s',
    async (name, path, change, sentence, more) => {
      await verify(await changed(name.replaceAll(' ', '-'), path, change));
      await page.getByText(sentence).waitFor();
      if (more !== null) await page.getByText(more).first().waitFor();
      expect(await page.getByText(/^Verified/).count()).toBe(0);
    },
    60_000,
  );

  onlyInSoak(() => {
    test('names a value that does not open its commitment', async () => {
      const index = await openedLeaf();
      const path = `openings/${index}`;
      await verify(
        await changed('opening', path, (bytes) =>
          Buffer.from(bytes.toString('utf8').replace('Case 4711', 'Case 4712')),
        ),
      );
      await page.getByText('What the leaves say does not fit together.').waitFor();
      await page.getByText(`The first fault is at leaf ${index}.`).waitFor();
      await page.getByText('false_opening').waitFor();
      expect(await violationsOfOpenPage(page, 1)).toEqual({ found: [], overflow: 0 });
    });

    test('does not call calls checked if the deployment’s log is not in the copy', async () => {
      const copy = join(folder, 'alone');
      await cp(good, copy, { recursive: true });
      await rm(join(copy, 'deployment'), { recursive: true });
      await verify(copy);
      await page.getByText(/Verified without calls and approvals: 3\d\d leaves/).waitFor();
      await page
        .getByText('Whether each call lay under an approval: the copy lacks the deployment’s log')
        .waitFor();
      expect(await page.getByText('Allowed calls').count()).toBe(0);
    });

    test('refuses another key than the one in the anchor file, and a folder without a log', async () => {
      await page.getByLabel('Folder').setInputFiles(join(good, 'tile'));
      await page.getByText('There is no log in this folder').waitFor();
      await page.getByRole('button', { name: 'Verify', exact: true }).click();
      await page.getByText('Choose the copy of a log first.').waitFor();
      await page.getByLabel('Folder').setInputFiles(good);
      await page.getByRole('button', { name: 'Verify', exact: true }).click();
      await page.getByText('Give your anchor file, or the verifier key.').waitFor();
      await page.getByLabel('Your anchor file').setInputFiles(anchorFile());
      await page.getByLabel('or the log’s verifier key').fill(`${anchor.vkey}x`);
      await page.getByRole('button', { name: 'Verify', exact: true }).click();
      await page.getByText('The key is not the one in your anchor file.').waitFor();
      await page.getByLabel('or the log’s verifier key').fill(anchor.vkey);
      await page.getByRole('button', { name: 'Verify', exact: true }).click();
      await page.getByText(/Verified: 3\d\d leaves/).waitFor();
    });

    test('takes a folder that is dropped on it, and speaks German', async () => {
      await page.getByRole('button', { name: 'Deutsch' }).click();
      await page.getByRole('heading', { name: 'Ein Protokoll prüfen' }).waitFor();
      const box = await page.locator('.drop').boundingBox();
      if (box === null) throw new Error('there is no place to drop on');
      const cdp = await page.context().newCDPSession(page);
      const data = { items: [], files: [good], dragOperationsMask: 1 };
      const [x, y] = [box.x + 10, box.y + 10];
      for (const type of ['dragEnter', 'dragOver', 'dragOver', 'drop'] as const)
        await cdp.send('Input.dispatchDragEvent', { type, x, y, data });
      await page.getByText('Dateien eines Protokolls sind gewählt').waitFor();
      await page.getByLabel('oder der Prüfschlüssel des Protokolls').fill(anchor.vkey);
      await page.getByRole('button', { name: 'Prüfen', exact: true }).click();
      await page.getByText(/Geprüft: 3\d\d Einträge/).waitFor();
      expect(await violationsOfOpenPage(page, 2)).toEqual({ found: [], overflow: 0 });
    });
  });

  /** The leaf of the first request: its reason is behind a commitment. */
  const openedLeaf = async (): Promise<number> => {
    const path = '/api/v1/tenants/acme/events?type=request.created';
    const { items } = await site.api<{ items: { index: number }[] }>('ada', 'GET', path);
    return items.at(-1)?.index ?? -1;
  };
});
