import type { LaneEnd } from '@countersign/gateway-protocol';
import type { ServingParts } from '../assemble-gateway.js';
import type { Update } from './messages.js';
import type { WorkerLedger } from './worker-ledger.js';
import type { WorkerRules } from './worker-rules.js';

/** The parts of a worker that follow its primary. */
type FollowingParts = Pick<
  ServingParts,
  'state' | 'budgets' | 'liveness' | 'fileLinks' | 'sessions' | 'history'
>;

/** What the primary changes while the worker runs. */
export type Shared = {
  ledger: WorkerLedger;
  rules: WorkerRules | undefined;
  otherLanes: Record<string, LaneEnd[]>;
  lanes: number;
  /** Whether the gateway as a whole is ready: a balancer may ask any of its workers. */
  isReady: boolean;
};

/** Applies an update; it is in force when this returns. Throws for an unknown kind of update: a worker must never confirm what it did not apply. */
export function applyUpdate(update: Update, parts: FollowingParts, shared: Shared): void {
  switch (update.type) {
    case 'snapshot':
      parts.state.applySnapshot(update.data, update.now);
      parts.budgets.dropAllUnused();
      break;
    case 'change':
      parts.state.applyChange(update.data, update.now);
      break;
    case 'rules':
      shared.rules?.apply(update.tenants);
      break;
    case 'liveness':
      parts.liveness.adopt(update.liveness);
      break;
    case 'reached':
      parts.history.seen = update.seen;
      break;
    case 'extended':
      shared.ledger.followLife(update.grant, update.until);
      break;
    case 'spent':
      shared.ledger.follow(update.grant, update.until, update.isSpent);
      break;
    case 'forget':
      parts.state.forgetDigests(update.now);
      break;
    case 'link':
      parts.fileLinks.adopt(update.id, update.link, update.until);
      break;
    case 'released':
      parts.sessions.forget(update.key);
      break;
    case 'ready':
      shared.isReady = update.isReady;
      shared.lanes = update.lanes;
      break;
    default:
      throw new Error('an update of an unknown kind');
  }
}
