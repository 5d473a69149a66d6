import { type AccessRecordView, isSealedLog, type Supervised, toInstant } from '@countersign/contract';
import { type Grant, hasEnded } from '../../domain/grant.js';
import {
  addCall,
  countedCalls,
  countFor,
  type SidedRule,
  type SupervisionCount,
  type SupervisionOutcome,
  type SupervisionRule,
  supervises,
} from '../../domain/supervision.js';
import type { ResourceUse, TenantUnit } from '../../ports/index.js';
import { endGrantIn } from '../ending/end-grant.js';
import { supervisionNotice } from '../notices/notices.js';
import type { Deps } from '../shared/deps.js';
import { pauseGrantIn } from './pauses.js';

/** An allowed call, or a token that an engineer fetches. A token has no `record`, `resource` or `action`. */
type ObservedUse = Pick<AccessRecordView, 'at' | 'grant' | 'person' | 'service' | 'resource' | 'action'> & {
  record: string | null;
};

/** A rule that one grant's calls or tokens have crossed. */
interface Crossing extends SidedRule {
  call: ObservedUse;
  /** What the rule had counted then. */
  counted: number;
}

/**
 * Applies the rules of supervision to the calls of a batch of records, in the unit of work that takes the records. So each call
 * is counted once, however many gateways and brokers there are and whenever one of them is killed. A rule counts one engineer's
 * calls in one tenant, under all grants. While the count is above the limit, each grant under which the engineer calls is
 * paused or ended. A rule that only notifies does so once in each window.
 *
 * The order is `begin`, `take`, `store`: see `ingestOfTenant`.
 */
export class Supervision {
  /** The counts that this batch has changed, by `keyOf`. */
  private readonly touched = new Map<string, SupervisionCount>();
  /** The first crossing of each rule under each grant. */
  private readonly crossings = new Map<string, Crossing>();

  private constructor(
    private readonly rules: readonly SidedRule[],
    private readonly counts: ReadonlyMap<string, SupervisionCount>,
    private readonly used: Set<string>,
  ) {}

  /**
   * Reads what the rules need, before the records are stored. No rule watches access under a gag: the tenant would see what the
   * rule does, and so would learn of the access.
   *
   * @param calls the allowed calls that the batch may add, or the token that is fetched
   */
  static async begin(unit: TenantUnit, calls: readonly Uses[]): Promise<Supervision> {
    const rules = calls.length === 0 || isSealedLog(unit.tenant) ? [] : await rulesOf(unit);
    if (rules.length === 0) return new Supervision([], new Map(), new Set());
    const counts = await unit.supervision.ofPeople([...new Set(calls.map(({ person }) => person))]);
    const countsNew = rules.some(({ rule }) => rule.count === 'new-resources');
    const used = countsNew ? await unit.records.usedBefore(usesOf(calls)) : [];
    return new Supervision(
      rules,
      new Map(counts.map((count) => [keyOf(count), count])),
      new Set(used.map(textOf)),
    );
  }

  /** Counts allowed calls, in their order. */
  take(calls: readonly AccessRecordView[], now: Date): void {
    if (this.rules.length === 0) return;
    for (const call of calls) {
      const use = useOf(call);
      const isNew = use !== null && !this.used.has(textOf(use));
      for (const sided of this.rules)
        if (isCounted(sided.rule, isNew) && supervises(sided.rule, call))
          this.count(sided, { ...call, record: call.id }, now);
      if (use !== null) this.used.add(textOf(use));
    }
  }

  /** Counts a token in the rules that count `seen`: how the country from which it is fetched compares with the stated one. */
  takeToken(token: ObservedUse, seen: Supervised, now: Date): void {
    for (const sided of this.rules)
      if (sided.rule.count === seen && supervises(sided.rule, token)) this.count(sided, token, now);
  }

  private count(sided: SidedRule, call: ObservedUse, now: Date): void {
    const { side, rule } = sided;
    const key = keyOf({ side, rule: rule.name, person: call.person });
    const before = countFor(sided, call.person, this.touched.get(key) ?? this.counts.get(key));
    const after = addCall(before, Date.parse(call.at), now.getTime());
    this.touched.set(key, after);
    const counted = countedCalls(after);
    const crossing = `${key} ${call.grant}`;
    // `addCall` returns the same count for a call from before the grant was resumed. Such a call crosses nothing.
    if (after !== before && counted > rule.over && !this.crossings.has(crossing))
      this.crossings.set(crossing, { ...sided, call, counted });
  }

