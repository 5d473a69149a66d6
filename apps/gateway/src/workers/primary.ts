import { createServer } from 'node:net';
import type { GatewayCredential } from '@countersign/gateway-protocol';
import {
  type PrivatePages,
  type RunningPrivateListener,
  startPrivateListener,
} from '@countersign/private-listener';
import { productVersion } from '@countersign/runtime';
import { AggregatorRegistry } from 'prom-client';
import { DigestLedger } from '../authorize/digest-ledger.js';
import { machineClock } from '../clock.js';
import { FeedClient } from '../feed/feed-client.js';
import { FeedPosition } from '../feed/feed-position.js';
import type { RunningGateway, SettledOptions } from '../gateway-options.js';
import { beginRun, logClosedServices, type Run, runningGateway, SWEEP_MS } from '../gateway-run.js';
import { privatePages, type Readiness } from '../http/own-pages.js';
import { type Identity, identityRegistrar } from '../identity.js';
import { CustomerRules } from '../trust/customer-rules.js';
import { Fleet } from './fleet.js';
import type { WorkerOptions, WorkerRequest } from './messages.js';
import { OrphanedLanes } from './orphaned-lanes.js';
import { PrimaryLiveness, SharedState } from './shared-state.js';
import { SpentChanges } from './spent-changes.js';

/**
 * Runs a gateway whose calls are served by worker processes. This process serves none: it has what must be there once, and be exact.
 * That is the identity, the feed and its place, the digests, and what customers have signed. `unlock` is called when it has stopped.
 */
export async function runPrimary(
  options: SettledOptions,
  credential: GatewayCredential,
  identity: Identity,
  unlock: () => Promise<void>,
): Promise<RunningGateway> {
  const count = options.workers;
  const run = beginRun({ ...options, clock: machineClock() }, credential, identity);
  const { log, history } = run;
  const port = options.port === 0 ? await freePort(options.host) : options.port;
  let share: Fleet['share'] | undefined;
  const position = await FeedPosition.load(options.spoolDir, (seen) => {
    history.seen = seen;
    share?.({ type: 'reached', seen });
  });
  const orphaned = await OrphanedLanes.open(run, count);
  const parts = await assemblePrimary(run, { ...workerOptions(options, count), port }, count, {
    orphaned,
    position,
  });
  share = (update) => parts.fleet.share(update);
  const { feed, fleet, rules, liveness } = parts;
  const timer = setInterval(() => {
    liveness.tick();
    rules.tick(liveness.isInTouch());
    orphaned.sweep();
    fleet.sweep();
  }, SWEEP_MS);
  let admin: RunningPrivateListener | undefined;
  const close = async () => {
    await fleet.close(options.stopGraceMs);
    clearInterval(timer);
    await orphaned.close();
    await feed.close();
    await rules.close();
    await run.broker.close();
    await admin?.close();
    await unlock();
    log.info('stopped');
  };
  feed.start();
  try {
    if (options.admin != null) admin = await startPrivateListener(options.admin, pagesOf(parts));
    await fleet.start();
  } catch (error) {
    await close();
    throw error;
  }
  const isInTouch = () => fleet.isInTouch;
  const logged = { workers: count };
  return runningGateway(run, { port, adminUrl: admin?.url ?? null, isInTouch, close, logged });
}

type Primary = Awaited<ReturnType<typeof assemblePrimary>>;

async function assemblePrimary(
  run: Run,
  options: WorkerOptions,
  count: number,
  { orphaned, position }: { orphaned: OrphanedLanes; position: FeedPosition },
) {
  const { credential, identity, broker, clock, log, metrics, history } = run;
  const ledger = await DigestLedger.load(options.spoolDir);
  const share: Fleet['share'] = (update) => fleet.share(update);
  const state: SharedState = new SharedState(
    {
      ...{ ledger, onGrantEnded: () => undefined, onNarrowed: () => undefined },
      onClosedServices: logClosedServices(log),
    },
    share,
    () => spent.prune(),
  );
  const liveness = new PrimaryLiveness(clock, (shared) => share({ type: 'liveness', liveness: shared }));
  const shareRules = (tenants: readonly string[]) =>
    share({ type: 'rules', tenants: tenants.map((tenant) => rules.rulesOf(tenant)) });
  const rules: CustomerRules = await CustomerRules.load({
    ...{ spoolDir: options.spoolDir, deployment: credential.deployment, broker, clock, log },
    pinnedOnly: options.pinnedOnly,
    onTrust: shareRules,
    onStop: () => undefined,
    onStopsChanged: (tenant) => shareRules([tenant]),
  });
  const spent: SpentChanges = new SpentChanges(ledger, share);
  const fleet: Fleet = new Fleet({
    ...{ count, options, log },
    lanes: () => Math.max(count, orphaned.count),
    otherEnds: () => orphaned.ends,
    state: () => {
      const feed = state.all;
      return {
        ledger: state.digests,
        feed: feed === undefined ? undefined : { data: feed, now: clock.now() },
        rules: [...rules.tenants].map((tenant) => rules.rulesOf(tenant)),
        liveness: liveness.share(),
        seen: history.seen,
      };
    },
    isReady: () => liveness.fault === undefined,
    answer: (request, worker) => answer({ rules, spent, fleet }, request, worker),
  });
  const feed = new FeedClient({
    ...{ credential, broker, state, liveness, position, clock, log, history },
    register: identityRegistrar(broker, identity, log),
    applyCustomerRules: (data) => rules.applyFeed(data),
    onSnapshot: () => rules.brokerMayHaveForgotten(),
  });
  metrics.watchProcess('primary');
  metrics.watchPins(() => rules.pins());
  metrics.watchBroker(() => broker.state);
  return { metrics, broker, state, liveness, rules, fleet, feed, orphaned, history };
}

