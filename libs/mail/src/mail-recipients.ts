import {
  type AccessRequest,
  type AddressedNotice,
  decidedBy,
  type Grant,
  isOpen,
  isOverdue,
  type NoticeKind,
} from '@countersign/access';
import {
  type AccountMailKind,
  type AddressChangeKind,
  isAccountMailKind,
  isAddressChangeKind,
  isMailKind,
  isPracticeMailKind,
  isReviewMailKind,
  isTrustMailKind,
  type MailKind,
  type PracticeMailKind,
  type ReviewMailKind,
  type TrustMailKind,
} from './words/words.js';

/** Every kind of notice that people get by mail. */
export type PersonalMailKind =
  | MailKind
  | TrustMailKind
  | AccountMailKind
  | ReviewMailKind
  | PracticeMailKind
  | AddressChangeKind
  | 'account.notices-changed'
  | 'log.statement';

/** Who gets a mail: the requester, the others of the audience, those who have not decided these terms yet, or all. */
const RECIPIENTS: Readonly<Record<MailKind, 'requester' | 'others' | 'undecided' | 'all'>> = {
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
};

const isToAll = (kind: NoticeKind): boolean =>
  isTrustMailKind(kind) ||
  isAccountMailKind(kind) ||
  kind === 'account.notices-changed' ||
  isReviewMailKind(kind) ||
  isPracticeMailKind(kind) ||
  isAddressChangeKind(kind) ||
  kind === 'log.statement';

/** Whether people get this kind of notice by mail at all. */
export const isPersonalMailKind = (kind: NoticeKind): kind is PersonalMailKind =>
  isToAll(kind) || isMailKind(kind);

/** The ids of the persons who get a mail about this notice, or another message in its place. */
export function mailedPersons({ notice, request, reviews, persons }: AddressedNotice): string[] {
  if (isToAll(notice.kind)) return persons.map(({ id }) => id);
  if (request === null || !isMailKind(notice.kind)) return [];
  const chosen = RECIPIENTS[notice.kind];
  if (chosen === 'undecided') {
    const decided = decidedBy(reviews, request.digest);
    return persons.filter(({ id }) => !decided.has(id)).map(({ id }) => id);
  }
  return persons
    .filter(({ id }) => chosen === 'all' || (id === request.requester) === (chosen === 'requester'))
    .map(({ id }) => id);
}

/** True if the message waited until its subject was over: it would only send people to a page that says so. */
export function isMailOver(kind: MailKind, request: AccessRequest, grant: Grant | null): boolean {
  if (kind === 'request.stage-overdue') return !isOverdue(request);
  if (kind === 'request.outdated') return !isOpen(request);
  if (
    kind === 'request.awaiting_vendor' ||
    kind === 'request.awaiting_customer' ||
    kind === 'request.countered'
  )
    return `request.${request.state}` !== kind;
  return kind.startsWith('grant.') && kind !== 'grant.ended' && grant?.state === 'ended';
}
