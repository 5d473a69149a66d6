import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  appendLeaf,
  type CompactRange,
  consistencySteps,
  cosignedAt,
  EMPTY_RANGE,
  formatAddCheckpoint,
  formatCheckpoint,
  formatNote,
  leafHash,
  type NodeId,
  nodeHash,
  parseNote,
  proofHashes,
  rangeRoot,
  signNote,
  verifierKey,
} from '@countersign/audit-log';
import { nodeEd25519, nodeHashing } from '@countersign/authorization';
import { logKey } from '../../../../test/factories/log-keys.js';
import { Terminal } from '../../test/terminal.js';
import { run } from '../main.js';
import { readVerifierKey } from './verification.js';

const ORIGIN = 'countersign/dep_1/acme';
const log = logKey(ORIGIN, 7);
const leaves = Array.from({ length: 40 }, (_, index) => leafHash(nodeHashing, Uint8Array.of(index)));
const hashOf = ({ level, index }: NodeId): Uint8Array =>
  level === 0
    ? (leaves[index] as Uint8Array)
    : nodeHash(
        nodeHashing,
        hashOf({ level: level - 1, index: 2 * index }),
        hashOf({ level: level - 1, index: 2 * index + 1 }),
      );
const rootOf = (size: number) =>
  rangeRoot(
    nodeHashing,
    leaves
      .slice(0, size)
      .reduce<CompactRange>((range, leaf) => appendLeaf(nodeHashing, range, leaf), EMPTY_RANGE),
  );
const noteOf = (size: number, root = rootOf(size)) => {
  const text = formatCheckpoint({ origin: ORIGIN, size, root });
  return formatNote({ text, signatures: [signNote(nodeHashing, text, log)] });
};
const bodyOf = (oldSize: number, size: number, note = noteOf(size)) =>
  formatAddCheckpoint({
    oldSize,
    proof: proofHashes(nodeHashing, consistencySteps(oldSize, size), hashOf),
    note,
  });

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'countersign-witness-'));
});
afterEach(() => rm(folder, { recursive: true }));

const vkey = verifierKey(nodeHashing, ORIGIN, log.publicKey);
const argv = (...logs: string[]) => [
  'witness',
  folder,
  '--name',
  'witness.example/w1',
  '--port',
  '0',
  ...logs,
];

/** A witness that runs until `stop`. */
async function start(...logs: string[]) {
  const terminal = new Terminal({});
  const ended = run(argv(...(logs.length === 0 ? ['--log', vkey] : logs)), terminal);
  while (!terminal.err.includes('http://')) {
    await Promise.race([ended, new Promise((resolve) => setImmediate(resolve))]);
  }
  const url = /http:\/\/[^/]+/.exec(terminal.err)?.[0] ?? '';
  const key = readVerifierKey(await (await fetch(`${url}/`)).text());
  return {
    key,
    add: async (body: string) => {
      const answer = await fetch(`${url}/add-checkpoint`, { method: 'POST', body });
      return { status: answer.status, type: answer.headers.get('content-type'), text: await answer.text() };
    },
    get: async (path: string) => (await fetch(`${url}${path}`)).status,
    read: async (path: string) => (await fetch(`${url}${path}`)).text(),
    stop: () => {
      terminal.stopping.abort();
      return ended;
    },
  };
}

describe('countersign witness', () => {
  test('P10: signs a log that grows and refuses one that forks, also after it was started again', async () => {
    const first = await start();
    const { status, text } = await first.add(bodyOf(0, 5));
    expect(status).toBe(200);
    const note = parseNote(`${noteOf(5)}${text}`);
    const time = await cosignedAt(nodeEd25519, note, first.key);
    expect(Math.abs(Number(time) - Date.now() / 1000)).toBeLessThan(60);
    expect(await first.stop()).toBe(0);

    const again = await start();
    expect(again.key).toEqual(first.key);
    expect((await again.add(bodyOf(5, 5, noteOf(5, rootOf(6))))).status).toBe(422);
    expect(await again.add(bodyOf(0, 9))).toMatchObject({
      status: 409,
      text: '5\n',
      type: 'text/x.tlog.size',
    });
    expect((await again.add(bodyOf(5, 12))).status).toBe(200);
    expect((await again.add(bodyOf(5, 13))).status).toBe(409);
    await again.stop();
  });

  test('takes the key of a log from the anchor file that the customer has kept, not from the broker', async () => {
    const anchor = join(folder, 'anchor.json');
    const content = { deployment: 'dep_1', tenant: 'acme', trust: `sha256:${'0'.repeat(64)}`, vkey };
    await writeFile(anchor, JSON.stringify(content));
    const witness = await start('--anchor', anchor);
    expect((await witness.add(bodyOf(0, 5))).status).toBe(200);
    await witness.stop();
    const refused = new Terminal({});
    expect(await run(argv('--anchor', join(folder, 'none.json')), refused)).toBe(2);
    expect(refused.err).toContain('error[cannot_open]');
  });

  test('of many checkpoints at one time, those that it signs continue each other', async () => {
    const witness = await start();
    const answers = await Promise.all([9, 10, 11, 12, 13].map((size) => witness.add(bodyOf(0, size))));
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 409, 409, 409, 409]);
    await witness.stop();
  });

  test('unknown logs, forged signatures, large bodies and other addresses are refused', async () => {
    const witness = await start();
    expect((await witness.add(bodyOf(0, 5, noteOf(5).replaceAll(ORIGIN, 'example.com/other')))).status).toBe(
      404,
    );
    expect((await witness.add(bodyOf(0, 5, noteOf(5).replace('\n5\n', '\n6\n')))).status).toBe(403);
    expect((await witness.add('nothing')).status).toBe(400);
    expect((await witness.add('x'.repeat(70_000))).status).toBe(413);
    expect(await witness.get('/add-checkpoint')).toBe(405);
    expect(await witness.get('/other')).toBe(404);
    await witness.stop();
  });

  test('does not start with a memory that is damaged: it would sign a fork', async () => {
    const witness = await start();
    await witness.add(bodyOf(0, 5));
    await witness.stop();
    const file = join(folder, 'witnessed.json');
    await writeFile(file, (await readFile(file, 'utf8')).replace('"size": 5', '"size": "5"'));
    const terminal = new Terminal({});
    expect(await run(argv('--log', vkey), terminal)).toBe(1);
    expect(terminal.err).toContain('error[invalid_state]');
    expect(await run(argv(), new Terminal({}))).toBe(2);
  });

  test('two of them never share a folder: they could sign a fork', async () => {
    const witness = await start();
    const second = new Terminal({});
    expect(await run(argv('--log', vkey), second)).toBe(1);
    expect(second.err).toContain('error[witness_running]');
    await witness.stop();
    const third = await start();
    await third.stop();
  });

  test('P10: shows the checkpoint that it signed, to a log that has lost it', async () => {
    const witness = await start();
    await witness.add(bodyOf(0, 5));
    expect(await witness.read(`/checkpoint/${ORIGIN}`)).toBe(noteOf(5));
    expect(await witness.get('/checkpoint/example.com/other')).toBe(404);
    await witness.stop();
  });
});
