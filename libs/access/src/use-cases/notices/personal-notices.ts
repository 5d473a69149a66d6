import { decidedBy } from '../../domain/review.js';
import type { AddressedNotice, NoticeKind } from '../../ports/index.js';

/**
 * Who of the persons that a notice is addressed to gets it. `audience`: all of them. The other values are for notices about a
 * request; without a request they choose no one. `all`: everyone. `requester`: its requester alone. `others`: everyone else.
 * `undecided`: those who have not decided its present terms.
 */
type Recipients = 'audience' | 'all' | 'requester' | 'others' | 'undecided';

/** The kinds of notices that people get by mail or push. All other kinds go only to programs and to Slack. */
const RECIPIENTS = {
  'request.awaiting_vendor': 'others',
  'request.awaiting_customer': 'others',
  'request.countered': 'requester',
  'request.approved': 'all',
  'request.denied': 'all',
  'request.expired': 'all',
  'request.cancelled': 'others',
  'grant.scheduled': 'all',
  'grant.active': 'all',
  'grant.ending': 'all',
  'grant.ended': 'all',
  'request.asked': 'all',
  'request.answered': 'all',
  'request.forwarded': 'all',
  'request.stage-overdue': 'undecided',
  'request.outdated': 'requester',
  'emergency.opening': 'all',
  'demand.opening': 'all',
  'disclosure.late': 'all',
  'disclosure.given': 'all',
  'disclosure.acknowledged': 'all',
  'disclosure.disputed': 'all',
  'supervision.notified': 'all',
  'supervision.paused': 'all',
  'supervision.resumed': 'all',
  'supervision.stopped': 'all',
  'trust.proposed': 'audience',
  'trust.adopted': 'audience',
  'trust.expiring': 'audience',
  'trust.stopped': 'audience',
  'trust.lifted': 'audience',
  'trust.reset': 'audience',
  'trust.reset-cancelled': 'audience',
  'passkey.enrolled': 'audience',
  'passkey.removed': 'audience',
  'log.stopped': 'audience',
  'log.unwitnessed': 'audience',
  'demand.changed': 'audience',
  'widening.proposed': 'audience',
  'widening.confirmed': 'audience',
  'widening.applied': 'audience',
  'widening.withdrawn': 'audience',
  'widening.lapsed': 'audience',
  'account.key-created': 'audience',
  'account.host-key-created': 'audience',
  'account.notices-changed': 'audience',
  'access-review.opened': 'audience',
  'access-review.due': 'audience',
  'access-review.closed': 'audience',
  'practice.opened': 'audience',
  'practice.due': 'audience',
  'practice.failed': 'audience',
  'notice-address.confirmed': 'audience',
  'notice-address.removed': 'audience',
  'log.statement': 'audience',
} as const satisfies Readonly<Partial<Record<NoticeKind, Recipients>>>;

export type PersonalNoticeKind = keyof typeof RECIPIENTS;

export const isPersonalNotice = (kind: NoticeKind): kind is PersonalNoticeKind =>
  Object.hasOwn(RECIPIENTS, kind);

/** The ids (`usr_…`) of the persons who get this notice by mail or push. Empty if the kind is none that people get. */
export function notifiedPersons({ notice, request, reviews, persons }: AddressedNotice): string[] {
  const { kind } = notice;
  if (!isPersonalNotice(kind)) return [];
  const chosen: Recipients = RECIPIENTS[kind];
  const all = persons.map(({ id }) => id);
  if (chosen === 'audience') return all;
  if (request === null) return [];
  if (chosen === 'all') return all;
  if (chosen === 'undecided') {
    const decided = decidedBy(reviews, request.digest);
    return all.filter((id) => !decided.has(id));
  }
  return all.filter((id) => (id === request.requester) === (chosen === 'requester'));
}
