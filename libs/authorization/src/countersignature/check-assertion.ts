import type { Assertion, AssertionContext, AssertionStep } from './assertion.js';
import {
  answersChallenge,
  hasNoTopOrigin,
  hasUserPresent,
  hasUserVerified,
  holdsAuthenticatorData,
  holdsClientData,
  isAnAssertion,
  isForRelyingParty,
  isFromListedOrigin,
  isNotFramed,
  isSignedByPasskey,
  isSpeltOnce,
} from './assertion-steps.js';
import type { CountersignPorts } from './ports.js';
import type { CountersignRefusal } from './refusal.js';

/** Every check of an assertion, in order. Form before content; the signature last, since it costs most. */
export const assertionSteps: readonly AssertionStep[] = [
  isSpeltOnce,
  holdsClientData,
  isAnAssertion,
  answersChallenge,
  isFromListedOrigin,
  isNotFramed,
  hasNoTopOrigin,
  holdsAuthenticatorData,
  isForRelyingParty,
  hasUserPresent,
  hasUserVerified,
  isSignedByPasskey,
];

const NOTHING = new Uint8Array();

/** Why the assertion does not count, or undefined where it does. Pure. */
export function checkAssertion(
  assertion: Assertion,
  ports: CountersignPorts,
): CountersignRefusal | undefined {
  const context: AssertionContext = {
    ...assertion,
    ports,
    authenticatorBytes: NOTHING,
    clientBytes: NOTHING,
    signatureBytes: NOTHING,
    clientData: {},
  };
  for (const step of assertionSteps) {
    const refusal = step(context);
    if (refusal !== undefined) return refusal;
  }
  return undefined;
}
