import type { PersonalTopic } from '../../domain/notice-choices.js';
import type { NoticeKind } from '../../ports/index.js';

/** `always`: no one can switch it off. `outcome`: `own` for the requester, `decided` for others. `access`: likewise `own`, `access`. */
type Rule = 'always' | 'decide' | 'outcome' | 'access' | 'reports';

/** Every kind of notice, so that a new one does not compile without a rule. */
const RULES: Readonly<Record<NoticeKind, Rule>> = {
  'request.awaiting_vendor': 'decide',
  'request.awaiting_customer': 'decide',
  'request.reminder': 'decide',
  'request.escalated': 'decide',
  'request.stage-overdue': 'decide',
  'request.forwarded': 'decide',
  'request.answered': 'decide',
  'request.asked': 'outcome',
  'request.countered': 'outcome',
  'request.notifying': 'outcome',
  'request.approved': 'outcome',
  'request.denied': 'outcome',
  'request.cancelled': 'outcome',
  'request.expired': 'outcome',
  'request.erased': 'outcome',
  'request.outdated': 'outcome',
  'grant.scheduled': 'access',
  'grant.active': 'access',
  'grant.ending': 'access',
  'grant.used': 'access',
  'grant.refused': 'access',
  'grant.ended': 'access',
  'supervision.notified': 'always',
  'supervision.paused': 'always',
  'supervision.stopped': 'always',
  'supervision.resumed': 'always',
  'emergency.opening': 'always',
  'disclosure.late': 'always',
  'disclosure.given': 'always',
  'disclosure.acknowledged': 'always',
  'disclosure.disputed': 'always',
  'access-review.opened': 'decide',
  'access-review.due': 'decide',
  'access-review.closed': 'reports',
  'notice-address.confirmed': 'always',
  'notice-address.removed': 'always',
  'practice.opened': 'decide',
  'practice.due': 'decide',
  'practice.failed': 'reports',
  'log.statement': 'reports',
  'invitation.created': 'always',
  'invitation.withdrawn': 'always',
  'invitation.expired': 'always',
  'trust.proposed': 'always',
  'trust.withdrawn': 'always',
  'trust.adopted': 'always',
  'trust.expiring': 'always',
  'trust.stopped': 'always',
  'trust.lifted': 'always',
  'trust.pinned': 'always',
  'trust.reset': 'always',
  'trust.reset-used': 'always',
  'trust.reset-cancelled': 'always',
  'account.key-created': 'always',
  'account.host-key-created': 'always',
  'account.notices-changed': 'always',
  'passkey.enrolled': 'always',
  'passkey.removed': 'always',
  'widening.proposed': 'always',
  'widening.confirmed': 'always',
  'widening.withdrawn': 'always',
  'widening.applied': 'always',
  'widening.lapsed': 'always',
  'log.stopped': 'always',
  'log.unwitnessed': 'always',
  'demand.changed': 'always',
  'demand.opening': 'always',
};

/**
 * The topic under which a person chooses about this notice; null if it always goes to them.
 *
 * @param about the request's requester, and why the grant ended; each null if the notice is about none
 */
export function personalTopic(
  kind: NoticeKind,
  person: string,
  about: { requester: string | null; endReason: string | null },
): PersonalTopic | null {
  const rule = RULES[kind];
  // Someone has taken access away: its holder, and those whose data it was about, always learn of it.
  if (rule === 'always' || (kind === 'grant.ended' && about.endReason === 'revoked')) return null;
  if (person === about.requester) return 'own';
  return rule === 'outcome' ? 'decided' : rule;
}
