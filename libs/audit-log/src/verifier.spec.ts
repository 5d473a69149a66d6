/** @soak */

import { nodeEd25519, nodeHashing } from '@countersign/authorization';
import fc from 'fast-check';
import { LogFiles } from '../../../test/factories/log-files.js';
import { logKey } from '../../../test/factories/log-keys.js';
import { isFullRun } from '../../../test/support/samples.js';
import { LogFault } from './log-fault.js';
import { parseVerifierKey, verifierKey } from './note.js';
import { encodeBundle, tilePath, tilesOf } from './tiles.js';
import type { LogSource, VerifiedPoint } from './tree-reader.js';
import { hadRoot, verifyLog } from './verifier.js';

const NAME = 'example.com/log';
const KEY = logKey(NAME, 7);
const keys = [parseVerifierKey(nodeHashing, verifierKey(nodeHashing, NAME, KEY.publicKey))];

/** Hashed for seconds. That trees of so many leaves verify is shown by the test before. */
const BEYOND_TWO_LEVELS = [
  [300, 65_700],
  [65_536, 65_537],
];

const newFiles = (leafAt = (index: number): Uint8Array => Buffer.from(`leaf ${index}`)) =>
  new LogFiles(NAME, KEY, leafAt);

const run = (source: LogSource, since?: VerifiedPoint, onLeaf?: (index: number) => void) =>
  verifyLog({ hashing: nodeHashing, check: nodeEd25519 }, source, { keys, since, onLeaf });

async function faultOf(
  source: LogSource,
  since?: VerifiedPoint,
): Promise<{ code: string; index?: number | undefined }> {
  try {
    await run(source, since);
  } catch (error) {
    if (error instanceof LogFault) return { code: error.code, index: error.index };
    throw error;
  }
  return { code: 'none' };
}

