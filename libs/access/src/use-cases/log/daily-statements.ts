import { daysAfter, type StatementFacts, utcDay } from '@countersign/contract';
import type { DailyStatementRow, DueDay } from '../../ports/index.js';
import { statementNotice } from '../notices/notices.js';
import type { Deps } from '../shared/deps.js';
import { eachInTurn } from '../shared/each-in-turn.js';
import { type StatementSpan, statementFacts } from './statement-facts.js';

/** How long a statement waits for the gateways' heads after its day. Then it is made with exceptions. */
const WAIT_MS = 30 * 60_000;
const MOST_TENANTS = 200;

/** Signs a statement. The broker does it, because it holds the log's key. */
export type SignStatement = (
  tenant: string,
  span: StatementSpan,
  facts: StatementFacts,
) => Promise<Pick<DailyStatementRow, 'size' | 'root' | 'note' | 'madeAt'>>;

/** The UTC day as a span. */
const spanOfDay = (day: string): StatementSpan => ({
  from: `${day}T00:00:00.000Z`,
  to: `${daysAfter(day, 1)}T00:00:00.000Z`,
});

/**
 * The job that makes the daily statements of the tenants that want them, missed days in order. A statement, the next day and
 * the notice commit in one unit of work, so that a day has one statement and one notice, however many brokers run and
 * whatever crashes. It waits for a head of each gateway past the day's end, for half an hour at most.
 *
 * @returns how many statements were made
 * @throws AggregateError after trying all tenants, if some failed
 */
export async function makeDailyStatements(deps: Deps, sign: SignStatement): Promise<number> {
  const today = utcDay(deps.clock.now());
  const failures: unknown[] = [];
  let count = 0;
  let after: DueDay | null = null;
  do {
    const position: DueDay | null = after;
    const due: DueDay[] = await deps.store.schedule.read(({ schedule }) =>
      schedule.toState(today, position, MOST_TENANTS),
    );
    const batch = await eachInTurn(due, ({ tenant }) => catchUp(deps, tenant, sign));
    count += batch.done;
    failures.push(...batch.failures);
    after = due.length === MOST_TENANTS ? (due.at(-1) ?? null) : null;
  } while (after !== null);
  if (failures.length > 0)
    throw new AggregateError(failures, `statements of ${failures.length} tenants failed`);
  return count;
}

/** Makes the statements of one tenant up to yesterday, or up to a day that still waits for heads. */
async function catchUp(deps: Deps, tenant: string, sign: SignStatement): Promise<number> {
  for (let count = 0; ; ) {
    const day = await deps.store.readForTenant(tenant, ({ statements }) => statements.next());
    if (day === null || day >= utcDay(deps.clock.now())) return count;
    const span = spanOfDay(day);
    const facts = await statementFacts(deps, tenant, span);
    const isWaiting = facts.exceptions.some(({ reason }) => reason === 'no_head');
    if (isWaiting && deps.clock.now().getTime() < Date.parse(span.to) + WAIT_MS) {
      await deps.store.forTenant(tenant, ({ statements }) => statements.wantHeads(span.to));
      return count;
    }
    if (await keep(deps, tenant, day, facts, await sign(tenant, span, facts))) count += 1;
  }
}

/** @returns false if another broker was faster, or the tenant wants no more statements */
function keep(
  deps: Deps,
  tenant: string,
  day: string,
  { count, exceptions }: StatementFacts,
  signed: Awaited<ReturnType<SignStatement>>,
): Promise<boolean> {
  return deps.store.forTenant(tenant, async ({ statements, logSettings, outbox }) => {
    if ((await statements.next()) !== day) return false;
    await statements.insert({ day, isComplete: exceptions.length === 0, accesses: count, ...signed });
    await statements.expect(daysAfter(day, 1));
    const { dailyStatement } = await logSettings.read();
    await outbox.add(statementNotice(tenant, day, dailyStatement, deps.clock.now().toISOString()));
    return true;
  });
}
