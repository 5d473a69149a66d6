import type { NoticeKind } from '@countersign/access';

/** The kinds of notices that Slack delivers, and whether each updates every copy of the request's card. */
const KINDS = {
  'request.awaiting_vendor': { everyCopy: true },
  'request.awaiting_customer': { everyCopy: true },
  'request.countered': { everyCopy: true },
  'request.notifying': { everyCopy: true },
  'request.approved': { everyCopy: true },
  'request.denied': { everyCopy: true },
  'request.cancelled': { everyCopy: true },
  'request.expired': { everyCopy: true },
  // Texts of the request were erased: the cards no longer show them.
  'request.erased': { everyCopy: true },
  // No copy offers to approve it any longer.
  'request.outdated': { everyCopy: true },
  // Every copy of the card has the conversation in its thread.
  'request.asked': { everyCopy: true },
  'request.answered': { everyCopy: true },
  'request.forwarded': { everyCopy: true },
  'request.reminder': { everyCopy: false },
  'request.escalated': { everyCopy: false },
  'request.stage-overdue': { everyCopy: false },
  // To the customer alone: the copies of the vendor's people do not count as its notice.
  'emergency.opening': { everyCopy: false },
  'demand.opening': { everyCopy: false },
  'disclosure.late': { everyCopy: true },
  'disclosure.given': { everyCopy: false },
  'disclosure.acknowledged': { everyCopy: false },
  'disclosure.disputed': { everyCopy: false },
  'supervision.notified': { everyCopy: false },
  'supervision.paused': { everyCopy: true },
  'supervision.resumed': { everyCopy: true },
  'supervision.stopped': { everyCopy: false },
  'grant.scheduled': { everyCopy: false },
  'grant.active': { everyCopy: true },
  'grant.ending': { everyCopy: false },
  'grant.used': { everyCopy: false },
  'grant.refused': { everyCopy: false },
  'grant.ended': { everyCopy: true },
} as const satisfies Partial<Record<NoticeKind, { everyCopy: boolean }>>;

export type SlackKind = keyof typeof KINDS;

export const isSlackKind = (kind: string): kind is SlackKind => Object.hasOwn(KINDS, kind);

export const changesEveryCopy = (kind: SlackKind): boolean => KINDS[kind].everyCopy;

/** The notice asks someone for a decision or an answer. It is obsolete once the request has moved on. */
export const awaitsDecision = (kind: SlackKind): boolean =>
  kind === 'request.awaiting_vendor' ||
  kind === 'request.awaiting_customer' ||
  kind === 'request.countered' ||
  kind === 'request.reminder' ||
  kind === 'request.escalated' ||
  kind === 'request.stage-overdue';
