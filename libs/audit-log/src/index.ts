export { AuditLogError, type AuditLogErrorCode } from './errors.js';
export type { Actor, LeafV1 } from './leaf.js';
export { encodeLeaf, MAX_LEAF_BYTES } from './leaf.js';
export {
  appendLeaf,
  type CompactRange,
  EMPTY_RANGE,
  emptyTreeHash,
  leafHash,
  nodeHash,
  rangeRoot,
  rangeWidth,
} from './tree.js';
export { logOrigin, noteKeyId, verifierKey } from './verifier-key.js';
