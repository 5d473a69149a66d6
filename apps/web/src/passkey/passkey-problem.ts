/**
 * Why nothing was signed: the prompt was closed or ran out, this browser has no passkeys, the device has none of
 * these, it would be enrolled twice, the page's address is none of those at which this customer signs, what the
 * broker wants signed is not what the page shows, a printed key is not the one that it should be, or the customer's own
 * signing page could not be opened.
 */
export type PasskeyReason =
  | 'cancelled'
  | 'unsupported'
  | 'failed'
  | 'twice'
  | 'elsewhere'
  | 'differs'
  | 'wrong_key'
  | 'blocked';

/** Nothing was signed and nothing was sent. */
export class PasskeyProblem extends Error {
  constructor(
    readonly reason: PasskeyReason,
    options?: ErrorOptions,
  ) {
    super(reason, options);
    this.name = 'PasskeyProblem';
  }
}

/** What a browser throws (WebAuthn Level 3 §5.1), as one of ours. A closed prompt and one that ran out look alike. */
export function passkeyProblem(thrown: unknown): unknown {
  const name = thrown instanceof Error ? (ofBrowser(thrown.cause) ?? thrown.name) : '';
  const reason = REASONS[name];
  return reason === undefined ? thrown : new PasskeyProblem(reason, { cause: thrown });
}

const ofBrowser = (cause: unknown): string | undefined => (cause instanceof Error ? cause.name : undefined);

const REASONS: Readonly<Record<string, PasskeyReason | undefined>> = {
  NotAllowedError: 'cancelled',
  AbortError: 'cancelled',
  InvalidStateError: 'twice',
  SecurityError: 'elsewhere',
  NotSupportedError: 'unsupported',
  ConstraintError: 'failed',
  UnknownError: 'failed',
};