describe('P10: the verifier of a log', () => {
  test.each([0, 1, 255, 256, 257, 700, ...(isFullRun() ? [65_793] : [])])(
    'accepts %i leaves, each handed over once in its order',
    async (size) => {
      const seen: number[] = [];
      const { checkpoint, point } = await run(newFiles().grow(size), undefined, (index) => seen.push(index));
      expect(checkpoint.size).toBe(size);
      expect(point.size).toBe(size);
      expect(seen).toEqual(Array.from({ length: size }, (_, index) => index));
    },
  );

  test('a folder that followed the log keeps partial tiles of earlier checkpoints, and they are verified too', async () => {
    const log = newFiles().grow(100).grow(300).grow(1000);
    await run(log);
    log.files.set('tile/0/000.p/100', log.bytesOf({ level: 0, index: 1, width: 100 }));
    expect(await faultOf(log)).toEqual({ code: 'changed_tile', index: undefined });
    const bundle = newFiles().grow(100).grow(300);
    bundle.files.set('tile/entries/000.p/100', bundle.bytesOf({ level: 'entries', index: 1, width: 44 }));
    expect((await faultOf(bundle)).code).toBe('wrong_length');
  });

  test('continues from what was verified before, and reads only what is new', async () => {
    for (const [first = 0, second = 0] of [
      [0, 10],
      [10, 20],
      [255, 257],
      [256, 256],
      ...(isFullRun() ? BEYOND_TWO_LEVELS : []),
    ]) {
      const log = newFiles().grow(first);
      const { point } = await run(log);
      log.grow(second);
      const read: string[] = [];
      const seen: number[] = [];
      const source = {
        read: (path: string) => {
          read.push(path);
          return log.read(path);
        },
      };
      const next = await run(source, point, (index) => seen.push(index));
      expect(next.point).toEqual((await run(log)).point);
      expect(seen).toEqual(Array.from({ length: second - first }, (_, at) => first + at));
      const bundles = read.filter((path) => path.startsWith('tile/entries/')).length;
      expect(bundles).toBe(Math.ceil(second / 256) - Math.floor(first / 256));
    }
  });

  test('names a log that was rolled back, one that was forked, and a damaged state', async () => {
    const before = (await run(newFiles().grow(900))).point;
    expect((await faultOf(newFiles().grow(899), before)).code).toBe('rolled_back');
    const changed = (at: number) =>
      newFiles((index) => Buffer.from(index === at ? 'other' : `leaf ${index}`));
    expect((await faultOf(changed(800).grow(900), before)).code).toBe('forked');
    expect((await faultOf(changed(800).grow(1200), before)).code).toBe('forked');
    expect((await faultOf(changed(3).grow(1200), before)).code).toBe('forked');
    expect((await faultOf(newFiles().grow(1200), { ...before, origin: 'example.com/other' })).code).toBe(
      'invalid_state',
    );
    expect((await faultOf(newFiles().grow(1200), { ...before, range: before.range.slice(1) })).code).toBe(
      'invalid_state',
    );
  });

  test('says whether the log had a root at an earlier size', async () => {
    const log = newFiles().grow(1200);
    const { checkpoint } = await run(log);
    const rootAt = async (size: number, files = newFiles()) => (await run(files.grow(size))).checkpoint.root;
    const had = (size: number, root: Uint8Array) => hadRoot(nodeHashing, log, { size, root }, checkpoint);
    const other = newFiles((index) => Buffer.from(index === 3 ? 'other' : `leaf ${index}`));
    expect(await had(900, await rootAt(900))).toBe(true);
    expect(await had(900, await rootAt(899))).toBe(false);
    expect(await had(900, await rootAt(900, other))).toBe(false);
    expect(await had(1201, checkpoint.root)).toBe(false);
  });

  describe('a log that pruned leaves', () => {
    /** A log of this size without what C2SP tlog-tiles lets it drop up to this leaf. */
    const pruned = (size: number, before: number) => {
      const log = newFiles().grow(size);
      for (const tile of tilesOf(size)) {
        const span = 256 ** (tile.level === 'entries' ? 1 : tile.level + 1);
        if ((tile.index + 1) * span <= before) log.files.delete(tilePath(tile));
      }
      log.files.set('minimum-index', Buffer.from(`${before}\n`));
      return log;
    };

    test.each<[size: number, before: number]>([
      [700, 256],
      [700, 512],
      [700, 600],
      [768, 768],
      ...(isFullRun() ? [[66_400, 66_304] as [number, number]] : []),
    ])(
      'of %i leaves, those before %i: the rest is verified, and the result says what is not',
      async (size, before) => {
        const seen: number[] = [];
        const verified = await run(pruned(size, before), undefined, (index) => seen.push(index));
        const start = before - (before % 256);
        expect(verified).toMatchObject({ start, prunedBefore: start });
        expect(verified.point).toEqual((await run(newFiles().grow(size))).point);
        expect(seen).toEqual(Array.from({ length: size - start }, (_, at) => start + at));
      },
    );

    test('what an earlier run verified may go; what no run has read is named', async () => {
      const early = (await run(newFiles().grow(600))).point;
      expect(await run(pruned(900, 512), early)).toMatchObject({ start: 512, prunedBefore: 512 });
      expect(await faultOf(pruned(1200, 768), early)).toEqual({ code: 'pruned', index: 600 });
      expect(await faultOf(pruned(1200, 768), (await run(newFiles().grow(0))).point)).toEqual({
        code: 'none',
      });
    });

    test('names a hash above the pruned leaves that was changed, a missing tile, and an impossible index', async () => {
      const log = pruned(700, 512);
      const tile = Uint8Array.from(log.files.get('tile/1/000.p/2') ?? []);
      tile[40] = (tile[40] ?? 0) ^ 1;
      log.files.set('tile/1/000.p/2', tile);
      expect((await faultOf(log)).code).toBe('wrong_root');
      log.files.delete('tile/1/000.p/2');
      expect((await faultOf(log)).code).toBe('missing_tile');
      const tooMany = pruned(700, 512);
      tooMany.files.set('minimum-index', Buffer.from('1024\n'));
      expect((await faultOf(tooMany)).code).toBe('pruned');
      // Without the file nothing may be missing.
      const silent = pruned(700, 512);
      silent.files.delete('minimum-index');
      expect((await faultOf(silent)).code).toBe('missing_tile');
    });
  });

  test('tells a damaged state from a fork: its range must lead to its root', async () => {
    for (const size of [512, 900]) {
      const { point } = await run(newFiles().grow(size));
      const other = (await run(newFiles().grow(3))).point;
      const damaged = { ...point, range: [...point.range.slice(0, -1), String(other.range.at(-1))] };
      expect((await faultOf(newFiles().grow(1200), damaged)).code).toBe('invalid_state');
    }
  });

  test('names the leaf that was changed, dropped or swapped', async () => {
    const swap = newFiles().grow(600);
    const bundle = [...Array(256).keys()].map((at): Uint8Array => Buffer.from(`leaf ${256 + at}`));
    [bundle[4], bundle[9]] = [bundle[9] as Uint8Array, bundle[4] as Uint8Array];
    swap.files.set('tile/entries/001', encodeBundle(bundle));
    expect(await faultOf(swap)).toEqual({ code: 'changed_leaf', index: 260 });
    const dropped = newFiles().grow(600);
    dropped.files.set('tile/entries/001', encodeBundle(bundle.slice(1)));
    expect((await faultOf(dropped)).code).toBe('wrong_length');
    const tail = newFiles().grow(600);
    tail.sign(599, tail.rootOf(599));
    expect((await faultOf(tail)).code).toBe('missing_tile');
  });

  test('names a signature, a size and a root that do not fit', async () => {
    const log = newFiles().grow(600);
    const note = Buffer.from(log.files.get('checkpoint') ?? '').toString();
    const damaged = (text: string) => {
      log.files.set('checkpoint', Buffer.from(text));
      return faultOf(log);
    };
    expect((await damaged(note.replace('600', '601'))).code).toBe('checkpoint');
    expect((await damaged(note.replace(NAME, 'example.com/x'))).code).toBe('checkpoint');
    expect((await damaged('')).code).toBe('checkpoint');
    log.sign(600, log.rootOf(599));
    expect((await faultOf(log)).code).toBe('wrong_root');
    log.files.delete('checkpoint');
    expect((await faultOf(log)).code).toBe('checkpoint');
  });

  test('finds every flipped bit and every missing or cut file', async () => {
    const whole = newFiles().grow(700);
    const paths = [...whole.files.keys()];
    await fc.assert(
      fc.asyncProperty(fc.nat(), fc.nat(), fc.constantFrom('flip', 'cut', 'drop'), async (file, at, kind) => {
        const path = paths[file % paths.length] ?? '';
        const bytes = Uint8Array.from(whole.files.get(path) ?? []);
        const place = at % (bytes.length * 8);
        bytes[place >> 3] = (bytes[place >> 3] ?? 0) ^ (1 << (place & 7));
        const changed = { flip: bytes, cut: bytes.slice(0, place >> 3), drop: undefined }[kind];
        const source: LogSource = {
          read: (each) => (each === path ? Promise.resolve(changed) : whole.read(each)),
        };
        expect((await faultOf(source)).code).not.toBe('none');
      }),
      { numRuns: 60, examples: [[paths.indexOf('checkpoint'), 3, 'flip']] },
    );
  });
});
