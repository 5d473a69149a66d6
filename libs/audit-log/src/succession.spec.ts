import { nodeEd25519, nodeHashing } from '@countersign/authorization';
import { LogFiles } from '../../../test/factories/log-files.js';
import { logKey } from '../../../test/factories/log-keys.js';
import { encodeBase64 } from './bytes.js';
import { logOrigin, parseLogOrigin } from './checkpoint.js';
import { encodeLeaf, parseLeaf } from './leaf.js';
import { LogFault } from './log-fault.js';
import { parseVerifierKey, verifierKey } from './note.js';
import { type HandOver, handOverToSign, KEY_LEAF, LogSuccession, RESTORED_LEAF } from './succession.js';
import type { VerifiedPoint } from './tree-reader.js';
import { verifyLog } from './verifier.js';

const ORIGIN = 'countersign/dep_1/acme';
const [K1, K2, K3, EVIL] = [1, 2, 3, 9].map((seed) => logKey(ORIGIN, seed)) as [Key, Key, Key, Key];
type Key = ReturnType<typeof logKey>;

const vkeyOf = (key: Key, origin = ORIGIN) => verifierKey(nodeHashing, origin, key.publicKey);
function handedOver(replaced: Key, next: Key, origin = ORIGIN): HandOver {
  const { bytes, signed } = handOverToSign(nodeHashing, origin, replaced.publicKey, next.publicKey);
  return signed(replaced.sign(bytes));
}

type Changes = Record<number, { type: string; data: Record<string, unknown> }>;

/** A log in which these leaves are not ordinary ones. */
function log(keys: Key | Key[], changes: Changes, { origin = ORIGIN, mark = '' } = {}): LogFiles {
  return new LogFiles(origin, keys, (seq) =>
    encodeLeaf({
      v: 1,
      ...{ type: 'thing.happened', data: seq < 300 ? {} : { mark } },
      ...changes[seq],
      ...{ at: '2026-01-01T00:00:00Z', tenant: 'acme', seq, actor: 'job', commitments: {} },
    }),
  );
}

function verify(files: LogFiles, key: string, since?: VerifiedPoint) {
  const ports = { hashing: nodeHashing, check: nodeEd25519 };
  const keys = new LogSuccession(ports, [parseVerifierKey(nodeHashing, key)]);
  return verifyLog(ports, files, {
    ...{ keys, since },
    onLeaf: (index, leaf) => keys.readLeaf(index, parseLeaf(leaf)),
  });
}

async function faultOf(run: Promise<unknown>): Promise<{ code: string; index?: number | undefined }> {
  try {
    await run;
  } catch (error) {
    if (error instanceof LogFault)
      return { code: error.code, ...(error.index === undefined ? {} : { index: error.index }) };
    throw error;
  }
  return { code: 'none' };
}

const keyLeaf = (data: Record<string, unknown>) => ({ type: KEY_LEAF, data });

