import {
  canonicalJson,
  forbidsEntry,
  MAX_SCOPE_ENTRIES,
  MAX_TOKEN_BYTES,
  resourcesOverlap,
  routeResourcePattern,
  termsTokenBytes,
  utf8,
} from '@countersign/contract';
import { hasRole } from '../domain/person.js';
import { countersignedActions, forbidRules, requiredApprovals } from '../domain/trust/trust-status.js';
import type { Refusal, RefusalCode } from '../errors.js';
import type { PolicyContext, Stage } from './context.js';
import type { EffectivePolicy } from './effective-policy.js';
import { isWithin } from './hours.js';
import { invitationRefusals } from './invitation-match.js';
import type { RequestedAccess } from './requested-access.js';

/** At most this many requests of one engineer may wait in one tenant. */
export const MAX_OPEN_REQUESTS = 5;

/** What a rule looks at: the context, with what the access policy says of this very ask. */
export type RuleContext = Omit<PolicyContext, 'policy'> & { policy: EffectivePolicy };

/**
 * How many people of each side have to say yes. An invitation is the yes of the approver whose it is; it takes the
 * place of the vendor's reviews only where the vendor says so.
 */
export function requiredReviews({
  policy,
  tenant,
  invitationMatch,
  trust,
}: Pick<RuleContext, 'policy' | 'tenant' | 'invitationMatch' | 'trust'>): {
  vendor: number;
  customer: number;
} {
  const approvals = tenant === null ? 1 : requiredApprovals(tenant.controls, trust);
  if (invitationMatch.invitation === null) return { vendor: policy.vendorReviews, customer: approvals };
  return {
    vendor: policy.invitationSuffices ? 0 : policy.vendorReviews,
    customer: Math.max(0, approvals - 1),
  };
}

export interface Rule {
  /** Stages at which the rule is asked. What was true when people decided need not be true at each mint. */
  stages: readonly Stage[];
  check(ask: RequestedAccess, context: RuleContext): Refusal[];
}

const ALWAYS: readonly Stage[] = ['ask', 'review', 'activation', 'mint'];
/** What can never be granted cannot be invited to either. */
const INVITED_TOO: readonly Stage[] = ['invite', ...ALWAYS];

const refusal = (code: RefusalCode, pointer: string, detail: string): Refusal => ({ code, detail, pointer });

