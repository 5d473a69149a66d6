import type {
  AccountWords,
  AddressWords,
  Names,
  PracticeWords,
  ReviewWords,
  StatementWords,
  TrustNames,
  TrustWords,
  Words,
} from './words.js';

const introduction = ({ requester, tenant, service, duration }: Names) =>
  `${requester} requested access to the data of ${tenant} in ${service} for ${duration}.`;
const asks = ({ requester, tenant, service, duration }: Names) =>
  `${requester} requests access to the data of ${tenant} in ${service} for ${duration}.`;

export const access: Words = {
  subject: {
    'request.awaiting_vendor': (n) => `Your review: ${n.requester} requests access to ${n.tenant}`,
    'request.awaiting_customer': (n) => `Your decision: ${n.requester} requests access to ${n.tenant}`,
    'request.countered': (n) => `${n.tenant} offers narrower access`,
    'request.approved': (n) => `Approved: access of ${n.requester} to ${n.tenant}`,
    'request.denied': (n) => `Denied: access of ${n.requester} to ${n.tenant}`,
    'request.expired': (n) => `Lapsed: access of ${n.requester} to ${n.tenant}`,
    'request.cancelled': (n) => `Withdrawn: access of ${n.requester} to ${n.tenant}`,
    'grant.scheduled': (n) => `Access of ${n.requester} to ${n.tenant} will open later`,
    'grant.active': (n) => `Access is open: ${n.requester} to ${n.tenant}`,
    'grant.ending': (n) => `Access ends soon: ${n.requester} to ${n.tenant}`,
    'grant.ended': (n) => `Access has ended: ${n.requester} to ${n.tenant}`,
    'request.asked': (n) => `Question about your request for access to ${n.tenant}`,
    'request.answered': (n) => `Answered: ${n.requester} about access to ${n.tenant}`,
    'request.forwarded': (n) => `Forwarded to you: ${n.requester} requests access to ${n.tenant}`,
    'request.stage-overdue': (n) => `It waits too long: ${n.requester} requests access to ${n.tenant}`,
    'request.outdated': (n) => `Ask again: your request for access to ${n.tenant}`,
    'demand.opening': (n) =>
      `For an authority: ${n.requester} gets access to ${n.tenant} without your approval`,
    'emergency.opening': (n) => `Emergency: ${n.requester} gets access to ${n.tenant} without your approval`,
    'disclosure.late': (n) => `LATE: the emergency of ${n.requester} at ${n.tenant} is not explained`,
    'disclosure.given': (n) => `Explained: the emergency of ${n.requester} at ${n.tenant}`,
    'disclosure.acknowledged': (n) => `Acknowledged: the emergency of ${n.requester} at ${n.tenant}`,
    'disclosure.disputed': (n) => `Disputed: the emergency of ${n.requester} at ${n.tenant}`,
    'supervision.notified': (n) => `Noticed: access of ${n.requester} to ${n.tenant}`,
    'supervision.paused': (n) => `Paused: access of ${n.requester} to ${n.tenant}`,
    'supervision.resumed': (n) => `Goes on: access of ${n.requester} to ${n.tenant}`,
    'supervision.stopped': (n) => `Stopped by a rule: access of ${n.requester} to ${n.tenant}`,
  },
  sentence: {
    'request.awaiting_vendor': (n) => `${asks(n)} It waits for your review.`,
    'request.awaiting_customer': (n) => `${asks(n)} It waits for your decision.`,
    'request.countered': (n) =>
      `${introduction(n)} ${n.tenant} offers narrower terms, which wait for an answer.`,
    'request.approved': (n) => `${introduction(n)} It was approved.`,
    'request.denied': (n) => `${introduction(n)} It was denied.`,
    'request.expired': (n) => `${introduction(n)} It lapsed without the decisions that it needed.`,
    'request.cancelled': (n) => `${introduction(n)} It was withdrawn.`,
    'grant.scheduled': (n) => `${introduction(n)} It was approved and opens later.`,
    'grant.active': (n) => `${introduction(n)} The access is open now.`,
    'grant.ending': (n) => `${introduction(n)} The access ends soon.`,
    'grant.ended': (n) => `${introduction(n)} The access has ended.`,
    'request.asked': (n) => `${asks(n)} Someone who decides it asks a question. Answer it on the page.`,
    'request.answered': (n) =>
      `${asks(n)} Your question is answered, and the request waits for your decision.`,
    'request.forwarded': (n) => `${asks(n)} A colleague forwarded it to you. It waits for a decision.`,
    'request.stage-overdue': (n) =>
      `${asks(n)} It has waited longer than your rules allow. Others may decide it now too, and you are among those who may.`,
    'request.outdated': (n) =>
      `${introduction(n)} The rules have changed since, so it can no longer be approved. Ask again on the page, with one press: the new request goes by the rules of today.`,
    'demand.opening': (n) =>
      `${n.requester}, of the vendor’s legal counsel, gets access to the data of ${n.tenant} in ${n.service} for ${n.duration}, to disclose data to an authority. Two others of it have approved this. It begins once this notice has reached you. Your log has the authority’s demand.`,
    'emergency.opening': (n) =>
      `${n.requester} gets access to the data of ${n.tenant} in ${n.service} for ${n.duration}, as an emergency that two reviewers of the vendor have opened. It begins once this notice has reached you.`,
    'disclosure.late': (n) =>
      `${n.requester} had access to the data of ${n.tenant} in ${n.service} as an emergency. The vendor had to explain it by now and has not.`,
    'disclosure.given': (n) =>
      `The vendor has explained the emergency access of ${n.requester} to ${n.service} of ${n.tenant}. An approver or admin of ${n.tenant} acknowledges or disputes it.`,
    'disclosure.acknowledged': (n) =>
      `${n.tenant} has acknowledged the explanation of the emergency access of ${n.requester} to ${n.service}.`,
    'disclosure.disputed': (n) =>
      `${n.tenant} disputes the explanation of the emergency access of ${n.requester} to ${n.service}. The vendor has to explain it again.`,
    'supervision.notified': (n) =>
      `A rule about what engineers do was crossed by the access of ${n.requester} to the data of ${n.tenant} in ${n.service}. The access goes on. You can stop it on the page.`,
    'supervision.paused': (n) =>
      `A rule about what engineers do has paused the access of ${n.requester} to the data of ${n.tenant} in ${n.service}. No call passes until the side whose rule it is lets it go on.`,
    'supervision.resumed': (n) =>
      `The paused access of ${n.requester} to the data of ${n.tenant} in ${n.service} goes on.`,
    'supervision.stopped': (n) =>
      `A rule about what engineers do has ended the access of ${n.requester} to the data of ${n.tenant} in ${n.service}.`,
  },
  labels: {
    hiddenFields: 'Hidden fields',
    placeAndEmployer: 'Place and employer',
    what: 'What',
    offered: 'Offered instead',
    why: 'Why',
    ticket: 'Ticket',
    change: 'The one change',
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
  approvedAndBegun: {
    blocked: (n) =>
      `${introduction(n)} It was approved. The access has begun, but it is stopped or locked: no call passes.`,
    active: (n) => `${introduction(n)} It was approved, and the access is open now.`,
    scheduled: (n) => `${introduction(n)} It was approved, and the access opens later.`,
  },
  erased: '(erased)',
  blocked: {
    subject: (n) => `Access has begun, and no call passes: ${n.requester} to ${n.tenant}`,
    sentence: (n) => `${introduction(n)} The access has begun. It is stopped or locked: no call passes.`,
  },
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

/** What a widening proposes. */
const wider = ({ person, tenant }: TrustNames): string =>
  person === null
    ? `to widen the privacy controls of ${tenant}`
    : `to let ${person} decide more at ${tenant} (a role or group of approvers or admins)`;

export const trust: TrustWords = {
  subject: {
    'trust.proposed': (n) => `To be signed: new trust document of ${n.tenant}`,
    'trust.adopted': (n) => `In force: trust document of ${n.tenant}`,
    'trust.expiring': (n) => `Trust document of ${n.tenant} ends in ${n.days} days`,
    'trust.stopped': (n) => `Stopped: access to ${n.tenant}`,
    'trust.lifted': (n) => `Stop lifted: access to ${n.tenant}`,
    'trust.reset': (n) => `Reset of ${n.tenant}: its keys are said to be lost`,
    'trust.reset-cancelled': (n) => `Reset of ${n.tenant} cancelled`,
    'passkey.enrolled': (n) => `New passkey of ${n.by ?? 'someone'} at ${n.tenant}`,
    'passkey.removed': (n) => `Passkey of ${n.by ?? 'someone'} at ${n.tenant} removed`,
    'log.stopped': (n) => `The log of ${n.tenant} is not what it signed before`,
    'log.unwitnessed': (n) => `Witnesses of the log of ${n.tenant} do not sign`,
    'demand.changed': (n) => `A government’s demand about data of ${n.tenant}`,
    'widening.proposed': (n) =>
      `Waits: ${n.person === null ? 'wider privacy controls of' : `${n.person} decides more at`} ${n.tenant}`,
    'widening.confirmed': (n) =>
      `Confirmed: ${n.person === null ? 'wider privacy controls of' : `${n.person} decides more at`} ${n.tenant}`,
    'widening.applied': (n) =>
      `In force: ${n.person === null ? 'wider privacy controls of' : `${n.person} decides more at`} ${n.tenant}`,
    'widening.withdrawn': (n) =>
      `Withdrawn: ${n.person === null ? 'wider privacy controls of' : `${n.person} decides more at`} ${n.tenant}`,
    'widening.lapsed': (n) =>
      `Lapsed: ${n.person === null ? 'wider privacy controls of' : `${n.person} decides more at`} ${n.tenant}`,
  },
  sentence: {
    'trust.proposed': (n) =>
      `${n.by ?? 'The vendor’s host'} proposes a new trust document for ${n.tenant}. It has no effect until enough of its people have signed it with their passkeys.`,
    'trust.adopted': (n) =>
      `The people of ${n.tenant} have signed a trust document, which is in force from now on.`,
    'trust.expiring': (n) =>
      `The trust document of ${n.tenant} ends in ${n.days} days. After that all access to its data through Countersign is refused until its people sign the next one.`,
    'trust.stopped': (n) =>
      `${n.by ?? 'Someone'} has stopped access to the data of ${n.tenant} with a passkey.`,
    'trust.lifted': (n) =>
      `${n.by ?? 'Someone'} has lifted a stop of access to the data of ${n.tenant} with a passkey.`,
    'trust.reset': (n) =>
      `The vendor’s host says that ${n.tenant} has lost all its keys, so that its people may claim it again. If this is not true, an admin of ${n.tenant} can object on the page.`,
    'trust.reset-cancelled': (n) =>
      `The reset of ${n.tenant} is cancelled: what its people have signed stays in force.`,
    'passkey.enrolled': (n) =>
      `${n.by ?? 'Someone'} has enrolled a new passkey for ${n.tenant}. ${n.countsFrom === null ? 'It counts once another admin has confirmed it.' : `Unless a trust document decides it, it counts from ${n.countsFrom}, or once another admin has confirmed it.`} If it is not theirs, remove it on the page now.`,
    'passkey.removed': (n) =>
      `A passkey of ${n.by ?? 'someone'} for ${n.tenant} has been removed. If neither its owner nor an admin did this, someone else uses a session of theirs: the owner ends all sessions on the account page, and no admin confirms a new passkey.`,
    'log.stopped': (n) =>
      `The log of ${n.tenant} does not continue a checkpoint that it signed earlier: its database went back, or was changed. It signs nothing more until the vendor has found out why and opened a new epoch. Keep your mirror of the log: it shows what is missing.`,
    'log.unwitnessed': (n) =>
      `A majority of the witnesses in the trust document of ${n.tenant} has not signed its log for longer than the document allows. Until they sign again, no one but the vendor vouches that everyone is shown the same log. The page “Proof” names those that are missing: find out from their operators whether they are down, or have been shown another log.`,
    'demand.changed': (n) =>
      `An authority demands data of ${n.tenant} from the vendor. Who it is, on what legal basis, and what the vendor has done about it stand in the log of ${n.tenant}.`,
    'widening.proposed': (n) =>
      `${n.by ?? 'The vendor’s host'} proposes ${wider(n)}, not before ${n.countsFrom ?? 'an admin confirms it'}. The page says what changes and who has to confirm it. Any admin can withdraw it until then.`,
    'widening.confirmed': (n) =>
      `${n.by ?? 'Someone'} has confirmed the proposal ${wider(n)}, not before ${n.countsFrom ?? 'its time'}. Any admin can withdraw it until then.`,
    'widening.applied': (n) =>
      n.person === null
        ? `The privacy controls of ${n.tenant} have been widened, as was proposed. What was narrowed meanwhile stays narrowed.`
        : `${n.person} decides more at ${n.tenant} from now on, as was proposed.`,
    'widening.withdrawn': (n) => `The proposal ${wider(n)} is withdrawn. Nothing changes.`,
    'widening.lapsed': (n) => `The proposal ${wider(n)} has lapsed. Nothing changes.`,
  },
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
  subject: {
    'account.key-created': (person) => `New API key of ${person}`,
    'account.host-key-created': (person) => `New API key of ${person}, made by the vendor’s host`,
  },
  sentence: {
    'account.key-created': (person) => `${person} has made an API key in the browser. It works as ${person}.`,
    'account.host-key-created': (person) => `The vendor’s host has made an API key that works as ${person}.`,
  },
  labels: { at: 'When', key: 'Key', until: 'Valid until' },
  notices: {
    subject: 'Which notices reach you has changed',
    sentence:
      'Someone signed in as you has switched off notices to you, turned them on or off in a browser, unlinked your Slack account, or changed the time zone of your messages.',
    own: 'If it was not you: put it right on the page, end the sessions that you do not know, and report it to your admins.',
    footer: 'This mail opens nothing and decides nothing. It goes out whatever you choose.',
  },
  own: 'If you did not expect this, revoke the key on the page and report it to your admins.',
  others: 'If no one expected this, ask the person to revoke the key, or remove the person.',
  open: 'Open the page',
  footer: 'This mail opens nothing and decides nothing. The key itself is in no mail.',
};

export const statement: StatementWords = {
  subject: (tenant, day, accesses) =>
    accesses === 0 ? `No access to ${tenant} on ${day}` : `Access to ${tenant} on ${day}: calls ${accesses}`,
  sentence: (accesses, day) =>
    accesses === 0
      ? `The enrolled gateways recorded no access on ${day} (UTC).`
      : `On ${day} (UTC) the gateways recorded ${accesses === 1 ? 'one allowed call' : `${accesses} allowed calls`}.`,
  labels: { complete: 'Complete', log: 'Your log' },
  complete: 'yes: every gateway has signed its records past the end of the day',
  incomplete: 'no: the statement names each gateway whose records may be missing, and from when on',
  log: (size, root) => `${size} leaves, root ${root}`,
  sealed: 'Except what the sealed leaf of that day may cover until it opens.',
  open: 'Read the signed statement',
  footer:
    'This mail opens nothing and decides nothing. Verify the statement with: countersign log statement --verify FILE',
};

const REVIEW_SILENCE =
  'What no admin answers by then lapses: access, invitations, rules, keys, sessions and roles end, except what would lock your organisation out.';

export const review: ReviewWords = {
  subject: {
    'access-review.opened': (tenant) => `Access review of ${tenant}: confirm what lets in`,
    'access-review.due': (tenant) => `Access review of ${tenant} ends soon`,
    'access-review.closed': (tenant) => `Access review of ${tenant} is over`,
  },
  sentence: {
    'access-review.opened': (tenant) =>
      `Everything that lets into ${tenant} through Countersign waits for a decision of its admins, as once each quarter.`,
    'access-review.due': (tenant) =>
      `Not everything that lets into ${tenant} has been confirmed or pruned yet.`,
    'access-review.closed': (tenant) =>
      `The quarterly access review of ${tenant} is over, and what was not answered has lapsed.`,
  },
  note: {
    'access-review.opened': REVIEW_SILENCE,
    'access-review.due': REVIEW_SILENCE,
    'access-review.closed':
      'What was kept without an answer is still active, because the organisation would otherwise have been locked out, or because only its own people or its provider change it. Look at it now.',
  },
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

const PRACTICE_HOW =
  'Nothing opens, whatever you answer. The page shows what you expect and what is asked: approve only if they are the same.';

export const practice: PracticeWords = {
  subject: {
    'practice.opened': (tenant) => `[Practice] ${tenant}: please answer a practice request`,
    'practice.due': (tenant) => `[Practice] ${tenant}: your practice request waits`,
    'practice.failed': (tenant) => `[Practice] ${tenant}: not every approver has passed`,
  },
  sentence: {
    'practice.opened': (tenant) =>
      `This is a practice: it shows that you can still approve requests for the data of ${tenant}.`,
    'practice.due': (tenant) => `You have not answered the practice request of ${tenant} yet.`,
    'practice.failed': (tenant) =>
      `In the practice of ${tenant}, someone did not answer, answered wrongly, or has a passkey that does not work.`,
  },
  note: {
    'practice.opened': PRACTICE_HOW,
    'practice.due': PRACTICE_HOW,
    'practice.failed': 'Look at it now: a real request could wait for these approvers. The page names them.',
  },
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
  changed: {
    'notice-address.confirmed': (tenant) => `An address gets notices of ${tenant} from now on`,
    'notice-address.removed': (tenant) => `An address gets no more notices of ${tenant}`,
  },
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
