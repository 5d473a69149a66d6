import {
  type Checkpoint,
  encodeLeaf,
  inclusionSteps,
  type LeafV1,
  LogFault,
  type LogSource,
  leafHash,
  nodeInTile,
  proofHashes,
  tileOfNode,
  tilePath,
  verifyInclusion,
} from '@countersign/audit-log';
import { webHashing } from './web-crypto.js';

/**
 * Verifies that leaves stand at their places in the tree that a checkpoint signs. Reads each tile that their proofs need
 * once.
 *
 * @throws LogFault `missing_tile`
 * @throws AuditLogError `not_included`, `invalid_leaf`, `invalid_tile`
 */
export async function requireIncluded(
  source: LogSource,
  { size, root }: Pick<Checkpoint, 'size' | 'root'>,
  leaves: readonly { index: number; leaf: LeafV1 }[],
): Promise<void> {
  const tiles = new Map<string, Uint8Array>();
  for (const { index, leaf } of leaves) {
    const steps = index < size ? inclusionSteps(index, size) : [];
    for (const node of steps.flat()) {
      const path = tilePath(tileOfNode(node, size));
      if (!tiles.has(path)) tiles.set(path, await readTile(source, path));
    }
    const proof = proofHashes(webHashing, steps, (node) =>
      nodeInTile(webHashing, node, tiles.get(tilePath(tileOfNode(node, size))) ?? new Uint8Array()),
    );
    verifyInclusion(webHashing, { index, size, leaf: leafHash(webHashing, encodeLeaf(leaf)), root, proof });
  }
}

async function readTile(source: LogSource, path: string): Promise<Uint8Array> {
  const bytes = await source.read(path);
  if (bytes === undefined) throw new LogFault('missing_tile', `${path} is missing.`);
  return bytes;
}
