export * from './domain/access-request.js';
export * from './domain/access-window.js';
export * from './domain/budget-lease.js';
export * from './domain/counter-offer.js';
export * from './domain/grant.js';
export * from './domain/invitation.js';
export * from './domain/lock.js';
export * from './domain/organisation.js';
export * from './domain/permissions.js';
export * from './domain/person.js';
export * from './domain/review.js';
export * from './domain/transition-table.js';
export * from './domain/trust/passkey.js';
export * from './domain/trust/stop.js';
export { isLift, isStop, type RelayedStop } from './domain/trust/stop.js';
export * from './domain/trust/trust-document.js';
export * from './domain/trust/trust-proposal.js';
export * from './domain/trust/trust-status.js';
export * from './domain/trust/trust-version.js';
export * from './domain/validate-review.js';
export * from './errors.js';
export * from './policy/context.js';
export * from './policy/effective-policy.js';
export * from './policy/evaluate.js';
export * from './policy/hours.js';
export * from './policy/invitation-match.js';
export * from './policy/needs.js';
export * from './policy/requested-access.js';
export * from './policy/rules.js';
export * from './ports/index.js';
export * from './use-cases/evaluation/preview-request.js';
export * from './use-cases/gateways/broker-keys.js';
export * from './use-cases/gateways/gateway-pins.js';
export * from './use-cases/gateways/gateway-presence.js';
export * from './use-cases/gateways/gateways.js';
export * from './use-cases/gateways/incoming-record.js';
export * from './use-cases/gateways/ingest-records.js';
export * from './use-cases/grants/end-grant.js';
export * from './use-cases/grants/extend-grant.js';
export * from './use-cases/grants/lease-budget.js';
export * from './use-cases/grants/mint-token.js';
export { CALLS_PER_NOTICE } from './use-cases/grants/notify-use.js';
export * from './use-cases/grants/read-grants.js';
export * from './use-cases/invitations/invitation-transitions.js';
export * from './use-cases/invitations/invite.js';
export * from './use-cases/invitations/read-invitations.js';
export * from './use-cases/locks/locks.js';
export * from './use-cases/notices/notices-admin.js';
export * from './use-cases/organisation/apply-organisation.js';
export type { OrganisationChange } from './use-cases/organisation/organisation-plan.js';
export * from './use-cases/organisation/privacy-controls.js';
export * from './use-cases/organisation/tenant-access.js';
export * from './use-cases/organisation/tenant-people.js';
export * from './use-cases/requests/approval-statements.js';
export * from './use-cases/requests/cancel-request.js';
export * from './use-cases/requests/draft-terms.js';
export * from './use-cases/requests/read-requests.js';
export * from './use-cases/requests/request-access.js';
export * from './use-cases/requests/request-transitions.js';
export * from './use-cases/requests/review-request.js';
export * from './use-cases/scheduler/prune.js';
export * from './use-cases/scheduler/remind-trust.js';
export * from './use-cases/scheduler/run-due-transitions.js';
export * from './use-cases/sessions/api-keys.js';
export { hexDigest, randomText } from './use-cases/sessions/secrets.js';
export * from './use-cases/sessions/sessions.js';
export * from './use-cases/sessions/sign-in.js';
export * from './use-cases/shared/deps.js';
export type { Repeatable } from './use-cases/shared/idempotent.js';
export * from './use-cases/shared/queries.js';
export * from './use-cases/slack/slack-accounts.js';
export * from './use-cases/slack/slack-installations.js';
export * from './use-cases/trust/authenticators.js';
export * from './use-cases/trust/enrol-passkey.js';
export * from './use-cases/trust/reported-stops.js';
export { cancelOwnReset, cancelReset, resetTrust } from './use-cases/trust/reset-trust.js';
export * from './use-cases/trust/sign-trust.js';
export {
  draftLiftStatement,
  draftStopStatement,
  liftStop,
  listStops,
  setStop,
} from './use-cases/trust/stops.js';
export {
  type ProposalView,
  proposeTrust,
  readTrustDraft,
  withdrawProposal,
} from './use-cases/trust/trust-proposals.js';
export * from './use-cases/trust/trust-view.js';
