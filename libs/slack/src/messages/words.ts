import type { Grant, RequestState, Review, RiskLevel } from '@countersign/access';

/** How somebody was signed in, as part of a sentence; the same words as on the pages. */
export const ASSURANCE: Readonly<Record<Review['assurance'], string>> = {
  oidc: 'signed in with the company’s sign-in',
  'mail-code': 'signed in with a code by mail',
  'api-key': 'with an API key',
  slack: 'in Slack',
  passkey: 'with a passkey',
};

export const VENDORS_WORD = 'on the vendor’s word';

export const RISK: Readonly<Record<RiskLevel, string>> = {
  low: 'Low risk',
  medium: 'Medium risk',
  high: 'High risk',
};

/** Who asks, as the heading of a card says it; each state has its own. */
export const HEADING: Readonly<Record<RequestState, (who: string, tenant: string) => string>> = {
  awaiting_vendor: (who, tenant) => `${who} asks for access to ${tenant}`,
  awaiting_customer: (who, tenant) => `${who} asks for access to ${tenant}`,
  countered: (who, tenant) => `${tenant} offers ${who} less`,
  approved: (who, tenant) => `Approved: access of ${who} to ${tenant}`,
  denied: (who, tenant) => `Denied: access of ${who} to ${tenant}`,
  cancelled: (who, tenant) => `Taken back: access of ${who} to ${tenant}`,
  expired: (who, tenant) => `Lapsed: access of ${who} to ${tenant}`,
};

/** Whose turn it is, or how it ended. */
export const STANDING: Readonly<Record<RequestState, string>> = {
  awaiting_vendor: 'It waits for the vendor’s review. The customer is asked after that.',
  awaiting_customer: 'It waits for the customer’s decision.',
  countered: 'Less was offered. The engineer has to accept it, or take the request back.',
  approved: 'It was approved.',
  denied: 'It was denied. Nothing was opened.',
  cancelled: 'It was taken back by the engineer. Nothing was opened.',
  expired: 'It lapsed: nobody decided in time. Nothing was opened.',
};

export const END_REASON: Readonly<Record<NonNullable<Grant['endReason']>, string>> = {
  expired: 'Access has ended: its time was over.',
  revoked: 'Access was stopped.',
  released: 'Access was given back.',
  exhausted: 'Access has ended: its budget was used up.',
};

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
  silence: 'If nobody decides',
  approvals: 'Approvals',
  denials: 'Earlier denials of something alike',
  offered: 'Offered instead',
} as const;

export const TEXTS = {
  silenceMeans: 'Nothing is granted. Silence is a no.',
  noReason: 'The reason has been erased.',
  noTicket: 'No ticket was named.',
  ticketErased: 'The ticket has been erased.',
  noReasonGiven: 'no reason left',
  rest: (tenant: string, service: string) =>
    `Everything else of ${service}, everything of other customers, and everything outside the time above stays closed to this engineer at ${tenant}.`,
  passkeyOnly: 'This is approved in the browser only, with a passkey.',
  browserOnly: 'At this risk it is approved in the browser, not in Slack.',
  tooLong: 'This is longer than a message may be: read and decide it in the browser.',
  openInBrowser: 'Open in browser',
  cut: '… (cut: the whole text stands in the browser)',
} as const;
