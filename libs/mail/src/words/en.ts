import type { Names, Words } from './words.js';

const wanted = ({ requester, tenant, service, duration }: Names) =>
  `${requester} asked for access to the data of ${tenant} in ${service} for ${duration}.`;
const asks = ({ requester, tenant, service, duration }: Names) =>
  `${requester} asks for access to the data of ${tenant} in ${service} for ${duration}.`;

export const en: Words = {
  subject: {
    'request.awaiting_vendor': (n) => `Your review: ${n.requester} asks for access to ${n.tenant}`,
    'request.awaiting_customer': (n) => `Your decision: ${n.requester} asks for access to ${n.tenant}`,
    'request.countered': (n) => `${n.tenant} offers narrower access`,
    'request.approved': (n) => `Approved: access of ${n.requester} to ${n.tenant}`,
    'request.denied': (n) => `Denied: access of ${n.requester} to ${n.tenant}`,
    'request.expired': (n) => `Lapsed: access of ${n.requester} to ${n.tenant}`,
    'request.cancelled': (n) => `Taken back: access of ${n.requester} to ${n.tenant}`,
    'grant.scheduled': (n) => `Access of ${n.requester} to ${n.tenant} will open later`,
    'grant.active': (n) => `Access is open: ${n.requester} to ${n.tenant}`,
    'grant.ending': (n) => `Access ends soon: ${n.requester} to ${n.tenant}`,
    'grant.ended': (n) => `Access has ended: ${n.requester} to ${n.tenant}`,
  },
  sentence: {
    'request.awaiting_vendor': (n) => `${asks(n)} It waits for your review.`,
    'request.awaiting_customer': (n) => `${asks(n)} It waits for your decision.`,
    'request.countered': (n) => `${wanted(n)} ${n.tenant} offers narrower terms, which wait for an answer.`,
    'request.approved': (n) => `${wanted(n)} It was approved.`,
    'request.denied': (n) => `${wanted(n)} It was denied.`,
    'request.expired': (n) => `${wanted(n)} It lapsed without the decisions that it needed.`,
    'request.cancelled': (n) => `${wanted(n)} It was taken back.`,
    'grant.scheduled': (n) => `${wanted(n)} It was approved and opens later.`,
    'grant.active': (n) => `${wanted(n)} The access is open now.`,
    'grant.ending': (n) => `${wanted(n)} The access ends soon.`,
    'grant.ended': (n) => `${wanted(n)} The access has ended.`,
  },
  labels: {
    what: 'What',
    why: 'Why',
    ticket: 'Ticket',
    lapses: 'The request lapses',
    decided: 'Decided',
    wouldEnd: 'Access would end',
    starts: 'Access begins',
    ends: 'Access ends',
    ended: 'Access ended',
    end: 'Access',
    because: 'Ended because',
  },
  endReason: {
    expired: 'its time was over',
    revoked: 'it was stopped',
    released: 'it was given back',
    exhausted: 'its budget was used up',
  },
  erased: '(erased)',
  nothingOpened: 'none was opened',
  unknownYet: 'with the first use',
  afterApproval: (duration, latest) => `${duration} after approval, at the latest ${latest}`,
  afterFirstUse: (duration, latest) => `${duration} after its first use, at the latest ${latest}`,
  silence: 'If nobody decides, the request lapses and grants nothing.',
  open: 'Open the request',
  footer: 'This mail opens nothing and decides nothing. You decide on the page, signed in.',
  code: {
    subject: 'Your code to sign in to Countersign',
    sentence: (tenant, minutes) =>
      `This code signs you in for ${tenant}. Type it on the page that asked for it, in the same browser, within ${minutes} minutes:`,
    footer:
      'Nobody will ever ask you for it. If you did not ask for a code, leave it: it does nothing by itself.',
  },
};
