import type { NoticeDeclaration } from './declaration.js';

const REQUEST_ALONE = { one: ['request'], all: ['requests'] } as const;
const REQUEST = { one: ['request'], all: ['requests', 'incident', 'events'] } as const;
const GRANT = { one: ['grant', 'records'], all: ['grants', 'events'] } as const;
const RULES = { all: ['trust', 'requests', 'request', 'events'] } as const;
const BLOCKS = { all: ['stops', 'grants', 'grant', 'requests', 'request', 'standing'] } as const;

// What the notices below each have in common.
const ABOUT_REQUEST = { mail: 'access', page: 'request', stale: REQUEST } as const;
const WAITS = { ...ABOUT_REQUEST, choice: 'decide', tone: 'wait' } as const;
const OUTCOME = { ...ABOUT_REQUEST, choice: 'outcome', slack: 'every-card' } as const;
const ACCESS = { ...ABOUT_REQUEST, choice: 'access', to: 'all', stale: GRANT } as const;
const OPENING = {
  choice: 'always',
  to: 'all',
  mail: 'access',
  tone: 'stop',
  push: 'opening',
  page: 'request',
  slack: 'card',
  forCustomerAlone: true,
} as const;
const DISCLOSURE = {
  choice: 'always',
  topic: 'disclosure',
  to: 'all',
  mail: 'access',
  push: 'emergency',
  page: '/emergencies',
  slack: 'card',
  stale: { all: ['disclosures', 'events'] },
} as const;
const SUPERVISION = {
  choice: 'always',
  topic: 'supervision',
  to: 'all',
  mail: 'access',
  push: 'supervision',
  page: 'grant',
  slack: 'card',
  stale: { one: ['grant'], all: ['grants', 'events'] },
} as const;
const REVIEW = {
  topic: 'review',
  to: 'audience',
  mail: 'review',
  push: 'accessReview',
  page: '/access-review',
  stale: { all: ['access-reviews', 'events'] },
} as const;
const PRACTICE = {
  to: 'audience',
  mail: 'practice',
  push: 'practice',
  page: '/practice',
  slack: 'message',
  stale: { all: ['practices', 'events'] },
} as const;
const ADDRESS = {
  choice: 'always',
  to: 'audience',
  mail: 'address',
  push: 'trust',
  page: '/notice-addresses',
  stale: { all: ['notice-addresses', 'events'] },
} as const;
const PROTECTION = { choice: 'always', to: 'audience', mail: 'trust', push: 'trust' } as const;
const TRUST = { ...PROTECTION, topic: 'trust', page: 'trust' } as const;
const PASSKEY = { ...PROTECTION, page: '/passkeys' } as const;
const WIDENING = {
  ...PROTECTION,
  topic: 'widening',
  page: '/controls',
  stale: { all: ['widenings', 'controls', 'people', 'requests', 'request', 'events'] },
} as const;
const ACCOUNT = { choice: 'always', to: 'audience', page: '/account' } as const;

/**
 * Every kind of notice. Channels and pages derive from it what they do with one, and the compiler finds what a kind lacks, such
 * as a text. docs/adding.md lists the other places of a new kind.
 */
