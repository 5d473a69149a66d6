import {
  commit,
  daysAfter,
  encodeBase64url,
  encodeSealedDay,
  openCommitment,
  openThrough,
  parseSealedDay,
  SEAL,
  type SealedDay,
  toInstant,
  utcDay,
} from '@countersign/contract';
import { AccessError, changedMeanwhile } from '../../errors.js';
import type { DueDay, TenantUnit } from '../../ports/index.js';
import { checkpointDeploymentIn } from '../shared/deployment-checkpoint.js';
import type { Deps } from '../shared/deps.js';
import { eachInTurn } from '../shared/each-in-turn.js';
import { type StandingOf, standingOfDeployment, stateStandingIn } from '../standing/state-standing.js';

/** Tenants in one run. Each is a unit of work of its own, so a run holds up no one for long. */
const MOST_TENANTS = 200;
/** Days that one unit of work catches up. The next run continues. */
const MOST_DAYS = 31;
const SALT_BYTES = 32;

/** What one run did, and where the next one begins. */
export interface DailyRun {
  /** Leaves that were written: seals, or openings. */
  leaves: number;
  /** Null if nothing is left: the next run begins at the front again, and retries what failed. */
  next: DueDay | null;
}

/**
 * The job that writes the daily leaves: after each UTC day one sealed leaf in every tenant's log, from the day of the
 * tenant's birth, missed days in order; then the head of the deployment's log, and every way in that is open at that moment, with
 * the gateways that serve the tenant, which are asked to sign their chains in this log. A day is written once, however many brokers
 * run and whatever crashes: the leaf, what it commits to and the next day commit in one unit of work.
 *
 * @param after where the last run ended
 * @throws AggregateError after trying all tenants of this run, if some failed
 */
export function sealDays(deps: Deps, after: DueDay | null): Promise<DailyRun> {
  const today = utcDay(deps.clock.now());
  return forDue(deps, {
    due: () => deps.store.schedule.read(({ schedule }) => schedule.toSeal(today, after, MOST_TENANTS)),
    prepare: (due) => standingOfDeployment(deps, due),
    work: (unit, now, standing) => sealDaysIn(deps, unit, now, standing),
  });
}

/**
 * The job that opens the seals after twelve months, those over nothing too: value and salt become an opening of the leaf
 * that was sealed, and a leaf says so.
 *
 * @param after where the last run ended
 * @throws AggregateError after trying all tenants of this run, if some failed
 */
export function openSeals(deps: Deps, after: DueDay | null): Promise<DailyRun> {
  const through = openThrough(utcDay(deps.clock.now()));
  return forDue(deps, {
    due: () => deps.store.schedule.read(({ schedule }) => schedule.toOpen(through, after, MOST_TENANTS)),
    prepare: () => Promise.resolve(),
    work: (unit, now) => openSealsIn(deps, unit, now),
  });
}

async function forDue<T>(
  { store, clock }: Deps,
  {
    due,
    prepare,
    work,
  }: {
    due(): Promise<DueDay[]>;
    /** Reads once for the run what no tenant's unit can read. */
    prepare(due: readonly DueDay[]): Promise<T>;
    work(unit: TenantUnit, now: Date, prepared: T): Promise<number>;
  },
): Promise<DailyRun> {
  const found = await due();
  if (found.length === 0) return { leaves: 0, next: null };
  const prepared = await prepare(found);
  const { done: leaves, failures } = await eachInTurn(found, ({ tenant }) =>
    store.forTenant(tenant, (unit) => work(unit, clock.now(), prepared)),
  );
  const next = found.length < MOST_TENANTS ? null : (found.at(-1) ?? null);
  if (failures.length > 0) throw new DailyLeavesFailed(failures, { leaves, next });
  return { leaves, next };
}

/** Some tenants of a run failed. The others are done, and `run` says where to continue. */
export class DailyLeavesFailed extends AggregateError {
  constructor(
    failures: unknown[],
    readonly run: DailyRun,
  ) {
    super(failures, `the daily leaves of ${failures.length} tenants failed`);
    this.name = 'DailyLeavesFailed';
  }
}

