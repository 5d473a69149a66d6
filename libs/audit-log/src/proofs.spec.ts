/** @soak */

import { createHash } from 'node:crypto';
import type { Hashing } from '@countersign/contract';
import fc from 'fast-check';
import { samples } from '../../../test/support/samples.js';
import { AuditLogError } from './errors.js';
import {
  completeSubtrees,
  consistencySteps,
  inclusionSteps,
  type NodeId,
  proofHashes,
  verifyConsistency,
  verifyInclusion,
} from './proofs.js';
import { appendLeaf, type CompactRange, EMPTY_RANGE, leafHash, nodeHash, rangeRoot } from './tree.js';

const MOST = samples('provenTrees');
const hashing: Hashing = { sha256: (data) => createHash('sha256').update(data).digest() };
const bytes = (hex: string) => Uint8Array.from(Buffer.from(hex, 'hex'));

function treeOf(size: number): { hashOf(node: NodeId): Uint8Array; rootOf(size: number): Uint8Array } {
  const leaves = Array.from({ length: size }, (_, index) =>
    leafHash(hashing, Uint8Array.of(index >> 8, index)),
  );
  const hashOf = ({ level, index }: NodeId): Uint8Array =>
    level === 0
      ? (leaves[index] as Uint8Array)
      : nodeHash(
          hashing,
          hashOf({ level: level - 1, index: index * 2 }),
          hashOf({ level: level - 1, index: index * 2 + 1 }),
        );
  const rootOf = (count: number) =>
    rangeRoot(
      hashing,
      leaves
        .slice(0, count)
        .reduce<CompactRange>((range, leaf) => appendLeaf(hashing, range, leaf), EMPTY_RANGE),
    );
  return { hashOf, rootOf };
}

const codeOf = (run: () => void): string | undefined => {
  try {
    run();
  } catch (error) {
    if (error instanceof AuditLogError) return error.code;
    throw error;
  }
  return undefined;
};

// Published test values of Certificate Transparency (RFC 6962), Apache-2.0: the tree of eight leaves.
const LEAVES = [
  '',
  '00',
  '10',
  '2021',
  '3031',
  '40414243',
  '5051525354555657',
  '606162636465666768696a6b6c6d6e6f',
];
const published = LEAVES.map((leaf) => leafHash(hashing, bytes(leaf)));
const publishedRoot = (size: number) =>
  rangeRoot(
    hashing,
    published
      .slice(0, size)
      .reduce<CompactRange>((range, leaf) => appendLeaf(hashing, range, leaf), EMPTY_RANGE),
  );

