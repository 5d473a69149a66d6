import {
  type Evaluation,
  evaluate,
  NO_INVITATION,
  type PolicyContext,
  RULES,
  requestedByTerms,
  type Stage,
} from '@countersign/access/policy';
import type { Terms } from '@countersign/contract';
import type { DeploymentHistory } from '../deployment-history.js';
import type { Warnings } from '../faults.js';
import type { LockHistory } from '../lock-history.js';
import type { VerifierPorts } from '../ports.js';
import type { Moment } from '../timeline.js';
import type { TenantHistory } from './tenant-history.js';
import type { TrustHistory } from './trust-history.js';

/** What the parts of the replay share: everything that the policy of a moment depends on. */
export type ReplayContext = {
  ports: VerifierPorts;
  deployment: DeploymentHistory;
  tenant: TenantHistory;
  trust: TrustHistory;
  locks: LockHistory;
  warnings: Warnings;
  /** How many leaves the deployment's log had at the newest point that this log names; infinite if it names none. */
  deploymentSize(): number;
  /** Whether a restore shortly before this time may have lost what gateways had sent. */
  wasRestoredBefore(at: number): boolean;
};

/** The rule that enough people can review or sign only spares the requester a wait. Here the reviews themselves count. */
const ENOUGH = Number.MAX_SAFE_INTEGER;

/** Without its opened definition a service has no routes, so what they serve cannot be checked. */
const { knownResourcesAndActions: _unknown, ...RULES_WITHOUT_ROUTES } = RULES;

/** Terms that the policy of a moment is evaluated for. */
type TermsAtMoment = {
  terms: Terms;
  stage: Stage;
  /** The kind of reason that the request stated; null if none. */
  reasonCode: string | null;
  at: number;
  /** The grant for which a token is minted or which starts; absent: there is none yet. */
  grant?: string;
  /** Only so many leaves of the deployment's log count; absent: all of them. */
  before?: number;
  /** The invitation that the terms name; null if they name none. */
  invitation: PolicyContext['invitationMatch']['invitation'];
};

/**
 * Evaluates these terms as of that moment: by the tenant's controls, people, trust and stops as its log
 * shows them at this leaf, and by the deployment's policy, staff, services and locks at some moment near it.
 *
 * @returns the evaluation without refusals if there is one, else that of the moment itself
 */
export function evaluateTerms(context: ReplayContext, query: TermsAtMoment): Evaluation {
  const moments = context.deployment.momentsAround(query.at, query.before);
  const evaluations = moments.map((moment) => evaluateAt(context, query, moment));
  return evaluations.find(({ refusals }) => refusals.length === 0) ?? (evaluations[0] as Evaluation);
}

/** All evaluations of the moments near it that allow the terms: a review needs what one of them required. */
export function allowingEvaluations(context: ReplayContext, query: TermsAtMoment): Evaluation[] {
  return context.deployment
    .momentsAround(query.at, query.before)
    .map((moment) => evaluateAt(context, query, moment))
    .filter(({ refusals, needs }) => refusals.length === 0 && needs !== null);
}

function evaluateAt(
  context: ReplayContext,
  { terms, stage, reasonCode, at, grant, invitation }: TermsAtMoment,
  moment: Moment,
): Evaluation {
  const { deployment, tenant, trust, locks } = context;
  const policy = deployment.policyAt(moment);
  const requester = deployment.staffAt(terms.requester, moment);
  const service = deployment.serviceAt(terms.service, moment);
  if (policy === undefined || requester === undefined) return NOTHING_KNOWN;
  const access = {
    ...{ tenant: terms.tenant, person: terms.requester, service: terms.service },
    grant: grant ?? null,
  };
  const policyContext: PolicyContext = {
    ...{
      stage,
      now: new Date(at),
      requester,
      policy,
      tenant: tenant.record,
      service,
      terms,
      openRequests: 0,
    },
    reviewers: { vendor: ENOUGH, customer: ENOUGH },
    locks: [...locks.blocking(access, at), ...deployment.locksAt(access, moment.at)],
    trust: { document: trust.document, signers: ENOUGH, stopped: trust.isStopped(null) },
    invitationMatch: { ...NO_INVITATION, invitation },
    inviterGroups: invitation === null ? [] : tenant.groupsOf(invitation.invitation.person),
  };
  return evaluate(
    requestedByTerms(terms, reasonCode),
    policyContext,
    service?.isOpened === false ? RULES_WITHOUT_ROUTES : RULES,
  );
}

const NOTHING_KNOWN: Evaluation = {
  refusals: [{ code: 'not_eligible', pointer: '', detail: 'There was no policy, or no such engineer.' }],
  needs: null,
  invitation: null,
};
