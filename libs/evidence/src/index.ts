export { CONTROL_MAPPING, type MappedControl } from './control-mapping.js';
export { DerivedFiles } from './derived-files.js';
export { EvidenceFault, type EvidenceFaultCode } from './evidence-fault.js';
export {
  EVIDENCE_TYPE,
  FILES,
  type Manifest,
  manifestJson,
  manifestNoteText,
  type PackedFile,
  packFileName,
  parseManifest,
  sumsText,
} from './manifest.js';
export type { EvidencePeriod, PackContext } from './pack-context.js';
export { leafLine, type PackLeaf, type PackValue, type ProvenLeaf, packLeaf } from './pack-leaf.js';
export { defaultSeed, proofFile, SAMPLE_SIZE } from './sample.js';
export {
  type PackSource,
  type RunningHash,
  type VerifiedPack,
  type VerifyOptions,
  type VerifyPorts,
  verifyPack,
} from './verify-pack.js';
