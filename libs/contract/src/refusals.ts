/** Every reason for which a request is refused, and its public message. The rule that refuses gives a more exact one. */
export const REQUEST_REFUSALS = {
  unknown_tenant: 'There is no such tenant.',
  unknown_service: 'There is no such service.',
  unknown_resource: 'No route of the service serves this resource.',
  unknown_action: 'No route of the service does this on the resource.',
  forbidden_scope: 'The customer forbids this.',
  change_outside_scope: 'The change is not a call that the scope allows.',
  unmasked_not_allowed: 'Hidden fields are not shown in full here.',
  basis_not_allowed: 'The customer does not accept this basis for this access.',
  duration_too_long: 'The duration is longer than the policies allow.',
  not_eligible: 'The requester is not eligible for this access.',
  justification_required: 'Say in a sentence why you need this access.',
  ticket_required: 'The vendor’s policy requires a ticket.',
  reason_code_required: 'State one of the kinds of reason that are accepted here.',
  budget_too_large: 'The budget is larger than the customer allows.',
  requester_not_accepted: 'The customer does not accept requests from this place or employer.',
  requester_facts_unknown:
    'A fact about the requester that the customer requires is not known, or not verified.',
  requester_facts_changed: 'What the terms say about the requester is no longer true.',
  outside_hours: 'The policies do not allow access at this time.',
  too_many_open: 'You have too many open requests. Cancel one first.',
  locked: 'Access is locked.',
  nobody_can_review: 'Too few people can review this.',
  terms_too_large: 'The scope is too long for one token. Name fewer resources.',
  countersignature_unavailable: 'The customer cannot countersign this now.',
} as const satisfies Record<string, string>;

export type RequestRefusalCode = keyof typeof REQUEST_REFUSALS;
