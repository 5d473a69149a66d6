import { equalBytes } from '@countersign/audit-log';
import { TILE_WIDTH } from '@countersign/contract';

/**
 * Hashes of a log: of its leaves on level 0, of full tiles on the levels above (C2SP tlog-tiles). Those from `from` up to, but
 * not including, `to`; none if the log does not have them any more.
 */
export type TreeHashes = (level: number, from: number, to: number) => Promise<Uint8Array[]>;

/**
 * Compares the first leaves of two logs. If one of them has pruned a tile, the hashes above it are compared; if they differ, the
 * tile's first leaf counts as the first that differs. A tile that neither way can compare counts as the same.
 *
 * @param leaves how many; both logs have had as many
 * @returns the first leaf that differs; undefined if there is none
 */
export async function firstDifference(
  one: TreeHashes,
  other: TreeHashes,
  leaves: number,
): Promise<number | undefined> {
  for (let start = 0; start < leaves; start += TILE_WIDTH) {
    const end = Math.min(start + TILE_WIDTH, leaves);
    const [left, right] = [await one(0, start, end), await other(0, start, end)];
    const isPruned = left.length === 0 || right.length === 0;
    if (isPruned && (await differsAbove(one, other, start, leaves))) return start;
    for (let at = 0; !isPruned && start + at < end; at += 1)
      if (!isSame(left[at], right[at])) return start + at;
  }
  return undefined;
}

/** Compares the lowest hash above the tile that both logs have. */
async function differsAbove(
  one: TreeHashes,
  other: TreeHashes,
  start: number,
  leaves: number,
): Promise<boolean> {
  for (let width = TILE_WIDTH, level = 1; ; width *= TILE_WIDTH, level += 1) {
    const index = Math.floor(start / width);
    if ((index + 1) * width > leaves) return false;
    const [left] = await one(level, index, index + 1);
    const [right] = await other(level, index, index + 1);
    if (left !== undefined && right !== undefined) return !equalBytes(left, right);
  }
}

const isSame = (one: Uint8Array | undefined, other: Uint8Array | undefined): boolean =>
  one !== undefined && other !== undefined && equalBytes(one, other);
