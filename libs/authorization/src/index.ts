export {
  type AllowedDecision,
  authorizeCall,
  authorizeCallAgain,
  type CallDecision,
} from './call/authorize-call.js';
export type {
  ActiveGrant,
  Call,
  CallRefusal,
  CallToken,
  CallView,
  LinkedFields,
  Masking,
  MatchedCall,
  PublishedRouteMap,
} from './call/call.js';
export { findAmbiguity, isDownload } from './call/route-and-scope-steps.js';
export { type WhatToRequest, whatToRequest } from './call/what-to-request.js';
export { readHmacKeys } from './context/gateway-keys.js';
export { parseSeenCall, type SeenCall } from './context/seen-call.js';
export { checkAssertion } from './countersignature/assertion.js';
export type {
  CountersignReason,
  CountersignRefusal,
  PinnedTrust,
} from './countersignature/countersignature.js';
export { CountersignatureVerifier, checkCountersigned } from './countersignature/countersigned.js';
export { checkStop, isAcceptedAt, isStopOrLift, type StopOrLift } from './countersignature/stop.js';
export { nodeCountersignPorts, nodeEd25519, nodeHashing } from './node-ports.js';
export {
  type BypassFinding,
  RECONCILED_WITHIN_MS,
  type Reconciliation,
  type RecordedCall,
  reconcile,
} from './reconcile/reconcile.js';
export { type GrantTokenClaims, logOf, type TokenReason, type TokenRefusal } from './token/grant-token.js';
export { GrantTokenVerifier } from './token/grant-token-verifier.js';
export { readJwks } from './token/jwks.js';
export { checkToken, verifyGrantToken } from './token/verify-grant-token.js';
export { isSignedByRecoveryKey } from './trust/trust-signers.js';
export { checkTrustSuccession } from './trust/trust-succession.js';
