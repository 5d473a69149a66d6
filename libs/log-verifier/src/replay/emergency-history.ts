import type { Warnings } from '../faults.js';
import type { LeafData, LeafOf } from '../leaf-data.js';
import type { GrantEntry } from './grant-history.js';
import type { ReplayContext } from './replay-context.js';

export type EmergencyState = {
  /** Digests whose customer was notified, by request, until the grant. */
  notified: Map<string, string>;
  /** Explanations that the vendor owes, by grant. Times in milliseconds since the epoch. */
  owed: Map<string, { dueAt: number; requester: string; index: number }>;
  /** Explanations that wait for the customer's answer: the grants' requesters. */
  given: Map<string, string>;
  now: number;
};

/**
 * Emergencies: the customer was notified before each began, and the vendor explained each to it. An explanation that is late
 * or missing is no fault of the log: the reader is told.
 */
export class EmergencyHistory {
  constructor(
    private readonly context: Pick<ReplayContext, 'tenant' | 'deployment'>,
    private readonly options: { warnings: Warnings; isSealed: boolean },
    readonly state: EmergencyState = { notified: new Map(), owed: new Map(), given: new Map(), now: 0 },
  ) {}

  /** Takes `emergency.*`, `disclosure.*` and `demand.notified`. @throws LogFault `not_notified`, `wrong_disclosure`, `role_not_held` */
  take(data: LeafOf): void {
    if (data.type === 'emergency.notified' || data.type === 'demand.notified') this.takeNotified(data);
    if (data.type === 'emergency.opened') this.takeOpened(data);
    if (data.type === 'disclosure.given') this.takeGiven(data);
    if (data.type === 'disclosure.acknowledged' || data.type === 'disclosure.disputed') this.takeAnswer(data);
  }

  /** Any leaf shows that time has passed. */
  takeTime(data: LeafData): void {
    this.state.now = Math.max(this.state.now, data.at);
  }

  /**
   * A grant begins of which the customer is only notified. The evaluator has required that the tenant accepts its basis. With an
   * emergency begins the vendor's duty to explain it. Under a gag no one is notified of access for an authority.
   *
   * @throws LogFault `not_notified`
   */
  begin(data: LeafData, { id, digest, terms, requester }: GrantEntry): void {
    const { notified, owed } = this.state;
    if (this.options.isSealed && terms.basis === 'legal') return;
    if (notified.get(terms.request) !== digest)
      throw data.fault(
        'not_notified',
        'the log does not say that the customer was notified before it began.',
      );
    notified.delete(terms.request);
    if (terms.basis !== 'emergency') return;
    const seconds = this.context.tenant.controls?.emergency?.disclosureDue ?? 0;
    owed.set(id, { dueAt: data.at + seconds * 1_000, requester, index: data.index });
  }

  /** After the last leaf: what is owed, and late. */
  finish(): void {
    for (const { dueAt, index } of this.state.owed.values())
      if (dueAt < this.state.now)
        this.options.warnings.add(
          'disclosure_late',
          'The vendor has not explained this emergency in time.',
          index,
        );
  }

  private takeNotified(data: LeafOf<'emergency.notified' | 'demand.notified'>): void {
    if (data.count('delivered') === 0 || data.members.channels.length === 0)
      throw data.fault('not_notified', 'no channel had acknowledged the notice.');
    this.state.notified.set(data.members.request, data.members.digest);
  }

  private takeOpened(data: LeafOf<'emergency.opened'>): void {
    const owed = this.state.owed.get(data.members.grant);
    if (owed === undefined || data.instant('dueAt') > owed.dueAt)
      throw data.fault('wrong_disclosure', 'it is no grant of an emergency, or is to be explained too late.');
  }

  private takeGiven(data: LeafOf<'disclosure.given'>): void {
    const { owed, given } = this.state;
    const grant = data.members.grant;
    const duty = owed.get(grant);
    if (duty === undefined)
      throw data.fault('wrong_disclosure', 'what is explained is no emergency, or was explained before.');
    const { actor } = data.leaf;
    if (actor !== duty.requester && !this.context.deployment.staffHad(actor, 'security-admin', data.at))
      throw data.fault('role_not_held', `${actor} neither had the access nor was a security admin.`);
    if (data.at >= duty.dueAt + CLOCK_MS)
      this.options.warnings.add(
        'disclosure_late',
        'The vendor explained this emergency too late.',
        data.index,
      );
    owed.delete(grant);
    given.set(grant, duty.requester);
  }

  private takeAnswer(data: LeafOf<'disclosure.acknowledged' | 'disclosure.disputed'>): void {
    const { tenant } = this.context;
    const { actor } = data.leaf;
    const grant = data.members.grant;
    const requester = this.state.given.get(grant);
    if (requester === undefined)
      throw data.fault('wrong_disclosure', 'what is answered was not explained, or was answered before.');
    if (!tenant.holds(actor, 'approver') && !tenant.holds(actor, 'admin'))
      throw data.fault('role_not_held', `${actor} was neither approver nor admin of the tenant.`);
    this.state.given.delete(grant);
    // After a dispute the vendor may explain again; the term was for the first time.
    if (data.type === 'disclosure.disputed')
      this.state.owed.set(grant, { dueAt: Number.MAX_SAFE_INTEGER, requester, index: data.index });
  }
}

/** Two brokers' clocks may differ by this much. */
const CLOCK_MS = 5_000;
