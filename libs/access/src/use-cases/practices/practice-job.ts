import { toInstant } from '@countersign/contract';
import { nextQuarter, quarterOf, quartersUntil } from '../../domain/access-review.js';
import {
  isPracticeDue,
  isPracticeReminderDue,
  PRACTICE_REMINDER_DAYS,
  quarterOccasion,
  remindedPractice,
} from '../../domain/practice.js';
import { AccessError, changedMeanwhile } from '../../errors.js';
import { mayBeginPractice, practisesQuarterly } from '../../policy/practice-time.js';
import { tenantDay } from '../../policy/stage-in-charge.js';
import type { TenantUnit } from '../../ports/index.js';
import { practiceNotice } from '../notices/notices.js';
import type { Deps } from '../shared/deps.js';
import { type QuarterlyRun, runQuarterly } from '../shared/quarterly-run.js';
import { closePracticeIn, openPracticeIn } from './practice-steps.js';

/**
 * Begins a practice in each quarter of the tenant's zone, within its hours; reminds approvers who have not answered; and closes
 * practices that have reached their end. Each step commits with its leaf, and happens once, however many brokers run or crash.
 *
 * @throws AggregateError after trying all of them, if some failed
 */
export function runPractices(deps: Deps): Promise<QuarterlyRun> {
  return runQuarterly(deps, {
    ...{ name: 'practices', reminderDays: PRACTICE_REMINDER_DAYS },
    due: (schedule, ...when) => schedule.practicesDue(...when),
    toOpen: (schedule, ...until) => schedule.practicesToOpen(...until),
    remindOrClose: (tenant, id) => remindOrClose(deps, tenant, id),
    open: (tenant) => openDuePractice(deps, tenant),
  });
}

/** @returns how many practices it opened */
async function openDuePractice(deps: Deps, slug: string): Promise<number> {
  if (!(await deps.store.readForTenant(slug, (unit) => isDue(unit, slug, deps.clock.now())))) return 0;
  return deps.store.forTenant(slug, async (unit) => {
    const now = deps.clock.now();
    const record = await unit.organisation.tenant(slug);
    const scheduled = await unit.practices.nextQuarter();
    if (scheduled === null || !(await isDue(unit, slug, now))) return 0;
    const begun = quartersUntil(quarterOf(scheduled), tenantDay(record?.controls ?? {}, now));
    const quarter = begun.at(-1);
    if (quarter === undefined) return 0;
    if (!(await unit.practices.advance(scheduled, nextQuarter(quarter)))) throw changedMeanwhile('practice');
    const isClaimed = (await unit.trust.current(slug)) !== null;
    // A removed tenant has no approvers. One that does not practise waits for the next quarter.
    if (record === null || !practisesQuarterly(record.controls, isClaimed)) return 0;
    const of = { occasion: quarterOccasion(quarter), missed: begun.slice(0, -1), openedBy: 'job' };
    return (await openPracticeIn(deps, unit, record, of, now)) === null ? 0 : 1;
  });
}

interface Reads {
  organisation: Pick<TenantUnit['organisation'], 'tenant'>;
  trust: Pick<TenantUnit['trust'], 'current'>;
  practices: Pick<TenantUnit['practices'], 'nextQuarter' | 'open'>;
}

/** Whether the scheduled quarter has begun, and its practice can begin now or is to be skipped. An open practice must end first. */
async function isDue({ organisation, trust, practices }: Reads, slug: string, now: Date): Promise<boolean> {
  const record = await organisation.tenant(slug);
  const scheduled = await practices.nextQuarter();
  if (scheduled === null || quarterOf(scheduled) > tenantDay(record?.controls ?? {}, now)) return false;
  if (record === null) return true;
  const isClaimed = (await trust.current(slug)) !== null;
  if (!practisesQuarterly(record.controls, isClaimed)) return true;
  return mayBeginPractice(record.controls, now) && (await practices.open()) === null;
}

async function remindOrClose(deps: Deps, slug: string, id: string): Promise<'reminded' | 'closed' | null> {
  return deps.store.forTenant(slug, async (unit) => {
    const practice = await unit.practices.find(id);
    const now = deps.clock.now();
    if (practice === null) return null;
    const at = toInstant(now);
    const requests = await unit.practices.requests([id]);
    const left = requests.filter(({ result }) => result === null);
    if (isPracticeDue(practice, now)) {
      const approvers = new Set((await unit.organisation.withRole(slug, 'approver')).map((each) => each.id));
      const settled = left.map((each) => ({
        ...each,
        result: approvers.has(each.person) ? ('unanswered' as const) : ('left' as const),
        settledAt: at,
      }));
      for (const each of settled)
        if (!(await unit.practices.settle(each)))
          throw new AccessError('conflict', 'Someone answered at the same moment.');
      const done = requests.filter(({ result }) => result !== null);
      await closePracticeIn(unit, practice, [...done, ...settled], now);
      return 'closed';
    }
    if (!isPracticeReminderDue(practice, now)) return null;
    if (!(await unit.practices.update(remindedPractice(practice, at)))) throw changedMeanwhile('practice');
    if (left.length === 0) return null;
    const people = left.map(({ person }) => person);
    await unit.outbox.add(practiceNotice(practice, 'due', people, at));
    return 'reminded';
  });
}