/** Answers the request of a worker. */
export async function answer(
  { rules, spent, fleet }: { rules: Pick<CustomerRules, 'submit'>; spent: SpentChanges; fleet: Fleet },
  request: WorkerRequest,
  worker: object,
): Promise<unknown> {
  if (request.type === 'ledger') return spent.take(request.request, worker);
  const refusal = await rules.submit(request.signature);
  // What is new has been shared. Repeating what is known, which anyone can, must cost the workers nothing.
  if (refusal === undefined) await fleet.confirmed();
  return refusal;
}

/** What each worker may use: its part of the gateway's limits, rounded up, and of the spool, rounded down. */
function workerOptions(options: SettledOptions, count: number): WorkerOptions {
  const { admin: _admin, logger: _logger, disk: _disk, clock: _clock, ...rest } = options;
  const { resolveStorage: _resolve, ...plain } = rest;
  const part = (limit: number) => Math.max(1, Math.ceil(limit / count));
  return {
    ...plain,
    maxCallsPerGrant: part(options.maxCallsPerGrant),
    maxCallsPerService: part(options.maxCallsPerService),
    maxBodiesPerGrant: part(options.maxBodiesPerGrant),
    maxBodiesPerService: part(options.maxBodiesPerService),
    maxSqlStatements: part(options.maxSqlStatements),
    spoolBytes: Math.floor(options.spoolBytes / count),
  };
}

/** The pages of the private listener, over all workers. */
function pagesOf(parts: Primary): PrivatePages {
  const { metrics, fleet } = parts;
  return privatePages(
    {
      contentType: metrics.contentType,
      text: async () => {
        const all = [await metrics.json(), ...(await fleet.collect())];
        return AggregatorRegistry.aggregate(all as never).metrics();
      },
    },
    () => readinessOf(parts),
  );
}

const NO_SPOOL: Readiness['spool'] = { usedBytes: 0, maxBytes: 0, backlog: 0, shipped: true, quarantined: 0 };

function readinessOf({ broker, liveness, rules, fleet, state, orphaned, history }: Primary): Readiness {
  const members = fleet.readiness;
  const [first] = members.flatMap(({ readiness }) => readiness ?? []);
  const spools = members.map(({ readiness }) => readiness?.spool ?? { ...NO_SPOOL, shipped: false });
  const sum = (read: (spool: Readiness['spool']) => number) =>
    spools.reduce((all, spool) => all + read(spool), 0);
  return {
    faults: [...(liveness.fault === undefined ? [] : [liveness.fault]), ...fleet.faults],
    inTouch: fleet.isInTouch,
    version: productVersion(),
    broker: members.map(({ readiness }) => readiness?.broker).find((each) => each?.problem) ?? broker.state,
    heardMsAgo: Number.isFinite(liveness.age) ? Math.round(liveness.age) : null,
    spool: {
      usedBytes: sum(({ usedBytes }) => usedBytes),
      maxBytes: sum(({ maxBytes }) => maxBytes),
      backlog: sum(({ backlog }) => backlog),
      shipped: orphaned.isDone && spools.every(({ shipped }) => shipped),
      quarantined: sum(({ quarantined }) => quarantined),
    },
    parted: history.problem ?? members.flatMap(({ readiness }) => readiness?.parted ?? [])[0] ?? null,
    pins: rules.pins(),
    closedServices: state.routeMaps.closed,
    upstreamTls: first?.upstreamTls ?? [],
    listenerTls: first?.listenerTls ?? null,
    contexts: first?.contexts ?? [],
    databases: first?.databases ?? [],
    // Each worker has connections of its own, and learns this by itself.
    untrustedUpstreams: [...new Set(members.flatMap(({ readiness }) => readiness?.untrustedUpstreams ?? []))],
    workers: members.map(({ lane, pid, readiness }) => ({ lane, pid, inTouch: readiness?.inTouch ?? false })),
  };
}

/** All workers have to listen on the same port. */
async function freePort(host: string): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen({ port: 0, host }, resolve);
  });
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}