export const NOTICES = {
  'request.awaiting_vendor': { ...WAITS, to: 'others', push: 'review', slack: 'every-card', asks: true },
  'request.awaiting_customer': { ...WAITS, to: 'others', push: 'decision', slack: 'every-card', asks: true },
  'request.reminder': { choice: 'decide', slack: 'card' },
  'request.escalated': { choice: 'decide', slack: 'card' },
  'request.stage-overdue': {
    choice: 'decide',
    to: 'undecided',
    mail: 'access',
    tone: 'wait',
    push: 'overdue',
    page: 'request',
    slack: 'card',
  },
  'request.forwarded': { ...WAITS, to: 'all', push: 'decision', slack: 'every-card' },
  'request.answered': { ...WAITS, to: 'all', push: 'conversation', slack: 'every-card' },
  'request.asked': { ...OUTCOME, to: 'all', tone: 'wait', push: 'conversation' },
  'request.countered': { ...OUTCOME, to: 'requester', tone: 'wait', push: 'offer', asks: true },
  'request.notifying': { choice: 'outcome', slack: 'every-card', stale: REQUEST },
  'request.approved': { ...OUTCOME, to: 'all', push: 'approved' },
  'request.denied': { ...OUTCOME, to: 'all', tone: 'stop', push: 'denied' },
  'request.cancelled': { ...OUTCOME, to: 'others', push: 'cancelled' },
  'request.expired': { ...OUTCOME, to: 'all', push: 'expired' },
  // Texts of the request were erased: the cards no longer show them.
  'request.erased': { choice: 'outcome', slack: 'every-card', stale: REQUEST_ALONE },
  // No copy offers to approve it any longer.
  'request.outdated': { ...OUTCOME, to: 'requester', push: 'outdated', stale: REQUEST_ALONE },
  'grant.scheduled': { ...ACCESS, push: 'scheduled', slack: 'card' },
  'grant.active': { ...ACCESS, topic: 'access', push: 'active', slack: 'every-card' },
  'grant.ending': { ...ACCESS, push: 'ending', slack: 'card' },
  'grant.used': { choice: 'access', slack: 'card' },
  'grant.refused': { choice: 'access', slack: 'card' },
  'grant.ended': { ...ACCESS, topic: 'access', tone: 'stop', push: 'ended', slack: 'every-card' },
  'supervision.notified': SUPERVISION,
  'supervision.paused': { ...SUPERVISION, tone: 'stop', slack: 'every-card' },
  'supervision.resumed': { ...SUPERVISION, slack: 'every-card' },
  'supervision.stopped': { ...SUPERVISION, tone: 'stop' },
  // The copies of the vendor's people do not count as the customer's notice.
  'emergency.opening': {
    ...OPENING,
    topic: 'emergency',
    stale: { one: ['request'], all: ['requests', 'disclosures'] },
  },
  'demand.opening': { ...OPENING, topic: 'demand', stale: REQUEST_ALONE },
  'disclosure.late': { ...DISCLOSURE, tone: 'stop', slack: 'every-card' },
  'disclosure.given': DISCLOSURE,
  'disclosure.acknowledged': DISCLOSURE,
  'disclosure.disputed': { ...DISCLOSURE, tone: 'stop' },
  'access-review.opened': { ...REVIEW, choice: 'decide', slack: 'message' },
  'access-review.due': { ...REVIEW, choice: 'decide', slack: 'message' },
  'access-review.closed': { ...REVIEW, choice: 'reports' },
  'practice.opened': { ...PRACTICE, choice: 'decide' },
  'practice.due': { ...PRACTICE, choice: 'decide' },
  'practice.failed': { ...PRACTICE, choice: 'reports', topic: 'practice' },
  'log.statement': {
    choice: 'reports',
    topic: 'statement',
    to: 'audience',
    mail: 'statement',
    push: 'statement',
    page: '/proof',
  },
  'log.stopped': { ...TRUST, tone: 'stop' },
  'log.unwitnessed': { ...TRUST, tone: 'stop' },
  'demand.changed': { ...PROTECTION, push: 'demand', page: '/activity' },
  'invitation.created': { choice: 'always' },
  'invitation.withdrawn': { choice: 'always' },
  'invitation.expired': { choice: 'always' },
  'trust.proposed': { ...TRUST, tone: 'wait' },
  'trust.withdrawn': { choice: 'always', topic: 'trust' },
  'trust.adopted': { ...TRUST, stale: RULES },
  'trust.expiring': { ...TRUST, tone: 'wait' },
  'trust.stopped': { ...TRUST, tone: 'stop', stale: BLOCKS },
  'trust.lifted': { ...TRUST, stale: BLOCKS },
  'trust.pinned': { choice: 'always', topic: 'trust' },
  'trust.reset': { ...TRUST, tone: 'stop' },
  'trust.reset-used': { choice: 'always', topic: 'trust', stale: RULES },
  'trust.reset-cancelled': TRUST,
  'passkey.enrolled': PASSKEY,
  'passkey.removed': PASSKEY,
  'widening.proposed': { ...WIDENING, tone: 'wait' },
  'widening.confirmed': WIDENING,
  'widening.applied': WIDENING,
  'widening.withdrawn': WIDENING,
  'widening.lapsed': WIDENING,
  'notice-address.confirmed': ADDRESS,
  'notice-address.removed': ADDRESS,
  'account.key-created': { ...ACCOUNT, mail: 'key', push: 'keyCreated' },
  'account.host-key-created': { ...ACCOUNT, mail: 'key', push: 'keyCreated' },
  'account.notices-changed': { ...ACCOUNT, mail: 'choices', push: 'notices', slack: 'message' },
} as const satisfies Readonly<Record<string, NoticeDeclaration>>;

/** Every kind of notice; a misspelt one does not compile. */
export type NoticeKind = keyof typeof NOTICES;

/** The kinds whose declaration has these members. A table with a line for each of them lacks none. */
export type NoticeKindWith<Members> = {
  [Kind in NoticeKind]: (typeof NOTICES)[Kind] extends Members ? Kind : never;
}[NoticeKind];

/** Kinds that people get by mail and push. */
export type PersonalNoticeKind = NoticeKindWith<{ to: string }>;
/** Kinds whose mail has this form. */
export type MailedKind<Form> = NoticeKindWith<{ mail: Form }>;
/** What a push can say. */
export type News = (typeof NOTICES)[PersonalNoticeKind]['push'];

/** What is declared of a kind. Of one that only a newer broker knows: no person gets it from this one. */
export const declarationOf = (kind: string): NoticeDeclaration =>
  Object.hasOwn(NOTICES, kind) ? NOTICES[kind as NoticeKind] : { choice: 'always' };

export const isPersonalNotice = (kind: NoticeKind): kind is PersonalNoticeKind =>
  declarationOf(kind).to !== undefined;

/** Whether the kind's mail has one of these forms. */
export const isMailedAs = <Form extends string>(kind: string, ...forms: Form[]): kind is MailedKind<Form> =>
  (forms as (string | undefined)[]).includes(declarationOf(kind).mail);

/**
 * The path of the page about a notice.
 *
 * @param request the request that the notice is about; null if it is about none
 * @param side the tenant of the person who reads it; null for the vendor's staff
 */
export function noticePath(
  { kind, subject }: { kind: PersonalNoticeKind; subject: string },
  { request, side }: { request: string | null; side: string | null },
): string {
  const { page } = NOTICES[kind];
  if (page === 'request') return `/requests/${request}`;
  if (page === 'grant') return `/grants/${subject}`;
  // The vendor's staff have no page about a customer's trust; they get the page of locks and gateways.
  if (page === 'trust') return side === null ? '/security' : '/trust';
  return page;
}
