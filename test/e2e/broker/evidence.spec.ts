/** @soak */

import { createHash } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { StatementBody } from '@countersign/audit-log';
import { nodeHashing } from '@countersign/authorization';
import { DerivedFiles, packLeaf } from '@countersign/evidence';
import { ZipReader, ZipWriter } from '@countersign/runtime';
import { run } from '../../../apps/cli/src/main.js';
import { Terminal } from '../../../apps/cli/test/terminal.js';
import { onlyInSoak, rowsOfEachKind } from '../../support/samples.js';
import { signedEvidenceByLog, signedStatementByLog } from '../../support/signed-by-log.js';
import { removeFolder, tempFolder } from '../../support/temp-folder.js';
import { enginesOf, TestBroker } from '../harness.js';
import { codeOf, makeGrant, makeRequest, recordCall, review } from '../story.js';

type Files = Map<string, string>;

describe.each(enginesOf('SQLite'))('evidence packs over HTTP and with the command line, on %s', (engine) => {
  let broker: TestBroker;
  let folder: string;
  let period: string;
  let record: string;
  let vkey: string;
  let pack: string;
  beforeAll(async () => {
    broker = await TestBroker.start({ engine });
    folder = await tempFolder('evidence');
    record = await aYear();
    vkey = (await broker.call('tenantAdmin', 'GET', '/log/acme/vkey')).text.trim();
    pack = join(folder, 'acme.zip');
  });
  afterAll(async () => {
    await broker.close();
    await removeFolder(folder);
  });

  const instant = (secondsAgo: number) =>
    `${new Date(broker.clock.now().getTime() - secondsAgo * 1_000).toISOString().slice(0, 19)}Z`;

  /** A grant with one call, a request that is denied with a formula as its reason, and one that is open. */
  async function aYear(): Promise<string> {
    broker.clock.advance(60);
    const from = instant(10);
    const grantOfYear = await makeGrant(broker);
    await review(
      broker,
      'reviewer',
      await makeRequest(broker, 'engineer', { justification: '=1+1' }),
      'deny',
    );
    await makeRequest(broker);
    const id = await recordCall(broker, `g-${engine}`, grantOfYear);
    period = `${from}..${instant(60)}`;
    return id;
  }

  async function countersign(...argv: string[]) {
    const env = { COUNTERSIGN_BROKER_URL: broker.url, COUNTERSIGN_API_KEY: broker.keys.tenantAdmin };
    const terminal = new Terminal(env, '');
    const exit = await run([...argv, '--json'], terminal);
    return { exit, document: terminal.out === '' ? {} : JSON.parse(terminal.out), stderr: terminal.err };
  }
  const fetchPack = (file: string, ...more: string[]) =>
    countersign('evidence', '--tenant', 'acme', '--period', period, '--out', file, ...more);
  const verify = (file: string, ...more: string[]) =>
    countersign('evidence', 'verify', file, '--vkey', vkey, ...more);

  async function filesOf(path: string): Promise<Files> {
    const zip = await ZipReader.open(path);
    const files: Files = new Map();
    for (const name of zip.names) {
      const pieces: Uint8Array[] = [];
      for await (const piece of zip.read(name)) pieces.push(piece);
      files.set(name, Buffer.concat(pieces).toString('utf8'));
    }
    await zip.close();
    return files;
  }
  async function zipOf(files: Files, path: string): Promise<void> {
    const written: Uint8Array[] = [];
    const zip = new ZipWriter(async (bytes) => {
      written.push(Buffer.from(bytes));
    });
    for (const [name, text] of files) await zip.add(name, (into) => into.write(text));
    await zip.end();
    await writeFile(path, Buffer.concat(written));
  }
  /** What a vendor that holds the log's key makes of it: every hash and the signature fit. */
  async function signedAgain(files: Files): Promise<Files> {
    const hash = (text: string) => createHash('sha256').update(text).digest('hex');
    const manifest = JSON.parse(files.get('manifest.json') ?? '');
    const own = new Set(['SHA256SUMS', 'manifest.json', 'manifest.note']);
    const listed = [...files]
      .filter(([name]) => !own.has(name))
      .map(([name, text]) => ({ name, sha256: hash(text), size: Buffer.byteLength(text) }));
    const sums = listed.map(({ name, sha256 }) => `${sha256}  ${name}\n`).join('');
    const all = [...listed, { name: 'SHA256SUMS', sha256: hash(sums), size: Buffer.byteLength(sums) }];
    const { manifest: json, note } = await signedEvidenceByLog(broker.host.store, {
      ...manifest,
      files: all,
    });
    return new Map([...files, ['SHA256SUMS', sums], ['manifest.json', json], ['manifest.note', note]]);
  }

  test('a pack has the population with its leaves, and verifies offline with the log’s key', async () => {
    const check = await fetchPack(pack);
    expect(check).toMatchObject({
      exit: 0,
      document: { rows: { requests: 3, reviews: 3, grants: 1, calls: 1 }, calls: { allowed: 1, refused: 0 } },
    });
    const files = await filesOf(pack);
    const calls = JSON.parse(files.get('population/calls.json') ?? '') as { record: string; leaf: number }[];
    expect(calls).toMatchObject([{ record, service: 'billing', decision: 'allowed' }]);
    expect(files.get('log/leaves.jsonl')?.split('\n').length).toBeGreaterThan(10);
    expect(files.get('sample/proofs/'.concat(`${calls[0]?.leaf}.tlog-proof`))).toContain(
      'c2sp.org/tlog-proof@v1',
    );
    // No spreadsheet runs what an engineer wrote.
    expect(files.get('population/requests.csv')).toContain(`"'=1+1"`);
    expect(files.get('exceptions.csv')).toContain('"denied"');
    expect(files.get('policy/versions.json')).toContain('privacy-controls');
    expect(files.get('README.txt')).toContain('evidence verify');
    expect(await verify(pack)).toMatchObject({
      exit: 0,
      document: { verified: true, tenant: 'acme', calls: 1, complete: true },
    });
    expect(await countersign('evidence', 'verify', pack)).toMatchObject({ exit: 2 });
    expect(await verify(join(folder, 'nothing.zip'))).toMatchObject({ exit: 2 });
  });

  onlyInSoak(() => {
    test('the sample is drawn again by its seed, and another seed gives other ranks', async () => {
      const other = join(folder, 'seed.zip');
      expect(await fetchPack(other, '--seed', 'the-auditor-7')).toMatchObject({ exit: 0 });
      expect(await verify(other)).toMatchObject({ exit: 0, document: { seed: 'the-auditor-7' } });
      const [own, seeded] = [await filesOf(pack), await filesOf(other)];
      expect(seeded.get('sample/requests.json')).not.toBe(own.get('sample/requests.json'));
      expect(seeded.get('population/requests.csv')).toBe(own.get('population/requests.csv'));
    });
  });

  test('a file that was changed, added or left out does not verify', async () => {
    const files = await filesOf(pack);
    const changed = join(folder, 'changed.zip');
    const attempts: [Files, string][] = [
      [new Map([...files, ['population/calls.csv', 'record\r\n']]), 'changed_file'],
      [new Map([...files, ['extra.txt', 'x']]), 'invalid_pack'],
      [new Map([...files].filter(([name]) => name !== 'exceptions.csv')), 'invalid_pack'],
      [new Map([...files].filter(([name]) => name !== 'manifest.note')), 'invalid_pack'],
      [
        new Map([...files, ['manifest.json', (files.get('manifest.json') ?? '').replace('acme', 'acmf')]]),
        'changed_file',
      ],
    ];
    for (const [attempt, code] of attempts) {
      await zipOf(attempt, changed);
      expect(await verify(changed)).toMatchObject({ exit: 1, document: { verified: false, code } });
    }
    const bytes = await readFile(pack);
    await writeFile(changed, bytes.subarray(0, bytes.length - 5));
    expect(await verify(changed)).toMatchObject({ exit: 1, document: { code: 'invalid_pack' } });
    const foreign = (await broker.call('foreignApprover', 'GET', '/log/globex/vkey')).text.trim();
    expect(await countersign('evidence', 'verify', pack, '--vkey', foreign)).toMatchObject({ exit: 1 });
  });

  test('who holds the log’s key cannot make a table say more or less than the leaves, nor leaves than the log', async () => {
    const files = await filesOf(pack);
    const forged = join(folder, 'forged.zip');
    const text = (name: string) => files.get(name) ?? '';
    const lines = text('log/leaves.jsonl').split('\n').slice(0, -1);
    const joined = (some: readonly string[]) => `${some.join('\n')}\n`;
    const [proof = ''] = [...files.keys()].filter((name) => name.startsWith('sample/proofs/'));
    const withPath = lines.findIndex((line) => line.includes('"value"'));
    const attempts: [Record<string, string | null>, string][] = [
      [{ 'population/calls.csv': 'record\r\n' }, 'evidence_differs'],
      [{ 'exceptions.json': '[\n]\n' }, 'evidence_differs'],
      [{ 'summary.json': '{}\n' }, 'evidence_differs'],
      [{ 'README.txt': 'All is well.\n' }, 'evidence_differs'],
      [{ 'sample/requests.json': '[]\n' }, 'evidence_differs'],
      [{ 'log/leaves.jsonl': joined(lines.slice(0, -1)) }, 'not_included'],
      [{ 'log/leaves.jsonl': joined(lines.toSpliced(2, 1)) }, 'invalid_pack'],
      [
        { 'log/leaves.jsonl': joined(lines.with(3, (lines[3] ?? '').replace('\\"v\\":1', '\\"v\\":2'))) },
        'invalid_leaf',
      ],
      [
        {
          'log/leaves.jsonl': joined(
            lines.with(withPath, (lines[withPath] ?? '').replace('"value":"', '"value":"X')),
          ),
        },
        'wrong_opening',
      ],
      [
        {
          'log/leaves.jsonl': joined(
            lines.map((line) => line.replaceAll('access.allowed', 'access.refused')),
          ),
        },
        'inconsistent',
      ],
      [{ 'log/leaves.jsonl': 'null\n' }, 'invalid_pack'],
      [{ 'log/earlier.jsonl': '' }, 'evidence_differs'],
      [{ 'deployment/leaves.jsonl': '' }, 'evidence_differs'],
      [{ [proof]: text(proof).replace('index ', 'index 1') }, 'evidence_differs'],
      [{ [proof]: null }, 'evidence_differs'],
      [{ 'statement.note': text('statement.note').replace('"count":1', '"count":0') }, 'bad_signature'],
      [{ 'more.txt': 'x' }, 'invalid_pack'],
    ];
    for (const [change, code] of rowsOfEachKind(attempts, ([, found]) => found)) {
      const attempt = new Map(files);
      for (const [name, content] of Object.entries(change))
        if (content === null) attempt.delete(name);
        else attempt.set(name, content);
      await zipOf(await signedAgain(attempt), forged);
      const { exit, document } = await verify(forged);
      expect({ change: Object.keys(change), exit, code: document.code }).toEqual({
        ...{ change: Object.keys(change), exit: 1, code },
      });
    }
  });

  test('nor can its statement count or name other calls than the leaves of the pack show', async () => {
    const forged = join(folder, 'forged-statement.zip');
    const lies: ((stated: StatementBody) => Partial<StatementBody>)[] = [
      ({ refused }) => ({ refused: refused + 7 }),
      () => ({ count: 0, accesses: [] }),
      () => ({ accesses: null }),
      ({ accesses }) => ({ count: 2, accesses: [...(accesses ?? []), [1, 'rec_1']] }),
    ];
    for (const lie of lies) {
      await zipOf(await signedAgain(await withStatement(await filesOf(pack), lie)), forged);
      expect(await verify(forged)).toMatchObject({ exit: 1, document: { code: 'evidence_differs' } });
    }
    await zipOf(await signedAgain(await withStatement(await filesOf(pack), () => ({}))), forged);
    expect(await verify(forged)).toMatchObject({ exit: 0 });
  });

  onlyInSoak(() => {
    test('with a mirror it also finds leaves of the period outside the pack', async () => {
      const mirror = join(folder, 'log');
      await mkdir(mirror);
      expect(await countersign('log', 'mirror', mirror)).toMatchObject({ exit: 0 });
      expect(await verify(pack, '--log', mirror)).toMatchObject({
        exit: 0,
        document: { comparedWith: mirror },
      });
      const longer = join(folder, 'longer.zip');
      await zipOf(await signedAgain(await ofLongerPeriod(await filesOf(pack))), longer);
      expect(await verify(longer)).toMatchObject({ exit: 0 });
      const { exit, document } = await verify(longer, '--log', mirror);
      expect({ exit, document }).toMatchObject({
        ...{
          exit: 1,
          document: { code: 'evidence_differs', detail: expect.stringContaining('of the mirror') },
        },
      });
    });
  });

  /** A pack that says that it is of a longer period: its tables fit its leaves. */
  function ofLongerPeriod(files: Files): Promise<Files> {
    const to = `${instant(-1).slice(0, 19)}.000Z`;
    return withStatement(files, ({ from, gateways }) => ({
      to,
      exceptions: gateways.map(({ gateway }) => ({ gateway, from, reason: 'no_head' as const })),
    }));
  }

  /** The pack with another statement, and with the tables that follow from it. */
  async function withStatement(
    files: Files,
    change: (stated: StatementBody) => Partial<StatementBody>,
  ): Promise<Files> {
    const text = (name: string) => files.get(name) ?? '';
    const leavesOf = (name: string) =>
      text(name)
        .split('\n')
        .slice(0, -1)
        .map((line) => JSON.parse(line))
        .map(({ index, leaf, values }) => packLeaf(index, leaf, values));
    const manifest = JSON.parse(text('manifest.json'));
    const stated = JSON.parse(text('statement.note').split('\n')[1] ?? '') as StatementBody;
    const statement = { ...stated, ...change(stated) };
    const { from, to: end } = JSON.parse(text('log/range.json'));
    const changed = { ...manifest, period: { ...manifest.period, to: statement.to } };
    const derived = new DerivedFiles(nodeHashing, {
      ...{ ...changed, range: { from, to: end }, size: stated.size, root: stated.root, statement },
      earlier: leavesOf('log/earlier.jsonl'),
      deploymentLeaves: leavesOf('deployment/leaves.jsonl'),
    });
    const texts = [
      derived.begin(),
      ...leavesOf('log/leaves.jsonl').map((leaf) => derived.take(leaf)),
      derived.end(),
    ];
    const written = derived.names.map((name, at) => [name, texts.map((each) => each[at]).join('')] as const);
    const note = await signedStatementByLog(broker.host.store, statement);
    return new Map([
      ...files,
      ...written,
      ['statement.note', note],
      ['manifest.json', JSON.stringify(changed)],
    ]);
  }

  onlyInSoak(() => {
    test('the archive is an ordinary download for admins and auditors, and refusals are ordinary answers', async () => {
      const read = (who: Parameters<TestBroker['call']>[0], query: string, slug = 'acme') =>
        broker.call(who, 'GET', `/api/v1/tenants/${slug}/evidence?${query}`);
      const own = `period=${encodeURIComponent(period)}`;
      const answer = await read('tenantAdmin', own);
      expect(answer.status).toBe(200);
      expect(answer.headers.get('content-type')).toBe('application/zip');
      expect(answer.headers.get('content-disposition')).toMatch(
        /^attachment; filename="countersign-evidence-acme-[\w-]+\.zip"$/,
      );
      expect(codeOf(await read('tenantAdmin', 'period=2026-H9'))).toBe('400 invalid_request');
      expect(codeOf(await read('tenantAdmin', 'period=2199-H1'))).toBe('400 invalid_request');
      expect(codeOf(await read('tenantAdmin', 'period=2020-01-01..2021-06-01'))).toBe('400 invalid_request');
      expect(codeOf(await read('secondApprover', own))).toBe('403 forbidden');
      expect(codeOf(await read('securityAdmin', own))).toBe('403 forbidden');
      expect((await read('tenantAuditor', own)).status).toBe(200);
      expect(codeOf(await read('engineer', own))).toBe('403 forbidden');
      expect(codeOf(await read('foreignApprover', own))).toMatch(/^(403|404) /);
      expect(codeOf(await read('tenantAdmin', own, 'globex'))).toBe('404 not_found');
      expect((await read('vendorAuditor', own)).status).toBe(200);
    });
  });
});
