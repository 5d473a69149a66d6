/** Why a pack does not verify. Stable: programs branch on it. */
export type EvidenceFaultCode =
  /** The archive is not an evidence pack, lacks a file, or has one that its manifest does not name. */
  | 'invalid_pack'
  /** A file does not have the hash that the manifest names. */
  | 'changed_file'
  /** A file differs from the one that the leaves of the pack produce. */
  | 'evidence_differs'
  /** A value does not open its commitment. */
  | 'wrong_opening';

/** The error for a pack that does not verify. */
export class EvidenceFault extends Error {
  override readonly name = 'EvidenceFault';

  constructor(
    readonly code: EvidenceFaultCode,
    detail: string,
  ) {
    super(detail);
  }
}
