import { toInstant, utcDay } from '@countersign/contract';
import { hasPassed, type IsolationReport, type IsolationRun, NO_ATTEMPTS } from '../../domain/isolation.js';
import { requirePermission } from '../../domain/permissions.js';
import type { Principal } from '../../domain/person.js';
import { hasRole } from '../../domain/person.js';
import { AccessError } from '../../errors.js';
import { enrolGateway, revokeGateway } from '../gateways/gateways.js';
import { createApiKey, revokeApiKey } from '../sessions/api-keys.js';
import type { Deps } from '../shared/deps.js';

/** How long one broker has the day's test for itself. */
const CLAIM_MS = 15 * 60_000;
/** How long the canaries' keys live; they are revoked before. */
const KEY_SECONDS = 15 * 60;
/** Logs that one transaction writes to. */
const MOST_TENANTS = 50;
/** The last tenant's place: no slug sorts after it. */
const EVERYONE = '~';

/** What the test is given to try with. */
export interface Canary {
  tenant: string;
  /** An API key of its admin. */
  key: string;
  /** Credentials of a gateway that serves this tenant alone: `gtw_….SECRET`. */
  gateway: string;
}

/** Tries to read each canary's data as the other, and every other tenant's as either. */
export type IsolationTest = (
  canaries: readonly [Canary, Canary],
  others: readonly string[],
) => Promise<IsolationReport>;

/**
 * The nightly isolation test: once a UTC day, by one broker, if the organisation names two canary tenants. The result becomes a
 * leaf `isolation.tested` in each tenant's log and in the vendor's. A broker that stops half-way is followed by another one.
 *
 * @returns the run if this call has ended it
 */
export async function runIsolationTest(deps: Deps, test: IsolationTest): Promise<IsolationRun | null> {
  const now = deps.clock.now();
  const day = utcDay(now);
  const { slugs, known } = await deps.store.isolation.read(async ({ organisation, isolation }) => ({
    slugs: await organisation.canaries(),
    known: await isolation.find(day),
  }));
  if (slugs === null || isFinal(known)) return null;
  const until = new Date(now.getTime() + CLAIM_MS).toISOString();
  const isOurs = await deps.store.isolation.write(({ isolation }) =>
    isolation.claim(day, now.toISOString(), until),
  );
  if (!isOurs) return null;
  const report = await makeTest(deps, slugs, test);
  const endedAt = toInstant(deps.clock.now());
  await deps.store.isolation.write(async ({ isolation, logOf }) => {
    await isolation.finish(day, report, endedAt);
    const { leaks, problem } = report;
    const log = await logOf(null);
    await log.append({
      ...{ type: 'isolation.tested', at: endedAt, actor: 'job' },
      data: { ...publicPart(day, report), problem, where: leaks.slice(0, 100) },
    });
  });
  return { day, report, endedAt };
}

/** A test that could not be made is repeated until the day is over. */
const isFinal = (run: IsolationRun | null): boolean => run?.report != null && run.report.problem === null;

async function makeTest(
  deps: Deps,
  slugs: readonly [string, string],
  test: IsolationTest,
): Promise<IsolationReport> {
  const made: Canary[] = [];
  const undo: (() => Promise<void>)[] = [];
  try {
    for (const tenant of slugs) made.push(await prepareCanary(deps, tenant, undo));
    const [one, other] = made;
    if (one === undefined || other === undefined) throw new Error('there are no canaries');
    const known = await deps.store.isolation.read(({ organisation }) => organisation.tenants());
    const others = known.map(({ slug }) => slug).filter((slug) => !slugs.includes(slug));
    return await test([one, other], others);
  } catch (error) {
    const problem = error instanceof Error ? error.message : String(error);
    return { attempts: NO_ATTEMPTS, leaks: [], problem };
  } finally {
    for (const each of undo) await each();
  }
}

/** A key of the canary's admin, and a gateway that serves it alone; both end with the test. */
async function prepareCanary(deps: Deps, tenant: string, undo: (() => Promise<void>)[]): Promise<Canary> {
  const people = await deps.store.readForTenant(tenant, ({ organisation }) => organisation.people(tenant));
  const admin = people.find((person) => hasRole(person, 'admin') && hasRole(person, 'approver'));
  if (admin === undefined)
    throw new AccessError('not_found', `The canary ${tenant} has no person who is approver and admin.`);
  const { id, key } = await createApiKey(deps, { email: admin.email, tenant, ttl: KEY_SECONDS });
  undo.push(() => revokeApiKey(deps, id));
  const name = `isolation-test-${deps.ids.next('gtw')}`;
  const gateway = await enrolGateway(deps, name, { tenants: [tenant] });
  undo.push(() => revokeGateway(deps, gateway.id));
  return { tenant, key, gateway: `${gateway.id}.${gateway.secret}` };
}

/** What every tenant's log says. It names no canary, and no place: a leak is the vendor's to mend before it is described. */
const publicPart = (day: string, report: IsolationReport) => ({
  day,
  passed: hasPassed(report),
  attempts: report.attempts,
  leaks: report.leaks.length,
});

/**
 * Writes the result of the day's test into the logs of all tenants, a batch at a time. A log gets it once, however many
 * brokers run and whatever crashes: leaves and place commit together.
 *
 * @returns how many logs were written to
 */
export async function stateIsolation(deps: Deps): Promise<number> {
  const run = await deps.store.isolation.read(({ isolation }) => isolation.newest());
  if (run?.report == null) return 0;
  const { day, report } = run;
  if (!isFinal(run) && day === utcDay(deps.clock.now())) return 0;
  let written = 0;
  for (;;) {
    const count = await deps.store.isolation.write(async (unit) => {
      const found = await unit.isolation.find(day);
      if (found === null || found.statedThrough === EVERYONE) return 0;
      const slugs = (await unit.organisation.tenants())
        .map(({ slug }) => slug)
        .filter((slug) => slug > found.statedThrough)
        .slice(0, MOST_TENANTS);
      const at = toInstant(deps.clock.now());
      for (const slug of slugs) {
        const { log } = await unit.tenant(slug);
        await log.append({ type: 'isolation.tested', at, actor: 'job', data: publicPart(day, report) });
      }
      const through = slugs.length < MOST_TENANTS ? EVERYONE : (slugs.at(-1) ?? EVERYONE);
      if (!(await unit.isolation.advance(day, found.statedThrough, through)))
        throw new AccessError('conflict', 'Another broker was faster.');
      return slugs.length;
    });
    written += count;
    if (count < MOST_TENANTS) return written;
  }
}

/** The newest isolation test, for those who watch over the vendor. @throws AccessError `forbidden` */
export function readIsolation(deps: Deps, principal: Principal): Promise<IsolationRun | null> {
  requirePermission(principal, 'isolation.read');
  return deps.store.isolation.read(({ isolation }) => isolation.newest());
}
