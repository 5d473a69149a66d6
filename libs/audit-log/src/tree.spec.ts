import { createHash } from 'node:crypto';
import type { Hashing } from '@countersign/contract';
import fc from 'fast-check';
import {
  appendLeaf,
  type CompactRange,
  EMPTY_RANGE,
  emptyTreeHash,
  leafHash,
  leafHashOfText,
  nodeHash,
  rangeRoot,
  rangeWidth,
} from './tree.js';

const hashing: Hashing = { sha256: (data) => createHash('sha256').update(data).digest() };
const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');
const text = (value: string) => new TextEncoder().encode(value);

test('the hash of a leaf’s text is that of its UTF-8 bytes, whatever characters it has', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), (value) => {
      expect(hex(leafHashOfText(hashing, value))).toBe(hex(leafHash(hashing, text(value))));
    }),
  );
});

// Published test values of the transparency-dev Merkle tree (RFC 6962 hasher), Apache-2.0.
describe('P10: hashes of RFC 6962', () => {
  test('the empty tree', () => {
    expect(hex(emptyTreeHash(hashing))).toBe(
      'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
    );
  });

  test.each([
    ['', '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d'],
    ['L123456', '395aa064aa4c29f7010acfe3f25db9485bbd4b91897b6ad7ad547639252b4d56'],
  ])('the leaf %j', (value, hash) => {
    expect(hex(leafHashOfText(hashing, value))).toBe(hash);
    expect(hex(leafHash(hashing, text(value)))).toBe(hash);
  });

  test('a node', () => {
    const hash = 'aa217fe888e47007fa15edab33c2b492a722cb106c64667fc2b044444de66bbb';
    expect(hex(nodeHash(hashing, text('N123'), text('N456')))).toBe(hash);
  });

  test('a node is never the leaf of the same bytes', () => {
    const [left, right] = [new Uint8Array(32), new Uint8Array(32).fill(1)];
    expect(hex(nodeHash(hashing, left, right))).not.toBe(
      hex(leafHash(hashing, Buffer.concat([left, right]))),
    );
  });
});

const grown = (leaves: readonly Uint8Array[]): CompactRange =>
  leaves.reduce((range, leaf) => appendLeaf(hashing, range, leafHash(hashing, leaf)), EMPTY_RANGE);

/** RFC 6962 §2.1 word for word: split at the largest power of two below the number of leaves. */
function merkleTreeHash(leaves: readonly Uint8Array[]): Uint8Array {
  const [first] = leaves;
  if (first === undefined) return emptyTreeHash(hashing);
  if (leaves.length === 1) return leafHash(hashing, first);
  let split = 1;
  while (split * 2 < leaves.length) split *= 2;
  return nodeHash(hashing, merkleTreeHash(leaves.slice(0, split)), merkleTreeHash(leaves.slice(split)));
}

// Published test values of Certificate Transparency (RFC 6962), Apache-2.0: eight leaves and the roots on the way.
const LEAVES = [
  '',
  '00',
  '10',
  '2021',
  '3031',
  '40414243',
  '5051525354555657',
  '606162636465666768696a6b6c6d6e6f',
].map((leaf) => Buffer.from(leaf, 'hex'));
const ROOTS = [
  'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
  '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d',
  'fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125',
  'aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77',
  'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
  '4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4',
  '76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef',
  'ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c',
  '5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328',
];

describe('P10: the root of a growing log', () => {
  test.each(ROOTS.map((root, size) => [size, root] as const))('with %i leaves', (size, root) => {
    expect(hex(rangeRoot(hashing, grown(LEAVES.slice(0, size))))).toBe(root);
  });

  test('is the tree hash of RFC 6962 for any leaves, and its parts are as many as the size has bits', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 8 }), { maxLength: 140 }), (leaves) => {
        const range = grown(leaves);
        expect(hex(rangeRoot(hashing, range))).toBe(hex(merkleTreeHash(leaves)));
        expect([range.size, range.nodes.length]).toEqual([leaves.length, rangeWidth(leaves.length)]);
      }),
    );
  });

  test('a range is never changed in place', () => {
    const before = grown(LEAVES.slice(0, 3));
    const root = hex(rangeRoot(hashing, before));
    appendLeaf(hashing, before, leafHash(hashing, Buffer.from('x')));
    expect(hex(rangeRoot(hashing, before))).toBe(root);
  });
});
