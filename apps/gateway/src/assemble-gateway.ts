import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { type GatewayCredential, signRecord } from '@countersign/gateway-protocol';
import { createLogger, describeError } from '@countersign/runtime';
import { CallAuthorizer } from './authorize/call-authorizer.js';
import { DigestLedger } from './authorize/digest-ledger.js';
import { GatewayState } from './authorize/gateway-state.js';
import { Budgets } from './budget/budgets.js';
import { BootLeases, LeaseClient } from './budget/lease-client.js';
import { type CallTimes, OpenCalls } from './budget/open-calls.js';
import { systemClock } from './clock.js';
import { BrokerClient } from './feed/broker-client.js';
import { FeedClient } from './feed/feed-client.js';
import { FeedLiveness } from './feed/feed-liveness.js';
import { FeedPosition } from './feed/feed-position.js';
import { LocationRewriter } from './forward/location-rewriter.js';
import { contextSigner } from './forward/signed-context.js';
import { Upstreams } from './forward/upstreams.js';
import type { GatewayOptions } from './gateway-options.js';
import { CallHandler } from './http/handle-call.js';
import { createHttpServer } from './http/http-server.js';
import { OwnPages, type Readiness } from './http/own-pages.js';
import { StopPage } from './http/stop-page.js';
import type { Identity } from './identity.js';
import { identityRegistrar } from './identity.js';
import { GatewayMetrics } from './metrics.js';
import { Recorder } from './records/recorder.js';
import { Quarantine } from './records/shipping/quarantine.js';
import { Shipper } from './records/shipping/shipper.js';
import { Spool } from './records/spool/spool.js';
import { NodeSpoolDisk } from './records/spool/spool-disk.js';
import { CustomerRules } from './trust/customer-rules.js';

const GIB = 1024 ** 3;

/**
 * Reads what earlier runs left on disk and puts the parts of a gateway together, not started yet. Throws the file system's error.
 */
