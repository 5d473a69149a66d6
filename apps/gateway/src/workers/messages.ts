import type { StopOrLift } from '@countersign/authorization';
import type { ChangeData, LaneEnd, RunEnd, SeenPlace, SnapshotData } from '@countersign/gateway-protocol';
import type { LedgerGrant, LedgerLine } from '../authorize/digest-ledger.js';
import type { SharedLiveness } from '../feed/feed-liveness.js';
import type { SentLink } from '../files/file-links.js';
import type { SettledOptions } from '../gateway-options.js';
import type { Readiness } from '../http/own-pages.js';
import type { GatewayMetrics } from '../metrics.js';
import type { TenantRules } from '../trust/customer-rules.js';
import type { LedgerRequest } from './worker-ledger.js';

/** The part of the feed that the checks of a call read. The customers' own rules are passed on separately. */
export type FeedState = Omit<SnapshotData, 'nonce' | 'trust' | 'stops' | 'lifts'>;

/** What a worker follows, in this order. `now`: the primary's wall clock, in milliseconds since the epoch. */
export type Update =
  | { type: 'snapshot'; data: FeedState; now: number }
  | { type: 'change'; data: ChangeData; now: number }
  | { type: 'rules'; tenants: TenantRules[] }
  | { type: 'liveness'; liveness: SharedLiveness }
  /** The highest place in the feed that the gateway has reached. */
  | { type: 'reached'; seen: SeenPlace }
  | { type: 'extended'; grant: LedgerGrant; until: number }
  | { type: 'spent'; grant: LedgerGrant; until: number; isSpent: boolean }
  | { type: 'forget'; now: number }
  | { type: 'link'; id: string; link: SentLink; until: number }
  /** A browser session that a worker has released. `key`: see BrowserSessions. */
  | { type: 'released'; key: string }
  | { type: 'ready'; isReady: boolean; lanes: number };

/** Everything that a worker has to know before it serves. */
export type WorkerState = {
  ledger: LedgerLine[];
  feed: { data: FeedState; now: number } | undefined;
  rules: TenantRules[];
  liveness: SharedLiveness;
  seen: SeenPlace | undefined;
};

export type WorkerOptions = Omit<SettledOptions, 'admin' | 'logger' | 'disk' | 'clock' | 'resolveStorage'>;

export type ToWorker =
  | { type: 'begin'; options: WorkerOptions; lane: number; lanes: number }
  /** It has applied everything that was sent before: now it may let calls through. */
  | { type: 'serve' }
  /** The last records of the other lanes, by tenant. */
  | { type: 'otherLanes'; otherLanes: Record<string, LaneEnd[]> }
  | LargeToWorker
  /** A `LargeToWorker` that was serialized once for all workers. */
  | { type: 'serialized'; bytes: Uint8Array }
  | { type: 'answer'; to: number; result: unknown }
  | { type: 'failure'; to: number; reason: string }
  | { type: 'collect'; id: number }
  | { type: 'stop' };

export type LargeToWorker =
  | { type: 'state'; state: WorkerState }
  | { type: 'update'; number: number; update: Update };

export type WorkerRequest =
  | { type: 'ledger'; request: LedgerRequest }
  | { type: 'stop'; signature: StopOrLift };

export type ToPrimary =
  /** It takes messages from now on. */
  | { type: 'hello'; build: string }
  /** Once a second, from the first to the last: it does not hang. */
  | { type: 'alive' }
  /** Its records are open. `ends`: the last record of each tenant in its folder. */
  | { type: 'opened'; ends: Record<string, RunEnd> }
  /** It has applied the state, and begins when the primary answers with `serve`. */
  | { type: 'adopted' }
  | { type: 'listening' }
  | { type: 'failed'; error: { message: string; code?: string; syscall?: string } }
  | { type: 'applied'; number: number }
  | { type: 'request'; id: number; request: WorkerRequest }
  | { type: 'link'; id: string; link: SentLink; until: number }
  /** A browser session that a worker has released. `key`: see BrowserSessions. */
  | { type: 'released'; key: string }
  | { type: 'status'; readiness: Readiness }
  | { type: 'metrics'; id: number; metrics: Awaited<ReturnType<GatewayMetrics['json']>> };
