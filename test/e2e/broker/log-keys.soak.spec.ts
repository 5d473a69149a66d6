import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beginLogKeyRotation, continueLogKeyRotation, LOG_KEY_OVERLAP_SECONDS } from '@countersign/access';
import { parseCheckpoint, parseNote, parseVerifierKey, signaturesBy } from '@countersign/audit-log';
import { systemHashing, systemSigners } from '@countersign/persistence';
import { startBroker } from '../../../apps/broker/src/main.js';
import { run } from '../../../apps/cli/src/main.js';
import { Terminal } from '../../../apps/cli/test/terminal.js';
import { filler } from '../../factories/filler.js';
import { removeFolder, tempFolder } from '../../support/temp-folder.js';
import { ENGINES, TestBroker } from '../harness.js';

const EVENT = filler(new Date().toISOString());

describe.each(ENGINES)('P10: the log key is rotated while two brokers sign, on %s', (engine) => {
  let broker: TestBroker;
  let second: Awaited<ReturnType<typeof startBroker>>;
  let folder: string;
  let old: string;
  const get = async (path: string, url = broker.url) =>
    (await fetch(`${url}${path}`, { headers: { authorization: `Bearer ${broker.keys.approver}` } })).text();
  const grow = () =>
    broker.host.store.forTenant('acme', (unit) =>
      unit.log.append({ ...EVENT, at: broker.clock.now().toISOString() }),
    );

  async function countersign(...argv: string[]) {
    const env = { COUNTERSIGN_BROKER_URL: broker.url, COUNTERSIGN_API_KEY: broker.keys.approver };
    const terminal = new Terminal(env, '', broker.clock);
    const exit = await run([...argv, '--json'], terminal);
    return { exit, document: terminal.out === '' ? {} : JSON.parse(terminal.out), stderr: terminal.err };
  }
  const verify = (key: string) => countersign('log', 'verify', `${broker.url}/log/acme`, '--vkey', key);

  beforeAll(async () => {
    folder = await tempFolder('log-keys');
    broker = await TestBroker.start({ engine });
    second = await startBroker(broker.environment, { clock: broker.clock, logTo: { write: () => {} } });
    for (let count = 0; count < 5; count += 1) await grow();
    old = (await get('/log/acme/vkey')).trim();
    expect(await countersign('log', 'mirror', join(folder, 'mirror'))).toMatchObject({ exit: 0 });
  });
  afterAll(async () => {
    await second.close();
    await broker.close();
    await removeFolder(folder);
  });

  test('every checkpoint that covers the hand-over is signed by the new key, whichever broker signed it', async () => {
    let isDone = false;
    const notes: string[] = [];
    const follow = async (url: string) => {
      while (!isDone) notes.push(await get('/log/acme/checkpoint', url));
    };
    const append = async () => {
      while (!isDone) await grow();
    };
    const running = [follow(broker.url), follow(second.url), append()];
    await beginLogKeyRotation(broker.host, systemSigners);
    while (!(await continueLogKeyRotation(broker.host, systemSigners, { actor: 'host' })));
    for (let count = 0; count < 20; count += 1) await grow();
    isDone = true;
    await Promise.all(running);
    notes.push(await get('/log/acme/checkpoint'));

    const next = (await get('/log/acme/vkey', second.url)).trim();
    expect(next).not.toBe(old);
    const [before, after] = [old, next].map((key) => parseVerifierKey(systemHashing, key));
    const leaves = await broker.host.store.readForTenant('acme', (unit) => unit.events.leaves(0, 10_000));
    const handOver = leaves.findIndex((leaf) => leaf.includes('"type":"log.key"'));
    const roots = new Map<number, string>();
    for (const note of notes.map((note) => parseNote(note))) {
      const { size, root } = parseCheckpoint(note.text);
      expect(signaturesBy(note, before as NonNullable<typeof before>)).toHaveLength(1);
      if (size > handOver) expect(signaturesBy(note, after as NonNullable<typeof after>)).toHaveLength(1);
      const text = Buffer.from(root).toString('base64');
      expect(roots.get(size) ?? text).toBe(text);
      roots.set(size, text);
    }
    expect(await verify(old)).toMatchObject({ exit: 0 });
    expect(await verify(next)).toMatchObject({ exit: 0 });
  });

  test('after the overlap the new key signs alone; followers of the old one, with and without memory, go on', async () => {
    broker.clock.advance(LOG_KEY_OVERLAP_SECONDS + 60);
    await broker.renewKey('approver');
    await grow();
    const note = parseNote(await get('/log/acme/checkpoint'));
    expect(signaturesBy(note, parseVerifierKey(systemHashing, old))).toEqual([]);
    expect(await verify(old)).toMatchObject({ exit: 0 });
    const mirror = join(folder, 'mirror');
    expect(await countersign('log', 'mirror', mirror)).toMatchObject({
      exit: 0,
      document: { verified: true },
    });
    expect(JSON.parse(await readFile(join(mirror, 'state.json'), 'utf8')).keys).toHaveLength(2);
    const next = (await get('/log/acme/vkey')).trim();
    expect(await countersign('log', 'verify', mirror, '--vkey', old)).toMatchObject({ exit: 0 });
    expect(await countersign('log', 'mirror', mirror, '--vkey', next)).toMatchObject({ exit: 0 });

    // A statement by the new key verifies with the old one if the mirror shows the hand-over.
    const file = join(folder, 'statement');
    const at = (secondsAgo: number) =>
      `${new Date(broker.clock.now().getTime() - secondsAgo * 1_000).toISOString().slice(0, 19)}Z`;
    const span = ['--from', at(120), '--to', at(60)];
    expect(await countersign('log', 'statement', ...span, '--out', file)).toMatchObject({ exit: 0 });
    expect(await countersign('log', 'mirror', mirror)).toMatchObject({ exit: 0 });
    const verifyStatement = ['log', 'statement', '--verify', file, '--vkey', old];
    expect((await countersign(...verifyStatement)).stderr).toContain('error[unsigned]');
    expect(await countersign(...verifyStatement, '--log', mirror)).toMatchObject({
      exit: 0,
      document: { verified: true, comparedWith: mirror },
    });
    const foreign = next.replace('/acme+', '/globex+');
    expect((await verify(foreign)).exit).toBe(1);
  });
});
