/**
 * The steps that check customers' signatures, without anything of Node: a verifier of logs runs them in a browser too.
 * Hashing and signature checks are ports.
 */
export { checkAssertion, checkPersonSignature } from './countersignature/assertion.js';
export type {
  CountersignPorts,
  CountersignRefusal,
  PinnedTrust,
} from './countersignature/countersignature.js';
export { checkCountersigned } from './countersignature/countersigned.js';
export { checkStop } from './countersignature/stop.js';
export { checkTrustSuccession } from './trust/trust-succession.js';
