type MintErrorCode =
  | 'outside_window'
  | 'invalid_claims'
  | 'digest_mismatch'
  | 'token_too_large'
  | 'unusable_key';

/** Why no token was minted. The message never repeats a claim or any part of a key. */
export class MintError extends Error {
  readonly code: MintErrorCode;

  constructor(code: MintErrorCode, detail: string, options?: ErrorOptions) {
    super(detail, options);
    this.name = 'MintError';
    this.code = code;
  }
}
