export { type AnchorFile, parseAnchorFile } from './anchor-file.js';
export { concatBytes, decodeBase64, decodeHash, encodeBase64, equalBytes } from './bytes.js';
export {
  type Checkpoint,
  checkpointOrigin,
  formatCheckpoint,
  type LogName,
  logOrigin,
  openCheckpoint,
  parseCheckpoint,
  parseLogOrigin,
  type SignedCheckpoint,
} from './checkpoint.js';
export { cosign, cosignedAt } from './cosignature.js';
export { AuditLogError, type AuditLogErrorCode } from './errors.js';
export { HashTile, proofFromTiles } from './hash-tile.js';
export type { Actor, LeafV1 } from './leaf.js';
export { encodeLeaf, leafText, MAX_LEAF_BYTES, parseLeaf } from './leaf.js';
export { type Difference, differenceOf, type EventLeaf, eventOf, readableIn, saidIn } from './leaf-form.js';
export { LogFault, type LogFaultCode } from './log-fault.js';
export {
  type Ed25519Check,
  type Ed25519Sign,
  ed25519Key,
  formatNote,
  formatSignatureLine,
  type Note,
  type NoteSignature,
  noteKeyId,
  noteToSign,
  parseNote,
  parseSignatureLine,
  parseVerifierKey,
  SIGNATURE_TYPE,
  signaturesBy,
  signNote,
  type VerifierKey,
  verifierKey,
  verifyNote,
} from './note.js';
export { formatTlogPolicy, parseTlogPolicy, type TlogPolicy } from './policy.js';
export {
  type ConsistencyClaim,
  completeSubtrees,
  consistencySteps,
  type InclusionClaim,
  inclusionSteps,
  joinSubtrees,
  type NodeId,
  type ProofStep,
  proofHashes,
  verifyConsistency,
  verifyInclusion,
} from './proofs.js';
export { type LeafRangeProof, LeafRangeVerifier, leafRangeSteps } from './range-proof.js';
export {
  formatStatement,
  type OpenedStatement,
  openStatement,
  STATEMENT_TYPE,
  type StatementBody,
} from './statement.js';
export {
  type HandOver,
  handOverToSign,
  KEY_LEAF,
  LogSuccession,
  RESTORED_LEAF,
  type Restoration,
  type Succession,
} from './succession.js';
export { type TenantLogOptions, verifyTenantLog } from './tenant-log.js';
export {
  decodeBundle,
  encodeBundle,
  HASH_BYTES,
  hashesOf,
  parseTilePath,
  subtreeRoot,
  TILE_HEIGHT,
  type TileId,
  tileOfNode,
  tilePath,
  tileRoot,
  tilesOf,
  tileWidth,
} from './tiles.js';
export { formatTlogProof, parseTlogProof, type TlogProof } from './tlog-proof.js';
export {
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
export type { LogSource, VerifiedPoint } from './tree-reader.js';
export {
  type UnknownFound,
  UnknownLeaves,
  type UnknownType,
  unknownEvent,
} from './unknown-leaves.js';
export { hadRoot, provenLeaf, type VerifiedLog, type VerifyOptions, verifyLog } from './verifier.js';
export {
  type AddCheckpoint,
  decideWitness,
  formatAddCheckpoint,
  parseAddCheckpoint,
  type WitnessDecision,
  type Witnessed,
} from './witness.js';
