export type AuditLogErrorCode =
  /** Not a leaf of version 1, or not exact JSON. */
  | 'invalid_leaf'
  /** Above `MAX_LEAF_BYTES`. */
  | 'leaf_too_large';

/** The one error that this library throws. Programs branch on `code`. The message never repeats a leaf's values. */
export class AuditLogError extends Error {
  readonly code: AuditLogErrorCode;

  constructor(code: AuditLogErrorCode, detail: string, options?: ErrorOptions) {
    super(detail, options);
    this.name = 'AuditLogError';
    this.code = code;
  }
}
