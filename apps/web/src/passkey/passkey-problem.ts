import type { Catalogue } from '../text/language.js';

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

export const passkeyTexts: Catalogue<Record<PasskeyReason, string>> = {
  en: {
    cancelled: 'Nothing was signed, and nothing has happened. Press the button again when you are ready.',
    unsupported: 'This browser has no passkeys. Open this page in another one.',
    failed: 'Your device could not sign. Nothing has happened; try once more.',
    twice: 'This device has a passkey of yours already. Use another device, or a security key.',
    elsewhere: 'Your company signs at another address than this page’s. Nothing was signed.',
    differs:
      'The vendor’s server asked you to sign something else than this page shows. Nothing was signed. Tell your security team.',
    blocked:
      'Your browser did not open your company’s signing page. Allow this site to open windows, and press the button again.',
    wrong_key: 'This is not your recovery key. Check each group of signs.',
  },
  de: {
    cancelled:
      'Es wurde nichts unterschrieben, und nichts ist geschehen. Drücken Sie noch einmal, wenn Sie bereit sind.',
    unsupported: 'Dieser Browser kennt keine Passkeys. Öffnen Sie diese Seite in einem anderen.',
    failed: 'Ihr Gerät konnte nicht unterschreiben. Nichts ist geschehen; versuchen Sie es noch einmal.',
    twice:
      'Auf diesem Gerät haben Sie schon einen Passkey. Nehmen Sie ein anderes oder einen Sicherheitsschlüssel.',
    elsewhere: 'Ihr Unternehmen unterschreibt unter einer anderen Adresse. Es wurde nichts unterschrieben.',
    differs:
      'Der Server des Anbieters wollte etwas anderes unterschreiben lassen, als diese Seite zeigt. Es wurde nichts unterschrieben. Sagen Sie es Ihrem Sicherheitsteam.',
    blocked:
      'Ihr Browser hat die Unterschriftsseite Ihres Unternehmens nicht geöffnet. Erlauben Sie dieser Seite, Fenster zu öffnen, und drücken Sie noch einmal.',
    wrong_key: 'Das ist nicht Ihr Wiederherstellungsschlüssel. Prüfen Sie jede Zeichengruppe.',
  },
};
