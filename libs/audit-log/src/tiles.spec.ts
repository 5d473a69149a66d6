import { createHash } from 'node:crypto';
import type { Hashing } from '@countersign/contract';
import fc from 'fast-check';
import { AuditLogError } from './errors.js';
import { HashTile, proofFromTiles } from './hash-tile.js';
import {
  completeSubtrees,
  consistencySteps,
  inclusionSteps,
  joinSubtrees,
  verifyConsistency,
  verifyInclusion,
} from './proofs.js';
import {
  decodeBundle,
  encodeBundle,
  hashesOf,
  parseTilePath,
  type TileId,
  tileOfNode,
  tilePath,
  tileRoot,
  tilesOf,
  tileWidth,
} from './tiles.js';
import { appendLeaf, type CompactRange, EMPTY_RANGE, leafHash, rangeRoot } from './tree.js';

const hashing: Hashing = { sha256: (data) => createHash('sha256').update(data).digest() };

describe('the paths of tiles (C2SP tlog-tiles)', () => {
  test.each([
    [{ level: 0, index: 0, width: 256 }, 'tile/0/000'],
    [{ level: 1, index: 1_234_067, width: 256 }, 'tile/1/x001/x234/067'],
    [{ level: 'entries', index: 5, width: 17 }, 'tile/entries/005.p/17'],
    [{ level: 'entries', index: 1000, width: 255 }, 'tile/entries/x001/000.p/255'],
  ] as const)('%j is %s', (tile, path) => {
    expect(tilePath(tile)).toBe(path);
    expect(parseTilePath(path)).toEqual(tile);
  });

  test.each([
    'tile/00/000',
    'tile/7/000',
    'tile/0/0',
    'tile/0/1000',
    'tile/0/x000/001',
    'tile/0/001/002',
    'tile/0/000.p/0',
    'tile/0/000.p/256',
    'tile/0/000.p/012',
    'tile/-1/000',
    'tile/0/000/',
    '/tile/0/000',
    'tile/0/../000',
    'tile/entries/x999/x999/x999/x999/x999/999',
  ])('%s names no tile', (path) => {
    expect(parseTilePath(path)).toBeUndefined();
  });

  test('every path that is accepted is the one path of its tile', () => {
    const piece = fc.constantFrom(
      'tile/',
      'entries/',
      '0/',
      '1/',
      'x001/',
      'x000/',
      '000',
      '123',
      '.p/',
      '7',
      '255',
      '256',
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 8 }), (pieces) => {
        const path = pieces.join('');
        const tile = parseTilePath(path);
        if (tile !== undefined) expect(tilePath(tile)).toBe(path);
      }),
    );
  });

  test('70,000 leaves are the tiles that the specification counts', () => {
    const count = (level: number | 'entries', full: boolean) =>
      [...tilesOf(70_000)].filter((tile) => tile.level === level && (tile.width === 256) === full);
    expect(count(0, true)).toHaveLength(273);
    expect(count(0, false)).toEqual([{ level: 0, index: 273, width: 112 }]);
    expect(count(1, true)).toHaveLength(1);
    expect(count(1, false)).toEqual([{ level: 1, index: 1, width: 17 }]);
    expect(count(2, false)).toEqual([{ level: 2, index: 0, width: 1 }]);
    expect(count('entries', true)).toHaveLength(273);
    expect([...tilesOf(256)].filter(({ level }) => level !== 'entries')).toEqual([
      { level: 0, index: 0, width: 256 },
      { level: 1, index: 0, width: 1 },
    ]);
    expect([...tilesOf(0)]).toEqual([]);
    expect(tileWidth(0, 274, 70_000)).toBe(0);
  });
});

