import { supervisedCount, supervisedText } from '@countersign/wording';
import type { EventWords, Sentences } from './event-words.js';

const until = (at: string) => (at === '' ? '' : `, until ${at}`);
const forWhat = (scope: string) => (scope === '' ? '' : ` to ${scope}`);
const because = (reason: string) => (reason === '' ? '' : ` (${reason})`);
const times = (count: string) => (count === '' || count === '1' ? '' : `, ${count} times`);

const END: Readonly<Record<string, string>> = {
  expired: 'its time was up',
  revoked: 'it was stopped',
  released: 'it was given back',
  exhausted: 'its budget was used up',
};
const DECISION: Readonly<Record<string, string>> = {
  approve: 'approved',
  deny: 'denied',
  counter: 'offered less for',
};
const OUTCOME: Readonly<Record<string, string>> = {
  completed: 'completed',
  cut: 'cut off',
  failed: 'failed',
};
const REVIEWED: Readonly<Record<string, string>> = {
  ...{ grant: 'an access', invitation: 'an invitation', rule: 'a rule', person: 'a person’s roles' },
  ...{ 'api-key': 'an API key', session: 'a session' },
};
const REVIEW_OUTCOME: Readonly<Record<string, string>> = {
  ...{ confirmed: 'confirmed', pruned: 'ended', gone: 'had ended before' },
  ...{ lapsed: 'not answered, so it ended', kept: 'not answered, and kept' },
};
const PRACTISED: Readonly<Record<string, string>> = {
  passed: 'rightly',
  wrong: 'wrongly',
  'passkey-failed': 'rightly, and their passkey did not work',
};
const LOCKED: Readonly<Record<string, string>> = {
  tenant: 'customer',
  person: 'person',
  service: 'service',
  grant: 'grant',
};
const known = (words: Readonly<Record<string, string>>, key: string) =>
  Object.hasOwn(words, key) ? (words[key] ?? key) : key;

const SUPERVISED: Readonly<Record<string, string>> = {
  notified: 'people were notified',
  paused: 'the access was paused',
  stopped: 'the access was ended',
};
const limitOf = (e: EventWords<'count' | 'over' | 'within'>): string =>
  supervisedText(
    {
      count: supervisedCount(e.value('count')),
      over: Number(e.value('over')),
      within: Number(e.value('within')),
    },
    'en',
  );

/** Other customers do not read the name of a service that is for some customers. */
const serviceOf = (e: EventWords<'service'>) => {
  const name = e.value('service');
  return name === '' ? 'a service for some customers' : `the service ${name}`;
};