  /**
   * Acts on the crossings, then stores the counts, and returns what was done. Call it after the records' leaves, so that the log
   * shows the calls first.
   */
  async store(deps: Deps, unit: TenantUnit, now: Date): Promise<SupervisionOutcome[]> {
    const outcomes: SupervisionOutcome[] = [];
    for (const crossing of this.crossings.values()) {
      const done = await this.act(deps, unit, crossing, now);
      if (done !== null) outcomes.push(done);
    }
    await unit.supervision.save([...this.touched.values()]);
    return outcomes;
  }

  /** Acts on one crossing, unless the rule has already paused this grant, or has notified within its window. */
  private async act(
    deps: Deps,
    unit: TenantUnit,
    crossing: Crossing,
    now: Date,
  ): Promise<SupervisionOutcome | null> {
    const { side, rule, call } = crossing;
    const key = keyOf({ side, rule: rule.name, person: call.person });
    const count = this.touched.get(key) as SupervisionCount;
    const grant = await unit.grants.find(call.grant);
    if (grant === null) return null;
    const canAct = rule.do !== 'notify' && !hasEnded(grant);
    const isQuiet = count.quietUntil !== null && now.getTime() < Date.parse(count.quietUntil);
    if (canAct ? rule.do === 'pause' && (await isPausedBy(unit, crossing, grant)) : isQuiet) return null;
    const quietUntil = new Date(now.getTime() + rule.within * 1_000).toISOString();
    this.touched.set(key, { ...count, quietUntil });
    const done = canAct ? DONE[rule.do] : 'notified';
    await actOn(deps, unit, crossing, { grant, done, now });
    return done;
  }
}

const DONE = { notify: 'notified', pause: 'paused', stop: 'stopped' } as const;

/** The event, the effect and the notice of one crossing. */
async function actOn(
  deps: Deps,
  unit: TenantUnit,
  { side, rule, call, counted }: Crossing,
  { grant, done, now }: { grant: Grant; done: SupervisionOutcome; now: Date },
): Promise<void> {
  const at = toInstant(now);
  await unit.log.append({
    type: 'supervision.crossed',
    at,
    actor: 'job',
    data: {
      ...{ rule: rule.name, side, count: rule.count, over: rule.over, within: rule.within },
      ...{ counted, done, ...(call.record === null ? {} : { record: call.record }) },
      ...{ grant: grant.id, request: grant.request, requester: grant.requester, digest: grant.digest },
      service: grant.service,
    },
  });
  if (done === 'paused') await pauseGrantIn(deps, unit, grant, { side, rule }, at);
  if (done === 'stopped') await endGrantIn(unit, grant, { reason: 'revoked', actor: 'job', at });
  await unit.outbox.add(supervisionNotice(grant, done, at));
}

const isPausedBy = async (unit: TenantUnit, { side, rule }: SidedRule, { id }: Grant): Promise<boolean> =>
  (await unit.locks.pausesOf([id])).some((lock) => lock.side === side && lock.rule === rule.name);

async function rulesOf({ organisation, tenant }: TenantUnit): Promise<SidedRule[]> {
  const [policy, owner] = await Promise.all([organisation.policy(), organisation.tenant(tenant)]);
  return [
    ...(policy.supervision ?? []).map((rule) => ({ side: 'vendor' as const, rule })),
    ...(owner?.controls.supervision ?? []).map((rule) => ({ side: 'customer' as const, rule })),
  ];
}

const keyOf = ({ side, rule, person }: Pick<SupervisionCount, 'side' | 'rule' | 'person'>): string =>
  `${side} ${rule} ${person}`;

/** Whether a rule counts a call. */
const isCounted = (rule: SupervisionRule, isNew: boolean): boolean =>
  rule.count === 'calls' || (rule.count === 'new-resources' && isNew);

type Uses = Pick<AccessRecordView, 'person' | 'service' | 'resource'>;

const textOf = ({ person, service, resource }: ResourceUse): string => `${person} ${service} ${resource}`;

const useOf = ({ person, service, resource }: Uses): ResourceUse | null =>
  resource === null ? null : { person, service, resource };

/** Each use of the calls once. */
function usesOf(calls: readonly Uses[]): ResourceUse[] {
  const uses = calls.flatMap((call) => useOf(call) ?? []);
  return [...new Map(uses.map((use) => [textOf(use), use])).values()];
}
