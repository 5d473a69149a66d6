import { AccessError } from '../../errors.js';
import { trustNotice } from '../notices/notices.js';
import type { Deps } from '../shared/deps.js';
import { eachInTurn } from '../shared/each-in-turn.js';

/** How many days before its end a trust document's people are reminded; one reminder each. */
const REMINDER_DAYS = [7, 30, 60] as const;
const DAY_MS = 86_400_000;

/**
 * The scheduler's job: reminds the people of tenants whose trust document ends soon. Each reminder of a version is sent
 * once, however many brokers run.
 *
 * @returns how many tenants were reminded
 * @throws AggregateError after trying all of them, if some failed
 */
export async function remindTrust(deps: Deps): Promise<number> {
  const now = deps.clock.now();
  const inDays = (days: number) => new Date(now.getTime() + days * DAY_MS).toISOString();
  let reminded = 0;
  const failures: unknown[] = [];
  for (const [index, days] of REMINDER_DAYS.entries()) {
    const window = { after: inDays(REMINDER_DAYS[index - 1] ?? 0), by: inDays(days) };
    const ending = await deps.store.schedule.read((unit) => unit.trust.ending(window, days));
    const batch = await eachInTurn(ending, async ({ tenant, hash }) =>
      (await remind(deps, tenant, hash, days)) ? 1 : 0,
    );
    reminded += batch.done;
    failures.push(...batch.failures);
  }
  if (failures.length > 0) throw new AggregateError(failures, `${failures.length} reminders failed`);
  return reminded;
}

function remind(deps: Deps, tenant: string, hash: string, days: number): Promise<boolean> {
  return deps.store.forTenant(tenant, async ({ trust, log, outbox }) => {
    const current = await trust.current(tenant);
    if (current === null) throw new AccessError('conflict', 'This tenant is no longer claimed.');
    const at = deps.clock.now().toISOString();
    // Meanwhile the next version may be in force, or another broker may have sent this reminder.
    if (current.hash !== hash || !(await trust.remind(hash, days, at))) return false;
    const { seq, validUntil } = current.document;
    await log.append({ type: 'trust.expiring', at, actor: 'job', data: { hash, seq, validUntil, days } });
    await outbox.add(trustNotice(tenant, 'expiring', hash, at));
    return true;
  });
}