describe('P10: proofs of RFC 6962', () => {
  test.each([
    { index: 0, size: 1, proof: [] },
    {
      index: 0,
      size: 8,
      proof: [
        '96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7',
        '5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e',
        '6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4',
      ],
    },
    {
      index: 5,
      size: 8,
      proof: [
        'bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b',
        'ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0',
        'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
      ],
    },
    { index: 2, size: 3, proof: ['fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125'] },
    {
      index: 1,
      size: 5,
      proof: [
        '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d',
        '5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e',
        'bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b',
      ],
    },
  ])('leaf $index of $size is included, as published', ({ index, size, proof }) => {
    const hashes = proof.map(bytes);
    const leaf = published[index] as Uint8Array;
    verifyInclusion(hashing, { index, size, leaf, root: publishedRoot(size), proof: hashes });
  });

  test.each([
    { oldSize: 1, size: 1, proof: [] },
    {
      oldSize: 1,
      size: 8,
      proof: [
        '96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7',
        '5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e',
        '6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4',
      ],
    },
    {
      oldSize: 6,
      size: 8,
      proof: [
        '0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a',
        'ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0',
        'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
      ],
    },
    {
      oldSize: 2,
      size: 5,
      proof: [
        '5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e',
        'bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b',
      ],
    },
  ])('$oldSize leaves are the beginning of $size, as published', ({ oldSize, size, proof }) => {
    const claim = { oldSize, oldRoot: publishedRoot(oldSize), size, root: publishedRoot(size) };
    verifyConsistency(hashing, { ...claim, proof: proof.map(bytes) });
  });

  test(`every leaf of every tree up to ${MOST} leaves has a proof that verifies`, () => {
    const tree = treeOf(MOST);
    for (let size = 1; size <= MOST; size += 1)
      for (let index = 0; index < size; index += 1) {
        const proof = proofHashes(hashing, inclusionSteps(index, size), tree.hashOf);
        const leaf = tree.hashOf({ level: 0, index });
        verifyInclusion(hashing, { index, size, leaf, root: tree.rootOf(size), proof });
      }
  });

  test(`every tree up to ${MOST} leaves is proven consistent with every larger one`, () => {
    const tree = treeOf(MOST);
    for (let size = 0; size <= MOST; size += 1)
      for (let oldSize = 0; oldSize <= size; oldSize += 1) {
        const proof = proofHashes(hashing, consistencySteps(oldSize, size), tree.hashOf);
        const claim = { oldSize, oldRoot: tree.rootOf(oldSize), size, root: tree.rootOf(size), proof };
        verifyConsistency(hashing, claim);
      }
  });

  test('sizes beyond 32 bits have proofs of the right length', () => {
    const size = 2 ** 40 + 3;
    expect(inclusionSteps(2 ** 40 + 1, size)).toEqual([
      [{ level: 0, index: 2 ** 40 }],
      [{ level: 0, index: 2 ** 40 + 2 }],
      [{ level: 40, index: 0 }],
    ]);
    expect(completeSubtrees(0, size).map(({ level }) => level)).toEqual([40, 1, 0]);
  });

  const change = fc.constantFrom('flip', 'drop', 'double', 'swap') as fc.Arbitrary<
    'flip' | 'drop' | 'double' | 'swap'
  >;
  const damaged = (proof: readonly Uint8Array[], kind: string, at: number): Uint8Array[] => {
    const copy = proof.map((hash) => Uint8Array.from(hash));
    const place = at % Math.max(1, copy.length);
    const hash = copy[place];
    if (hash === undefined || kind === 'double') return [...copy, new Uint8Array(32)];
    if (kind === 'drop') copy.splice(place, 1);
    else if (kind === 'swap' && copy.length > 1) copy.push(...copy.splice(place, 1).reverse());
    else hash[at % 32] = (hash[at % 32] ?? 0) ^ (1 << (at % 8));
    return copy;
  };
  const same = (left: readonly Uint8Array[], right: readonly Uint8Array[]) =>
    left.length === right.length &&
    left.every((hash, index) => Buffer.compare(hash, right[index] as Uint8Array) === 0);

  test('a proof with one change is refused', () => {
    const tree = treeOf(40);
    const sizes = fc.tuple(fc.integer({ min: 1, max: 40 }), fc.nat(39));
    fc.assert(
      fc.property(sizes, change, fc.nat(1000), ([size, other], kind, at) => {
        const index = other % size;
        const inclusion = proofHashes(hashing, inclusionSteps(index, size), tree.hashOf);
        const bad = damaged(inclusion, kind, at);
        const leaf = tree.hashOf({ level: 0, index });
        const claim = { index, size, leaf, root: tree.rootOf(size), proof: bad };
        if (!same(bad, inclusion)) expect(codeOf(() => verifyInclusion(hashing, claim))).toBe('not_included');
        const oldSize = other % (size + 1);
        const consistency = proofHashes(hashing, consistencySteps(oldSize, size), tree.hashOf);
        const worse = damaged(consistency, kind, at);
        const roots = { oldSize, oldRoot: tree.rootOf(oldSize), size, root: tree.rootOf(size) };
        if (!same(worse, consistency))
          expect(codeOf(() => verifyConsistency(hashing, { ...roots, proof: worse }))).toBe('inconsistent');
      }),
    );
  });

  test('a leaf at another index, a tree of another size and another root are refused', () => {
    const tree = treeOf(40);
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 40 }), fc.nat(39), fc.nat(39), (size, one, two) => {
        const [index, other] = [one % size, two % size];
        fc.pre(index !== other);
        const proof = proofHashes(hashing, inclusionSteps(index, size), tree.hashOf);
        const leaf = tree.hashOf({ level: 0, index });
        const claim = { index, size, leaf, root: tree.rootOf(size), proof };
        for (const wrong of [{ index: other }, { root: tree.rootOf(size - 1) }, { leaf: tree.rootOf(0) }])
          expect(codeOf(() => verifyInclusion(hashing, { ...claim, ...wrong }))).toBe('not_included');
      }),
    );
  });

  test.each([
    ['a larger old tree', { oldSize: 3, size: 2 }],
    ['a negative size', { oldSize: -1, size: 2 }],
    ['half a leaf', { oldSize: 0.5, size: 2 }],
    ['a size beyond exact numbers', { oldSize: 0, size: 2 ** 53 }],
  ])('refuses %s', (_what, sizes) => {
    const [oldRoot, root] = [publishedRoot(2), publishedRoot(2)];
    expect(codeOf(() => verifyConsistency(hashing, { ...sizes, oldRoot, root, proof: [] }))).toBe(
      'inconsistent',
    );
  });

  test('two trees of one size are refused, and so is a proof where nothing is to prove', () => {
    const [oldRoot, root] = [publishedRoot(3), publishedRoot(4)];
    expect(codeOf(() => verifyConsistency(hashing, { oldSize: 4, size: 4, oldRoot, root, proof: [] }))).toBe(
      'inconsistent',
    );
    expect(
      codeOf(() => verifyConsistency(hashing, { oldSize: 0, size: 4, oldRoot, root, proof: [root] })),
    ).toBe('inconsistent');
  });
});
