import type { DeploymentHistory } from '../deployment-history.js';
import type { Warnings } from '../faults.js';
import type { LeafOf } from '../leaf-data.js';
import { LockHistory } from '../lock-history.js';
import type { SignedPoint } from '../named-points.js';
import type { Opened } from '../openings.js';
import type { VerifierPorts } from '../ports.js';
import { AccessReviewHistory, type AccessReviewState } from './access-review-history.js';
import { CallHistory, type CallState } from './call-history.js';
import { EmergencyHistory, type EmergencyState } from './emergency-history.js';
import { GrantHistory, type GrantState } from './grant-history.js';
import { PracticeHistory, type PracticeState } from './practice-history.js';
import type { ReplayContext } from './replay-context.js';
import { RequestHistory, type RequestState } from './request-history.js';
import { StandingHistory } from './standing-history.js';
import { TenantHistory, type TenantState } from './tenant-history.js';
import { TrustHistory, type TrustState } from './trust-history.js';
import { WideningHistory, type WideningState } from './widening-history.js';

/** Everything that the leaves of a tenant's log lead to. Plain values, so that it can be kept between runs. */
export type TenantReplayState = {
  tenant: TenantState;
  trust: TrustState;
  locks: LockHistory['state'];
  requests: RequestState;
  grants: GrantState;
  calls: CallState;
  emergencies: EmergencyState;
  widenings: WideningState;
  accessReviews: AccessReviewState;
  practices: PracticeState;
};

type Options = {
  slug: string;
  deployment: DeploymentHistory;
  /** The fingerprint of the first trust document; null if the caller has none. */
  pin: string | null;
  warnings: Warnings;
  onPoint: (point: SignedPoint) => void;
  /** See `ReplayContext`. */
  deploymentSize: () => number;
  wasRestoredBefore: (at: number) => boolean;
  /** The leaves are of a sealed log: access under a gag, of which no one is notified. */
  isSealed?: boolean;
};

/** Replays a tenant's log: who could decide, who decided, what was granted, and whether each call was allowed. */
export class TenantReplay {
  readonly trust: TrustHistory;
  readonly grants: GrantHistory;
  readonly calls: CallHistory;
  private readonly tenant: TenantHistory;
  private readonly locks: LockHistory;
  private readonly requests: RequestHistory;
  private readonly emergencies: EmergencyHistory;
  private readonly standing: StandingHistory;
  private readonly widenings: WideningHistory;
  private readonly accessReviews: AccessReviewHistory;
  private readonly practices: PracticeHistory;
  private readonly deployment: DeploymentHistory;

  constructor(ports: VerifierPorts, options: Options, state?: TenantReplayState) {
    const { slug, deployment, pin, warnings, onPoint, isSealed = false } = options;
    const { deploymentSize, wasRestoredBefore } = options;
    const mayBeNamed = (person: string) =>
      this.tenant.holds(person, 'approver') || this.tenant.holds(person, 'admin');
    this.trust = new TrustHistory(ports, { pin, warnings, mayBeNamed }, state?.trust);
    const now = () => this.emergencies.state.now;
    const widenings: ConstructorParameters<typeof TenantHistory>[2]['widenings'] = {
      takeApplied: (...change) => this.widenings.takeApplied(...change),
      takeAssigned: (...change) => this.widenings.takeAssigned(...change),
    };
    const isStaff = (person: string) => deployment.state.staff.has(person);
    this.tenant = new TenantHistory(slug, this.trust, { widenings, now, isStaff }, state?.tenant);
    this.locks = new LockHistory(state?.locks);
    const { trust, tenant, locks } = this;
    const context: ReplayContext = {
      ...{ ports, deployment, tenant, trust, locks, warnings },
      ...{ deploymentSize, wasRestoredBefore },
    };
    this.widenings = new WideningHistory(context, { onPoint, now }, state?.widenings);
    this.requests = new RequestHistory(context, onPoint, state?.requests);
    this.emergencies = new EmergencyHistory(context, { warnings, isSealed }, state?.emergencies);
    this.grants = new GrantHistory(context, this.requests, this.emergencies, state?.grants);
    this.calls = new CallHistory(context, this.grants, state?.calls);
    this.standing = new StandingHistory(this.grants, this.requests, trust, tenant);
    this.accessReviews = new AccessReviewHistory(
      this.grants,
      this.requests,
      tenant,
      this.standing,
      state?.accessReviews,
    );
    this.practices = new PracticeHistory(context, state?.practices);
    this.deployment = deployment;
  }

  /** Takes the next leaf. @throws LogFault */
  take(data: LeafOf): void | Promise<void> {
    const [area] = data.type.split('.', 1);
    this.emergencies.takeTime(data);
    if (data.type === 'lock.set' || data.type === 'lock.lifted')
      return this.locks.take(data, (person, role) =>
        role === 'security-admin'
          ? this.deployment.staffHad(person, role, data.at)
          : this.tenant.holds(person, role),
      );
    if (data.type === 'standing.stated') return this.standing.take(data);
    switch (area) {
      case 'emergency':
      case 'demand':
      case 'disclosure':
        return this.emergencies.take(data);
      case 'access':
        return this.calls.take(data);
      case 'grant':
      case 'token':
        return this.grants.take(data);
      case 'request':
        if (data.type === 'request.approved') return this.grants.takeApproved(data);
        return this.requests.take(data);
      case 'review':
      case 'invitation':
        return this.requests.take(data);
      case 'trust':
      case 'passkey':
        return this.trust.take(data);
      case 'tenant':
      case 'person':
        return this.tenant.take(data);
      case 'widening':
        return this.widenings.take(data);
      case 'access-review':
        return this.accessReviews.take(data);
      case 'practice':
        return this.practices.take(data);
      case 'opening':
        if (!this.tenant.holds(data.leaf.actor, 'admin'))
          throw data.fault(
            'role_not_held',
            `${data.leaf.actor} erased values, and is no admin of the tenant.`,
          );
    }
  }

  /** After the last leaf. @throws LogFault `trust_chain` */
  finish(): void {
    this.trust.requirePin();
    this.emergencies.finish();
  }

  /** Takes what the openings of a leaf show. @throws LogFault */
  takeOpened(data: LeafOf, opened: Opened): void {
    if (data.type === 'access.allowed') this.calls.takePath(data, opened);
  }

  get state(): TenantReplayState {
    const { tenant, trust, locks, requests, grants, calls } = this;
    const { emergencies, widenings, accessReviews, practices } = this;
    return {
      ...{ tenant: tenant.state, trust: trust.state, locks: locks.state },
      ...{ requests: requests.state, grants: grants.state, calls: calls.state },
      ...{ emergencies: emergencies.state, widenings: widenings.state },
      ...{ accessReviews: accessReviews.state, practices: practices.state },
    };
  }
}
