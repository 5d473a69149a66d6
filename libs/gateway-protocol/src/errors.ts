/** Why a message between broker and gateway is refused. Stable: programs branch on the code, and logs carry it. */
export type ProtocolErrorCode =
  | 'invalid_credential'
  | 'invalid_envelope'
  | 'bad_signature'
  | 'invalid_event'
  | 'invalid_records'
  | 'invalid_lease'
  | 'invalid_session'
  | 'invalid_pins';

/** A message breaks the protocol. The error text names the rule and the place, never a secret. */
export class ProtocolError extends Error {
  override readonly name = 'ProtocolError';

  constructor(
    readonly code: ProtocolErrorCode,
    detail: string,
    options?: ErrorOptions,
  ) {
    super(detail, options);
  }
}
