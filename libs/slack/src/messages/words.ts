import type { Grant, RequestState, Review, RiskLevel, WaitsFor } from '@countersign/access';

/** How a person was authenticated, as part of a sentence; the same words as on the pages. */
export const ASSURANCE: Readonly<Record<Review['assurance'], string>> = {
  oidc: 'signed in with the company’s sign-in',
  'mail-code': 'signed in with a code by mail',
  'api-key': 'with an API key',
  slack: 'in Slack',
  passkey: 'with a passkey',
};

export const ON_VENDORS_WORD = 'on the vendor’s word';

export const RISK: Readonly<Record<RiskLevel, string>> = {
  low: 'Low risk',
  medium: 'Medium risk',
  high: 'High risk',
};

/** The heading of a card in each state. */
export const HEADING: Readonly<Record<RequestState, (who: string, tenant: string) => string>> = {
  awaiting_vendor: (who, tenant) => `${who} requests access to ${tenant}`,
  awaiting_customer: (who, tenant) => `${who} requests access to ${tenant}`,
  countered: (who, tenant) => `${tenant} offers ${who} less`,
  notifying: (who, tenant) => `Emergency: ${who} gets access to ${tenant}`,
  approved: (who, tenant) => `Approved: access of ${who} to ${tenant}`,
  denied: (who, tenant) => `Denied: access of ${who} to ${tenant}`,
  cancelled: (who, tenant) => `Withdrawn: access of ${who} to ${tenant}`,
  expired: (who, tenant) => `Lapsed: access of ${who} to ${tenant}`,
};

/** Whose turn it is, or how the request ended. */
export const STATE_SENTENCE: Readonly<Record<RequestState, string>> = {
  awaiting_vendor: 'It waits for the vendor’s review. The customer is asked after that.',
  awaiting_customer: 'It waits for the customer’s decision.',
  countered: 'Less was offered. The engineer has to accept it or withdraw the request.',
  notifying:
    'An emergency, without the customer’s approval. Access opens once this notice has arrived. The customer may deny it.',
  approved: 'It was approved.',
  denied: 'It was denied. Nothing was opened.',
  cancelled: 'The engineer withdrew it. Nothing was opened.',
  expired: 'It lapsed: no one decided in time. Nothing was opened.',
};

/** Whom a request waits for. */
export const WAITS_FOR: Readonly<Record<WaitsFor, string>> = {
  vendor: 'the vendor’s review',
  customer: 'the customer',
  requester: 'the engineer',
  notice: 'the notice to the customer',
};

export const END_REASON: Readonly<Record<NonNullable<Grant['endReason']>, string>> = {
  expired: 'Access has ended: its time was up.',
  revoked: 'Access was stopped.',
  released: 'Access was released.',
  exhausted: 'Access has ended: its budget was used up.',
};

/** Why no call passes, though the grant has not ended. */
export const ACCESS_BLOCKED = {
  stopped: 'The customer has stopped this access. No call passes until the stop is lifted.',
  locked: 'This access is locked. No call passes until the lock is lifted.',
} as const;

export const LABELS = {
  who: 'Who',
  what: 'What',
  howLong: 'How long',
  why: 'Why',
  ticket: 'Ticket',
  budget: 'How much',
  risk: 'Risk',
  notIncluded: 'Not included',
  lapses: 'This request lapses',
  wouldEnd: 'Access would end',
  silence: 'If no one decides',
  approvals: 'Approvals',
  denials: 'Earlier denials of similar requests',
  offered: 'Offered instead',
} as const;

export const TEXTS = {
  silenceMeans: 'Nothing is granted. Silence is a no.',
  noReason: 'The reason has been erased.',
  noTicket: 'No ticket was given.',
  ticketErased: 'The ticket has been erased.',
  noReasonGiven: 'no reason given',
  rest: (tenant: string, service: string) =>
    `Everything else of ${service}, everything of other customers, and everything outside the time above stays closed to this engineer at ${tenant}.`,
  passkeyOnly: 'This can only be approved in the browser, with a passkey.',
  browserOnly: 'At this risk it can only be approved in the browser, not in Slack.',
  tooLong: 'This is longer than a message can be: read and decide it in the browser.',
  openInBrowser: 'Open in browser',
  cut: '… (cut: the whole text is in the browser)',
} as const;
