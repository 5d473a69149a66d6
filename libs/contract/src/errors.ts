/** Every code with which this library refuses. Programs branch on the code, never on the message. */
export type ContractErrorCode =
  /** A path, or a header that names a tenant, has more than one reading. */
  | 'ambiguous_request'
  /** The value has no canonical JSON. */
  | 'invalid_canonical_value'
  | 'invalid_commitment'
  | 'invalid_duration'
  | 'invalid_form'
  | 'invalid_instant'
  /** Not JSON, not UTF-8, or JSON that two readers may understand differently. */
  | 'invalid_json'
  /** A variable of a persisted operation that names its tenant or resource has no usable value. */
  | 'invalid_operation'
  /** Not a resource, or not a pattern where one is needed. */
  | 'invalid_resource'
  | 'invalid_route_map'
  | 'invalid_scope'
  | 'invalid_sealed_day'
  | 'invalid_statement'
  | 'invalid_terms'
  /** Too many scope entries, or no token could carry the terms. */
  | 'terms_too_large'
  /** Terms with a `v` other than 1. */
  | 'unsupported_version';

/**
 * The one error that this library throws. `pointer` is a JSON Pointer (RFC 6901) into the refused value, if one place is
 * to blame. The message says which rule was broken. It never repeats the value, which may be personal.
 */
export class ContractError extends Error {
  readonly code: ContractErrorCode;
  readonly pointer?: string;

  constructor(code: ContractErrorCode, detail: string, pointer?: string) {
    super(detail);
    this.name = 'ContractError';
    this.code = code;
    if (pointer !== undefined) this.pointer = pointer;
  }
}

/** Formats a path of member names and indexes as a JSON Pointer (RFC 6901). */
export function jsonPointer(path: readonly PropertyKey[]): string {
  return path.map((part) => `/${String(part).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
}

/** What a rule reports: undefined if it holds, otherwise what is wrong. */
export const unless = (holds: boolean, wrong: string): string | undefined => (holds ? undefined : wrong);
