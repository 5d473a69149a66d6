import type { AccessNames, NoticeTexts, TrustNames } from './texts.js';

const introduction = ({ requester, tenant, service, duration }: AccessNames) =>
  `${requester} requested access to the data of ${tenant} in ${service} for ${duration}.`;
const asks = ({ requester, tenant, service, duration }: AccessNames) =>
  `${requester} requests access to the data of ${tenant} in ${service} for ${duration}.`;

/** What a widening is, in a subject. */
const widening = ({ person, tenant }: TrustNames): string =>
  person === null ? `wider privacy controls of ${tenant}` : `${person} decides more at ${tenant}`;

/** What a widening proposes, in a sentence. */
const wider = ({ person, tenant }: TrustNames): string =>
  person === null
    ? `to widen the privacy controls of ${tenant}`
    : `to let ${person} decide more at ${tenant} (a role or group of approvers or admins)`;

const REVIEW_SILENCE =
  'What no admin answers by then lapses: access, invitations, rules, keys, sessions and roles end, except what would lock your organisation out.';

const PRACTICE_HOW =
  'Nothing opens, whatever you answer. The page shows what you expect and what is asked: approve only if they are the same.';

export const en: NoticeTexts = {
  kinds: {
    'request.awaiting_vendor': {
      mail: {
        subject: (n) => `Your review: ${n.requester} requests access to ${n.tenant}`,
        sentence: (n) => `${asks(n)} It waits for your review.`,
      },
      thread: (n) => `${n.requester} asked. It waits for the vendor’s review.`,
    },
    'request.awaiting_customer': {
      mail: {
        subject: (n) => `Your decision: ${n.requester} requests access to ${n.tenant}`,
        sentence: (n) => `${asks(n)} It waits for your decision.`,
      },
      thread: (n) => `${n.requester} asked. It waits for the customer’s decision.`,
    },
    'request.reminder': { thread: 'Half of the time to decide is over, and no one has decided yet.' },
    'request.escalated': {
      thread: 'Three quarters of the time to decide are over. If no one decides, it lapses.',
    },
    'request.stage-overdue': {
      mail: {
        subject: (n) => `It waits too long: ${n.requester} requests access to ${n.tenant}`,
        sentence: (n) =>
          `${asks(n)} It has waited longer than your rules allow. Others may decide it now too, and you are among those who may.`,
      },
      thread: 'It has waited longer than your controls allow. Others may decide too now.',
    },
    'request.forwarded': {
      mail: {
        subject: (n) => `Forwarded to you: ${n.requester} requests access to ${n.tenant}`,
        sentence: (n) => `${asks(n)} A colleague forwarded it to you. It waits for a decision.`,
      },
      thread: null,
    },
    'request.answered': {
      mail: {
        subject: (n) => `Answered: ${n.requester} about access to ${n.tenant}`,
        sentence: (n) => `${asks(n)} Your question is answered, and the request waits for your decision.`,
      },
      thread: null,
    },
    'request.asked': {
      mail: {
        subject: (n) => `Question about your request for access to ${n.tenant}`,
        sentence: (n) => `${asks(n)} Someone who decides it asks a question. Answer it on the page.`,
      },
      thread: null,
    },
    'request.countered': {
      mail: {
        subject: (n) => `${n.tenant} offers narrower access`,
        sentence: (n) => `${introduction(n)} ${n.tenant} offers narrower terms, which wait for an answer.`,
      },
      thread: null,
    },
    'request.notifying': {
      thread: 'Everyone whose review is needed has approved. It begins once the customer has been notified.',
    },
    'request.approved': {
      mail: {
        subject: (n) => `Approved: access of ${n.requester} to ${n.tenant}`,
        sentence: (n) => `${introduction(n)} It was approved.`,
        begun: {
          blocked: (n) =>
            `${introduction(n)} It was approved. The access has begun, but it is stopped or locked: no call passes.`,
          active: (n) => `${introduction(n)} It was approved, and the access is open now.`,
          scheduled: (n) => `${introduction(n)} It was approved, and the access opens later.`,
        },
      },
      thread: 'It was approved.',
    },
    'request.denied': {
      mail: {
        subject: (n) => `Denied: access of ${n.requester} to ${n.tenant}`,
        sentence: (n) => `${introduction(n)} It was denied.`,
      },
      thread: 'It was denied.',
    },
    'request.cancelled': {
      mail: {
        subject: (n) => `Withdrawn: access of ${n.requester} to ${n.tenant}`,
        sentence: (n) => `${introduction(n)} It was withdrawn.`,
      },
      thread: (n) => `${n.requester} withdrew the request.`,
    },
    'request.expired': {
      mail: {
        subject: (n) => `Lapsed: access of ${n.requester} to ${n.tenant}`,
        sentence: (n) => `${introduction(n)} It lapsed without the decisions that it needed.`,
      },
      thread: 'It lapsed: no one decided in time. Nothing was opened.',
    },
    'request.erased': { thread: null },
    'request.outdated': {
      mail: {
        subject: (n) => `Ask again: your request for access to ${n.tenant}`,
        sentence: (n) =>
          `${introduction(n)} The rules have changed since, so it can no longer be approved. Ask again on the page, with one press: the new request goes by the rules of today.`,
      },
      thread: null,
    },
    'grant.scheduled': {
      mail: {
        subject: (n) => `Access of ${n.requester} to ${n.tenant} will open later`,
        sentence: (n) => `${introduction(n)} It was approved and opens later.`,
      },
      thread: 'Access is granted and begins later.',
    },
    'grant.active': {
      mail: {
        subject: (n) => `Access is open: ${n.requester} to ${n.tenant}`,
        sentence: (n) => `${introduction(n)} The access is open now.`,
        blocked: {
          subject: (n) => `Access has begun, and no call passes: ${n.requester} to ${n.tenant}`,
          sentence: (n) =>
            `${introduction(n)} The access has begun. It is stopped or locked: no call passes.`,
        },
      },
      thread: 'Access is open now.',
    },
    'grant.ending': {
      mail: {
        subject: (n) => `Access ends soon: ${n.requester} to ${n.tenant}`,
        sentence: (n) => `${introduction(n)} The access ends soon.`,
      },
      thread: 'Access ends in a few minutes. If you need longer, ask now.',
    },
    'grant.used': {
      thread: (n) => (n.calls <= 1 ? 'First use: 1 call so far.' : `${n.calls} calls so far.`),
    },
    'grant.refused': {
      thread: (n) =>
        `${n.refused === 1 ? '1 call' : `${n.refused} calls`} refused so far: nothing outside the terms was reached.`,
    },
    'grant.ended': {
      mail: {
        subject: (n) => `Access has ended: ${n.requester} to ${n.tenant}`,
        sentence: (n) => `${introduction(n)} The access has ended.`,
      },
      thread: null,
    },
    'supervision.notified': {
      mail: {
        subject: (n) => `Noticed: access of ${n.requester} to ${n.tenant}`,
        sentence: (n) =>
          `A rule about what engineers do was crossed by the access of ${n.requester} to the data of ${n.tenant} in ${n.service}. The access goes on. You can stop it on the page.`,
      },
      thread: (n) => `Noticed: ${n.crossed}. The access goes on; you can stop it.`,
    },
    'supervision.paused': {
      mail: {
        subject: (n) => `Paused: access of ${n.requester} to ${n.tenant}`,
        sentence: (n) =>
          `A rule about what engineers do has paused the access of ${n.requester} to the data of ${n.tenant} in ${n.service}. No call passes until the side whose rule it is lets it go on.`,
      },
      thread: (n) =>
        `Paused: ${n.crossed}. No call passes until the side whose rule it is lets it go on, on the page.`,
    },
    'supervision.resumed': {
      mail: {
        subject: (n) => `Goes on: access of ${n.requester} to ${n.tenant}`,
        sentence: (n) =>
          `The paused access of ${n.requester} to the data of ${n.tenant} in ${n.service} goes on.`,
      },
      thread: 'The paused access goes on.',
    },
    'supervision.stopped': {
      mail: {
        subject: (n) => `Stopped by a rule: access of ${n.requester} to ${n.tenant}`,
        sentence: (n) =>
          `A rule about what engineers do has ended the access of ${n.requester} to the data of ${n.tenant} in ${n.service}.`,
      },
      thread: (n) => `Stopped: ${n.crossed}.`,
    },
    'emergency.opening': {
      mail: {
        subject: (n) => `Emergency: ${n.requester} gets access to ${n.tenant} without your approval`,
        sentence: (n) =>
          `${n.requester} gets access to the data of ${n.tenant} in ${n.service} for ${n.duration}, as an emergency that two reviewers of the vendor have opened. It begins once this notice has reached you.`,
      },
      thread: (n) =>
        `Emergency: ${n.requester} gets access without your approval. You can stop it at once, on the page or here.`,
    },
    'demand.opening': {
      mail: {
        subject: (n) => `For an authority: ${n.requester} gets access to ${n.tenant} without your approval`,
        sentence: (n) =>
          `${n.requester}, of the vendor’s legal counsel, gets access to the data of ${n.tenant} in ${n.service} for ${n.duration}, to disclose data to an authority. Two others of it have approved this. It begins once this notice has reached you. Your log has the authority’s demand.`,
      },
      thread: (n) =>
        `For an authority: ${n.requester} gets access without your approval. You can stop it at once, on the page or here.`,
    },
    'disclosure.late': {
      mail: {
        subject: (n) => `LATE: the emergency of ${n.requester} at ${n.tenant} is not explained`,
        sentence: (n) =>
          `${n.requester} had access to the data of ${n.tenant} in ${n.service} as an emergency. The vendor had to explain it by now and has not.`,
      },
      thread: 'The vendor has not explained this emergency in time. The explanation is late.',
    },
    'disclosure.given': {
      mail: {
        subject: (n) => `Explained: the emergency of ${n.requester} at ${n.tenant}`,
        sentence: (n) =>
          `The vendor has explained the emergency access of ${n.requester} to ${n.service} of ${n.tenant}. An approver or admin of ${n.tenant} acknowledges or disputes it.`,
      },
      thread: 'The vendor has explained this emergency. Read it on the page, and acknowledge or dispute it.',
    },
    'disclosure.acknowledged': {
      mail: {
        subject: (n) => `Acknowledged: the emergency of ${n.requester} at ${n.tenant}`,
        sentence: (n) =>
          `${n.tenant} has acknowledged the explanation of the emergency access of ${n.requester} to ${n.service}.`,
      },
      thread: 'The customer has acknowledged the explanation of this emergency.',
    },
    'disclosure.disputed': {
      mail: {
        subject: (n) => `Disputed: the emergency of ${n.requester} at ${n.tenant}`,
        sentence: (n) =>
          `${n.tenant} disputes the explanation of the emergency access of ${n.requester} to ${n.service}. The vendor has to explain it again.`,
      },
      thread: 'The customer disputes the explanation of this emergency. The vendor has to explain again.',
    },
    'access-review.opened': {
      mail: {
        subject: (tenant) => `Access review of ${tenant}: confirm what lets in`,
        sentence: (tenant) =>
          `Everything that lets into ${tenant} through Countersign waits for a decision of its admins, as once each quarter.`,
        note: REVIEW_SILENCE,
      },
      slack: {
        heading: 'Access review: confirm what is open',
        text: 'Once a quarter, your admins confirm or end everything that gives access to your organisation. Whatever is not answered by the end of the review lapses. To decide, sign in on the page: a press in Slack is not enough.',
      },
    },
    'access-review.due': {
      mail: {
        subject: (tenant) => `Access review of ${tenant} ends soon`,
        sentence: (tenant) => `Not everything that lets into ${tenant} has been confirmed or pruned yet.`,
        note: REVIEW_SILENCE,
      },
      slack: {
        heading: 'Access review: it ends soon',
        text: 'Not everything has been confirmed or ended yet. Whatever is not answered lapses.',
      },
    },
    'access-review.closed': {
      mail: {
        subject: (tenant) => `Access review of ${tenant} is over`,
        sentence: (tenant) =>
          `The quarterly access review of ${tenant} is over, and what was not answered has lapsed.`,
        note: 'What was kept without an answer is still active, because the organisation would otherwise have been locked out, or because only its own people or its provider change it. Look at it now.',
      },
    },
    'practice.opened': {
      mail: {
        subject: (tenant) => `[Practice] ${tenant}: please answer a practice request`,
        sentence: (tenant) =>
          `This is a practice: it shows that you can still approve requests for the data of ${tenant}.`,
        note: PRACTICE_HOW,
      },
      slack: {
        heading: 'Practice: please answer a practice request',
        text: 'It shows that you can still approve, with your passkey if you have one. Nothing opens, whatever you answer. The page shows what you expect and what is asked: approve only if they are the same.',
      },
    },
    'practice.due': {
      mail: {
        subject: (tenant) => `[Practice] ${tenant}: your practice request waits`,
        sentence: (tenant) => `You have not answered the practice request of ${tenant} yet.`,
        note: PRACTICE_HOW,
      },
      slack: {
        heading: 'Practice: your practice request waits',
        text: 'You have not answered it yet. Nothing opens, whatever you answer.',
      },
    },
    'practice.failed': {
      mail: {
        subject: (tenant) => `[Practice] ${tenant}: not every approver has passed`,
        sentence: (tenant) =>
          `In the practice of ${tenant}, someone did not answer, answered wrongly, or has a passkey that does not work.`,
        note: 'Look at it now: a real request could wait for these approvers. The page names them.',
      },
      slack: {
        heading: 'Practice: not every approver has passed',
        text: 'Someone did not answer, answered wrongly, or has a passkey that does not work. A real request could wait for them: look at it now.',
      },
    },
    'log.statement': {
      mail: {
        subject: (tenant, day, accesses) =>
          accesses === 0
            ? `No access to ${tenant} on ${day}`
            : `Access to ${tenant} on ${day}: calls ${accesses}`,
        sentence: (accesses, day) =>
          accesses === 0
            ? `The enrolled gateways recorded no access on ${day} (UTC).`
            : `On ${day} (UTC) the gateways recorded ${accesses === 1 ? 'one allowed call' : `${accesses} allowed calls`}.`,
      },
    },
    'log.stopped': {
      mail: {
        subject: (n) => `The log of ${n.tenant} is not what it signed before`,
        sentence: (n) =>
          `The log of ${n.tenant} does not continue a checkpoint that it signed earlier: its database went back, or was changed. It signs nothing more until the vendor has found out why and opened a new epoch. Keep your mirror of the log: it shows what is missing.`,
      },
    },
    'log.unwitnessed': {
      mail: {
        subject: (n) => `Witnesses of the log of ${n.tenant} do not sign`,
        sentence: (n) =>
          `A majority of the witnesses in the trust document of ${n.tenant} has not signed its log for longer than the document allows. Until they sign again, no one but the vendor vouches that everyone is shown the same log. The page “Proof” names those that are missing: find out from their operators whether they are down, or have been shown another log.`,
      },
    },
    'demand.changed': {
      mail: {
        subject: (n) => `A government’s demand about data of ${n.tenant}`,
        sentence: (n) =>
          `An authority demands data of ${n.tenant} from the vendor. Who it is, on what legal basis, and what the vendor has done about it stand in the log of ${n.tenant}.`,
      },
    },
    'trust.proposed': {
      mail: {
        subject: (n) => `To be signed: new trust document of ${n.tenant}`,
        sentence: (n) =>
          `${n.by ?? 'The vendor’s host'} proposes a new trust document for ${n.tenant}. It has no effect until enough of its people have signed it with their passkeys.`,
      },
    },
    'trust.adopted': {
      mail: {
        subject: (n) => `In force: trust document of ${n.tenant}`,
        sentence: (n) =>
          `The people of ${n.tenant} have signed a trust document, which is in force from now on.`,
      },
    },
    'trust.expiring': {
      mail: {
        subject: (n) => `Trust document of ${n.tenant} ends in ${n.days} days`,
        sentence: (n) =>
          `The trust document of ${n.tenant} ends in ${n.days} days. After that all access to its data through Countersign is refused until its people sign the next one.`,
      },
    },
    'trust.stopped': {
      mail: {
        subject: (n) => `Stopped: access to ${n.tenant}`,
        sentence: (n) => `${n.by ?? 'Someone'} has stopped access to the data of ${n.tenant} with a passkey.`,
      },
    },
    'trust.lifted': {
      mail: {
        subject: (n) => `Stop lifted: access to ${n.tenant}`,
        sentence: (n) =>
          `${n.by ?? 'Someone'} has lifted a stop of access to the data of ${n.tenant} with a passkey.`,
      },
    },
    'trust.reset': {
      mail: {
        subject: (n) => `Reset of ${n.tenant}: its keys are said to be lost`,
        sentence: (n) =>
          `The vendor’s host says that ${n.tenant} has lost all its keys, so that its people may claim it again. If this is not true, an admin of ${n.tenant} can object on the page.`,
      },
    },
    'trust.reset-cancelled': {
      mail: {
        subject: (n) => `Reset of ${n.tenant} cancelled`,
        sentence: (n) => `The reset of ${n.tenant} is cancelled: what its people have signed stays in force.`,
      },
    },
    'passkey.enrolled': {
      mail: {
        subject: (n) => `New passkey of ${n.by ?? 'someone'} at ${n.tenant}`,
        sentence: (n) =>
          `${n.by ?? 'Someone'} has enrolled a new passkey for ${n.tenant}. ${n.countsFrom === null ? 'It counts once another admin has confirmed it.' : `Unless a trust document decides it, it counts from ${n.countsFrom}, or once another admin has confirmed it.`} If it is not theirs, remove it on the page now.`,
      },
    },
    'passkey.removed': {
      mail: {
        subject: (n) => `Passkey of ${n.by ?? 'someone'} at ${n.tenant} removed`,
        sentence: (n) =>
          `A passkey of ${n.by ?? 'someone'} for ${n.tenant} has been removed. If neither its owner nor an admin did this, someone else uses a session of theirs: the owner ends all sessions on the account page, and no admin confirms a new passkey.`,
      },
    },
    'widening.proposed': {
      mail: {
        subject: (n) => `Waits: ${widening(n)}`,
        sentence: (n) =>
          `${n.by ?? 'The vendor’s host'} proposes ${wider(n)}, not before ${n.countsFrom ?? 'an admin confirms it'}. The page says what changes and who has to confirm it. Any admin can withdraw it until then.`,
      },
    },
    'widening.confirmed': {
      mail: {
        subject: (n) => `Confirmed: ${widening(n)}`,
        sentence: (n) =>
          `${n.by ?? 'Someone'} has confirmed the proposal ${wider(n)}, not before ${n.countsFrom ?? 'its time'}. Any admin can withdraw it until then.`,
      },
    },
    'widening.applied': {
      mail: {
        subject: (n) => `In force: ${widening(n)}`,
        sentence: (n) =>
          n.person === null
            ? `The privacy controls of ${n.tenant} have been widened, as was proposed. What was narrowed meanwhile stays narrowed.`
            : `${n.person} decides more at ${n.tenant} from now on, as was proposed.`,
      },
    },
    'widening.withdrawn': {
      mail: {
        subject: (n) => `Withdrawn: ${widening(n)}`,
        sentence: (n) => `The proposal ${wider(n)} is withdrawn. Nothing changes.`,
      },
    },
    'widening.lapsed': {
      mail: {
        subject: (n) => `Lapsed: ${widening(n)}`,
        sentence: (n) => `The proposal ${wider(n)} has lapsed. Nothing changes.`,
      },
    },
    'notice-address.confirmed': {
      mail: { subject: (tenant) => `An address gets notices of ${tenant} from now on` },
    },
    'notice-address.removed': {
      mail: { subject: (tenant) => `An address gets no more notices of ${tenant}` },
    },
    'account.key-created': {
      mail: {
        subject: (person) => `New API key of ${person}`,
        sentence: (person) => `${person} has made an API key in the browser. It works as ${person}.`,
      },
    },
    'account.host-key-created': {
      mail: {
        subject: (person) => `New API key of ${person}, made by the vendor’s host`,
        sentence: (person) => `The vendor’s host has made an API key that works as ${person}.`,
      },
    },
    'account.notices-changed': {
      mail: {
        subject: 'Which notices reach you has changed',
        sentence:
          'Someone signed in as you has switched off notices to you, turned them on or off in a browser, unlinked your Slack account, or changed the time zone of your messages.',
        note: 'If it was not you: put it right on the page, end the sessions that you do not know, and report it to your admins.',
      },
      slack: {
        heading: 'Which notices reach you has changed',
        text: 'Someone signed in as you has switched off notices to you, turned them on or off in a browser, unlinked another Slack account of yours, or changed the time zone of your messages. If it was not you: put it right on the page, end the sessions that you do not know, and report it to your admins.',
      },
    },
  },
  push: {
    review: 'A request waits for your review',
    decision: 'A request waits for your decision',
    overdue: 'A request has waited too long',
    conversation: 'There is a new message about a request',
    offer: 'Your request has a counter-offer',
    outdated: 'Your request can no longer be approved',
    approved: 'A request was approved',
    denied: 'A request was denied',
    expired: 'A request has expired',
    cancelled: 'A request was cancelled',
    scheduled: 'Access is approved and begins later',
    active: 'Access is open now',
    ending: 'Access ends soon',
    ended: 'Access has ended',
    opening: 'Access is about to open without your approval',
    emergency: 'There is news about an emergency access',
    supervision: 'A rule of supervision has acted on an access',
    trust: 'There is news about what protects your data',
    demand: 'There is news about a government demand',
    keyCreated: 'An API key was made on your side',
    notices: 'Which notices reach you has changed',
    accessReview: 'There is news about the access review',
    practice: 'There is news about a practice',
    statement: 'The statement of the day is here',
  },
};
