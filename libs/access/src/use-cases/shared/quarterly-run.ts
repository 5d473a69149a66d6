import { daysAfter, utcDay } from '@countersign/contract';
import type { DueDay, Located, ScheduleRepository } from '../../ports/index.js';
import type { Deps } from './deps.js';
import { eachInTurn } from './each-in-turn.js';

const MAX_TENANTS = 200;
const DAY_MS = 86_400_000;

/** What one run of a quarterly job did. */
export interface QuarterlyRun {
  opened: number;
  reminded: number;
  closed: number;
}

/** A job that opens something in each quarter of each tenant, reminds people of it, and closes it at its end. */
interface QuarterlyJob {
  /** In the plural, for its errors. */
  name: string;
  /** How long before the end people are reminded. */
  reminderDays: number;
  due(schedule: ScheduleRepository, now: string, reminder: string, limit: number): Promise<Located[]>;
  toOpen(
    schedule: ScheduleRepository,
    through: string,
    after: DueDay | null,
    limit: number,
  ): Promise<DueDay[]>;
  /** @returns null if there was nothing to do */
  remindOrClose(tenant: string, id: string): Promise<'reminded' | 'closed' | null>;
  /** @returns how many it opened */
  open(tenant: string): Promise<number>;
}

/**
 * One run of a quarterly job: first what has reached its reminder or its end, then what is to be opened. A tenant that fails keeps
 * no other tenant from its turn.
 *
 * @throws AggregateError after trying all of them, if some failed
 */
export async function runQuarterly({ store, clock }: Deps, job: QuarterlyJob): Promise<QuarterlyRun> {
  const run: QuarterlyRun = { opened: 0, reminded: 0, closed: 0 };
  const now = clock.now();
  const reminder = new Date(now.getTime() + job.reminderDays * DAY_MS).toISOString();
  const due = await store.schedule.read(({ schedule }) =>
    job.due(schedule, now.toISOString(), reminder, MAX_TENANTS),
  );
  const { failures } = await eachInTurn(due, async ({ tenant, id }) => {
    const did = await job.remindOrClose(tenant, id);
    if (did !== null) run[did] += 1;
    return 0;
  });
  // The latest day in any zone, so that no tenant is missed. Whether something is due is decided in the tenant's own zone.
  const latest = daysAfter(utcDay(now), 1);
  let after: DueDay | null = null;
  let toOpen: DueDay[];
  do {
    const place: DueDay | null = after;
    toOpen = await store.schedule.read(({ schedule }) => job.toOpen(schedule, latest, place, MAX_TENANTS));
    const opened = await eachInTurn(toOpen, ({ tenant }) => job.open(tenant));
    run.opened += opened.done;
    failures.push(...opened.failures);
    after = toOpen.at(-1) ?? null;
  } while (toOpen.length === MAX_TENANTS);
  if (failures.length > 0) throw new AggregateError(failures, `${failures.length} ${job.name} failed`);
  return run;
}
