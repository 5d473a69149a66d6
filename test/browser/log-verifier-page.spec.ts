import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { cp, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Page } from 'playwright-core';
import { run } from '../../apps/cli/src/main.js';
import { Terminal } from '../../apps/cli/test/terminal.js';
import { root } from '../support/root.js';
import { rowsOfEachKind } from '../support/samples.js';
import { removeFolder, tempFolder } from '../support/temp-folder.js';
import { violationsOfOpenPage } from './support/axe.js';
import { BrowserSite, PEOPLE } from './support/browser-site.js';
import { claimedAccess } from './support/claimed-access.js';
import { grow } from './support/log.js';

const NAME = 'countersign-log-verifier.html';
const BUILT = join(root, 'dist/apps/web/verifier', NAME);

describe('P10: the page that verifies a copy of a log without any server', () => {
  let site: BrowserSite;
  let folder: string;
  let good: string;
  let page: Page;
  let anchor: { vkey: string; trust: string };
  const requests: string[] = [];
  const said: string[] = [];

  beforeAll(async () => {
    site = await BrowserSite.start();
    folder = await tempFolder('log-verifier');
    await grow(site, 'acme', 300);
    await claimedAccess(site);
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
  afterAll(async () => {
    await site.close();
    await removeFolder(folder);
  });
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

  const CHANGES: [string, string, (bytes: Buffer) => Buffer | null, string, string | null][] = [
    [
      'a flipped byte of a leaf',
      'tile/entries/000',
      flip('notice.retried'),
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

  test.each(rowsOfEachKind(CHANGES, ([, , , sentence]) => sentence))(
    'names the first fault: %s',
    async (name, path, change, sentence, more) => {
      await verify(await changed(name.replaceAll(' ', '-'), path, change));
      await page.getByText(sentence).waitFor();
      if (more !== null) await page.getByText(more).first().waitFor();
      expect(await page.getByText(/^Verified/).count()).toBe(0);
    },
    60_000,
  );

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

  /** The leaf of the first request: its reason is behind a commitment. */
  const openedLeaf = async (): Promise<number> => {
    const path = '/api/v1/tenants/acme/events?type=request.created';
    const { items } = await site.api<{ items: { index: number }[] }>('ada', 'GET', path);
    return items.at(-1)?.index ?? -1;
  };
});
