import { adjustLease, hasUnusedBudget, type Lease } from '@countersign/access';
import type { Budget } from '@countersign/contract';
import type { Amounts, LeaseAnswer } from '@countersign/gateway-protocol';

const nothing: Amounts = { calls: 0, bytes: 0 };

/** What gateways hold of budgets, by the domain's rule. What was used is known only from their requests. */
export class LeaseBook {
  readonly leases: Lease[] = [];

  ask(
    whose: Pick<Lease, 'tenant' | 'grant' | 'gateway' | 'boot'>,
    budget: Budget,
    ask: { turn: number; used: Amounts; wish: Amounts },
  ): LeaseAnswer {
    const ofGrant = this.leases.filter(({ grant }) => grant === whose.grant);
    const fresh = { ...whose, turn: 0, held: nothing, used: nothing, ended: 0, lost: 0, closedAt: null };
    const own = ofGrant.find(({ boot }) => boot === whose.boot) ?? fresh;
    const others = ofGrant.filter((each) => each !== own);
    const lease =
      ask.turn <= own.turn
        ? own
        : { ...adjustLease(own, others, budget, nothing, ask), used: { ...ask.used } };
    const at = this.leases.indexOf(own);
    this.leases.splice(at === -1 ? this.leases.length : at, 1, lease);
    const leftOf = (kind: keyof Amounts) => (budget[kind] === undefined ? null : lease.held[kind]);
    return {
      held: { calls: leftOf('calls'), bytes: leftOf('bytes') },
      elsewhere: others.some(hasUnusedBudget),
    };
  }
}