describe('the hashes of tiles', () => {
  test('P10: the tiles of a tree give its root, whatever its size', () => {
    const size = 66_000;
    const leaves = Array.from({ length: size }, (_, at) =>
      leafHash(hashing, Uint8Array.of(at >> 16, at >> 8, at)),
    );
    const levels: Uint8Array[][] = [leaves];
    for (let below = leaves; below.length >= 256; below = levels.at(-1) as Uint8Array[])
      levels.push(
        Array.from({ length: Math.floor(below.length / 256) }, (_, at) =>
          tileRoot(hashing, Buffer.concat(below.slice(at * 256, at * 256 + 256))),
        ),
      );
    const read = ({ level, index, width }: TileId) =>
      Buffer.concat((levels[Number(level)] ?? []).slice(index * 256, index * 256 + width));
    let range: CompactRange = EMPTY_RANGE;
    for (const end of [1, 255, 256, 257, 65_535, 65_536, 65_537, size]) {
      const hashes = completeSubtrees(0, end).map((node) =>
        new HashTile(hashing, read(tileOfNode(node, end))).hashOf(node),
      );
      range = leaves.slice(range.size, end).reduce((grown, leaf) => appendLeaf(hashing, grown, leaf), range);
      expect(Buffer.from(joinSubtrees(hashing, hashes))).toEqual(Buffer.from(rangeRoot(hashing, range)));
    }
  });

  test('P10: proofs that are made from tiles verify, for any leaf of any tree, and read each tile once', async () => {
    const leaves = Array.from({ length: 1_300 }, (_, at) => leafHash(hashing, Uint8Array.of(at >> 8, at)));
    const roots = leaves
      .slice(0, 1_280)
      .flatMap((_, at) =>
        at % 256 === 255 ? [tileRoot(hashing, Buffer.concat(leaves.slice(at - 255, at + 1)))] : [],
      );
    const rows = [leaves, roots];
    const rootOf = (size: number) =>
      rangeRoot(
        hashing,
        leaves
          .slice(0, size)
          .reduce<CompactRange>((grown, leaf) => appendLeaf(hashing, grown, leaf), EMPTY_RANGE),
      );
    const tiles = new Map<string, HashTile>();
    const reads: string[] = [];
    const read = async (tile: TileId) => {
      const { level, index, width } = tile;
      const path = tilePath(tile);
      reads.push(path);
      const bytes = Buffer.concat((rows[Number(level)] ?? []).slice(index * 256, index * 256 + width));
      const known = tiles.get(path) ?? new HashTile(hashing, bytes);
      tiles.set(path, known);
      return known;
    };
    for (const size of [1, 2, 255, 256, 257, 512, 700, 1_280, 1_300]) {
      const root = rootOf(size);
      for (let index = 0; index < size; index += 1 + (index % 37)) {
        reads.length = 0;
        const proof = await proofFromTiles(hashing, inclusionSteps(index, size), size, read);
        verifyInclusion(hashing, { index, size, leaf: leaves[index] as Uint8Array, root, proof });
        expect(new Set(reads).size).toBe(reads.length);
      }
      for (const oldSize of [1, 3, 255, 256, 300, 512].filter((each) => each <= size)) {
        const proof = await proofFromTiles(hashing, consistencySteps(oldSize, size), size, read);
        verifyConsistency(hashing, { oldSize, oldRoot: rootOf(oldSize), size, root, proof });
      }
    }
  });

  test('a tile that is too short or no multiple of 32 bytes is refused', () => {
    const refused = (run: () => unknown) => expect(run).toThrow(AuditLogError);
    refused(() => hashesOf(new Uint8Array(33)));
    refused(() => hashesOf(new Uint8Array(257 * 32)));
    refused(() => tileRoot(hashing, new Uint8Array(255 * 32)));
    refused(() => new HashTile(hashing, new Uint8Array(33)));
    refused(() => new HashTile(hashing, new Uint8Array(257 * 32)));
    refused(() => new HashTile(hashing, new Uint8Array(32)).hashOf({ level: 1, index: 0 }));
    refused(() => new HashTile(hashing, new Uint8Array(3 * 32)).hashOf({ level: 1, index: 1 }));
    refused(() => new HashTile(hashing, new Uint8Array(0)).hashOf({ level: 0, index: 0 }));
  });
});

describe('bundles of leaves', () => {
  test('are read as they were written', () => {
    const leaves = fc.array(fc.uint8Array({ maxLength: 300 }), { maxLength: 20 });
    fc.assert(
      fc.property(leaves, (entries) => {
        expect(decodeBundle(encodeBundle(entries), entries.length)).toEqual(entries);
      }),
    );
  });

  test('another number of leaves, a cut bundle and one with bytes behind it are refused', () => {
    const bundle = encodeBundle([Uint8Array.of(1, 2), Uint8Array.of(3)]);
    for (const [bytes, width] of [
      [bundle, 1],
      [bundle, 3],
      [bundle.subarray(0, -1), 2],
      [bundle.subarray(0, 5), 2],
      [Buffer.concat([bundle, Uint8Array.of(0)]), 2],
    ] as const)
      expect(() => decodeBundle(bytes, width)).toThrow(AuditLogError);
    expect(() => encodeBundle([new Uint8Array(65_536)])).toThrow(RangeError);
  });
});
