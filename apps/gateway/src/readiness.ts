import { isDatabase } from '@countersign/contract';
import type { PrivatePages } from '@countersign/private-listener';
import { productVersion } from '@countersign/runtime';
import type { GatewayState } from './authorize/gateway-state.js';
import type { BrowserSessions } from './browser/browser-sessions.js';
import type { Budgets } from './budget/budgets.js';
import type { CallTimes, OpenCalls } from './budget/open-calls.js';
import type { FeedLiveness } from './feed/feed-liveness.js';
import type { FileLinks } from './files/file-links.js';
import type { ObjectStorages } from './files/object-storages.js';
import type { ContextKeys } from './forward/context-keys.js';
import type { Upstreams } from './forward/upstreams.js';
import type { Records, Run } from './gateway-run.js';
import type { ListenerTls } from './http/listener-tls.js';
import { type LocalFault, privatePages, type Readiness } from './http/own-pages.js';
import type { UntrustedOrigins } from './http1/untrusted-origins.js';
import type { Shipper } from './records/shipping/shipper.js';
import type { GatewayRules } from './trust/customer-rules.js';

/** The parts whose state `/readyz` and `/metrics` report. */
export type WatchedParts = Run &
  Records & {
    calls: OpenCalls;
    state: GatewayState;
    liveness: FeedLiveness;
    rules: GatewayRules;
    shipper: Shipper;
    budgets: Budgets;
    upstreams: Upstreams;
    storages: ObjectStorages;
    untrusted: UntrustedOrigins;
    contextKeys: ContextKeys;
    listenerTls: ListenerTls | undefined;
    times: CallTimes;
    isReady(): boolean;
    fileLinks: FileLinks;
    sessions: BrowserSessions;
  };

export function watchParts(parts: WatchedParts): void {
  const { metrics, liveness, spool, quarantine, calls, state, upstreams, untrusted, listenerTls } = parts;
  metrics.watchBroker(() => parts.broker.state);
  metrics.watch({
    inTouch: () => liveness.isInTouch(),
    feedAge: () => liveness.age / 1000,
    spoolBytes: () => spool.usedBytes,
    spoolMaxBytes: () => spool.maxBytes,
    spoolBacklog: () => spool.backlog,
    quarantined: () => quarantine.count,
    openCalls: () => calls.count,
    grants: () => state.grants.size,
    closedServices: () => state.routeMaps.closed.length,
    listenerTlsProblems: () => (listenerTls?.problem === undefined ? 0 : 1),
    upstreamTlsProblems: () => upstreams.tlsProblems.length,
    untrustedUpstreams: () => untrusted.all,
  });
}

/** The pages of the private listener, for the people who run the gateway. */
export const pagesOfPrivateListener = (parts: WatchedParts): PrivatePages =>
  privatePages(parts.metrics, () => readinessOf(parts));

/** What is wrong with the records of this process. */
export const recordFaults = ({ spool }: Pick<Records, 'spool'>): LocalFault[] => [
  ...(spool.isFull ? (['spool_full'] as const) : []),
  ...(spool.isDiskFaulty ? (['disk'] as const) : []),
];

/** What is wrong with a gateway of one process. A worker's primary knows of the feed. */
export const faultsOf = ({ liveness, spool }: Pick<WatchedParts, 'liveness' | 'spool'>): LocalFault[] => [
  ...(liveness.fault === undefined ? [] : [liveness.fault]),
  ...recordFaults({ spool }),
];

/** The state of this process. @param faults of which it knows */
export function readinessOf(parts: WatchedParts, faults: readonly LocalFault[] = faultsOf(parts)): Readiness {
  const { liveness, spool, shipper, quarantine, rules, state, upstreams, listenerTls, history } = parts;
  const contexts = [...state.routeMaps.connectable()]
    .filter(([definition]) => !isDatabase(definition))
    .map(([{ name: service }, { context: mode = 'ed25519' }]) => ({
      service,
      mode,
      problem: mode === 'hmac' ? (parts.contextKeys.problem(service) ?? null) : null,
    }));
  return {
    faults,
    inTouch: liveness.isInTouch(),
    version: productVersion(),
    broker: parts.broker.state,
    heardMsAgo: Number.isFinite(liveness.age) ? Math.round(liveness.age) : null,
    spool: {
      usedBytes: spool.usedBytes,
      maxBytes: spool.maxBytes,
      backlog: spool.backlog,
      shipped: shipper.isDrained,
      quarantined: quarantine.count,
    },
    parted: history.problem,
    pins: rules.pins(),
    closedServices: state.routeMaps.closed,
    upstreamTls: upstreams.tlsProblems,
    listenerTls: listenerTls?.problem ?? null,
    contexts,
    databases: upstreams.databases,
    untrustedUpstreams: parts.untrusted.all,
  };
}
