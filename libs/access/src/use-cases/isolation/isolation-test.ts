import { toInstant, utcDay } from '@countersign/contract';
import { hasPassed, type IsolationReport, type IsolationRun, NO_ATTEMPTS } from '../../domain/isolation.js';
import { requirePermission } from '../../domain/permissions.js';
import type { Principal } from '../../domain/person.js';
import { hasRole } from '../../domain/person.js';
import { AccessError } from '../../errors.js';
import { enrolGateway, revokeGateway } from '../gateways/gateways.js';
import { createApiKey, revokeApiKey } from '../sessions/api-keys.js';
import type { Deps } from '../shared/deps.js';

/** How long one broker has the day's test for itself, and how long the canaries' keys live; they are revoked before. */
const CLAIM_SECONDS = 60 * 60;
/** When a test that could not be made is tried again. */
const REPEAT_SECONDS = 15 * 60;
/** Names of the canaries' gateways begin so. */
const GATEWAY_PREFIX = 'isolation-test-';
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
  /** Makes something happen of which the admin is notified. @returns the id that the notice names */
  makeNews(): Promise<string>;
}

/** Makes the test from outside. */
export interface IsolationTest {
  /** Before any credential exists: @throws Error if what answers at the public address is not this deployment. */
  requireOwnAddress(): Promise<void>;
  /** Tries to read each canary's data as the other, and every other tenant's. @throws Error if that cannot be made */
  run(canaries: readonly [Canary, Canary], others: readonly string[]): Promise<IsolationReport>;
}

/** True if canaries are named, and the day's test was not made yet. */
export const isTestDue = async (deps: Deps): Promise<boolean> => (await dueTest(deps)) !== null;

async function dueTest(deps: Deps): Promise<{ day: string; slugs: readonly [string, string] } | null> {
  const day = utcDay(deps.clock.now());
  const { slugs, known } = await deps.store.isolation.read(async ({ organisation, isolation }) => ({
    slugs: await organisation.canaries(),
    known: await isolation.find(day),
  }));
  return slugs === null || isFinal(known) ? null : { day, slugs };
}

/**
 * The nightly isolation test: once a UTC day, by one broker, if the organisation names two canary tenants. The result becomes a
 * leaf `isolation.tested` in each tenant's log and in the vendor's. A broker that stops half-way is followed by another one, which
 * revokes the gateways that were left; keys that were left expire.
 *
 * @returns the run if this call has ended it
 */
export async function runIsolationTest(deps: Deps, test: IsolationTest): Promise<IsolationRun | null> {
  const due = await dueTest(deps);
  if (due === null) return null;
  const { day, slugs } = due;
  const now = deps.clock.now();
  const until = later(now, CLAIM_SECONDS);
  const isOurs = await deps.store.isolation.write(({ isolation }) =>
    isolation.claim(day, now.toISOString(), until),
  );
  if (!isOurs) return null;
  const report = await makeTest(deps, slugs, test);
  const ended = deps.clock.now();
  const endedAt = toInstant(ended);
  return deps.store.isolation.write(async ({ isolation, logOf }) => {
    if (!(await isolation.finish(day, until, report, endedAt, later(ended, REPEAT_SECONDS)))) return null;
    const { leaks, problem } = report;
    const log = await logOf(null);
    await log.append({
      ...{ type: 'isolation.tested', at: endedAt, actor: 'job' },
      data: { ...publicPart(day, report), problem, where: leaks.slice(0, 100) },
    });
    return { day, report, endedAt };
  });
}

const later = (from: Date, seconds: number): string =>
  new Date(from.getTime() + seconds * 1_000).toISOString();

/** A test that could not be made is repeated until the day is over. A leak stays the day's result. */
const isFinal = (run: IsolationRun | null): boolean =>
  run?.report != null && (run.report.problem === null || run.report.leaks.length > 0);

async function makeTest(
  deps: Deps,
  slugs: readonly [string, string],
  test: IsolationTest,
): Promise<IsolationReport> {
  const canaries: Canary[] = [];
  const undo: (() => Promise<void>)[] = [];
  const problem = (error: unknown): IsolationReport => ({
    ...{ attempts: NO_ATTEMPTS, leaks: [] },
    problem: error instanceof Error ? error.message : String(error),
  });
  let report: IsolationReport;
  try {
    await test.requireOwnAddress();
    for (const tenant of slugs) canaries.push(await prepareCanary(deps, tenant, undo));
    const [one, other] = canaries;
    if (one === undefined || other === undefined) throw new Error('there are no canaries');
    const tenants = await deps.store.isolation.read(({ organisation }) => organisation.tenants());
    const others = tenants.map(({ slug }) => slug).filter((slug) => !slugs.includes(slug));
    report = await test.run([one, other], others);
  } catch (error) {
    report = problem(error);
  }
  // One credential that cannot be revoked must keep neither the others nor the result: a leak counts more than a rest.
  for (const each of undo)
    await each().catch((error: unknown) => {
      if (report.leaks.length === 0) report = problem(error);
    });
  return report;
}

/** A key of the canary's admin, and a gateway that serves it alone; both end with the test. */
async function prepareCanary(deps: Deps, tenant: string, undo: (() => Promise<void>)[]): Promise<Canary> {
  const people = await deps.store.readForTenant(tenant, ({ organisation }) => organisation.people(tenant));
  const admin = people.find((person) => hasRole(person, 'admin') && hasRole(person, 'approver'));
  if (admin === undefined)
    throw new AccessError('not_found', `The canary ${tenant} has no person who is approver and admin.`);
  await revokeLeftGateways(deps, tenant);
  const { id, key } = await createApiKey(deps, { email: admin.email, tenant, ttl: CLAIM_SECONDS });
  undo.push(() => revokeApiKey(deps, id));
  const name = `${GATEWAY_PREFIX}${deps.ids.next('gtw')}`;
  const gateway = await enrolGateway(deps, name, { tenants: [tenant] });
  undo.push(() => revokeGateway(deps, gateway.id));
  const makeNews = async (): Promise<string> => {
    const apiKey = await createApiKey(deps, { email: admin.email, tenant, ttl: CLAIM_SECONDS });
    await revokeApiKey(deps, apiKey.id);
    return apiKey.id;
  };
  return { tenant, key, gateway: `${gateway.id}.${gateway.secret}`, makeNews };
}

/** Revokes what a test that was killed has left: a gateway does not expire. No other gateway serves a canary alone by such a name. */
async function revokeLeftGateways(deps: Deps, tenant: string): Promise<void> {
  const known = await deps.store.gateways.read(({ gateways }) => gateways.list());
  const left = known.filter(
    ({ name, tenants, revokedAt }) =>
      revokedAt === null && name.startsWith(GATEWAY_PREFIX) && tenants?.length === 1 && tenants[0] === tenant,
  );
  for (const { id } of left) await revokeGateway(deps, id);
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
  if (run?.report == null || run.statedThrough === EVERYONE) return 0;
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
  return newestTest(deps);
}

/** The newest test that has ended. Null also for one that was passed, if no canaries are named any more: then none is missing. */
export const newestTest = (deps: Deps): Promise<IsolationRun | null> =>
  deps.store.isolation.read(async ({ isolation, organisation }) => {
    const run = await isolation.newest();
    const isPassed = run?.report != null && hasPassed(run.report);
    return isPassed && (await organisation.canaries()) === null ? null : run;
  });