describe('P10: a log whose key is replaced', () => {
  const changes = { 40: keyLeaf(handedOver(K1, K2)), 700: keyLeaf(handedOver(K2, K3)) };

  test('is trusted through its hand-overs, from the key of years ago', async () => {
    const { succession } = await verify(log(K3, changes).grow(900), vkeyOf(K1));
    expect(succession?.keys).toEqual([K1, K2, K3].map((key) => vkeyOf(key)));
    expect((await verify(log(K3, changes).grow(900), vkeyOf(K3))).point.size).toBe(900);
    expect((await verify(log([K2, K1], changes).grow(100), vkeyOf(K1))).point.size).toBe(100);
  });

  test('is trusted from a state file, which remembers the keys; leaves are not read twice for it', async () => {
    const files = log([K2, K1], changes).grow(100);
    const { point } = await verify(files, vkeyOf(K1));
    files.keys = K2;
    const next = await verify(files.grow(300), vkeyOf(K1), point);
    files.keys = K3;
    const last = await verify(files.grow(800), vkeyOf(K1), next.point);
    expect(last.point.keys).toEqual([K1, K2, K3].map((key) => vkeyOf(key)));
    expect(await faultOf(verify(files, vkeyOf(EVIL), last.point))).toEqual({ code: 'checkpoint' });
  });

  test('is not trusted with a key that no one handed over, nor with one that was replaced', async () => {
    expect(await faultOf(verify(log(EVIL, changes).grow(900), vkeyOf(K1)))).toEqual({ code: 'checkpoint' });
    expect(await faultOf(verify(log(K1, changes).grow(900), vkeyOf(K1)))).toEqual({ code: 'checkpoint' });
    expect(await faultOf(verify(log([K2, K1], changes).grow(900), vkeyOf(K1)))).toEqual({
      code: 'checkpoint',
    });
    const files = log([K2, K1], changes).grow(100);
    const { point } = await verify(files, vkeyOf(K1));
    files.keys = K1;
    expect(await faultOf(verify(files.grow(200), vkeyOf(K1), point))).toEqual({ code: 'checkpoint' });
  });

  test('a hand-over that the replaced key has not signed is a fault, with its leaf', async () => {
    const forged = { ...handedOver(K1, EVIL), signature: handedOver(EVIL, EVIL).signature };
    expect(await faultOf(verify(log(EVIL, { 7: keyLeaf(forged) }).grow(20), vkeyOf(K1)))).toEqual({
      code: 'invalid_leaf',
      index: 7,
    });
    const other = handedOver(K1, EVIL, 'countersign/dep_1/globex');
    expect(await faultOf(verify(log(EVIL, { 7: keyLeaf(other) }).grow(20), vkeyOf(K1)))).toEqual({
      code: 'invalid_leaf',
      index: 7,
    });
    expect(await faultOf(verify(log(EVIL, { 7: keyLeaf({}) }).grow(20), vkeyOf(K1)))).toEqual({
      code: 'invalid_leaf',
      index: 7,
    });
  });

  test('what other keys hand over is ignored, and so is a key of an unknown type', async () => {
    const strange = { 5: keyLeaf(handedOver(EVIL, K2)) };
    expect((await verify(log(K1, strange).grow(20), vkeyOf(K1))).point.keys).toEqual([vkeyOf(K1)]);
    const mlDsa = Buffer.concat([Buffer.of(6), Buffer.alloc(1312, 5)]);
    const id = Buffer.from(nodeHashing.sha256(Buffer.concat([Buffer.from(`${ORIGIN}\n`), mlDsa])))
      .toString('hex')
      .slice(0, 8);
    const future = {
      5: keyLeaf({ ...handedOver(K1, K2), vkey: `${ORIGIN}+${id}+${mlDsa.toString('base64')}` }),
    };
    expect((await verify(log(K1, future).grow(20), vkeyOf(K1))).point.keys).toEqual([vkeyOf(K1)]);
  });

  test('a checkpoint without any signature in the log’s name is refused before a leaf is read', async () => {
    const files = log(K2, changes).grow(900);
    const { files: all } = files;
    const note = Buffer.from(all.get('checkpoint') ?? '')
      .toString()
      .replace(`— ${ORIGIN} `, '— another ');
    all.clear();
    all.set('checkpoint', Buffer.from(note));
    expect(await faultOf(verify(files, vkeyOf(K1)))).toEqual({ code: 'checkpoint' });
  });
});

