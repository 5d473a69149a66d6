/** Who a caller is and what they may do: permissions, sessions, API keys, providers’ signals, accounts in Slack. */

export type { ApiKey } from '../domain/api-key.js';
export {
  canSee,
  hasPermission,
  isReading,
  isSignedInAs,
  logVisibility,
  permissionRow,
  permissionsOf,
  requestVisibility,
  requirePermission,
  SIGN_IN_STRENGTHS,
  type SignInStrength,
  signInRefusal,
  visibilityOf,
} from '../domain/permissions.js';
export {
  isClaimProblem,
  readSecurityEvent,
  type SecurityEvent,
} from '../domain/security-event.js';
export {
  type ApiKeyView,
  authenticateApiKey,
  createApiKey,
  createOwnApiKey,
  listOwnApiKeys,
  revokeApiKey,
  revokeOwnApiKey,
} from '../use-cases/sessions/api-keys.js';
export {
  authenticateSession,
  endSession,
  idleEnd,
  isActiveSession,
  listSessions,
  type SessionLimits,
  type StartedSession,
  startSessionIn,
} from '../use-cases/sessions/sessions.js';
export {
  authenticateAddress,
  type ProvidedIdentity,
  type SignInRefusal,
  type SignInTo,
  signInByProvider,
} from '../use-cases/sessions/sign-in.js';
export { beginStrengthening, strengthenSession } from '../use-cases/sessions/strengthen-session.js';
export {
  receiveSignal,
  SIGNAL_MAX_AGE,
  SIGNAL_MAX_SKEW,
} from '../use-cases/signals/receive-signal.js';
export {
  findPersonBySlackAccount,
  findTenantsMatchingEmail,
  isKnownWorkspace,
  linkByEmail,
  linkSlackAccount,
  listSlackAccounts,
  requireMayLinkSlack,
  type SlackIds,
  type SlackProfile,
  unlinkSlackAccount,
} from '../use-cases/slack/slack-accounts.js';
export {
  endInstallation,
  type GivenInstallation,
  keepInstallation,
  listInstallations,
} from '../use-cases/slack/slack-installations.js';
