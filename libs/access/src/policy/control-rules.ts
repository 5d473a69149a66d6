import { hiddenFields, matchesTicket, REASON_CODES, wallClock } from '@countersign/contract';
import { outdatedFacts, requesterFactsOf, type UnmetFact, unmetFacts } from '../domain/person-facts.js';
import { type Refusal, refusal } from '../errors.js';
import { isConsent } from './bases.js';
import type { RuleContext } from './context.js';
import type { RequestedAccess } from './requested-access.js';

/**
 * The checks of what the tenant's own rules require beside approvals. Each is one entry of `RULES`. All rules that match a
 * request apply together, so each rule that has the requirement is checked by itself.
 */
type Check = (access: RequestedAccess, context: RuleContext) => Refusal[];

/**
 * Hidden fields are shown only if the customer approves exactly that, or invites to it, and its controls do not exclude it. At a request
 * or an invitation they have to exist, so that no one approves what is not there.
 */
export const hiddenFieldsRefusals: Check = (access, { tenant, service, stage }) => {
  if (access.unmasked !== true) return [];
  const refused = (detail: string) => [refusal('unmasked_not_allowed', '/unmasked', detail)];
  if (access.basis !== null && !isConsent(access.basis))
    return refused('Hidden fields are shown only with the customer’s approval or invitation.');
  if (tenant?.controls.keepMasked === true)
    return refused('The customer’s privacy controls keep hidden fields hidden.');
  const masks = service === null || hiddenFields(service.definition.routes, access.scope).length > 0;
  return (stage !== 'request' && stage !== 'invite') || masks
    ? []
    : refused(
        `No route of ${access.service} hides a field in this scope. Send it again without \`unmasked\`.`,
      );
};

/** The values of one requirement in the rules that match. */
const required = <Name extends keyof NonNullable<RuleContext['controls']>['rules'][number]>(
  { controls }: RuleContext,
  name: Name,
): NonNullable<NonNullable<RuleContext['controls']>['rules'][number][Name]>[] =>
  (controls?.rules ?? []).flatMap((rule) => {
    const value = rule[name];
    return value === undefined ? [] : [value as never];
  });

/** A code that no one has defined would fit no rule. */
export const knownReasonCode: Check = ({ reasonCode }, { policy }) =>
  reasonCode === null || ([...REASON_CODES, ...policy.reasonCodes] as string[]).includes(reasonCode)
    ? []
    : [
        refusal(
          'reason_code_required',
          '/reasonCode',
          `There is no reason code “${reasonCode}”; there are ${[...REASON_CODES, ...policy.reasonCodes].join(', ')}.`,
        ),
      ];

export const acceptedReasonCode: Check = ({ reasonCode }, context) =>
  required(context, 'reasonCodes')
    .filter((codes) => reasonCode === null || !codes.includes(reasonCode))
    .map((codes) =>
      refusal(
        'reason_code_required',
        '/reasonCode',
        `The customer accepts this for one of these reasons only: ${codes.join(', ')}.`,
      ),
    );

/** Only a new request shows its ticket. Later evaluations see its commitment, and require that there is one. */
export const ticketOfPattern: Check = ({ ticket }, context) =>
  required(context, 'ticket')
    .filter(({ patterns }) =>
      context.stage === 'request'
        ? ticket === null || !patterns.some((pattern) => matchesTicket(pattern, ticket.trim()))
        : ticket === null,
    )
    .map(({ patterns, text }) =>
      refusal(
        'ticket_required',
        '/ticket',
        text ?? `The customer requires a ticket such as ${patterns.join(' or ')}.`,
      ),
    );

export const longEnoughJustification: Check = ({ justificationLength }, context) =>
  required(context, 'justification')
    .filter(({ least }) => justificationLength !== undefined && justificationLength < least)
    .map(({ least, text }) =>
      refusal(
        'justification_required',
        '/justification',
        text ?? `The customer requires a reason of at least ${least} letters and digits.`,
      ),
    );

export const withinBudget: Check = (access, { controls, terms }) => {
  // An invitation gives the terms a budget that the request did not ask for.
  const budget = terms?.budget ?? access.budget ?? {};
  return (['calls', 'bytes'] as const).flatMap((name) => {
    const most = controls?.maxBudget[name];
    return most === undefined || (budget[name] ?? Number.POSITIVE_INFINITY) <= most
      ? []
      : [
          refusal(
            'budget_too_large',
            `/budget/${name}`,
            `The customer allows at most ${most} ${name} for this; ask for a budget.`,
          ),
        ];
  });
};

/** The facts that the terms state: those that were known when access was requested, and that approvers have read. */
export const acceptedRequester: Check = (_access, context) =>
  required(context, 'requesters').flatMap((requirement) =>
    unmetFacts(requirement, context.terms?.requesterFacts).map(requesterRefusal),
  );

const FACT_WORDS = { country: 'country', entity: 'legal entity', employment: 'kind of employment' } as const;

function requesterRefusal({ name, problem, accepted }: UnmetFact): Refusal {
  const word = FACT_WORDS[name];
  if (problem === 'other')
    return refusal(
      'requester_not_accepted',
      '',
      `The customer accepts only these values for the requester’s ${word}: ${accepted.join(', ')}. Another engineer has to send the request.`,
    );
  return refusal(
    'requester_facts_unknown',
    '',
    problem === 'unknown'
      ? `The customer requires the requester’s ${word}, which is not known. An administrator of the vendor can map it in the identity provider, or state it in the organisation file.`
      : `The customer requires the requester’s ${word} to be verified, and only the organisation file states it. If the identity provider states it too, the requester has to sign in again. Otherwise an administrator of the vendor has to map it there.`,
  );
}

/**
 * The facts in the terms are still true. If not, approvers have read something false, so the access is not granted and gets no
 * token. A new request contains the present facts.
 */
export const sameRequesterFacts: Check = (_access, { terms, requester }) =>
  outdatedFacts(terms?.requesterFacts, requesterFactsOf(requester)).map((name) =>
    refusal(
      'requester_facts_changed',
      '',
      `The ${FACT_WORDS[name]} of the requester is no longer what the terms state. Send a new request.`,
    ),
  );

/** Hours, quiet days and blackouts at the moment at which access begins or a token is minted. */
export function customersTimeRefusals(context: RuleContext, begins: Date, pointer: string): Refusal[] {
  const zone = context.controls?.zone ?? 'UTC';
  const { day, weekday, time } = wallClock(zone, begins);
  const instant = begins.getTime();
  const refused = (detail: string) => refusal('outside_hours', pointer, detail);
  return [
    ...required(context, 'hours')
      .filter(
        (list) => !list.some(({ days, from, to }) => days.includes(weekday) && from <= time && time < to),
      )
      .map((list) =>
        refused(
          `The customer opens this on ${list.map(({ days, from, to }) => `${days.join(', ')} from ${from} to ${to}`).join('; ')} (${zone}).`,
        ),
      ),
    ...required(context, 'quietDays')
      .filter((days) => days.includes(day))
      .map(() => refused(`The customer opens nothing on ${day} (${zone}).`)),
    ...required(context, 'blackouts')
      .flat()
      .filter(({ from, to }) => Date.parse(from) <= instant && instant < Date.parse(to))
      .map(({ from, to }) => refused(`The customer opens nothing from ${from} until ${to}.`)),
  ];
}
