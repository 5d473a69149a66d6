import { MOST_LISTED, toInstant } from '@countersign/contract';
import type { TenantRecord } from '../../domain/organisation.js';
import {
  closedPractice,
  countResults,
  drawTask,
  FAILED_RESULTS,
  openPractice,
  type Practice,
  type PracticeRequest,
} from '../../domain/practice.js';
import { changedMeanwhile } from '../../errors.js';
import type { TenantUnit } from '../../ports/index.js';
import { practiceNotice } from '../notices/notices.js';
import type { Deps } from '../shared/deps.js';

const TASK_BYTES = 8;

/**
 * Begins a practice for every approver who is notified of real requests, with its leaf and its notice. Approvers in a group of
 * `unnotified` are left out, because they are not notified of real requests either.
 *
 * @returns null if there is no such approver
 * @throws AccessError `conflict` if the tenant has had one for this occasion
 */
export async function openPracticeIn(
  { ids, random }: Pick<Deps, 'ids' | 'random'>,
  unit: TenantUnit,
  { slug, controls }: TenantRecord,
  of: Pick<Practice, 'occasion' | 'missed' | 'openedBy'>,
  now: Date,
): Promise<Practice | null> {
  const { unnotified = [] } = controls;
  const approvers = (await unit.organisation.withRole(slug, 'approver')).filter(
    ({ groups = [] }) => !groups.some((group) => unnotified.includes(group)),
  );
  if (approvers.length === 0) return null;
  const practice = openPractice({ ...of, id: ids.next('prc'), tenant: slug }, now);
  const people = approvers.map(({ id }) => id).sort();
  await unit.practices.insert(
    practice,
    people.map((person) => ({ person, task: drawTask(random.bytes(TASK_BYTES)) })),
  );
  const { id, occasion, missed, openedBy, openedAt, dueAt } = practice;
  await unit.log.append({
    ...{ type: 'practice.opened', at: openedAt, actor: openedBy },
    data: { practice: id, occasion, dueAt, missed, ...listed(people) },
  });
  await unit.outbox.add(practiceNotice(practice, 'opened', people, openedAt));
  return practice;
}

/**
 * Ends a practice whose parts all have a result, with its leaf. If someone failed, the admins are notified.
 *
 * @throws AccessError `conflict` if another unit of work closed it first
 */
export async function closePracticeIn(
  unit: TenantUnit,
  practice: Practice,
  requests: readonly PracticeRequest[],
  now: Date,
): Promise<void> {
  const at = toInstant(now);
  if (!(await unit.practices.update(closedPractice(practice, at)))) throw changedMeanwhile('practice');
  const unanswered = requests.filter(({ result }) => result === 'unanswered').map(({ person }) => person);
  const { people, more } = listed(unanswered);
  await unit.log.append({
    ...{ type: 'practice.closed', at, actor: 'job' },
    data: { practice: practice.id, counts: countResults(requests), unanswered: people, more },
  });
  if (requests.some(({ result }) => result !== null && FAILED_RESULTS.includes(result)))
    await unit.outbox.add(practiceNotice(practice, 'failed', [], at));
}

const listed = (people: readonly string[]) => ({
  people: people.slice(0, MOST_LISTED.practicePeople),
  more: Math.max(0, people.length - MOST_LISTED.practicePeople),
});
