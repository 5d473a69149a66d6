/** Trust documents, passkeys and customers’ stops. */

export {
  brokerRelyingParty,
  type EnrolledPasskey,
  type RecoveryKey,
  type RelyingParty,
} from '../domain/trust/passkey.js';
export { isLift, isStop, type RelayedStop, type Stop } from '../domain/trust/stop.js';
export {
  endProposal,
  PROPOSAL_TRANSITIONS,
  type ProposalSignature,
  type TrustProposal,
} from '../domain/trust/trust-proposal.js';
export { UNCLAIMED } from '../domain/trust/trust-status.js';
export {
  RESET_TRANSITIONS,
  type ResetState,
  type TrustReset,
  type TrustVersion,
} from '../domain/trust/trust-version.js';
export { remindTrust } from '../use-cases/scheduler/remind-trust.js';
export {
  addRecoveryKey,
  confirmPasskey,
  type ListedPasskey,
  type ListedRecoveryKey,
  listAuthenticators,
  removePasskey,
} from '../use-cases/trust/authenticators.js';
export {
  beginEnrolment,
  type EnrolmentBegun,
  enrolPasskey,
  type ProvenPasskey,
  relyingPartyOf,
} from '../use-cases/trust/enrol-passkey.js';
export { receiveRelayedStop } from '../use-cases/trust/relayed-stops.js';
export { cancelOwnReset, cancelReset, resetTrust } from '../use-cases/trust/reset-trust.js';
export { signTrust } from '../use-cases/trust/sign-trust.js';
export {
  draftLiftStatement,
  draftStopStatement,
  liftStop,
  listStops,
  setStop,
} from '../use-cases/trust/stops.js';
export {
  type ProposalView,
  proposeTrust,
  readTrustDraft,
  withdrawProposal,
} from '../use-cases/trust/trust-proposals.js';
export { getTrust, type TrustView } from '../use-cases/trust/trust-view.js';
