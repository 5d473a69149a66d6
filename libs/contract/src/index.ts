export { BACKGROUND_HEADER } from './core/background.js';
export { decodeBase64url, encodeBase64url } from './core/base64url.js';
export { canonicalJson, isWellFormed } from './core/canonical-json.js';
export { commit, isCommitment, normaliseText, type Opening, openCommitment } from './core/commitment.js';
export { ContractError, type ContractErrorCode, jsonPointer } from './core/errors.js';
export { type Hashing, isDigest, sha256Digest, utf8 } from './core/hashing.js';
export {
  DEPLOYMENT_SLUG,
  GATEWAY_PATHS,
  type IdPrefix,
  isAction,
  isId,
  isServiceName,
  isSlug,
  isTenantSlug,
} from './core/ids.js';
export { safeLocalPath } from './core/local-path.js';
export { CLOCK_SKEW_MS, formatDuration, isInstant, parseDuration, toInstant } from './core/time.js';
export {
  approvalJsonSchema,
  invitationJsonSchema,
  liftJsonSchema,
  routeMapJsonSchema,
  signatureJsonSchema,
  stopJsonSchema,
  termsJsonSchema,
  trustJsonSchema,
} from './json-schema.js';
export { resourceCovers, resourceMatches, resourcesOverlap } from './resource/compare.js';
export { ANY_ACTION, type ForbidRule, forbidsCall, forbidsEntry } from './resource/forbid.js';
export { isResource, isResourcePattern, MAX_RESOURCE_LENGTH } from './resource/pattern.js';
export {
  isNormalisedScope,
  MAX_SCOPE_ENTRIES,
  normaliseScope,
  type ScopeEntry,
  scopeAllows,
  scopeNarrows,
} from './resource/scope.js';
export { canonicalRouteMap, routeMapHash } from './route/hash.js';
export { HOP_BY_HOP, isRefusedHeader, isSentByEveryClient, isWithheldHeader } from './route/header-names.js';
export { type CompiledRouteMap, compileRouteMap, matchRoute, type RouteMatch } from './route/match.js';
export { actionsOutsideScope, type OutsideScope } from './route/not-included.js';
export { findRouteMapProblems, type RouteMapProblem } from './route/problems.js';
export {
  type Route,
  routeResourcePattern,
  type ServiceDefinition,
  serviceDefinitionSchema,
  type TenantFrom,
} from './route/route.js';
export {
  APPROVAL_TYPE,
  type ApprovalStatement,
  approvalSchema,
  parseApproval,
} from './statement/approval.js';
export { recoverySignedBytes, statementChallenge, statementHash } from './statement/hash.js';
export {
  INVITATION_TYPE,
  type InvitationStatement,
  invitationHash,
  invitationSchema,
  parseInvitation,
} from './statement/invitation.js';
export { type InvitedTerms, invitationMismatches } from './statement/invitation-fit.js';
export type { LogPoint } from './statement/members.js';
export { isOriginOf, parseTrustDocument } from './statement/parse-trust-document.js';
export {
  type Es256Jwk,
  type PasskeyJwk,
  passkeyJwk,
  type RecoveryJwk,
  type Rs256Jwk,
  recoveryJwk,
} from './statement/public-key.js';
export {
  parseSignature,
  parseSignedTrustDocument,
  parseStatement,
  RECOVERY_CREDENTIAL,
  type Signature,
  type SignedTrustDocument,
  type Statement,
  signatureSchema,
} from './statement/signature.js';
export {
  LIFT_TYPE,
  type LiftStatement,
  liftSchema,
  MAX_STOP_SECONDS,
  parseLift,
  parseStop,
  STOP_TYPE,
  type StopStatement,
  stopSchema,
} from './statement/stop.js';
export {
  type AcceptedBasis,
  MAX_APPROVALS,
  type Passkey,
  TRUST_TYPE,
  type TrustDocument,
  trustDocumentSchema,
} from './statement/trust-document.js';
export {
  canonicalTerms,
  MAX_TOKEN_BYTES,
  requireTermsFit,
  termsDigest,
  termsTokenBytes,
} from './terms/digest.js';
export { latestEndOfTerms } from './terms/end.js';
export { termsNarrow, termsWidenings, type Widening } from './terms/narrow.js';
export { parseTerms } from './terms/parse.js';
export { termsSchema } from './terms/schema.js';
export type { Basis, Budget, Change, Terms } from './terms/terms.js';
