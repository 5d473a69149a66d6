export { isSignedByRecoveryKey } from '../trust/trust-signers.js';
export { checkTrustSuccession } from '../trust/trust-succession.js';
export { checkAssertion } from './check-assertion.js';
export { checkCountersigned } from './check-countersigned.js';
export { checkStop, isStopOrLift, isTakenInTime, type StopOrLift } from './check-stop.js';
export type { PinnedTrust } from './countersign.js';
export { CountersignVerifier } from './countersign-verifier.js';
export { nodeCountersigning } from './node-countersigning.js';
export type { CountersignReason, CountersignRefusal } from './refusal.js';
