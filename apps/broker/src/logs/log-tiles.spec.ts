import {
  appendLeaf,
  type CompactRange,
  EMPTY_RANGE,
  leafHash,
  rangeRoot,
  verifyInclusion,
} from '@countersign/audit-log';
import { nodeHashing } from '@countersign/authorization';
import { LogProofs } from './log-tiles.js';

describe('proofs with the tiles that were kept', () => {
  /** A log of less than 256 leaves. */
  const aLog = (name: string, size: number) => {
    const leaves = Array.from({ length: size }, (_, at) =>
      leafHash(nodeHashing, Buffer.from(`${name} ${at}`)),
    );
    const range = leaves.reduce<CompactRange>(
      (grown, leaf) => appendLeaf(nodeHashing, grown, leaf),
      EMPTY_RANGE,
    );
    const read = { times: 0, hides: false };
    const events = {
      leaves: () => Promise.reject(new Error('a proof needs no leaves')),
      hashes: async (_level: number, from: number, to: number) => {
        read.times += 1;
        return leaves.slice(from, read.hides ? to - 1 : to);
      },
    };
    return { leaves, events, root: rangeRoot(nodeHashing, range), size, read };
  };
  const prove = async (
    proofs: LogProofs,
    log: ReturnType<typeof aLog>,
    name: { log: string; epoch: number },
    index: number,
  ) => {
    const { events, size, root, leaves } = log;
    const proof = await proofs.inclusion(events, name, index, size);
    verifyInclusion(nodeHashing, { index, size, leaf: leaves[index] as Uint8Array, root, proof });
  };

  test('a tile is read once for all its leaves', async () => {
    const [proofs, log] = [new LogProofs({ hashing: nodeHashing }), aLog('acme', 100)];
    for (const index of [0, 1, 50, 99]) await prove(proofs, log, { log: 'acme', epoch: 1 }, index);
    expect(log.read.times).toBe(1);
  });

  test('P9: no log is proven by the tiles of another one, nor of its epoch before', async () => {
    const proofs = new LogProofs({ hashing: nodeHashing });
    const names = [
      { log: 'acme', epoch: 1 },
      { log: 'globex', epoch: 1 },
      { log: 'acme', epoch: 2 },
    ];
    const logs = names.map(({ log, epoch }) => aLog(`${log} ${epoch}`, 100));
    for (const [at, name] of names.entries())
      await prove(proofs, logs[at] as ReturnType<typeof aLog>, name, 7);
    expect(logs.map(({ read }) => read.times)).toEqual([1, 1, 1]);
  });

  test('a log that has grown is proven by its new tile', async () => {
    const proofs = new LogProofs({ hashing: nodeHashing });
    for (const size of [3, 4, 100, 255])
      await prove(proofs, aLog('acme', size), { log: 'acme', epoch: 1 }, 2);
  });

  test('a tile that lacked a hash fails its proof, and is read again for the next one', async () => {
    const [proofs, log] = [new LogProofs({ hashing: nodeHashing }), aLog('acme', 100)];
    log.read.hides = true;
    await expect(prove(proofs, log, { log: 'acme', epoch: 1 }, 96)).rejects.toThrow();
    await expect(prove(proofs, log, { log: 'acme', epoch: 1 }, 97)).rejects.toThrow();
    log.read.hides = false;
    await prove(proofs, log, { log: 'acme', epoch: 1 }, 97);
    expect(log.read.times).toBe(3);
  });
});
