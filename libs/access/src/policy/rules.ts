import {
  canonicalJson,
  forbidsEntry,
  MAX_SCOPE_ENTRIES,
  MAX_TOKEN_BYTES,
  resourcesOverlap,
  routeResourcePattern,
  routesOfScopes,
  termsTokenBytes,
  utf8,
} from '@countersign/contract';
import { durationText } from '@countersign/wording';
import { canFillStages, stageName } from '../domain/approval-stages.js';
import type { Lock } from '../domain/lock.js';
import { hasRole } from '../domain/person.js';
import { EXTRA_STAGE, MAX_STAGES } from '../domain/privacy-controls.js';
import type { StageNeed } from '../domain/review.js';
import { countersignedActions, forbidRules, requiredApprovals } from '../domain/trust/trust-status.js';
import { type Refusal, refusal } from '../errors.js';
import { BASES, basisOf, isConsent } from './bases.js';
import { changeIsInScope } from './change-rule.js';
import type { RuleContext } from './context.js';
import {
  acceptedReasonCode,
  acceptedRequester,
  customersTimeRefusals,
  hiddenFieldsRefusals,
  knownReasonCode,
  longEnoughJustification,
  sameRequesterFacts,
  ticketOfPattern,
  withinBudget,
} from './control-rules.js';
import { isWithin } from './hours.js';
import { invitationRefusals } from './invitation-match.js';
import { channelsOf } from './needs.js';
import type { RequestedAccess, Stage } from './requested-access.js';

/** How many requests of one engineer may be open in one tenant. */
const MAX_OPEN_REQUESTS = 5;

export interface Rule {
  /** The stages at which the rule applies. Not everything that was required at the decision is required at each mint. */
  stages: readonly Stage[];
  check(access: RequestedAccess, context: RuleContext): Refusal[];
}

const ALWAYS: readonly Stage[] = ['request', 'review', 'activation', 'mint'];
/** An invitation must not cover what can never be granted. */
const ALWAYS_AND_INVITE: readonly Stage[] = ['invite', ...ALWAYS];

/** What a lock blocks, in a refusal. */
function lockedText({ kind, name, side }: Lock): string {
  if (kind === 'grant') return `A rule of the ${side} has paused access of this engineer to this service.`;
  return `The ${side} has locked ${kind === 'person' ? 'this engineer' : `the ${kind} “${name}”`}.`;
}

