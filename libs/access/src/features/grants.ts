/** A grant from its start to its end: tokens, budgets, sessions of browsers, supervision, and the locks that block it. */

export type { BrowserSession } from '../domain/browser-session.js';
export { adjustLease, hasUnusedBudget, type Lease } from '../domain/budget-lease.js';
export { GRANT_TRANSITIONS, type Grant, isUsable, nextStepAt } from '../domain/grant.js';
export { type AccessReason, type AccessStatus, accessStatus } from '../domain/grant-access.js';
export { isLockInForce, type Lock, type LockedAccess, type LockView, lockBlocks } from '../domain/lock.js';
export type {
  SupervisionCount,
  SupervisionRule,
} from '../domain/supervision.js';
export {
  openBrowserSession,
  releaseByBrowserSession,
  startBrowserSession,
  tokenOfBrowserSession,
} from '../use-cases/grants/browser-sessions.js';
export { releaseGrant, revokeGrant } from '../use-cases/grants/end-grant.js';
export { closeLeases, leaseBudget } from '../use-cases/grants/lease-budget.js';
export {
  type MintedToken,
  type MintInput,
  mintToken,
  type TokenMinter,
  type UnsignedToken,
} from '../use-cases/grants/mint-token.js';
export {
  type GrantView,
  getGrant,
  listGrants,
  readEndWords,
  readStatuses,
} from '../use-cases/grants/read-grants.js';
export { readPace } from '../use-cases/grants/read-pace.js';
export { type LockInput, liftLock, listLocks, loadBlocks, setLock } from '../use-cases/locks/locks.js';
export { extendGrant } from '../use-cases/requests/extend-grant.js';
export { runDueTransitions } from '../use-cases/scheduler/run-due-transitions.js';
export { resumeGrant } from '../use-cases/supervision/pauses.js';
export { type LoggedCrossing, readCrossing } from '../use-cases/supervision/read-crossing.js';
