export type AuditLogErrorCode = 'invalid_leaf' | 'leaf_too_large';

/** What this library throws. Programs branch on `code`; the message never repeats a leaf's values. */
export class AuditLogError extends Error {
  readonly code: AuditLogErrorCode;

  constructor(code: AuditLogErrorCode, detail: string, options?: ErrorOptions) {
    super(detail, options);
    this.name = 'AuditLogError';
    this.code = code;
  }
}
