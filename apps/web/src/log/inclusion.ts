import {
  type Checkpoint,
  encodeLeaf,
  HashTile,
  inclusionSteps,
  type LeafV1,
  LogFault,
  type LogSource,
  leafHash,
  proofFromTiles,
  type TileId,
  tilePath,
  verifyInclusion,
} from '@countersign/audit-log';
import { webHashing } from './web-crypto.js';

/**
 * Verifies that leaves stand at their places in the tree that a checkpoint signs. Reads each tile that their proofs need
 * once, and computes each hash inside it once.
 *
 * @throws LogFault `missing_tile`
 * @throws AuditLogError `not_included`, `invalid_leaf`, `invalid_tile`
 */
export async function requireIncluded(
  source: LogSource,
  { size, root }: Pick<Checkpoint, 'size' | 'root'>,
  leaves: readonly { index: number; leaf: LeafV1 }[],
): Promise<void> {
  const tiles = new Map<string, Promise<HashTile>>();
  const read = (tile: TileId): Promise<HashTile> => {
    const path = tilePath(tile);
    const known = tiles.get(path) ?? readTile(source, path);
    tiles.set(path, known);
    return known;
  };
  for (const { index, leaf } of leaves) {
    const steps = index < size ? inclusionSteps(index, size) : [];
    const proof = await proofFromTiles(webHashing, steps, size, read);
    verifyInclusion(webHashing, { index, size, leaf: leafHash(webHashing, encodeLeaf(leaf)), root, proof });
  }
}

async function readTile(source: LogSource, path: string): Promise<HashTile> {
  const bytes = await source.read(path);
  if (bytes === undefined) throw new LogFault('missing_tile', `${path} is missing.`);
  return new HashTile(webHashing, bytes);
}
