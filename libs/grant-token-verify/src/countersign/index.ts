export type { Assertion, AssertionStep } from './assertion.js';
export { assertionSteps, checkAssertion } from './check-assertion.js';
export { checkConsent, consentSteps } from './check-consent.js';
export { type CountersignedClaims, checkCountersigned, countersignedSteps } from './check-countersigned.js';
export { checkStop, isStopOrLift, isTakenInTime, type StopOrLift, stopSteps } from './check-stop.js';
export type { Approver, Consent, Countersigned, PinnedTrust } from './countersign.js';
export { CountersignVerifier } from './countersign-verifier.js';
export { nodeCountersigning } from './node-countersigning.js';
export type { CountersignPorts, SignatureCheck } from './ports.js';
export type { CountersignReason, CountersignRefusal } from './refusal.js';
export {
  checkTrustSuccession,
  MAX_TRUST_DAYS,
  type Succession,
  successionSteps,
} from './trust-succession.js';
