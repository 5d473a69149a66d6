import type { Catalogue } from '../../text/language.js';

const en = {
  title: 'Access receipt',
  print: 'Print',
  csv: 'CSV',
  json: 'JSON Lines',
  summary: (who: string, vendor: string, tenant: string) =>
    `What ${who} of ${vendor} was allowed to do at ${tenant}, and what they did.`,
  allowed: 'Allowed',
  window: 'Open',
  until: 'to',
  notBegun: 'It has not begun.',
  ended: 'Ended',
  stillOpen: 'The access is still open, so this receipt is not final.',
  reason: 'Reason',
  ticket: 'Ticket',
  none: 'none',
  erased: 'erased',
  decided: 'Decided by',
  done: 'What was done',
  calls: (allowed: string, refused: string) => `Calls allowed: ${allowed}, refused: ${refused}`,
  bytes: (size: string) => `${size} of data sent`,
  nothing: 'The enrolled gateways recorded no call.',
  action: 'What',
  count: 'Calls',
  first: 'First',
  last: 'Last',
  all: 'Every call',
  ids: 'For auditors',
  grant: 'Grant',
  request: 'Request',
  digest: 'Digest of the terms',
  trust: 'Countersigned under trust document',
  word: 'No passkey of the customer signed this: the approvals above rest on the vendor’s word.',
};

export const receiptTexts: Catalogue<typeof en> = { en };
