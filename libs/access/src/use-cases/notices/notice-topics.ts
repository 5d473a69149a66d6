import type { NoticeTopic } from '@countersign/contract';
import type { NoticeAddress } from '../../domain/notice-address.js';
import type { NoticeKind } from '../../ports/index.js';

/** The topic of each kind of notice that an address can get. All others go to persons alone. */
const TOPIC_OF: Readonly<Partial<Record<NoticeKind, NoticeTopic>>> = {
  'emergency.opening': 'emergency',
  ...{ 'disclosure.late': 'disclosure', 'disclosure.given': 'disclosure' },
  ...{ 'disclosure.acknowledged': 'disclosure', 'disclosure.disputed': 'disclosure' },
  'demand.opening': 'demand',
  ...{ 'grant.active': 'access', 'grant.ended': 'access' },
  ...{ 'supervision.notified': 'supervision', 'supervision.paused': 'supervision' },
  ...{ 'supervision.resumed': 'supervision', 'supervision.stopped': 'supervision' },
  ...{ 'widening.proposed': 'widening', 'widening.confirmed': 'widening', 'widening.applied': 'widening' },
  ...{ 'widening.withdrawn': 'widening', 'widening.lapsed': 'widening' },
  ...{ 'trust.proposed': 'trust', 'trust.withdrawn': 'trust', 'trust.adopted': 'trust' },
  ...{
    'trust.expiring': 'trust',
    'trust.stopped': 'trust',
    'trust.lifted': 'trust',
    'trust.pinned': 'trust',
  },
  ...{ 'trust.reset': 'trust', 'trust.reset-used': 'trust', 'trust.reset-cancelled': 'trust' },
  ...{ 'log.stopped': 'trust', 'log.unwitnessed': 'trust' },
  ...{ 'access-review.opened': 'review', 'access-review.due': 'review', 'access-review.closed': 'review' },
  'practice.failed': 'practice',
  'log.statement': 'statement',
};

/** Null: no address gets a notice of this kind. */
export const topicOf = (kind: NoticeKind): NoticeTopic | null => TOPIC_OF[kind] ?? null;

/** Whether an address gets this notice now: it is confirmed, and its topics include the notice's. */
export function getsNotice({ state, topics }: NoticeAddress, kind: NoticeKind): boolean {
  const topic = topicOf(kind);
  return state === 'active' && topic !== null && topics.includes(topic);
}
