/** @soak */

import { beginLogKeyRotation, type Deps, ensureBrokerKeys, type Signers } from '@countersign/access';
import { parseNote } from '@countersign/audit-log';
import { systemHashing, systemRandomness, systemSigners, uuidV7Ids } from '@countersign/persistence';
import { pino } from 'pino';
import type { BrokerDeps } from '../../apps/broker/src/core.module.js';
import { Checkpoints } from '../../apps/broker/src/logs/checkpoints.js';
import { filler } from '../factories/filler.js';
import { eventually } from '../support/eventually.js';
import { describeOn } from './support/describe-store.js';
import { NOW } from './support/rows.js';

const LOGS = ['acme', 'globex', 'vendor'];

describeOn('PostgreSQL', 'checkpoints of logs that have grown', (bench) => {
  let deps: Deps;
  beforeEach(async () => {
    deps = {
      store: bench.store,
      clock: { now: () => new Date(NOW) },
      ids: uuidV7Ids,
      random: systemRandomness,
      hashing: systemHashing,
    };
    await ensureBrokerKeys(deps, systemSigners);
    for (const log of LOGS) await bench.store.forTenant(log, (unit) => unit.log.append(filler(NOW)));
  });

  /** Signs with a store whose transactions are counted. @param fails how many of the first reads fail */
  function counting(fails = 0, signers: Signers = systemSigners) {
    const { checkpoints } = bench.store;
    const transactions: string[] = [];
    const port: typeof checkpoints = {
      read: (work) => {
        transactions.push('read');
        if (transactions.length <= fails) return Promise.reject(new Error('a row cannot be read'));
        return checkpoints.read(work);
      },
      write: (work) => {
        transactions.push('write');
        return checkpoints.write(work);
      },
    };
    const store = Object.create(bench.store, { checkpoints: { value: port } });
    const broker = new Checkpoints({ ...deps, store, signers } as BrokerDeps, pino({ level: 'silent' }));
    return { broker, transactions };
  }
  const signed = () => bench.store.checkpoints.read(({ checkpoints }) => checkpoints.signed(LOGS));
  const sizes = async () => (await signed()).map(({ newest }) => newest?.size);

  test('many logs are signed in one read and one write, and listeners learn of each', async () => {
    const { broker, transactions } = counting();
    const told: string[] = [];
    broker.onSigned((log) => told.push(log));
    await broker.signAllGrown(LOGS);
    expect(transactions).toEqual(['read', 'write']);
    expect(told).toEqual(LOGS);
    for (const { head, newest } of await signed()) {
      const { epoch, size, root } = head;
      expect(newest).toMatchObject({ epoch, size, root });
      expect(size).toBe(1);
    }
    await broker.signAllGrown(LOGS);
    expect(transactions).toEqual(['read', 'write', 'read']);
  });

  /** Signers that wait for `until` before each signature. */
  function late(until: Promise<void>): Signers {
    const open: Signers['open'] = (key) => {
      const signer = systemSigners.open(key);
      return { ...signer, sign: async (bytes) => until.then(() => signer.sign(bytes)) };
    };
    return { ...systemSigners, open };
  }

  test('P10: a signature that comes after another broker’s larger checkpoint is dropped, and no transaction waits for it', async () => {
    let release = () => {};
    const slow = counting(0, late(new Promise((resolve) => (release = resolve))));
    const quick = counting();
    const signing = slow.broker.signIfGrown('acme');
    await eventually('it signs', () => slow.transactions.length === 1);
    await bench.store.forTenant('acme', (unit) => unit.log.append(filler(NOW)));
    const checkpoint = await quick.broker.signIfGrown('acme');
    expect(checkpoint.size).toBe(2);
    release();
    expect(await signing).toEqual(checkpoint);
    expect(slow.transactions).toEqual(['read', 'write', 'read']);
    expect((await signed())[0]?.newest).toEqual(checkpoint);
  });

  test('P10: a cosignature that comes while a newer key signs the same size is kept', async () => {
    await counting().broker.signIfGrown('acme');
    await beginLogKeyRotation(deps, systemSigners);
    let release = () => {};
    const slow = counting(0, late(new Promise((resolve) => (release = resolve))));
    const signing = slow.broker.signIfGrown('acme');
    await eventually('it signs', () => slow.transactions.length === 1);
    const line = `— witness.example/w1 ${Buffer.alloc(76, 1).toString('base64')}\n`;
    await counting().broker.addCosignatures('acme', { epoch: 1, size: 1 }, line);
    release();
    const { note } = await signing;
    expect(note).toContain(line);
    expect(parseNote(note).signatures).toHaveLength(3);
    expect((await signed())[0]?.newest?.note).toBe(note);
  });

  test('a log whose checkpoint cannot be signed keeps the one before, and is signed by the next attempt', async () => {
    const { broker: broken } = counting(0, late(Promise.reject(new Error('out of reach'))));
    await expect(broken.signAllGrown(LOGS)).rejects.toThrow('out of reach');
    expect(await sizes()).toEqual([undefined, undefined, undefined]);
    await counting().broker.signAllGrown(LOGS);
    expect(await sizes()).toEqual([1, 1, 1]);
  });

  test('P10: a log that is not what it signed before is signed no more, and keeps no other from its checkpoint', async () => {
    const larger = { epoch: 1, size: 9, root: 'A', note: 'signed', signedAt: NOW };
    await bench.store.checkpoints.write(({ checkpoints }) => checkpoints.advance('globex', larger));
    const { broker } = counting();
    await expect(broker.signAllGrown(LOGS)).rejects.toMatchObject({ code: 'log_inconsistent' });
    expect(await sizes()).toEqual([1, 9, 1]);
    await expect(broker.signIfGrown('globex')).rejects.toMatchObject({ code: 'log_inconsistent' });
  });

  test('logs that cannot be read together are signed one by one', async () => {
    const { broker } = counting(1);
    await broker.signAllGrown(LOGS);
    expect(await sizes()).toEqual([1, 1, 1]);
  });

  test('P8: brokers that sign the same logs at once sign each size once', async () => {
    const brokers = [1, 2, 3, 4].map(() => counting().broker);
    const told: string[] = [];
    for (const broker of brokers) broker.onSigned((log) => told.push(log));
    await Promise.all(
      brokers.map((broker, index) => broker.signAllGrown(index % 2 === 0 ? LOGS : [...LOGS].reverse())),
    );
    expect(told.sort()).toEqual(LOGS);
    expect(await sizes()).toEqual([1, 1, 1]);
  });
});
