import type {
  AccountWords,
  AddressWords,
  PracticeWords,
  ReviewWords,
  StatementWords,
  TrustWords,
  Words,
} from './words.js';

export const access: Words = {
  labels: {
    offered: 'Offered instead',
    lapses: 'The request lapses',
    decided: 'Decided',
    wouldBegin: 'Access would begin',
    wouldEnd: 'Access would end',
    starts: 'Access begins',
    began: 'Access began',
    ends: 'Access ends',
    ended: 'Access ended',
    end: 'Access',
    because: 'Ended because',
    due: 'Explanation due',
    said: 'Said',
    rule: 'Rule',
    by: 'By',
    reason: 'Reason given',
    blocked: 'No call passes',
  },
  endReason: {
    expired: 'its time was up',
    revoked: 'it was stopped',
    released: 'it was released',
    exhausted: 'its budget was used up',
  },
  sides: { vendor: 'vendor', customer: 'customer' },
  erased: '(erased)',
  nothingOpened: 'none was opened',
  withFirstUse: 'with the first use',
  never: 'never',
  isExtension: 'This continues earlier access, from its planned end.',
  onceNotified: 'as soon as one of your channels has received this notice',
  stopAtOnce: 'You can deny it before it begins and stop it at any moment, on the page.',
  crossed: (rule, side, limit) => `“${rule}” of the ${side === 'vendor' ? 'vendor' : 'customer'}: ${limit}`,
  afterApproval: (duration, latest) => `${duration} after approval, at the latest ${latest}`,
  afterFirstUse: (duration, latest) => `${duration} after its first use, at the latest ${latest}`,
  silence: 'If no one decides, the request lapses and grants nothing.',
  open: 'Open the request',
  footer: 'This mail opens nothing and decides nothing. You decide on the page, signed in.',
  code: {
    subject: 'Your code to sign in to Countersign',
    sentence: (tenant, minutes) =>
      `This code signs you in for ${tenant}. Type it on the page that asked for it, in the same browser, within ${minutes} minutes:`,
    footer:
      'No one will ever ask you for it. If you did not ask for a code, ignore this mail: the code does nothing by itself.',
  },
};

export const trust: TrustWords = {
  labels: {
    at: 'When',
    by: 'By',
    fingerprint: 'Fingerprint',
    seq: 'Version',
    validUntil: 'Valid until',
    reason: 'Reason',
    what: 'What',
  },
  host: 'the vendor’s host',
  everything: 'all access',
  oneGrant: 'one grant',
  open: 'Open the page',
  footer: 'This mail opens nothing and decides nothing. You sign on the page, with your passkey.',
};

export const account: AccountWords = {
  labels: { at: 'When', key: 'Key', until: 'Valid until' },
  own: 'If you did not expect this, revoke the key on the page and report it to your admins.',
  others: 'If no one expected this, ask the person to revoke the key, or remove the person.',
  open: 'Open the page',
  footer: 'This mail opens nothing and decides nothing. The key itself is in no mail.',
  choicesFooter: 'This mail opens nothing and decides nothing. It goes out whatever you choose.',
};

export const statement: StatementWords = {
  labels: { complete: 'Complete', log: 'Your log' },
  complete: 'yes: every gateway has signed its records past the end of the day',
  incomplete: 'no: the statement names each gateway whose records may be missing, and from when on',
  log: (size, root) => `${size} leaves, root ${root}`,
  sealed: 'Except what the sealed leaf of that day may cover until it opens.',
  open: 'Read the signed statement',
  footer:
    'This mail opens nothing and decides nothing. Verify the statement with: countersign log statement --verify FILE',
};

export const review: ReviewWords = {
  labels: {
    quarter: 'Quarter from',
    open: 'Not answered',
    due: 'Due',
    answered: 'Answered',
    lapsed: 'Lapsed',
    kept: 'Kept without an answer',
  },
  open: 'Open the access review',
  footer: 'This mail opens nothing and decides nothing.',
};

export const practice: PracticeWords = {
  labels: {
    due: 'Answer by',
    passed: 'Passed',
    wrong: 'Wrong answer',
    passkey: 'Passkey failed',
    unanswered: 'No answer',
  },
  open: 'Open the practice',
  footer: 'This mail opens nothing and decides nothing.',
};

export const address: AddressWords = {
  headline: {
    emergency: 'an emergency access is about to begin',
    disclosure: 'the explanation of an emergency',
    demand: 'access for a government demand is about to begin',
    access: 'access began or ended',
    supervision: 'a rule of supervision',
    widening: 'a change that widens the privacy controls, or lets somebody decide more',
    trust: 'the trust document, a stop or the log',
    review: 'the quarterly access review',
    practice: 'not every approver has passed the practice',
    statement: 'the statement of the day',
  },
  sentence: (headline, tenant) => `A notice about ${tenant}: ${headline}. Sign in to read more.`,
  labels: { kind: 'Notice', at: 'At', address: 'Address' },
  open: 'Open Countersign',
  footer: 'This mail opens nothing, decides nothing and signs no one in.',
  code: {
    subject: (tenant) => `Confirm this address for notices of ${tenant}`,
    sentence: (tenant, hours) =>
      `An admin of ${tenant} wants notices to be sent to this address. If that is right, give this code to that admin. It is valid for ${hours} hours:`,
    footer: 'If you did not expect this, do nothing: without the code, nothing more is sent here.',
  },
};