/** Every rule. Refusals are listed in this order. */
export const RULES: Record<string, Rule> = {
  knownTenant: {
    stages: ALWAYS_AND_INVITE,
    check: (access, { tenant }) =>
      tenant === null ? [refusal('unknown_tenant', '/tenant', `There is no tenant “${access.tenant}”.`)] : [],
  },
  knownService: {
    stages: ALWAYS_AND_INVITE,
    check: (access, { service }) =>
      service === null
        ? [refusal('unknown_service', '/service', `There is no service “${access.service}”.`)]
        : [],
  },
  eligibleRequester: {
    stages: ALWAYS,
    check: (access, context) => {
      const { requester } = context;
      const role = BASES[basisOf(access, context)].requester;
      return requester.tenant === null && hasRole(requester, role)
        ? []
        : [
            refusal(
              'not_eligible',
              '',
              `Only vendor staff with the role ${role} may be granted this access.`,
            ),
          ];
    },
  },
  inRequiredGroup: {
    stages: ALWAYS,
    check: (_access, { policy, requester }) =>
      policy.groups
        .filter((groups) => !groups.some((group) => requester.groups?.includes(group)))
        .map((groups) =>
          refusal('not_eligible', '', `The vendor’s policy lets only ${groups.join(', ')} ask for this.`),
        ),
  },
  notLocked: {
    stages: ALWAYS,
    check: (_access, { locks }) =>
      locks.map((lock) =>
        refusal(
          'locked',
          lock.kind === 'person' || lock.kind === 'grant' ? '' : `/${lock.kind}`,
          lockedText(lock),
        ),
      ),
  },
  knownResourcesAndActions: {
    stages: ALWAYS_AND_INVITE,
    check: (access, { service }) => {
      if (service === null) return [];
      return access.scope.flatMap((entry, index) => {
        const routes = routesOfScopes(service.definition.routes).filter((route) =>
          resourcesOverlap(routeResourcePattern(route), entry.resource),
        );
        if (routes.length === 0)
          return [
            refusal(
              'unknown_resource',
              `/scope/${index}/resource`,
              `No route of ${access.service} serves “${entry.resource}”.`,
            ),
          ];
        return entry.actions.flatMap((action, position) =>
          routes.some((route) => route.action === action)
            ? []
            : [
                refusal(
                  'unknown_action',
                  `/scope/${index}/actions/${position}`,
                  `No route of ${access.service} does “${action}” on “${entry.resource}”.`,
                ),
              ],
        );
      });
    },
  },
  basisAccepted: {
    stages: ALWAYS,
    check: (access, context) => BASES[basisOf(access, context)].refusals(access, context),
  },
  notForbidden: {
    stages: ALWAYS_AND_INVITE,
    check: (access, { tenant, trust }) =>
      access.scope.flatMap((entry, index) =>
        (tenant === null ? [] : forbidRules(tenant.controls, trust))
          .filter((rule) => forbidsEntry(rule, access.service, entry))
          .map((rule) =>
            refusal(
              'forbidden_scope',
              `/scope/${index}`,
              `The customer forbids ${rule.actions.includes('*') ? 'everything' : rule.actions.join(', ')} on “${rule.resource}” of ${rule.service}, and “${entry.resource}” overlaps it.`,
            ),
          ),
      ),
  },
  durationWithinLimits: {
    stages: ALWAYS_AND_INVITE,
    check: (access, { policy, controls }) => {
      const longest = Math.min(policy.maxDuration, controls?.maxDuration ?? Number.POSITIVE_INFINITY);
      return access.seconds > longest
        ? [
            refusal(
              'duration_too_long',
              '/duration',
              `${durationText(access.seconds, 'en', 4)} asked for; at most ${durationText(longest, 'en', 4)} may be granted here.`,
            ),
          ]
        : [];
    },
  },
  changeIsInScope: { stages: ['request', 'review'], check: changeIsInScope },
  mayShowHiddenFields: { stages: ALWAYS_AND_INVITE, check: hiddenFieldsRefusals },
  hasTicket: {
    stages: ALWAYS,
    check: ({ ticket }, { policy }) =>
      policy.ticketRequired && ticket === null ? [refusal('ticket_required', '/ticket')] : [],
  },
  hasKnownReasonCode: { stages: ['request'], check: knownReasonCode },
  hasAcceptedReasonCode: { stages: ALWAYS, check: acceptedReasonCode },
  hasTicketOfPattern: { stages: ALWAYS, check: ticketOfPattern },
  fromAcceptedRequester: { stages: ALWAYS, check: acceptedRequester },
  statesPresentFacts: { stages: ALWAYS, check: sameRequesterFacts },
  budgetWithinLimits: { stages: ALWAYS, check: withinBudget },
  /**
   * The hours apply to the start of access and to each mint, not to decisions: an approver may live in another time zone.
   * A fixed start is checked at once, any other start when it comes.
   */
  withinHours: {
    stages: ['request', 'review', 'mint'],
    check: (access, context) => {
      const { policy, stage, now } = context;
      const begins = startOfAccess(access, stage, now);
      if (begins === null) return [];
      const pointer = access.startsAt === undefined ? '' : '/startsAt';
      const customers = customersTimeRefusals(context, begins, pointer);
      const vendors = policy.hours
        .filter((hours) => !isWithin(hours, begins))
        .map(({ days, from, to, zone }) =>
          refusal(
            'outside_hours',
            pointer,
            `The vendor’s policy opens this on ${days.join(', ')} from ${from} to ${to} (${zone}).`,
          ),
        );
      return [...vendors, ...customers];
    },
  },
  /** Not checked after the decision: each mint checks the signatures themselves. */
  enoughSigners: {
    stages: ['invite', 'request', 'review'],
    check: (access, context) => {
      const { tenant, controls, trust } = context;
      if (!isConsent(basisOf(access, context))) return [];
      if (tenant === null || trust.signers >= Math.max(1, controls?.approvals ?? 1)) return [];
      const mustBeSigned = countersignedActions(access, tenant.controls, trust);
      return access.scope.flatMap((entry, index) =>
        entry.actions
          .filter((action) => mustBeSigned.includes(action))
          .map((action) =>
            refusal(
              'countersignature_unavailable',
              `/scope/${index}/actions/${entry.actions.indexOf(action)}`,
              `The customer requires a countersignature for “${action}”, and too few of its approvers have a passkey.`,
            ),
          ),
      );
    },
  },
  trustDocumentValid: {
    stages: ALWAYS_AND_INVITE,
    check: (_access, { trust, now }) =>
      trust.document !== null && Date.parse(trust.document.validUntil) <= now.getTime()
        ? [
            refusal(
              'countersignature_unavailable',
              '/tenant',
              `The customer’s trust document ended at ${trust.document.validUntil}; its people have to sign the next.`,
            ),
          ]
        : [],
  },
  notStopped: {
    stages: ALWAYS,
    check: (_access, { trust }) =>
      trust.stopped ? [refusal('locked', '/tenant', 'The customer has stopped all access.')] : [],
  },
  invitationCountersigned: {
    stages: ALWAYS,
    check: (access, { invitationMatch, tenant, trust }) =>
      invitationMatch.invitation?.invitation.countersignature === null &&
      tenant !== null &&
      countersignedActions(access, tenant.controls, trust).length > 0
        ? [refusal('not_eligible', '/basis', 'The invitation that this is based on is not countersigned.')]
        : [],
  },
  invitationValid: {
    stages: ALWAYS,
    check: (_access, { invitationMatch, terms, stage, now }) => {
      if (terms?.basis !== 'invitation') return invitationMatch.refusals;
      return invitationMatch.invitation === null
        ? [refusal('not_eligible', '/basis', 'The invitation that this is based on is not known here.')]
        : invitationRefusals(invitationMatch.invitation.invitation, terms, { stage, now });
    },
  },
  hasJustification: {
    stages: ['request'],
    check: (access) => (access.justified ? [] : [refusal('justification_required', '/justification')]),
  },
  hasLongEnoughJustification: { stages: ['request'], check: longEnoughJustification },
  /** A channel that the risk does not allow cannot be used, whatever the rules say. */
  hasChannel: {
    stages: ['request', 'review'],
    check: (_access, { controls, risk }) =>
      risk !== null && controls !== null && channelsOf(risk.level, controls).length === 0
        ? [
            refusal(
              'nobody_can_review',
              '/tenant',
              'The customer’s rules leave no channel through which this could be approved.',
            ),
          ]
        : [],
  },
  fewOpenRequests: {
    stages: ['request'],
    check: (access, { openRequests }) =>
      openRequests >= MAX_OPEN_REQUESTS
        ? [
            refusal(
              'too_many_open',
              '/tenant',
              `You have ${openRequests} open requests for ${access.tenant}; at most ${MAX_OPEN_REQUESTS} may wait at once. Cancel one first.`,
            ),
          ]
        : [],
  },
  enoughReviewers: {
    stages: ['request'],
    check: (access, context) => {
      const { reviewers, controls } = context;
      const basis = BASES[basisOf(access, context)];
      const required = basis.reviews(context);
      const short: Refusal[] = [];
      if (reviewers.vendor < required.vendor)
        short.push(
          refusal(
            'nobody_can_review',
            '',
            `This requires ${required.vendor} review(s) of the vendor’s, and ${reviewers.vendor} of its people with the role ${basis.reviewer} may give one.`,
          ),
        );
      const approvals = controls?.approvals ?? 0;
      if (required.customer > 0 && reviewers.customer < approvals)
        short.push(
          refusal(
            'nobody_can_review',
            '/tenant',
            `The customer requires ${approvals} approval(s) and has ${reviewers.customer} approver(s).`,
          ),
        );
      else if (!canFill(required.stages, reviewers.approvers))
        short.push(
          refusal(
            'nobody_can_review',
            '/tenant',
            `The customer requires approvals by ${required.stages.map(({ name }) => stageName(name)).join(', then ')}, each by different people, and has too few approvers in these groups.`,
          ),
        );
      return short;
    },
  },
  /** Rules that match together may name more stages than a request can pass. */
  fewStages: {
    stages: ALWAYS_AND_INVITE,
    check: (_access, { controls }) => {
      const named = (controls?.stages ?? []).filter(({ name }) => name !== EXTRA_STAGE);
      return named.length > MAX_STAGES
        ? [
            refusal(
              'nobody_can_review',
              '/tenant',
              `The customer’s rules together require ${named.length} stages of approval; at most ${MAX_STAGES} are possible.`,
            ),
          ]
        : [];
    },
  },
  termsFitToken: {
    stages: ['invite', 'request'],
    check: (access, { stage, terms, tenant, trust }) => {
      // An invitation has no terms yet. Terms for its whole scope will be longer than the scope alone.
      const measured = stage === 'invite' ? access.scope : terms;
      if (measured === null) return [];
      const bytes = termsTokenBytes(
        utf8(canonicalJson(measured)).length,
        tenant === null ? 1 : requiredApprovals(tenant.controls, trust),
      );
      return access.scope.length > MAX_SCOPE_ENTRIES || bytes > MAX_TOKEN_BYTES
        ? [refusal('terms_too_large', '/scope')]
        : [];
    },
  },
};

/** Those who may decide after an escalation count: they can fill the stage. Deputies do not: they come and go. */
const canFill = (stages: readonly StageNeed[], approvers: RuleContext['reviewers']['approvers']): boolean =>
  approvers === undefined ||
  canFillStages(
    approvers,
    stages.map(({ required, groups, escalate }) => ({
      required,
      groups: groups.length === 0 ? null : [...groups, ...(escalate?.to ?? [])],
    })),
  );

/** The start that the hours apply to; null if it is not known yet. */
function startOfAccess({ startsOn, startsAt }: RequestedAccess, stage: Stage, now: Date): Date | null {
  if (stage === 'mint') return now;
  if (startsAt !== undefined) return new Date(Math.max(Date.parse(startsAt), now.getTime()));
  return stage === 'request' && startsOn === 'approval' ? now : null;
}
