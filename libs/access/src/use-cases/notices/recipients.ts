import { declarationOf, type NoticeKind, type PersonalTopic } from '@countersign/contract';
import type { NoticeAddress } from '../../domain/notice-address.js';
import { decidedBy } from '../../domain/review.js';
import type { AddressedNotice } from '../../ports/index.js';

/** Whether an address gets this notice now: it is confirmed, and its topics include the notice's. */
export function getsNotice({ state, topics }: NoticeAddress, kind: NoticeKind): boolean {
  const { topic } = declarationOf(kind);
  return state === 'active' && topic !== undefined && topics.includes(topic);
}

/** The ids (`usr_…`) of the persons who get this notice by mail or push. Empty if the kind is none that people get. */
export function notifiedPersons({ notice, request, reviews, persons }: AddressedNotice): string[] {
  const { to } = declarationOf(notice.kind);
  if (to === undefined) return [];
  const all = persons.map(({ id }) => id);
  if (to === 'audience') return all;
  if (request === null) return [];
  if (to === 'all') return all;
  if (to === 'undecided') {
    const decided = decidedBy(reviews, request.digest);
    return all.filter((id) => !decided.has(id));
  }
  return all.filter((id) => (id === request.requester) === (to === 'requester'));
}

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
  const { choice } = declarationOf(kind);
  // Someone has taken access away: its holder, and those whose data it was about, always learn of it.
  if (choice === 'always' || (kind === 'grant.ended' && about.endReason === 'revoked')) return null;
  if (person === about.requester) return 'own';
  return choice === 'outcome' ? 'decided' : choice;
}
