import type { Catalogue } from '../text/languages.js';

/** Why nothing was signed. */
export type PasskeyReason =
  /** The person closed the prompt, or it timed out. */
  | 'cancelled'
  /** The browser does not support passkeys or Ed25519 keys. */
  | 'unsupported'
  /** The device could not sign. */
  | 'failed'
  /** The device already has a passkey of this person. */
  | 'twice'
  /** This customer signs at a different address. */
  | 'elsewhere'
  /** The broker offers something other than what the page shows. */
  | 'differs'
  /** What was typed cannot be a recovery key: its checksum is wrong. */
  | 'mistyped_key'
  /** The typed recovery key does not belong to the registered public key. */
  | 'wrong_key'
  /** The browser did not open the customer's signing page. */
  | 'blocked';

/** Nothing was signed, and nothing was sent to the broker. */
export class PasskeyProblem extends Error {
  constructor(
    readonly reason: PasskeyReason,
    options?: ErrorOptions,
  ) {
    super(reason, options);
    this.name = 'PasskeyProblem';
  }
}

/**
 * A browser's error (WebAuthn Level 3 §5.1) as a `PasskeyProblem`. An unknown error is returned unchanged. Browsers report
 * a closed prompt and a timed-out prompt alike.
 */
export function toPasskeyProblem(thrown: unknown): unknown {
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

export const passkeyTexts: Catalogue<Record<PasskeyReason, string>> = {
  en: {
    cancelled: 'Nothing was signed. Press the button again when you are ready.',
    unsupported: 'This browser does not support passkeys. Open this page in another browser.',
    failed: 'Your device could not sign. Nothing was signed. Try again.',
    twice: 'This device already has a passkey of yours. Use another device or a security key.',
    elsewhere: 'Your company signs at a different address. Nothing was signed.',
    differs:
      'The vendor’s server asked you to sign something other than what this page shows. Nothing was signed. Tell your security team.',
    blocked:
      'Your browser did not open your company’s signing page. Allow this site to open windows, then press the button again.',
    mistyped_key:
      'This is no recovery key: a character is missing or wrong. Compare each group with your paper.',
    wrong_key: 'This is a recovery key, but not yours for this organisation.',
  },
  de: {
    cancelled: 'Es wurde nichts unterschrieben. Drücken Sie noch einmal, wenn Sie bereit sind.',
    unsupported:
      'Dieser Browser unterstützt keine Passkeys. Öffnen Sie diese Seite in einem anderen Browser.',
    failed:
      'Ihr Gerät konnte nicht unterschreiben. Es wurde nichts unterschrieben. Versuchen Sie es noch einmal.',
    twice:
      'Auf diesem Gerät haben Sie schon einen Passkey. Nehmen Sie ein anderes Gerät oder einen Sicherheitsschlüssel.',
    elsewhere: 'Ihr Unternehmen unterschreibt unter einer anderen Adresse. Es wurde nichts unterschrieben.',
    differs:
      'Der Server des Anbieters wollte etwas anderes unterschreiben lassen, als diese Seite zeigt. Es wurde nichts unterschrieben. Informieren Sie Ihr Sicherheitsteam.',
    blocked:
      'Ihr Browser hat die Unterschriftsseite Ihres Unternehmens nicht geöffnet. Erlauben Sie dieser Seite, Fenster zu öffnen, und drücken Sie noch einmal.',
    mistyped_key:
      'Das ist kein Wiederherstellungsschlüssel: Ein Zeichen fehlt oder ist falsch. Vergleichen Sie jede Gruppe mit Ihrem Ausdruck.',
    wrong_key: 'Das ist ein Wiederherstellungsschlüssel, aber nicht Ihrer für diese Organisation.',
  },
};