/** Every rule, in the order in which its refusals are listed. A reviewer sees here what is missing. */
export const RULES: Record<string, Rule> = {
  knownTenant: {
    stages: INVITED_TOO,
    check: (ask, { tenant }) =>
      tenant === null ? [refusal('unknown_tenant', '/tenant', `There is no tenant “${ask.tenant}”.`)] : [],
  },
  knownService: {
    stages: INVITED_TOO,
    check: (ask, { service }) =>
      service === null
        ? [refusal('unknown_service', '/service', `There is no service “${ask.service}”.`)]
        : [],
  },
  eligibleRequester: {
    stages: ALWAYS,
    check: (_ask, { requester }) =>
      requester.tenant === null && hasRole(requester, 'engineer')
        ? []
        : [refusal('not_eligible', '', 'Only vendor staff with the role engineer may be granted access.')],
  },
  inRequiredGroup: {
    stages: ALWAYS,
    check: (_ask, { policy, requester }) =>
      policy.groups
        .filter((groups) => !groups.some((group) => requester.groups?.includes(group)))
        .map((groups) =>
          refusal('not_eligible', '', `The vendor’s policy lets only ${groups.join(', ')} ask for this.`),
        ),
  },
  notLocked: {
    stages: ALWAYS,
    check: (_ask, { locks }) =>
      locks.map(({ kind, name, side }) =>
        refusal(
          'locked',
          kind === 'person' ? '' : `/${kind}`,
          `The ${side} has locked ${kind === 'person' ? 'this engineer' : `the ${kind} “${name}”`}.`,
        ),
      ),
  },
  knownResourcesAndActions: {
    stages: INVITED_TOO,
    check: (ask, { service }) => {
      if (service === null) return [];
      return ask.scope.flatMap((entry, index) => {
        const routes = service.definition.routes.filter((route) =>
          resourcesOverlap(routeResourcePattern(route), entry.resource),
        );
        if (routes.length === 0)
          return [
            refusal(
              'unknown_resource',
              `/scope/${index}/resource`,
              `No route of ${ask.service} serves “${entry.resource}”.`,
            ),
          ];
        return entry.actions.flatMap((action, position) =>
          routes.some((route) => route.action === action)
            ? []
            : [
                refusal(
                  'unknown_action',
                  `/scope/${index}/actions/${position}`,
                  `No route of ${ask.service} does “${action}” on “${entry.resource}”.`,
                ),
              ],
        );
      });
    },
  },
  notForbidden: {
    stages: INVITED_TOO,
    check: (ask, { tenant, trust }) =>
      ask.scope.flatMap((entry, index) =>
        (tenant === null ? [] : forbidRules(tenant.controls, trust))
          .filter((rule) => forbidsEntry(rule, ask.service, entry))
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
    stages: INVITED_TOO,
    check: (ask, { policy, tenant }) => {
      const longest = Math.min(policy.maxDuration, tenant?.controls.maxDuration ?? Number.POSITIVE_INFINITY);
      return ask.seconds > longest
        ? [
            refusal(
              'duration_too_long',
              '/duration',
              `${ask.seconds} seconds were asked for; at most ${longest} may be granted here.`,
            ),
          ]
        : [];
    },
  },
  hasTicket: {
    stages: ALWAYS,
    check: ({ ticket }, { policy }) =>
      policy.ticketRequired && ticket === null
        ? [
            refusal(
              'ticket_required',
              '/ticket',
              'The vendor’s policy asks for the ticket that this belongs to.',
            ),
          ]
        : [],
  },
  /**
   * Of hours counts when access begins and when tokens are minted, not when people decide: whoever approves may sit
   * in another zone. A start that was fixed is judged at once, any other when it comes.
   */
  withinHours: {
    stages: ['ask', 'review', 'mint'],
    check: (ask, { policy, stage, now }) => {
      const begins = beginning(ask, stage, now);
      if (begins === null) return [];
      return policy.hours
        .filter((hours) => !isWithin(hours, begins))
        .map(({ days, from, to, zone }) =>
          refusal(
            'outside_hours',
            ask.startsAt === undefined ? '' : '/startsAt',
            `The vendor’s policy opens this on ${days.join(', ')} from ${from} to ${to} (${zone}).`,
          ),
        );
    },
  },
  /** What people decided stays decided: who has left since is judged by their signatures, at each mint. */
  enoughSigners: {
    stages: ['invite', 'ask', 'review'],
    check: (ask, { tenant, trust }) => {
      if (tenant === null || trust.signers >= Math.max(1, requiredApprovals(tenant.controls, trust)))
        return [];
      const demanded = countersignedActions(ask.scope, tenant.controls, trust);
      return ask.scope.flatMap((entry, index) =>
        entry.actions
          .filter((action) => demanded.includes(action))
          .map((action) =>
            refusal(
              'countersignature_unavailable',
              `/scope/${index}/actions/${entry.actions.indexOf(action)}`,
              `The customer demands a countersignature for “${action}”, and too few of its approvers have a passkey.`,
            ),
          ),
      );
    },
  },
  trustDocumentValid: {
    stages: INVITED_TOO,
    check: (_ask, { trust, now }) =>
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
    check: (_ask, { trust }) =>
      trust.stopped ? [refusal('locked', '/tenant', 'The customer has stopped all access.')] : [],
  },
  invitationCountersigned: {
    stages: ALWAYS,
    check: (ask, { invitationMatch, tenant, trust }) =>
      invitationMatch.invitation?.invitation.countersignature === null &&
      tenant !== null &&
      countersignedActions(ask.scope, tenant.controls, trust).length > 0
        ? [refusal('not_eligible', '/basis', 'The invitation that this leans on is not countersigned.')]
        : [],
  },
  invitationValid: {
    stages: ALWAYS,
    check: (_ask, { invitationMatch, terms, stage, now }) => {
      if (terms?.basis !== 'invitation') return invitationMatch.refusals;
      return invitationMatch.invitation === null
        ? [refusal('not_eligible', '/basis', 'The invitation that this leans on is not known here.')]
        : invitationRefusals(invitationMatch.invitation.invitation, terms, { stage, now });
    },
  },
  hasJustification: {
    stages: ['ask'],
    check: (ask) =>
      ask.justified
        ? []
        : [
            refusal(
              'justification_required',
              '/justification',
              'Say in a sentence why you need this access.',
            ),
          ],
  },
  fewOpenRequests: {
    stages: ['ask'],
    check: (ask, { openRequests }) =>
      openRequests >= MAX_OPEN_REQUESTS
        ? [
            refusal(
              'too_many_open',
              '/tenant',
              `You have ${openRequests} open requests for ${ask.tenant}; at most ${MAX_OPEN_REQUESTS} may wait at once. Cancel one first.`,
            ),
          ]
        : [],
  },
  enoughReviewers: {
    stages: ['ask'],
    check: (_ask, context) => {
      const { reviewers, tenant, trust } = context;
      const required = requiredReviews(context);
      const short: Refusal[] = [];
      if (reviewers.vendor < required.vendor)
        short.push(
          refusal(
            'nobody_can_review',
            '',
            `The vendor’s policy asks for ${required.vendor} review(s) and ${reviewers.vendor} of its reviewers may give one.`,
          ),
        );
      const approvals = tenant === null ? 0 : requiredApprovals(tenant.controls, trust);
      if (required.customer > 0 && reviewers.customer < approvals)
        short.push(
          refusal(
            'nobody_can_review',
            '/tenant',
            `The customer asks for ${approvals} approval(s) and has ${reviewers.customer} approver(s).`,
          ),
        );
      return short;
    },
  },
  termsFitToken: {
    stages: ['invite', 'ask'],
    check: (ask, { stage, terms, tenant, trust }) => {
      // An invitation has no terms yet; those that ask for all of its scope are longer than the scope alone.
      const said = stage === 'invite' ? ask.scope : terms;
      if (said === null) return [];
      const bytes = termsTokenBytes(
        utf8(canonicalJson(said)).length,
        tenant === null ? 1 : requiredApprovals(tenant.controls, trust),
      );
      return ask.scope.length > MAX_SCOPE_ENTRIES || bytes > MAX_TOKEN_BYTES
        ? [refusal('terms_too_large', '/scope', 'The scope is too long for one token. Name fewer resources.')]
        : [];
    },
  },
};

/** The moment that hours are held against; null where it is not known yet. */
function beginning({ startsOn, startsAt }: RequestedAccess, stage: Stage, now: Date): Date | null {
  if (stage === 'mint') return now;
  if (startsAt !== undefined) return new Date(Math.max(Date.parse(startsAt), now.getTime()));
  return stage === 'ask' && startsOn === 'approval' ? now : null;
}
