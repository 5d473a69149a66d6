import type { CountersignRefusal, PinnedTrust, StopOrLift } from '@countersign/authorization';
import type { GatewayPin } from '@countersign/gateway-protocol';
import type { Clock } from '../clock.js';
import { type GatewayRules, hasExpired, type TenantRules, trustToApply } from '../trust/customer-rules.js';
import { ActiveStops } from '../trust/customer-stops.js';

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

  constructor(private readonly parts: WorkerRulesParts) {}

  /** In force when this returns. */
  apply(changed: readonly TenantRules[]): void {
    const trusts: string[] = [];
    for (const rules of changed) {
      const { tenant, hash, isPinned } = rules;
      if (this.tenants.get(tenant)?.hash !== hash || !this.tenants.has(tenant)) trusts.push(tenant);
      this.tenants.set(tenant, rules);
      if (isPinned) this.pinnedTenants.add(tenant);
      const stops = new ActiveStops();
      for (const [statement, stop] of rules.stops) stops.add(statement, stop);
      this.stops.set(tenant, stops);
    }
    if (trusts.length > 0) this.parts.onTrust(trusts);
    this.parts.onStop();
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

  submit(signature: StopOrLift): Promise<CountersignRefusal | undefined> {
    return this.parts.submit(signature);
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