describe('P10: a log that was restored from a backup', () => {
  const SECOND = logOrigin('dep_1', 'acme', 2);
  const first = log(K1, {}).grow(700);
  const rootAt = (size: number) => encodeBase64(first.rootOf(size));
  const restored = (data: Record<string, unknown> = {}) => ({
    type: RESTORED_LEAF,
    data: {
      epoch: 2,
      previous: { origin: ORIGIN, size: 700, root: rootAt(700) },
      kept: 600,
      lost: 100,
      ...data,
    },
  });
  const second = (data?: Record<string, unknown>, keys: Key = K1) =>
    log(keys, { 600: restored(data) }, { origin: SECOND }).grow(650);

  test('is verified with the key of its first epoch, and says what was lost', async () => {
    const { point } = await verify(first, vkeyOf(K1));
    const { succession, point: now } = await verify(second(), vkeyOf(K1), point);
    expect(succession).toMatchObject({
      lost: 100,
      restorations: [{ index: 600, epoch: 2, kept: 600, lost: 100 }],
    });
    expect(now.keys).toEqual([vkeyOf(K1, SECOND)]);
    expect((await verify(second().grow(800), vkeyOf(K1), now)).succession).toMatchObject({
      lost: 0,
      restorations: [],
    });
    expect((await verify(second(), vkeyOf(K1))).succession?.restorations).toHaveLength(1);
  });

  test('a follower that had not seen the lost leaves has lost nothing', async () => {
    const { point } = await verify(log(K1, {}).grow(450), vkeyOf(K1));
    expect((await verify(second(), vkeyOf(K1), point)).succession?.lost).toBe(0);
  });

  test('a key that only the lost leaves handed over is forgotten, and the one before signs again', async () => {
    const rotated = log([K2, K1], { 650: keyLeaf(handedOver(K1, K2)) }).grow(700);
    const { point } = await verify(rotated, vkeyOf(K1));
    const data = { previous: { origin: ORIGIN, size: 700, root: point.root } };
    expect((await verify(second(data), vkeyOf(K1), point)).succession?.lost).toBe(100);
  });

  test('is a fork if it does not keep what it says, or says nothing', async () => {
    const { point } = await verify(first, vkeyOf(K1));
    const other = log(K1, { 600: restored() }, { origin: SECOND, mark: 'other' }).grow(650);
    expect(await faultOf(verify(other, vkeyOf(K1), point))).toEqual({ code: 'forked', index: 600 });
    const silent = log(K1, {}, { origin: SECOND }).grow(650);
    expect((await faultOf(verify(silent, vkeyOf(K1), point))).code).toBe('forked');
    expect((await faultOf(verify(silent, vkeyOf(K1)))).code).toBe('forked');
    expect((await faultOf(verify(silent, vkeyOf(K1, SECOND)))).code).toBe('none');
    const lying = second({ previous: { origin: ORIGIN, size: 700, root: rootAt(3) } });
    expect(await faultOf(verify(lying, vkeyOf(K1), point))).toEqual({ code: 'forked', index: 600 });
  });

  describe('and then pruned', () => {
    const pruned = (files: LogFiles, before: number) => {
      files.files.set('minimum-index', Buffer.from(`${before}\n`));
      return files;
    };

    test('is compared with what was verified from the first leaf that it has', async () => {
      const { point } = await verify(first, vkeyOf(K1));
      expect((await verify(pruned(second(), 512), vkeyOf(K1), point)).succession?.lost).toBe(100);
      const other = log(K1, { 600: restored() }, { origin: SECOND, mark: 'other' }).grow(650);
      expect(await faultOf(verify(pruned(other, 512), vkeyOf(K1), point))).toEqual({
        code: 'forked',
        index: 600,
      });
    });

    test('is no fork if the leaves that would show it were pruned: the fault says so', async () => {
      const { point } = await verify(first, vkeyOf(K1));
      const ahead = pruned(second().grow(900), 768);
      expect(await faultOf(verify(ahead, vkeyOf(K1), point))).toEqual({ code: 'pruned', index: 700 });
      const longer = (await verify(log(K1, {}).grow(1000), vkeyOf(K1))).point;
      for (const key of [vkeyOf(K1), vkeyOf(K1, SECOND)])
        expect((await faultOf(verify(ahead, key, longer))).code).toBe('pruned');
      const previous = { origin: ORIGIN, size: 1000, root: longer.root };
      const change = { 800: restored({ previous, lost: 400 }) };
      const late = log(K1, change, { origin: SECOND, mark: 'other' }).grow(900);
      expect(await faultOf(verify(pruned(late, 768), vkeyOf(K1), longer))).toEqual({
        code: 'pruned',
        index: 800,
      });
    });
  });

  test.each([
    ['keeps more than there is before it', { kept: 601, lost: 99 }],
    ['does not add up', { lost: 99 }],
    ['follows itself', { previous: { origin: SECOND, size: 700, root: rootAt(700) } }],
    ['is of another log', { previous: { origin: 'countersign/dep_1/globex', size: 700, root: rootAt(700) } }],
    ['has no root', { previous: { origin: ORIGIN, size: 700, root: '' } }],
    ['has no epoch', { epoch: '2' }],
  ])('a leaf that %s is a fault', async (_case, data) => {
    expect(await faultOf(verify(second(data), vkeyOf(K1)))).toEqual({ code: 'invalid_leaf', index: 600 });
  });

  test('never goes back to an earlier epoch', async () => {
    const { point } = await verify(second(), vkeyOf(K1));
    expect(await faultOf(verify(first, vkeyOf(K1), point))).toEqual({ code: 'rolled_back' });
    expect(await faultOf(verify(second(undefined, EVIL), vkeyOf(K1)))).toEqual({ code: 'checkpoint' });
  });
});

test('an origin has one spelling', () => {
  expect(parseLogOrigin('countersign/dep_1/acme/2')).toEqual({ deployment: 'dep_1', slug: 'acme', epoch: 2 });
  for (const origin of [
    'countersign/dep_1/acme/1',
    'countersign/dep_1/acme/02',
    'countersign/dep_1/Acme',
    'x/dep_1/acme',
  ])
    expect(parseLogOrigin(origin)).toBeUndefined();
});
