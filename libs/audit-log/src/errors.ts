export type AuditLogErrorCode =
  /** Not a leaf of version 1, or not exact JSON. */
  | 'invalid_leaf'
  /** Above `MAX_LEAF_BYTES`. */
  | 'leaf_too_large'
  /** Not a C2SP verifier key. */
  | 'invalid_key'
  /** A verifier key of an algorithm that this version does not know. */
  | 'unknown_key_type'
  /** Not a C2SP signed note. */
  | 'invalid_note'
  /** No signature by a required key. */
  | 'unsigned'
  /** A signature of a known key does not fit. */
  | 'bad_signature'
  /** Not a C2SP checkpoint. */
  | 'invalid_checkpoint'
  /** A checkpoint of another log. */
  | 'wrong_origin'
  /** A tile or bundle of another length than the tree's size requires. */
  | 'invalid_tile'
  /** Not a C2SP proof. */
  | 'invalid_proof'
  /** Not a C2SP policy file. */
  | 'invalid_policy'
  /** Not a statement of accesses. */
  | 'invalid_statement'
  /** Not an `add-checkpoint` request. */
  | 'invalid_request'
  /** The leaf is not at that place of the tree. */
  | 'not_included'
  /** One tree is not the beginning of the other: the log was changed. */
  | 'inconsistent';

/** The one error that this library throws. Programs branch on `code`. The message never repeats a leaf's values. */
export class AuditLogError extends Error {
  readonly code: AuditLogErrorCode;

  constructor(code: AuditLogErrorCode, detail: string, options?: ErrorOptions) {
    super(detail, options);
    this.name = 'AuditLogError';
    this.code = code;
  }
}
