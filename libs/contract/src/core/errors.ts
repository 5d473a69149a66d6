/** Codes of everything that libs/scope refuses. Programs branch on these, never on the message. */
export type ContractErrorCode =
  | 'ambiguous_request'
  | 'invalid_canonical_value'
  | 'invalid_commitment'
  | 'invalid_duration'
  | 'invalid_instant'
  | 'invalid_resource'
  | 'invalid_route_map'
  | 'invalid_scope'
  | 'invalid_statement'
  | 'invalid_terms'
  | 'terms_too_large'
  | 'unsupported_version';

/**
 * The one error that this library throws. `pointer` is a JSON Pointer (RFC 6901) into the value that was
 * handed in, where one place is to blame. The message says which rule was broken and never repeats the value:
 * a justification or a path may be personal.
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

/** JSON Pointer (RFC 6901) of a path of member names and indexes. */
export function jsonPointer(path: readonly PropertyKey[]): string {
  return path.map((part) => `/${String(part).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
}