/** One English sentence for each type of event. */
export const english: Sentences = {
  'access-review.closed': (e) => `The access review of the quarter from ${e.value('quarter')} is over`,
  'access-review.decided': (e) =>
    `${e.actor}: access review, ${known(REVIEWED, e.value('kind'))} ${known(REVIEW_OUTCOME, e.value('outcome'))}`,
  'access-review.opened': (e) =>
    `The access review of the quarter from ${e.value('quarter')} began; due ${e.instant('dueAt')}`,
  'access.allowed': (e) =>
    `${e.person('requester')} called ${e.value('service')}: ${e.value('method')} ${e.value('resource')} (${e.value('action')})`,
  'access.counters': () => 'A gateway counted refused calls that belong to no access',
  'access.outcome': (e) => `A call ended: ${known(OUTCOME, e.value('outcome')) || 'outcome unknown'}`,
  'access.refused': (e) =>
    `A call of ${e.person('requester')} to ${e.value('service')} was refused: ${e.value('code')}${times(e.value('count'))}`,
  'api-key.created': (e) =>
    `${e.actor} made an API key for ${e.person('person')}${until(e.instant('expiresAt'))}`,
  'api-key.revoked': (e) => `${e.actor} ended an API key of ${e.person('person')}`,
  'browser.opened': (e) => `${e.actor} opened the service in a browser`,
  'coverage.stated': () => 'The vendor stated every way to customers’ data, and what controls it',
  'demand.accessed': (e) =>
    `Access for an authority under a gag stood at ${e.value('size')} leaves of the log ${e.value('log')}`,
  'demand.challenged': (e) => `${e.actor} challenged a government’s demand about this customer’s data`,
  'demand.closed': (e) => `${e.actor} closed a government’s demand`,
  'demand.disclosed': (e) =>
    `${e.actor} disclosed data on a government’s demand${because(e.value('accounts') === '' ? '' : `accounts affected: ${e.value('accounts')}`)}`,
  'demand.documented': (e) => `${e.actor} filed a document of a government’s demand`,
  'demand.extended': (e) => `${e.actor} confirmed that a demand stays sealed${until(e.instant('until'))}`,
  'demand.extension-proposed': (e) =>
    `${e.actor} proposed that a demand stays sealed${until(e.instant('until'))}`,
  'demand.kept': (e) =>
    `The vendor kept a sealed copy of what was erased from entry ${e.value('leaf')}, as a demand under a gag required`,
  'demand.narrowed': (e) => `${e.actor} had a government’s demand narrowed`,
  'demand.notified': (e) =>
    `The customer was notified of the access of ${e.person('requester')} for an authority`,
  'demand.opened': () => 'A government’s demand that the vendor had to keep silent about was opened',
  'demand.received': (e) =>
    `${e.actor} entered a government’s demand about this customer’s data (${e.value('country')}, ${e.value('kind')})`,
  'demand.redirected': (e) =>
    `${e.actor} sent an authority to this customer; its answer: ${e.value('outcome')}`,
  'demand.rejected': (e) => `${e.actor} rejected a government’s demand`,
  'deployment.checkpoint': (e) =>
    `The log of the whole installation stood at ${e.value('size')} leaves, and this log has its root`,
  'disclosure.acknowledged': (e) =>
    `${e.actor} acknowledged the explanation of an emergency of ${e.person('requester')}`,
  'disclosure.disputed': (e) =>
    `${e.actor} disputed the explanation of an emergency of ${e.person('requester')}`,
  'disclosure.given': (e) =>
    `${e.actor} explained the emergency of ${e.person('requester')}${e.value('late') === 'true' ? ', late' : ''}`,
  'disclosure.late': (e) => `The vendor has not explained the emergency of ${e.person('requester')} in time`,
  'emergency.notified': (e) =>
    `The customer was notified of the emergency of ${e.person('requester')} (${e.value('delivered')} of ${e.value('recipients')} recipients)`,
  'emergency.opened': (e) =>
    `An emergency of ${e.person('requester')} began without the customer’s approval; its explanation is due${until(e.instant('dueAt'))}`,
  'export.ended': (e) =>
    `${e.actor} ended the stream of the log ${e.value('log')} to a receiver (${e.value('kind')})`,
  'export.started': (e) =>
    `${e.actor} began to stream the log ${e.value('log')} to a receiver (${e.value('kind')}), from leaf ${e.value('from')}`,
  'feed.epoch-opened': (e) => `The operator opened epoch ${e.value('epoch')} of the gateways’ feed`,
  'gateway.closed': () => 'A gateway went away, and its records up to then are closed',
  'gateway.enrolled': () => 'The operator enrolled a gateway',
  'gateway.bypassed': (e) =>
    `${e.actor} reported calls to ${e.value('service')} that bypassed the gateway: ${e.value('passed')} got through, ${e.value('refused')} were refused`,
  'gateway.gap': (e) =>
    e.value('next') === ''
      ? `Records of a gateway are missing: after ${e.value('after')} came ${e.value('at')}`
      : `Records of an earlier run of a gateway are missing: those after ${e.value('after')} and before ${e.value('at')}`,
  'gateway.head': () => 'A gateway signed how far its records go',
  'gateway.mismatch': (e) => `A record of a gateway does not fit${because(e.value('reason'))}`,
  'gateway.pinned': () => 'A gateway pinned this customer’s trust document',
  'gateway.registered': () => 'A gateway registered its key',
  'gateway.returned': () => 'A gateway came back',
  'gateway.revoked': () => 'The operator removed a gateway',
  'gateway.unpinned': () => 'A gateway no longer pins this customer’s trust document',
  'grant.ended': (e) => `The access of ${e.person('requester')} ended: ${known(END, e.value('reason'))}`,
  'grant.scheduled': (e) =>
    `The access of ${e.person('requester')} is ready, and begins later${until(e.instant('useBy'))}`,
  'grant.started': (e) => `The access of ${e.person('requester')} began${until(e.instant('endsAt'))}`,
  'hold.lifted': (e) => `${e.actor} lifted the legal hold: values may be erased again`,
  'hold.set': (e) => `${e.actor} set a legal hold: no value may be erased`,
  'identity.pinned': (e) => `${e.person('person')} signed in at ${e.value('issuer')} for the first time`,
  'incident.opened': (e) => `${e.actor} requested access of several customers for one incident`,
  'invitation.created': (e) => `${e.actor} invited support${forWhat(e.scope)}`,
  'invitation.expired': () => 'An invitation ran out',
  'invitation.used': () => 'A request fitted an invitation, and used it',
  'invitation.withdrawn': (e) => `${e.actor} withdrew an invitation`,
  'isolation.tested': (e) =>
    e.value('passed') === 'true'
      ? 'The nightly test found no way for one customer to read another customer’s data'
      : 'The nightly test of the separation of customers was not passed',
  'lock.lifted': (e) =>
    e.value('kind') === 'grant'
      ? `${e.actor} let a paused access go on`
      : `${e.actor} lifted the lock on the ${known(LOCKED, e.value('kind'))} ${e.value('name')}`,
  'lock.set': (e) =>
    e.value('kind') === 'grant'
      ? `The rule “${e.value('rule')}” paused an access`
      : `${e.actor} locked the ${known(LOCKED, e.value('kind'))} ${e.value('name')}${until(e.instant('expiresAt'))}`,
  'log.key': () => 'The log got a new key, and the old key signed the new one',
  'log.pruned': (e) => `Leaves before ${e.value('before')} are no longer served: their time was up`,
  'log.restored': (e) =>
    `The log was restored from a backup: ${e.value('kept')} leaves were kept, ${e.value('lost')} were lost`,
  'log.sealed': (e) =>
    `The sealed leaf of ${e.value('day')}: it is there each day, and is opened after a year`,
  'log.settings': (e) => `${e.actor} changed the settings of the log`,
  'log.unsealed': (e) => `The sealed leaf of ${e.value('day')} was opened`,
  'master-key.rotated': () => 'The operator replaced the master key of the database',
  'notice-address.added': (e) => `${e.actor} added a notice address; it waits for its code`,
  'notice-address.changed': (e) => `${e.actor} changed what a notice address gets`,
  'notice-address.confirmed': (e) => `${e.actor} confirmed a notice address: it gets notices from now on`,
  'notice-address.removed': (e) => `${e.actor} removed a notice address`,
  'notice.retried': (e) => `${e.actor} sent a message again that could not be delivered`,
  'opening.erased': (e) =>
    `${e.actor} erased personal values of leaf ${e.value('leaf')}${because(e.value('authority'))}; the proof stays`,
  'organisation.applied': (e) =>
    `The operator applied an organisation file: ${e.value('added')} added, ${e.value('changed')} changed, ${e.value('removed')} removed, ${e.value('proposed')} proposed`,
  'passkey.confirmed': (e) => `${e.actor} confirmed a new passkey of ${e.person('person')}`,
  'passkey.enrolled': (e) => `${e.person('person')} made a passkey`,
  'passkey.removed': (e) => `${e.actor} removed a passkey of ${e.person('person')}`,
  'person.add': (e) => `${e.actor} added ${e.person('person')}`,
  'person.change': (e) => `${e.actor} changed the roles of ${e.person('person')}`,
  'person.remove': (e) => `${e.actor} removed ${e.person('person')}`,
  'practice.answered': (e) =>
    `${e.actor} answered a practice request: ${known(PRACTISED, e.value('result'))}. Nothing was opened`,
  'practice.closed': () => 'A practice of the approvers is over',
  'practice.opened': (e) => `A practice of the approvers began; due ${e.instant('dueAt')}`,
  'preferences.changed': (e) =>
    e.actor === e.person('person')
      ? `${e.actor} changed which notices reach them, or their time zone`
      : `A browser no longer shows the notices of ${e.person('person')}: someone else turned on their own there`,
  'recovery-key.registered': (e) => `${e.person('person')} made a recovery key`,
  'recovery-key.removed': (e) => `${e.actor} removed a recovery key of ${e.person('person')}`,
  'report.published': (e) => `The transparency report ${e.value('period')} was published`,
  'request.accepted': (e) => `${e.actor} accepted less than was asked for`,
  'request.answered': (e) => `${e.actor} answered a question about a request`,
  'request.approved': (e) => `The request of ${e.person('requester')} has every approval that it needs`,
  'request.asked': (e) => `${e.actor} asked ${e.person('requester')} a question about the request`,
  'request.awaiting_customer': (e) => `The request of ${e.person('requester')} waits for the customer`,
  'request.awaiting_vendor': (e) => `The request of ${e.person('requester')} waits for the vendor’s review`,
  'request.cancelled': (e) => `${e.actor} withdrew a request`,
  'request.countered': (e) => `${e.person('requester')} was offered less than was asked for`,
  'request.created': (e) => `${e.person('requester')} asked for access${forWhat(e.scope)}`,
  'request.denied': (e) => `The request of ${e.person('requester')} was denied`,
  'request.expired': (e) => `The request of ${e.person('requester')} lapsed: no one decided in time`,
  'request.forwarded': (e) =>
    `${e.actor} forwarded the request of ${e.person('requester')} to ${e.person('to')}`,
  'request.notifying': (e) => `The customer is being notified of an emergency of ${e.person('requester')}`,
  'request.reviewed': (e) =>
    `${e.actor} ${known(DECISION, e.value('decision')) || 'reviewed'} the request of ${e.person('requester')}`,
  'request.stage-overdue': (e) =>
    `The request of ${e.person('requester')} waited too long for “${e.value('stage')}”: others may decide too`,
  'review.voided': () => 'A review no longer counts, because its author left or lost the role',
  'scim-token.created': (e) =>
    `The operator made a token that may manage people${until(e.instant('expiresAt'))}`,
  'scim-token.revoked': () => 'The operator ended a token that could manage people',
  'service.applied': (e) => `The operator set up ${serviceOf(e)}`,
  'service.removed': (e) => `The operator removed ${serviceOf(e)}`,
  'service.upstream': (e) => `The operator set how gateways connect to ${serviceOf(e)}`,
  'service.tenants': () => 'The operator set which customers a service for some customers is for',
  'session.ended': (e) => `${e.person('person')} signed out`,
  'session.started': (e) => `${e.person('person')} signed in (${e.value('assurance')})`,
  'signal.received': (e) => `The sign-in provider ended the sessions of ${e.person('person')}`,
  'signing-key.created': (e) => `A key of the server was made (${e.value('use')})`,
  'signing-key.revoked': (e) => `The operator revoked a key of the server (${e.value('use')})`,
  'signing-key.rotated': (e) => `The operator replaced a key of the server (${e.value('use')})`,
  'slack.ended': (e) => `Slack is no longer connected${because(e.value('reason'))}`,
  'slack.installed': (e) => `${e.actor} connected Slack`,
  'slack.linked': (e) => `${e.person('person')} linked a Slack account`,
  'slack.unlinked': (e) => `${e.person('person')} unlinked a Slack account`,
  'standing.stated': (e) =>
    e.value('zero') === 'true'
      ? `On ${e.value('day')} no way in through Countersign was open`
      : `The ways in through Countersign that were open on ${e.value('day')} were listed`,
  'supervision.crossed': (e) =>
    `${e.person('requester')} crossed the ${e.value('side') === 'vendor' ? 'vendor’s' : 'customer’s'} rule “${e.value('rule')}” (${limitOf(e)}); ${known(SUPERVISED, e.value('done'))}`,
  'tenant.add': () => 'The operator added this customer',
  'tenant.change': (e) => `${e.actor} changed the privacy controls`,
  'tenant.propose': () => 'The operator proposed other privacy controls; the customer decides',
  'tenant.remove': () => 'The operator removed this customer',
  'token.minted': (e) => `${e.actor} got a token for an open access${until(e.instant('expiresAt'))}`,
  'trust.adopted': (e) => `Version ${e.value('seq')} of the trust document is in force`,
  'trust.expiring': (e) => `The trust document ends soon${until(e.instant('validUntil'))}`,
  'trust.lifted': (e) => `${e.actor} lifted a signed stop`,
  'trust.proposed': (e) => `${e.actor} proposed the next trust document`,
  'trust.relayed': () => 'A gateway passed on a signed stop',
  'trust.reset': () => 'The vendor began to reset a trust document, because all its keys are lost',
  'trust.reset-cancelled': () => 'The reset of a trust document was cancelled',
  'trust.reset-used': () => 'The reset of a trust document was used',
  'trust.signed': (e) => `${e.person('person')} signed the proposed trust document`,
  'trust.stopped': (e) => `${e.actor} stopped access with a passkey`,
  'trust.withdrawn': (e) => `${e.actor} withdrew a proposed trust document`,
  'vendor.applied': () => 'The operator changed the vendor’s settings',
  'widening.confirmed': (e) => `${e.actor} confirmed the proposal ${wider(e)}`,
  'widening.lapsed': (e) =>
    e.value('reason') === 'superseded'
      ? `The proposal ${wider(e)} lapsed: there was a change meanwhile`
      : `The proposal ${wider(e)} lapsed: no one confirmed it`,
  'widening.proposed': (e) => `${e.actor} proposed ${wider(e)}; it waits`,
  'widening.withdrawn': (e) => `${e.actor} withdrew the proposal ${wider(e)}`,
};

function wider(e: EventWords<'person'>): string {
  return e.value('person') === ''
    ? 'to widen the privacy controls'
    : `to let ${e.person('person')} decide more`;
}
