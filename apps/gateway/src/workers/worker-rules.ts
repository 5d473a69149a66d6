import {
  type CountersignRefusal,
  checkStop,
  isAcceptedAt,
  nodeCountersignPorts,
  type PinnedTrust,
  type StopOrLift,
} from '@countersign/authorization';
import type { GatewayPin, SignedStop } from '@countersign/gateway-protocol';
import { withinTime } from '@countersign/runtime';
import type { Clock } from '../clock.js';
import { type GatewayRules, hasExpired, type TenantRules, trustToApply } from '../trust/customer-rules.js';
import { ActiveStops, isStop, stopHash } from '../trust/customer-stops.js';

/** How long a customer waits for the primary's answer. It takes longer only if the primary or its disk hangs. */
const ANSWER_MS = 10_000;

type WorkerRulesParts = {
  /** Whether tenants without a pin are refused, even if no one has claimed them. */
  pinnedOnly: boolean;
  clock: Pick<Clock, 'now'>;
  /** Has the primary accept a stop or lift. Resolves when every worker obeys it. */
  submit(signature: StopOrLift): Promise<CountersignRefusal | undefined>;
  /** Called with the tenants whose trust document has changed, and when something may be newly stopped. */
  onTrust(tenants: readonly string[]): void;
  onStop(): void;
};

/** The customers' rules as a worker has them from its primary, which verifies them and keeps them on disk. */
export class WorkerRules implements GatewayRules {
  readonly pinnedTenants = new Set<string>();
  private readonly tenants = new Map<string, TenantRules>();
  private readonly stops = new Map<string, ActiveStops>();
  /** Stops that this worker has verified and obeys, by hash, until the primary has answered. */
  private readonly unanswered = new Map<string, SignedStop>();

  constructor(private readonly parts: WorkerRulesParts) {}

  /** Applies changed rules; they are in force when this returns. */
  apply(changed: readonly TenantRules[]): void {
    const trusts: string[] = [];
    let isNewlyStopped = false;
    for (const rules of changed) {
      const { tenant, hash, isPinned } = rules;
      if (this.tenants.get(tenant)?.hash !== hash || !this.tenants.has(tenant)) trusts.push(tenant);
      this.tenants.set(tenant, rules);
      if (isPinned) this.pinnedTenants.add(tenant);
      if (this.replaceStops(tenant)) isNewlyStopped = true;
    }
    if (trusts.length > 0) this.parts.onTrust(trusts);
    if (isNewlyStopped) this.parts.onStop();
  }

  /** Returns whether there is a stop that was not active before. */
  private replaceStops(tenant: string): boolean {
    const { stops = [], lifted = [] } = this.tenants.get(tenant) ?? {};
    const active = new ActiveStops();
    for (const [hash, stop] of stops) active.add(hash, stop);
    for (const [hash, stop] of this.unanswered)
      if (stop.statement.tenant === tenant && !lifted.includes(hash)) active.add(hash, stop);
    const before = this.stops.get(tenant);
    this.stops.set(tenant, active);
    return active.of(tenant).some(([hash]) => before?.has(tenant, hash) !== true);
  }

  trust(tenant: string): PinnedTrust | 'unpinned' | undefined {
    return trustToApply(this.tenants.get(tenant)?.trust, this.parts);
  }

  trustHash(tenant: string): string | null {
    return this.tenants.get(tenant)?.hash ?? null;
  }

  stopOn(what: { tenant: string; digest: string }): string | undefined {
    return this.stops.get(what.tenant)?.find(what);
  }

  hasExpired(tenant: string): boolean {
    return hasExpired(this.tenants.get(tenant)?.trust, this.parts);
  }

  /**
   * A stop that this worker can verify itself is in force here at once. All others obey it when this resolves. Rejects if the
   * primary does not answer in time; the stop stays in force here until it has.
   */
  async submit(signature: StopOrLift): Promise<CountersignRefusal | undefined> {
    const obeyed = this.obey(signature);
    const answer = this.parts.submit(signature).finally(() => {
      if (obeyed === undefined) return;
      this.unanswered.delete(obeyed);
      this.replaceStops(signature.statement.tenant);
    });
    const inTime = await withinTime(
      answer.then((refusal) => ({ refusal })),
      ANSWER_MS,
    );
    if (inTime === undefined) throw new Error('the primary has not answered a stop in time');
    return inTime.refusal;
  }

  /** The hash of the stop, if it is valid and not known here. */
  private obey(signature: StopOrLift): string | undefined {
    const { tenant } = signature.statement;
    const rules = this.tenants.get(tenant);
    if (!isStop(signature) || typeof rules?.trust !== 'object') return undefined;
    const hash = stopHash(signature);
    if (this.stops.get(tenant)?.has(tenant, hash) || rules.lifted.includes(hash)) return undefined;
    if (!isAcceptedAt(signature, this.parts.clock.now())) return undefined;
    if (checkStop(signature, rules.trust, nodeCountersignPorts) !== undefined) return undefined;
    this.unanswered.set(hash, signature);
    if (this.replaceStops(tenant)) this.parts.onStop();
    return hash;
  }

  pinOf(tenant: string): GatewayPin | undefined {
    return this.tenants.get(tenant)?.pin;
  }

  /** The primary reports them. */
  pins(): GatewayPin[] {
    return [];
  }

  tick(): void {}

  async close(): Promise<void> {}
}
