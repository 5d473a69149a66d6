/** @soak */

import { readFile, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { leafHash } from '@countersign/audit-log';
import { systemHashing } from '@countersign/persistence';
import { run } from '../../../apps/cli/src/main.js';
import { Terminal } from '../../../apps/cli/test/terminal.js';
import { filler } from '../../factories/filler.js';
import type { PersonName } from '../../factories/organisation.js';
import { ocsfProblems } from '../../support/ocsf-schema.js';
import { onlyInSoak, someRows } from '../../support/samples.js';
import { parseSyslog } from '../../support/syslog-messages.js';
import { removeFolder, tempFolder } from '../../support/temp-folder.js';
import { TestBroker } from '../harness.js';
import { makeGrant, mintToken } from '../story.js';

const FORMATS = ['jsonl', 'ocsf', 'syslog', 'hec'] as const;

let broker: TestBroker;
let folder: string;
beforeAll(async () => {
  broker = await TestBroker.start();
  await makeGrant(broker);
  const { grant } = await makeGrant(broker);
  await mintToken(broker, grant);
});
afterAll(() => broker.close());
beforeEach(async () => {
  folder = await tempFolder('log-export');
});
afterEach(() => removeFolder(folder));

type Page = { log: string; items: string[]; next: number | null; size: number };

async function page(query: string, who: PersonName = 'approver', slug = 'acme'): Promise<Page> {
  const { status, body } = await broker.call(who, 'GET', `/api/v1/tenants/${slug}/log-export?${query}`);
  if (status !== 200) throw new Error(`${status} ${JSON.stringify(body)}`);
  return body as Page;
}

type Outcome = { exit: number; stdout: string; stderr: string };

async function countersign(...argv: string[]): Promise<Outcome> {
  const env = { COUNTERSIGN_BROKER_URL: broker.url, COUNTERSIGN_API_KEY: broker.keys.approver };
  const terminal = new Terminal(env, '');
  const exit = await run(argv, terminal);
  return { exit, stdout: terminal.out, stderr: terminal.err };
}

const linesOf = async (path: string) => (await readFile(path, 'utf8')).split('\n').slice(0, -1);

describe('the export of a log', () => {
  test('has every leaf once and in order, with a hash that the receiver can compute', async () => {
    const { items, next, size, log } = await page('format=jsonl');
    expect({ next, count: items.length }).toEqual({ next: null, count: size });
    for (const [index, item] of items.entries()) {
      const leaf = item.slice(item.indexOf('"leaf":') + 7, item.lastIndexOf(',"openings":'));
      const hash = Buffer.from(leafHash(systemHashing, Buffer.from(leaf))).toString('hex');
      expect(JSON.parse(item)).toMatchObject({ log, index, hash: `sha256:${hash}` });
    }
  });

  onlyInSoak(() => {
    test('pages follow one another by index, and each looks at as many leaves as asked', async () => {
      const whole = await page('format=jsonl');
      const items: string[] = [];
      for (let index: number | null = 0; index !== null; ) {
        const part: Page = await page(`format=jsonl&index=${index}&limit=3`);
        expect(part.items.length).toBeLessThanOrEqual(3);
        items.push(...part.items);
        index = part.next;
      }
      expect(items).toEqual(whole.items);
    });
  });

  test('every leaf of a real story is valid OCSF by the published schema, and valid syslog', async () => {
    for (const [slug, who] of [
      ['acme', 'approver'],
      ['deployment', 'securityAdmin'],
      ['vendor', 'securityAdmin'],
    ] as const) {
      for (const item of (await page('format=ocsf', who, slug)).items)
        expect(ocsfProblems(JSON.parse(item))).toEqual([]);
      for (const item of (await page('format=syslog', who, slug)).items)
        expect(JSON.parse(parseSyslog(item).text)).toHaveProperty('leaf');
    }
  });

  onlyInSoak(() => {
    test('a span of times takes the leaves of these times, also those between older ones', async () => {
      const at = (hour: number) => filler(`2020-01-01T0${hour}:00:00Z`);
      await broker.host.store.forTenant('globex', (unit) =>
        unit.log.appendAll([at(1), at(5), at(2), at(6), at(3), at(9)]),
      );
      const { items: all } = await page('format=jsonl', 'foreignApprover', 'globex');
      const first = all.length - 6;
      const span = 'from=2020-01-01T02:00:00Z&to=2020-01-01T06:00:00Z';
      const found = async (query: string) => {
        const { items, next } = await page(`format=jsonl&${span}&${query}`, 'foreignApprover', 'globex');
        return { next, indices: items.map((item) => JSON.parse(item).index - first) };
      };
      expect(await found('')).toEqual({ next: null, indices: [1, 2, 4] });
      expect(await found('limit=2')).toEqual({ next: first + 3, indices: [1, 2] });
      expect(await found(`limit=2&index=${first + 3}`)).toEqual({ next: null, indices: [4] });
      expect(await found(`index=${first + 5}`)).toEqual({ next: null, indices: [] });
    });
  });

  test('personal values are there for those who may open them', async () => {
    const { items } = await page('format=jsonl');
    const created = items.map((item) => JSON.parse(item)).find(({ leaf }) => leaf.type === 'request.created');
    expect(created.openings).toEqual({
      justification: { value: expect.any(String), salt: expect.any(String) },
    });
    expect(created.unopened).toEqual({});
  });

  test('P9: a customer’s export of the deployment’s log withholds what is another side’s', async () => {
    const of = async (who: PersonName) =>
      (await page('format=jsonl', who, 'deployment')).items.map((item) => JSON.parse(item));
    const applied = (items: { leaf: { type: string } }[]) =>
      items.find(({ leaf }) => leaf.type === 'vendor.applied');
    expect(applied(await of('securityAdmin'))).toMatchObject({
      openings: { settings: { value: expect.any(String) } },
    });
    expect(applied(await of('approver'))).toMatchObject({ openings: {}, unopened: { settings: 'withheld' } });
  });

  test('what a sealed leaf commits to is never exported', async () => {
    const secret = 'duty-of-silence';
    await broker.host.store.forTenant('globex', (unit) =>
      unit.log.append({
        ...{ type: 'log.sealed', at: '2026-11-24T00:00:00Z', actor: 'job', data: { day: '2026-11-24' } },
        personal: { seal: secret },
      }),
    );
    for (const format of FORMATS) {
      const text = (await page(`format=${format}`, 'securityAdmin', 'globex')).items.join('\n');
      expect(text).toContain('sealed');
      expect(text).not.toContain(secret);
    }
  });

  test.each([
    ['another tenant', 'foreignApprover', 'acme', 'format=jsonl', 404],
    ['an engineer, who sees their own grants alone', 'engineer', 'acme', 'format=jsonl', 403],
    ['a customer that asks for the vendor’s own log', 'approver', 'vendor', 'format=jsonl', 404],
    ['an unknown format', 'approver', 'acme', 'format=cef', 400],
    ['no format', 'approver', 'acme', '', 400],
    ['an index that is none', 'approver', 'acme', 'format=jsonl&index=01', 400],
    ['too large a page', 'approver', 'acme', 'format=jsonl&limit=1001', 400],
    ['no instant', 'approver', 'acme', 'format=jsonl&from=yesterday', 400],
  ] as const)('refuses %s', async (_name, who, slug, query, status) => {
    const answer = await broker.call(who, 'GET', `/api/v1/tenants/${slug}/log-export?${query}`);
    expect(answer.status).toBe(status);
  });
});

describe('countersign log export', () => {
  test.each(someRows(FORMATS))(
    '%s: a file is continued after its last whole line, wherever it was cut',
    async (format) => {
      const file = join(folder, 'log');
      const first = await countersign('log', 'export', '--format', format, '--out', file);
      expect(first.exit).toBe(0);
      const whole = await readFile(file);
      for (const size of [whole.length - 1, whole.length - 200, 10, 0]) {
        await truncate(file, size);
        expect(await countersign('log', 'export', '--format', format, '--out', file)).toMatchObject({
          exit: 0,
        });
        // At midnight the log grows by itself.
        expect((await readFile(file)).subarray(0, whole.length).equals(whole)).toBe(true);
      }
      await makeGrant(broker);
      const more = await countersign('log', 'export', '--format', format, '--out', file, '--json');
      const lines = await linesOf(file);
      const { size, items } = await page(`format=${format}`);
      expect(JSON.parse(more.stdout)).toMatchObject({ file, format, size });
      expect(lines).toEqual(items);
    },
  );

  test('without a file the lines go to stdout, from the index that was given', async () => {
    const { items } = await page('format=ocsf&index=2');
    const { exit, stdout } = await countersign('log', 'export', '--format', 'ocsf', '--from', '2');
    expect({ exit, lines: stdout.split('\n').slice(0, -1) }).toEqual({ exit: 0, lines: items });
  });

  onlyInSoak(() => {
    test('takes a span of times', async () => {
      const { stdout } = await countersign(
        'log',
        'export',
        '--format',
        'jsonl',
        '--to',
        '2020-01-01T00:00:00Z',
      );
      expect(stdout).toBe('');
    });
  });

  test('a file that is something else is left as it is', async () => {
    const file = join(folder, 'log');
    const refused = async (text: string, ...more: string[]) => {
      await writeFile(file, text);
      const outcome = await countersign('log', 'export', '--format', 'jsonl', '--out', file, ...more);
      expect(outcome.exit).toBe(1);
      expect(outcome.stderr).toContain('error[file_differs]');
      expect(await readFile(file, 'utf8')).toBe(text);
      return outcome.stderr;
    };
    await refused('my notes\n');
    await refused('{"a":1}\n');
    const { items, size } = await page('format=jsonl');
    expect(await refused(`${items[0]?.replace('/acme"', '/globex"')}\n`)).toMatch(/globex/);
    const last = JSON.parse(items.at(-1) ?? '');
    expect(await refused(`${JSON.stringify({ ...last, hash: 'sha256:00' })}\n`)).toMatch(/does not have/);
    expect(await refused(`${JSON.stringify({ ...last, index: size + 9 })}\n`)).toMatch(/does not have/);
    expect(await refused(`${items[0]}\n`, '--from', '3')).toMatch(/ends before leaf 3/);
  });

  onlyInSoak(() => {
    test('says which flags it takes', async () => {
      expect((await countersign('log', 'export', '--format', 'cef')).stderr).toContain(
        'jsonl, ocsf, syslog, hec',
      );
      expect(await countersign('log', 'export', '--format', 'jsonl', '--json')).toMatchObject({ exit: 2 });
      expect(await countersign('log', 'export', '--format', 'jsonl', '--from', 'now')).toMatchObject({
        exit: 2,
      });
      const file = join(folder, 'none', 'log');
      expect(await countersign('log', 'export', '--format', 'jsonl', '--out', file)).toMatchObject({
        exit: 2,
      });
    });
  });
});
