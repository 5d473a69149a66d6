export type EvidenceFaultCode =
  /** It is no evidence pack, lacks a file, or has one that its manifest does not name. */
  | 'invalid_pack'
  /** A file does not have the hash that the manifest names. */
  | 'changed_file'
  /** A file is not what the leaves of the pack lead to. */
  | 'evidence_differs'
  /** A value does not open its commitment. */
  | 'wrong_opening';

/** A pack that does not verify. Programs branch on `code`. */
export class EvidenceFault extends Error {
  override readonly name = 'EvidenceFault';

  constructor(
    readonly code: EvidenceFaultCode,
    detail: string,
  ) {
    super(detail);
  }
}