async function sealDaysIn(
  { hashing, random }: Deps,
  unit: TenantUnit,
  now: Date,
  standingOf: StandingOf,
): Promise<number> {
  const before = await unit.days.find();
  const [today, at] = [utcDay(now), toInstant(now)];
  const days = before === null ? [] : daysFrom(before.nextDay, [today]);
  // Another broker was faster.
  if (before === null || days.length === 0) return 0;
  for (const day of days) {
    const end = `${daysAfter(day, 1)}T00:00:00.000Z`;
    const value = encodeSealedDay({ day, sealed: await unit.days.sealedHead(end) });
    const salt = random.bytes(SALT_BYTES);
    const commitment = commit(hashing, SEAL, salt, value);
    const { index } = await unit.log.append({
      ...{ type: 'log.sealed', at, actor: 'job', data: { day } },
      commitments: { [SEAL]: commitment },
    });
    await unit.days.seal({ day, leaf: index, commitment, opening: { value, salt: encodeBase64url(salt) } });
  }
  const nextDay = daysAfter(before.nextDay, days.length);
  if (nextDay === today) {
    await checkpointDeploymentIn(unit, at);
    await stateStandingIn(unit, now, standingOf(unit.tenant));
    // From midnight on, like a statement of the day, so that one head serves both.
    await unit.statements.wantHeads(`${today}T00:00:00.000Z`);
  }
  if (!(await unit.days.advance(before, { ...before, nextDay }))) throw changedMeanwhile('log');
  return days.length;
}

async function openSealsIn({ hashing }: Deps, unit: TenantUnit, now: Date): Promise<number> {
  const before = await unit.days.find();
  const at = toInstant(now);
  const due = daysAfter(openThrough(utcDay(now)), 1);
  const days = before === null ? [] : daysFrom(before.nextOpening, [due, before.nextDay]);
  if (before === null || days.length === 0) return 0;
  for (const day of days) {
    const seal = await unit.days.unseal(day);
    if (seal === null || !openCommitment(hashing, SEAL, seal.opening, seal.commitment))
      throw new AccessError('not_found', `The seal of ${day} is lost: its leaf cannot be opened.`);
    const { leaf, commitment, opening } = seal;
    await unit.openings.save([{ commitment, name: SEAL, opening }]);
    const opened = await openedHeadIn(unit, parseSealedDay(opening.value));
    await unit.log.append({ type: 'log.unsealed', at, actor: 'job', data: { leaf, day, ...opened } });
  }
  const nextOpening = daysAfter(before.nextOpening, days.length);
  if (!(await unit.days.advance(before, { ...before, nextOpening }))) throw changedMeanwhile('log');
  return days.length;
}

/**
 * What the opening of a day says of the sealed sub-log: the hashes of the leaves that no earlier opening has shown, and which of
 * all leaves so far stay closed, until when, and which two people of the vendor's legal counsel extended that.
 */
async function openedHeadIn(
  { days }: TenantUnit,
  { sealed }: SealedDay,
): Promise<{ sealed?: { from: number; leaves: string[]; closed: ClosedLeaves[] } }> {
  if (sealed === null) return {};
  const leaves = (await days.sealedLeaves()).slice(0, sealed.size);
  const from = await days.openedSize();
  await days.noteOpened(sealed.size);
  const closed = new Map<string, number[]>();
  for (const { seq, demand, isOpen } of leaves)
    if (!isOpen) closed.set(demand, [...(closed.get(demand) ?? []), seq]);
  const extended: ClosedLeaves[] = [];
  for (const [demand, indices] of closed) {
    const last = (await days.openLeaves(demand)).findLast(({ draft }) => draft.type === 'demand.extended');
    const { until, proposedBy } = (last?.draft.data ?? {}) as { until?: string; proposedBy?: string };
    extended.push({
      leaves: indices,
      until: until ?? null,
      by: last === undefined ? [] : [proposedBy ?? '', last.draft.actor],
    });
  }
  return { sealed: { from, leaves: leaves.slice(from).map(({ hash }) => hash), closed: extended } };
}

/** Leaves of the sub-log that stay closed although their seal is open. `until` is null if no one has extended that: it is late. */
interface ClosedLeaves {
  leaves: number[];
  until: string | null;
  by: string[];
}

/** The days from the first up to, but not including, the earliest end; not more than one unit of work handles. */
function daysFrom(first: string, ends: readonly string[]): string[] {
  const days: string[] = [];
  for (let day = first; days.length < MOST_DAYS && ends.every((end) => day < end); day = daysAfter(day, 1))
    days.push(day);
  return days;
}
