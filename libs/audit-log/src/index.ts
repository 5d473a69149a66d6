export { AuditLogError, type AuditLogErrorCode } from './errors.js';
export { encodeLeaf, MAX_LEAF_BYTES } from './leaf/encode.js';
export type { Actor, LeafV1 } from './leaf/leaf.js';
export { logOrigin, noteKeyId, verifierKey } from './note/verifier-key.js';
export { type CompactRange, EMPTY_RANGE, rangeRoot, rangeWidth, withLeaf } from './tree/compact-range.js';
export { emptyTreeHash, leafHash, nodeHash } from './tree/hash.js';
