/** Codes of the store's own refusals. They are the operator's to mend; the domain's refusals are `AccessError`s. */
export type StoreErrorCode =
  | 'invalid_url'
  | 'database_missing'
  | 'database_unreadable'
  | 'database_failed'
  | 'rebuild_needed'
  | 'migrations_pending'
  | 'schema_too_new'
  | 'role_missing'
  | 'master_key_mismatch'
  | 'master_key_unchanged'
  | 'master_key_changed'
  | 'brokers_running'
  | 'backup_failed'
  | 'secret_unreadable'
  | 'no_organisation'
  | 'foreign_tenant'
  | 'invalid_tenant'
  | 'nested_unit'
  | 'store_busy'
  | 'store_closed';

/** Why the store refused. `message` says what to do and holds no secret and no personal value. */
export class StoreError extends Error {
  readonly code: StoreErrorCode;

  constructor(code: StoreErrorCode, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = 'StoreError';
    this.code = code;
  }
}
