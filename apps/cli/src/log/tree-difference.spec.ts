import { firstDifference, type TreeHashes } from './tree-difference.js';

/** A log of leaves with these hashes, whose tiles before `minimum` were pruned. Tiles on the level above have hashes of their own. */
const log =
  (
    leaves: readonly number[],
    { minimum = 0, above = [0] }: { minimum?: number; above?: number[] } = {},
  ): TreeHashes =>
  async (level, from, to) => {
    if (level === 0) return from < minimum ? [] : leaves.slice(from, to).map((leaf) => Uint8Array.of(leaf));
    return level === 1 ? above.slice(from, to).map((tile) => Uint8Array.of(tile)) : [];
  };
const leaves = Array.from({ length: 300 }, (_, index) => index % 251);
const changed = (index: number) => leaves.with(index, 255);

test.each([
  ['the same leaves', log(leaves), undefined],
  ['another leaf in a full tile', log(changed(255)), 255],
  ['another leaf in the last tile', log(changed(299)), 299],
  ['a leaf more than is compared', log([...leaves, 1]), undefined],
  ['a tile that was pruned, under the same hash', log(leaves, { minimum: 256 }), undefined],
  ['a tile that was pruned, under another hash', log(leaves, { minimum: 256, above: [1] }), 0],
  ['a tile that was pruned, under no hash', log(leaves, { minimum: 256, above: [] }), undefined],
  ['another leaf behind a tile that was pruned', log(changed(257), { minimum: 256 }), 257],
])('finds where two logs part: %s', async (_, other, expected) => {
  expect(await firstDifference(log(leaves), other, 300)).toBe(expected);
  expect(await firstDifference(other, log(leaves), 300)).toBe(expected);
});
