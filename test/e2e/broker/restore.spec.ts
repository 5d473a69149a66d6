/** @soak */

import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { LeafV1 } from '@countersign/audit-log';
import Database from 'better-sqlite3';
import { run } from '../../../apps/cli/src/main.js';
import { Terminal } from '../../../apps/cli/test/terminal.js';
import { filler } from '../../factories/filler.js';
import { MASTER_KEY } from '../../support/migrated-database.js';
import { administer } from '../../support/postgres/database.js';
import { onlyInSoak } from '../../support/samples.js';
import { removeFolder, tempFolder } from '../../support/temp-folder.js';
import { openHost } from '../filled-database.js';
import { enginesOf, TestBroker } from '../harness.js';

describe.each(enginesOf('SQLite'))('P10: the database is an older one, on %s', (engine) => {
  let broker: TestBroker;
  let folder: string;
  let key: string;
  beforeAll(async () => {
    folder = await tempFolder('restore');
    broker = await TestBroker.start({ engine });
    key = (await broker.call('approver', 'GET', '/log/acme/vkey')).text.trim();
  });
  afterAll(async () => {
    await broker.close();
    await removeFolder(folder);
  });

  const place = (name: string) => join(folder, name);
  const grow = (count: number, name = 'kept') =>
    broker.host.store.forTenant('acme', (unit) =>
      unit.log.appendAll(Array.from({ length: count }, () => filler(new Date().toISOString(), name))),
    );
  const head = () => broker.host.store.readForTenant('acme', (unit) => unit.events.head());
  const leafAt = async (index: number) => {
    const [leaf = ''] = await broker.host.store.readForTenant('acme', (unit) =>
      unit.events.leaves(index, index + 1),
    );
    return JSON.parse(leaf) as LeafV1;
  };
  async function countersign(...argv: string[]) {
    const terminal = new Terminal(
      {
        COUNTERSIGN_BROKER_URL: broker.url,
        COUNTERSIGN_API_KEY: broker.keys.approver,
        COUNTERSIGN_DATABASE_URL: broker.environment.databaseUrl,
        COUNTERSIGN_DATA_DIR: folder,
        COUNTERSIGN_MASTER_KEY: Buffer.from(MASTER_KEY).toString('base64'),
      },
      '',
    );
    const exit = await run([...argv, '--json'], terminal);
    return { exit, document: terminal.out === '' ? {} : JSON.parse(terminal.out), stderr: terminal.err };
  }

  /** What an operator does with the database while no broker runs. */
  async function stopped(work: () => Promise<unknown>, { start = true } = {}): Promise<void> {
    await broker.broker.close();
    await broker.host.store.close();
    await work();
    if (start) await started();
  }
  async function started(): Promise<void> {
    broker.host = await openHost(broker.environment.databaseUrl, broker.clock);
    await broker.run();
  }
  const file = () => broker.environment.databaseUrl.replace(/^sqlite:/, '');
  const name = () => new URL(broker.environment.databaseUrl).pathname.slice(1);
  const copyDatabase = (from: string, to: string) =>
    administer(`CREATE DATABASE ${to} TEMPLATE ${from} STRATEGY FILE_COPY`);
  async function backUp(): Promise<void> {
    if (engine === 'PostgreSQL') return void (await copyDatabase(name(), `${name()}_backup`));
    const database = new Database(file());
    database.prepare('VACUUM INTO ?').run(place('backup.db'));
    database.close();
  }
  async function putBack(): Promise<void> {
    if (engine === 'PostgreSQL') {
      await administer(`DROP DATABASE ${name()} WITH (FORCE)`);
      await copyDatabase(`${name()}_backup`, name());
      return void (await administer(`DROP DATABASE ${name()}_backup`));
    }
    for (const ending of ['', '-wal', '-shm']) await rm(`${file()}${ending}`, { force: true });
    await rename(place('backup.db'), file());
  }
  const verify = (...flags: string[]) => countersign('log', 'verify', `${broker.url}/log/acme`, ...flags);

  test('restore names what a mirror shows to be lost; old keys and states are told of the restore, not of a fork', async () => {
    await grow(30);
    await stopped(backUp);
    const { size: keptSize } = await head();
    await grow(20, 'lost');
    expect(await countersign('log', 'mirror', place('mirror'))).toMatchObject({ exit: 0 });
    expect(await verify('--vkey', key, '--state', place('state.json'))).toMatchObject({ exit: 0 });
    const known = JSON.parse(await readFile(place('state.json'), 'utf8')) as { size: number; root: string };

    await stopped(putBack, { start: false });
    const restored = await countersign('restore', '--checkpoint', place('mirror'));
    expect(restored).toMatchObject({ exit: 0, document: { epoch: 2 } });
    const lost = known.size - keptSize;
    expect(restored.document['logs']).toEqual(
      expect.arrayContaining([expect.objectContaining({ log: 'acme', kept: keptSize, lost })]),
    );
    await started();
    const origin = `countersign/${broker.host.store.deployment}/acme`;
    expect(await leafAt(keptSize)).toMatchObject({
      type: 'log.restored',
      actor: 'host',
      data: { epoch: 2, previous: { origin, size: known.size, root: known.root }, kept: keptSize, lost },
    });

    // Without memory the restore is reported; with it the loss is a finding until it is accepted.
    expect(await verify('--vkey', key)).toMatchObject({
      exit: 0,
      document: { restored: { epoch: 2, kept: keptSize, lost } },
    });
    const state = ['--vkey', key, '--state', place('state.json')];
    expect(await verify(...state)).toMatchObject({
      exit: 1,
      document: { code: 'restored', index: keptSize, lost },
    });
    expect(await verify(...state, '--accept-restored')).toMatchObject({ exit: 0 });
    expect(await verify(...state)).toMatchObject({ exit: 0 });
    expect(await countersign('log', 'mirror', place('mirror'))).toMatchObject({
      exit: 1,
      document: { code: 'restored' },
    });
    expect(await countersign('log', 'mirror', place('mirror'), '--accept-restored')).toMatchObject({
      exit: 0,
    });
    expect(await readFile(join(place('mirror'), 'epoch-1', 'checkpoint'), 'utf8')).toContain(
      `${origin}\n${known.size}\n`,
    );
    await grow(5);
    expect(await countersign('log', 'mirror', place('mirror'))).toMatchObject({
      exit: 0,
      document: { added: 5 },
    });
    expect(await countersign('log', 'verify', place('mirror'), '--vkey', key)).toMatchObject({ exit: 0 });
  });

  onlyInSoak(() => {
    test('if brokers have run on the older database meanwhile, a mirror shows where the two part', async () => {
      await stopped(backUp);
      const { size: keptSize } = await head();
      await grow(10, 'lost');
      expect(await countersign('log', 'mirror', place('mirror'))).toMatchObject({ exit: 0 });
      await stopped(putBack);
      await grow(40, 'other');
      // Nobody has told the broker: what it signs now is a fork, and the mirror says so.
      expect(await countersign('log', 'mirror', place('mirror'))).toMatchObject({
        exit: 1,
        document: { code: 'forked' },
      });
      await stopped(async () => {
        const restored = await countersign('restore', '--checkpoint', place('mirror'));
        expect(restored.document).toMatchObject({ epoch: 3 });
        expect(restored.document['logs']).toEqual(
          expect.arrayContaining([expect.objectContaining({ log: 'acme', kept: keptSize, lost: 10 })]),
        );
      });
      expect(await leafAt(keptSize + 40)).toMatchObject({
        type: 'log.restored',
        data: { kept: keptSize, lost: 10 },
      });
      expect(await verify('--vkey', key)).toMatchObject({ exit: 0, document: { restored: { epoch: 3 } } });
      expect(await countersign('log', 'mirror', place('mirror'), '--accept-restored')).toMatchObject({
        exit: 0,
      });
    });

    describe('leaves that were pruned are not lost', () => {
      const prune = (from: number, before: number) =>
        broker.host.store.forTenant('acme', async ({ log }) => {
          await log.prune(from, before);
          await log.append({
            ...{ type: 'log.pruned', at: new Date().toISOString(), actor: 'job' },
            data: { before },
          });
        });
      const restoreFrom = async (place: string) =>
        (await countersign('restore', '--checkpoint', place)).document['logs'];

      test('a checkpoint of pruned leaves shows no loss, and a mirror that has them accepts the restored log', async () => {
        await writeFile(place('old'), await readFile(join(place('mirror'), 'checkpoint')));
        await grow(800);
        expect(await countersign('log', 'mirror', place('mirror'))).toMatchObject({ exit: 0 });
        await prune(0, 512);
        const { size } = await head();
        await stopped(async () => {
          expect(await restoreFrom(place('old'))).toEqual(
            expect.arrayContaining([expect.objectContaining({ log: 'acme', kept: size, lost: 0 })]),
          );
        });
        expect(await countersign('log', 'mirror', place('mirror'), '--accept-restored')).toMatchObject({
          exit: 0,
          document: { prunedBefore: 512 },
        });
      });

      test('a mirror that began after the pruning shows the others to be kept', async () => {
        await stopped(backUp);
        const { size: keptSize } = await head();
        await prune(512, 768);
        await grow(9, 'lost');
        expect(await countersign('log', 'mirror', place('late'))).toMatchObject({
          exit: 0,
          document: { prunedBefore: 768 },
        });
        await stopped(putBack, { start: false });
        expect(await restoreFrom(place('late'))).toEqual(
          expect.arrayContaining([expect.objectContaining({ log: 'acme', kept: keptSize, lost: 10 })]),
        );
        await started();
      });
    });

    test('a checkpoint that no log of this database signed is refused, and no file is exit 2', async () => {
      await stopped(async () => {
        const note = (await readFile(join(place('mirror'), 'checkpoint'), 'utf8')).replace(
          /\n\d+\n/,
          '\n9999\n',
        );
        await writeFile(place('forged'), note);
        expect(await countersign('restore', '--checkpoint', place('forged'))).toMatchObject({
          exit: 1,
          stderr: expect.stringContaining('error[invalid_checkpoint]'),
        });
        expect((await countersign('restore', '--checkpoint', place('none'))).exit).toBe(2);
      });
      expect((await head()).epoch).toBe(5);
    });
  });
});