export async function assembleGateway(
  options: GatewayOptions,
  credential: GatewayCredential,
  identity: Identity,
) {
  const log = (
    options.logger ??
    createLogger({ level: options.logLevel ?? 'info', base: { process: 'gateway' }, time: 'iso' })
  ).child({
    gateway: credential.gateway,
  });
  const clock = options.clock ?? systemClock;
  const boot = randomUUID();

  const position = await FeedPosition.load(options.spoolDir);
  const ledger = await DigestLedger.load(options.spoolDir);
  let metrics: GatewayMetrics | undefined;
  let recorder: Recorder | undefined;
  const quarantine = await Quarantine.load(options.spoolDir);
  const spool = await Spool.open({
    disk: options.disk ?? new NodeSpoolDisk(join(options.spoolDir, 'segments')),
    boot,
    maxBytes: options.spoolBytes ?? GIB,
    sign: (record) => signRecord(record, identity.privateKey),
    otherBytes: () => quarantine.bytes,
    onFault: (error) => {
      metrics?.spoolFault();
      log.error(describeError(error), 'the spool could not be written');
    },
    onDropped: (draft) => {
      metrics?.recordDropped(draft.record.kind);
      recorder?.dropped(draft);
    },
  });
  if (spool.skippedBytes > 0)
    log.warn({ bytes: spool.skippedBytes }, 'skipped unconfirmed bytes of the spool');

  const calls = new OpenCalls({
    perGrant: options.maxCallsPerGrant ?? 256,
    perService: options.maxCallsPerService ?? 1024,
  });
  const times: CallTimes = { totalMs: 900_000, clientIdleMs: 20_000, ...options.callTimes };
  const state: GatewayState = new GatewayState(
    (digest) => {
      calls.cutGrant(digest);
      budgets.forget(digest);
    },
    () =>
      calls.cutWhere((call) => {
        if (!state.hasKey(call.kid)) return 'invalid_token';
        return state.locks.find(call) === undefined ? undefined : 'locked';
      }),
    ledger,
    (closed) => {
      if (closed.length === 0) log.info('no service is closed by its route map any more');
      else log.error({ closed }, 'services are closed: their route maps break a rule');
    },
  );
  const liveness = new FeedLiveness(clock);
  const broker = new BrokerClient(credential);
  const rules: CustomerRules = await CustomerRules.load({
    spoolDir: options.spoolDir,
    deployment: credential.deployment,
    pinnedOnly: options.pinnedOnly ?? false,
    broker,
    clock,
    log,
    onTrust: (tenants) => {
      const changed = new Set(tenants);
      calls.cutWhere(({ tenant }) => (changed.has(tenant) ? 'not_countersigned' : undefined));
    },
    onStop: () => calls.cutWhere((call) => (rules.stopOn(call) === undefined ? undefined : 'locked')),
  });
  recorder = new Recorder({
    spool,
    gateway: credential.gateway,
    boot,
    clock,
    trustOf: (tenant) => rules.trustHash(tenant),
  });
  recorder.closeUnfinished(spool.unfinishedCalls);
  recorder.signHeads();
  if (spool.unfinishedCalls.length > 0)
    log.warn({ calls: spool.unfinishedCalls.length }, 'closed calls that an earlier run left open');

  const register = identityRegistrar(broker, identity, log);
  const shipper = new Shipper({ spool, broker, quarantine, folder: options.spoolDir, clock, log });
  const isThere = (earlier: string) => spool.isWhole && spool.holdsRun(earlier);
  const boots = await BootLeases.load(options.spoolDir, boot, isThere);
  const leaseClient = new LeaseClient({ broker, boots, boot, spool, shipper, quarantine, clock, log });
  const budgets = new Budgets((ask) => leaseClient.request(ask), clock);
  const onSnapshot = () => {
    budgets.dropAllUnused();
    rules.brokerMayHaveForgotten();
  };
  const feed = new FeedClient({
    credential,
    broker,
    state,
    liveness,
    position,
    clock,
    log,
    register,
    applyCustomerRules: (data) => rules.applyFeed(data),
    onSnapshot,
  });
  const upstreams = new Upstreams({
    connectMs: 5_000,
    firstByteMs: 30_000,
    idleMs: 60_000,
    ...options.upstreamTimeouts,
  });
  metrics = new GatewayMetrics({
    inTouch: () => liveness.isInTouch(),
    feedAge: () => liveness.age / 1000,
    spoolBytes: () => spool.usedBytes,
    spoolMaxBytes: () => spool.maxBytes,
    spoolBacklog: () => spool.backlog,
    quarantined: () => quarantine.count,
    openCalls: () => calls.count,
    grants: () => state.grants.size,
    closedServices: () => state.routeMaps.closed.length,
  });
  const authorizer = new CallAuthorizer({ state, liveness, calls, budgets, clock, rules });
  const handler = new CallHandler({
    signContext: contextSigner(identity, credential.gateway),
    authorizer,
    calls,
    budgets,
    recorder,
    upstreams,
    locations: new LocationRewriter(() => state.routeMaps),
    metrics,
    clock,
    log,
    maxBodyBytes: options.maxBodyBytes ?? 100 * 1024 * 1024,
  });
  const readiness = (): Readiness => ({
    inTouch: liveness.isInTouch(),
    heardMsAgo: Number.isFinite(liveness.age) ? Math.round(liveness.age) : null,
    spool: {
      usedBytes: spool.usedBytes,
      maxBytes: spool.maxBytes,
      backlog: spool.backlog,
      shipped: shipper.isDrained,
      quarantined: quarantine.count,
    },
    pins: rules.pins(),
    closedServices: state.routeMaps.closed,
  });
  const pages = new OwnPages({ identity, metrics, readiness });
  const server = createHttpServer({
    pages,
    stopPage: new StopPage({ rules, bodyMs: times.clientIdleMs }),
    handler,
    countRefusal: (code) => {
      recorder.count(null, code);
      metrics.refused(null, code);
    },
    maxHeaderBytes: options.maxHeaderBytes ?? 16 * 1024,
    requestTimeoutMs: times.totalMs,
    log,
  });
  return {
    log,
    clock,
    boot,
    spool,
    calls,
    times,
    budgets,
    boots,
    leaseClient,
    liveness,
    recorder,
    broker,
    feed,
    shipper,
    upstreams,
    rules,
    server,
  };
}
