/** @soak */

import { readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { openSeals, sealDays } from '@countersign/access';
import { verifierKey } from '@countersign/audit-log';
import { nodeHashing } from '@countersign/authorization';
import { canonicalJson, sha256Digest } from '@countersign/contract';
import { systemHashing, systemRandomness, uuidV7Ids } from '@countersign/persistence';
import { saveFile } from '../../../apps/cli/src/log/verification.js';
import { run } from '../../../apps/cli/src/main.js';
import { Terminal } from '../../../apps/cli/test/terminal.js';
import { filler } from '../../factories/filler.js';
import { LogFiles } from '../../factories/log-files.js';
import { logKey } from '../../factories/log-keys.js';
import { onlyInSoak } from '../../support/samples.js';
import { removeFolder, tempFolder } from '../../support/temp-folder.js';
import { TestBroker } from '../harness.js';
import { makeGrant } from '../story.js';

let broker: TestBroker;
let folder: string;
beforeAll(async () => {
  broker = await TestBroker.start();
  const event = filler(new Date().toISOString());
  await broker.host.store.forTenant('acme', (unit) =>
    unit.log.appendAll(Array.from({ length: 300 }, () => event)),
  );
  await makeGrant(broker);
});
afterAll(() => broker.close());
beforeEach(async () => {
  folder = await tempFolder('log-cli');
});
afterEach(() => {
  daysAhead = 0;
  return removeFolder(folder);
});

type Outcome = { exit: number; document: Record<string, unknown>; stderr: string };

/** How far the clock of who runs the verbs is ahead. */
let daysAhead = 0;

/** Runs a verb as the tenant's approver. */
async function countersign(...argv: string[]): Promise<Outcome> {
  const env = { COUNTERSIGN_BROKER_URL: broker.url, COUNTERSIGN_API_KEY: broker.keys.approver };
  const terminal = new Terminal(env, '', { now: () => new Date(Date.now() + daysAhead * 86_400_000) });
  const exit = await run([...argv, '--json'], terminal);
  return { exit, document: terminal.out === '' ? {} : JSON.parse(terminal.out), stderr: terminal.err };
}

const vkey = async () => (await broker.call('approver', 'GET', '/log/acme/vkey')).text.trim();

describe('P10: a customer follows its log with the command line', () => {
  test('a mirror is verified on the way, is verified again offline, and fetches only what is new', async () => {
    const first = await countersign('log', 'mirror', folder);
    expect(first).toMatchObject({ exit: 0, document: { verified: true, folder } });
    expect(first.stderr).toContain(await vkey());
    const size = Number(first.document['size']);
    expect(await readdir(join(folder, 'tile'))).toEqual(expect.arrayContaining(['0', '1', 'entries']));
    const offline = await countersign('log', 'verify', folder, '--vkey', await vkey());
    expect(offline).toMatchObject({
      exit: 0,
      document: { verified: true, size, root: first.document['root'] },
    });

    await makeGrant(broker);
    const full = join(folder, 'tile', 'entries', '000');
    const before = await readFile(full);
    const second = await countersign('log', 'mirror', folder);
    expect(second.exit).toBe(0);
    expect(Number(second.document['size'])).toBe(size + Number(second.document['added']));
    expect(Number(second.document['added'])).toBeGreaterThan(0);
    expect(await readFile(full)).toEqual(before);
    // Partial tiles of the first run are still there, and have to fit.
    expect(await countersign('log', 'verify', folder, '--vkey', await vkey())).toMatchObject({ exit: 0 });
  });

  onlyInSoak(() => {
    test('a mirror fetches again what an interrupted run left damaged, and blames the log only for the log', async () => {
      // What a first run leaves that is killed before its end, and whose proxy answered with a page of its own.
      await countersign('log', 'mirror', folder);
      for (const name of ['state.json', 'checkpoint']) await rm(join(folder, name));
      const full = join(folder, 'tile', 'entries', '000');
      const bytes = await readFile(full);
      await writeFile(full, '<html>');
      const [partial = ''] = await readdir(join(folder, 'tile', '0', '001.p'));
      await writeFile(join(folder, 'tile', '0', '001.p', partial), Buffer.alloc(Number(partial) * 32));

      const again = await countersign('log', 'mirror', folder);
      expect(again).toMatchObject({ exit: 0, document: { verified: true } });
      expect(again.stderr).toContain('does not fit');
      expect(await readFile(full)).toEqual(bytes);
      expect(await countersign('log', 'verify', folder, '--vkey', await vkey())).toMatchObject({ exit: 0 });
    });

    test('a mirror that was interrupted keeps the openings that it has, and fetches those that it lacks', async () => {
      await countersign('log', 'mirror', folder);
      for (const name of ['state.json', 'checkpoint', 'openings/wanted']) await rm(join(folder, name));
      const names = await readdir(join(folder, 'openings'));
      const [kept = '', lost = '', page = ''] = names.map((name) => join(folder, 'openings', name));
      const [before, content] = [await stat(kept), await readFile(page)];
      await rm(lost);
      await writeFile(page, '<html>');
      expect(await countersign('log', 'mirror', folder)).toMatchObject({ exit: 0 });
      expect((await stat(kept)).ino).toBe(before.ino);
      expect(await readFile(page)).toEqual(content);
      expect(await countersign('log', 'verify', folder, '--vkey', await vkey())).toMatchObject({ exit: 0 });
    });

    test('two mirrors may run in one folder', async () => {
      const both = await Promise.all([1, 2].map(() => countersign('log', 'mirror', folder)));
      expect(both.map(({ exit }) => exit)).toEqual([0, 0]);
      expect(await countersign('log', 'verify', folder, '--vkey', await vkey())).toMatchObject({ exit: 0 });
    });

    test('a mistyped tenant leaves no key behind, so the folder can still be begun', async () => {
      expect((await countersign('log', 'mirror', folder, '--tenant', 'acne')).exit).toBe(1);
      expect((await countersign('log', 'mirror', folder, '--vkey', 'nothing')).exit).toBe(1);
      expect(await countersign('log', 'mirror', folder)).toMatchObject({ exit: 0 });
    });

    test('a mirror that cannot write says so, and is no fault of the log', async () => {
      await writeFile(join(folder, 'tile'), 'a file where the folder of tiles belongs');
      expect(await countersign('log', 'mirror', folder)).toMatchObject({
        exit: 2,
        stderr: expect.stringContaining('error[cannot_write]'),
      });
    });
  });

  test('a log at its address is verified, and the next run goes on from there', async () => {
    const state = join(folder, 'acme.json');
    const place = `${broker.url}/log/acme`;
    const first = await countersign('log', 'verify', place, '--vkey', await vkey(), '--state', state);
    expect(first).toMatchObject({ exit: 0, document: { since: null, structureOnly: false } });
    await makeGrant(broker);
    const second = await countersign('log', 'verify', place, '--vkey', await vkey(), '--state', state);
    expect(second).toMatchObject({ exit: 0, document: { since: first.document['size'] } });
    const { replay, sum, ...rest } = JSON.parse(await readFile(state, 'utf8'));
    await writeFile(state, JSON.stringify({ ...rest, replay, sum, size: rest.size + 1000 }));
    const damaged = await countersign('log', 'verify', place, '--vkey', await vkey(), '--state', state);
    expect(damaged).toMatchObject({ exit: 1, document: { code: 'invalid_state' } });
    // Who can write the file can also write its sum.
    const ahead = { ...rest, size: rest.size + 1000 };
    const own = sha256Digest(nodeHashing, canonicalJson(ahead));
    await writeFile(state, JSON.stringify({ ...ahead, sum: own }));
    const forked = await countersign('log', 'verify', place, '--vkey', await vkey(), '--state', state);
    expect(forked).toMatchObject({ exit: 1, document: { verified: false, code: 'rolled_back' } });
  });

  test('names the first fault and its leaf, and exits with 1', async () => {
    await countersign('log', 'mirror', folder);
    const bundle = join(folder, 'tile', 'entries', '000');
    const bytes = await readFile(bundle);
    const at = bytes.indexOf('"seq":2,');
    bytes[at + '"seq":'.length] = '3'.charCodeAt(0);
    await writeFile(bundle, bytes);
    const changed = await countersign('log', 'verify', folder, '--vkey', await vkey());
    expect(changed).toMatchObject({ exit: 1, document: { verified: false, code: 'changed_leaf', index: 2 } });
    expect(changed.stderr).toContain('error[changed_leaf]: Leaf 2');
    await rm(bundle);
    expect(await countersign('log', 'verify', folder, '--vkey', await vkey())).toMatchObject({
      exit: 1,
      document: { code: 'missing_tile' },
    });
  });

  onlyInSoak(() => {
    test('a server that gives no openings is not taken for a folder that wants none', async () => {
      await countersign('log', 'mirror', folder);
      for (const name of await readdir(join(folder, 'openings')))
        if (name !== 'wanted') await rm(join(folder, 'openings', name));
      expect(await countersign('log', 'verify', folder, '--vkey', await vkey())).toMatchObject({
        exit: 1,
        document: { code: 'missing_opening' },
      });
    });
  });

  test('another key, another log and nothing at all are refused', async () => {
    const place = `${broker.url}/log/acme`;
    const foreign = (await broker.call('foreignApprover', 'GET', '/log/globex/vkey')).text.trim();
    expect(await countersign('log', 'verify', place, '--vkey', foreign)).toMatchObject({
      exit: 1,
      document: { code: 'checkpoint' },
    });
    expect(await countersign('log', 'verify', place, '--vkey', 'nothing')).toMatchObject({
      exit: 1,
      document: { code: 'invalid_vkey' },
    });
    expect((await countersign('log', 'verify', place)).exit).toBe(2);
    expect(await countersign('log', 'verify', join(folder, 'none'), '--vkey', await vkey())).toMatchObject({
      exit: 1,
      document: { code: 'checkpoint' },
    });
    await countersign('log', 'mirror', folder);
    expect(await countersign('log', 'mirror', folder, '--vkey', foreign)).toMatchObject({
      exit: 1,
      document: { code: 'vkey_differs' },
    });
  });

  test('the anchor file has the key; a key that differs from it is refused', async () => {
    const anchor = join(folder, 'anchor.json');
    const content = {
      deployment: broker.host.store.deployment,
      tenant: 'acme',
      trust: `sha256:${'0'.repeat(64)}`,
      vkey: await vkey(),
    };
    await writeFile(anchor, JSON.stringify(content));
    const place = `${broker.url}/log/acme`;
    const structure = ['--anchor', anchor, '--structure-only'];
    expect(await countersign('log', 'verify', place, ...structure)).toMatchObject({ exit: 0 });
    // Whoever has an anchor file has claimed the tenant: a log without a trust document leaves that out.
    expect(await countersign('log', 'verify', place, '--anchor', anchor)).toMatchObject({
      exit: 1,
      document: { code: 'trust_chain', index: null },
    });
    const foreign = (await broker.call('foreignApprover', 'GET', '/log/globex/vkey')).text.trim();
    expect(await countersign('log', 'verify', place, '--anchor', anchor, '--vkey', foreign)).toMatchObject({
      exit: 1,
      document: { code: 'anchor_differs' },
    });
    const statement = ['log', 'statement', '--verify', join(folder, 'a.statement'), '--anchor', anchor];
    expect(await countersign(...statement, '--vkey', foreign)).toMatchObject({
      exit: 1,
      document: { code: 'anchor_differs' },
    });
    expect((await countersign('log', 'verify', place, '--anchor', join(folder, 'no.json'))).exit).toBe(2);
  });

  onlyInSoak(() => {
    test('--structure-only verifies a log of any program in the same format, and names what was changed', async () => {
      const key = logKey('log.example.com/other', 7);
      const log = new LogFiles(key.name, key, (index) => Buffer.from(`no leaf of ours: ${index}`)).grow(600);
      for (const [path, bytes] of log.files) await saveFile(join(folder, path), bytes);
      const flags = ['--vkey', verifierKey(systemHashing, key.name, key.publicKey)];
      const state = join(folder, 'state.json');
      const verify = (...more: string[]) => countersign('log', 'verify', folder, ...flags, ...more);
      expect(await verify()).toMatchObject({ exit: 1, document: { code: 'not_a_countersign_log' } });
      expect(await verify('--structure-only', '--state', state)).toMatchObject({
        exit: 0,
        document: { origin: key.name, size: 600, structureOnly: true },
      });
      const bundle = join(folder, 'tile', 'entries', '001');
      const bytes = await readFile(bundle);
      bytes[bytes.length - 1] = 0;
      await writeFile(bundle, bytes);
      expect(await verify('--structure-only')).toMatchObject({
        exit: 1,
        document: { code: 'changed_leaf', index: 511 },
      });
    });

    test('a mirror gets what a sealed day was over once its seal opens, and nothing before', async () => {
      const daysLater = (days: number) => ({
        ...{ store: broker.host.store, ids: uuidV7Ids, random: systemRandomness, hashing: systemHashing },
        clock: { now: () => new Date(Date.now() + days * 86_400_000) },
      });
      daysAhead = 367;
      await sealDays(daysLater(1), null);
      const { items } = (await broker.call('approver', 'GET', '/api/v1/tenants/acme/events?limit=200'))
        .body as {
        items: { index: number; type: string }[];
      };
      const sealed = items.find(({ type }) => type === 'log.sealed')?.index;
      await countersign('log', 'mirror', folder);
      const mirrored = async () =>
        JSON.parse(await readFile(join(folder, 'openings', String(sealed)), 'utf8')).openings;
      expect(await mirrored()).toEqual({});
      while ((await sealDays(daysLater(367), null)).leaves > 0);
      await openSeals(daysLater(367), null);
      expect(await countersign('log', 'mirror', folder)).toMatchObject({ exit: 0 });
      expect(await mirrored()).toEqual({ seal: { value: expect.any(String), salt: expect.any(String) } });
      expect(await countersign('log', 'verify', folder, '--vkey', await vkey())).toMatchObject({ exit: 0 });
    });
  });
});
