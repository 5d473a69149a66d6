import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { isDatabase } from '@countersign/contract';
import { type GatewayCredential, signBatch, signRecord } from '@countersign/gateway-protocol';
import type { PrivatePages } from '@countersign/private-listener';
import { createLogger, describeError } from '@countersign/runtime';
import type { Logger } from 'pino';
import { CallAuthorizer } from './authorize/call-authorizer.js';
import { DigestLedger } from './authorize/digest-ledger.js';
import { GatewayState } from './authorize/gateway-state.js';
import type { RouteMaps } from './authorize/route-maps.js';
import { BrowserAccess } from './browser/browser-access.js';
import { BrowserCalls } from './browser/browser-calls.js';
import { BrowserGrants } from './browser/browser-grants.js';
import { BrowserSessions } from './browser/browser-sessions.js';
import { Budgets } from './budget/budgets.js';
import { BootLeases, LeaseClient } from './budget/lease-client.js';
import { type CallTimes, OpenCalls } from './budget/open-calls.js';
import { type Clock, systemClock } from './clock.js';
import { BrokerClient } from './feed/broker-client.js';
import { FeedClient } from './feed/feed-client.js';
import { FeedLiveness } from './feed/feed-liveness.js';
import { FeedPosition } from './feed/feed-position.js';
import { FileLinks } from './files/file-links.js';
import { ObjectStorages } from './files/object-storages.js';
import { ContextKeys } from './forward/context-keys.js';
import { LocationRewriter } from './forward/location-rewriter.js';
import { RecordedForwarding } from './forward/recorded-forwarding.js';
import { CallContexts } from './forward/signed-context.js';
import { Upstreams } from './forward/upstreams.js';
import type { GatewayOptions } from './gateway-options.js';
import { CallHandler } from './http/call-handler.js';
import { CallRefusals } from './http/call-refusals.js';
import type { CanonicalRequest } from './http/canonical-request.js';
import { ExternalAuthorization } from './http/external-authorization.js';
import { createHttpServer } from './http/http-server.js';
import { ListenerTls } from './http/listener-tls.js';
import { OwnPages, privatePages, type Readiness } from './http/own-pages.js';
import { StopEndpoint } from './http/stop-endpoint.js';
import type { Http1Server } from './http1/http1-server.js';
import { type Identity, identityRegistrar } from './identity.js';
import { GatewayMetrics } from './metrics.js';
import { Recorder } from './records/recorder.js';
import { Quarantine } from './records/shipping/quarantine.js';
import { Shipper } from './records/shipping/shipper.js';
import { Spool } from './records/spool/spool.js';
import { NodeSpoolDisk } from './records/spool/spool-disk.js';
import { WantedHeads } from './records/wanted-heads.js';
import { CustomerRules } from './trust/customer-rules.js';

const GIB = 1024 ** 3;
const MIB = 1024 ** 2;
const KIB = 1024;
const SQL_LIMITS = { statementMs: 30_000, rowMs: 10_000, maxRows: 10_000, maxBytes: 4 * MIB };

/** What every part of one run of the gateway shares. */
type Run = {
  options: GatewayOptions;
  credential: GatewayCredential;
  identity: Identity;
  /** UUID of this run of the process. */
  boot: string;
  log: Logger;
  clock: Clock;
  broker: BrokerClient;
  metrics: GatewayMetrics;
};

export type GatewayParts = Awaited<ReturnType<typeof assembleGateway>>;

/**
 * Reads what earlier runs left on disk and puts the parts of a gateway together. Nothing is started yet. Throws the
 * file system's error, and the errors of files that cannot be read whole.
 */
export async function assembleGateway(
  options: GatewayOptions,
  credential: GatewayCredential,
  identity: Identity,
) {
  const run = beginRun(options, credential, identity);
  const { boot, log, clock, broker } = run;
  const listenerTls = options.tls === undefined ? undefined : new ListenerTls(options.tls);
  const position = await FeedPosition.load(options.spoolDir);
  const ledger = await DigestLedger.load(options.spoolDir);
  const records = await openRecords(run, (tenant) => rules.trustHash(tenant));
  const { spool, recorder, quarantine } = records;

  const calls = new OpenCalls({
    perGrant: options.maxCallsPerGrant ?? 256,
    perService: options.maxCallsPerService ?? 1024,
    bodiesPerGrant: options.maxBodiesPerGrant ?? 64,
    bodiesPerService: options.maxBodiesPerService ?? 256,
  });
  const upstreams = createUpstreams(run);
  const storages = new ObjectStorages(upstreamTimeouts(options), options.resolveStorage);
  const contextKeys = createContextKeys(run);
  const follow = (maps: RouteMaps) => {
    upstreams.follow(maps.connectable());
    contextKeys.follow(maps.withContext('hmac'));
  };
  const state = createState(run, ledger, calls, follow, (digest) => budgets.forget(digest));
  const liveness = new FeedLiveness(clock);
  const rules = await loadRules(run, calls);
  recorder.closeUnfinished(spool.unfinishedCalls);
  recorder.signHeads();
  if (spool.unfinishedCalls.length > 0)
    log.warn({ calls: spool.unfinishedCalls.length }, 'closed calls that an earlier run left open');

  const shipper = new Shipper({
    spool,
    broker,
    quarantine,
    gateway: credential.gateway,
    sign: (batch) => signBatch(batch, identity.privateKey),
    folder: options.spoolDir,
    clock,
    log,
  });
  const isOnDisk = (earlierBoot: string) => spool.isWhole && spool.holdsRun(earlierBoot);
  const boots = await BootLeases.load(options.spoolDir, boot, isOnDisk);
  const leaseClient = new LeaseClient({
    broker,
    boots,
    boot,
    spool,
    shipper,
    quarantine,
    clock,
    log,
  });
  const wantedHeads = new WantedHeads({ broker, recorder, boot, clock, log });
  const budgets = new Budgets((request) => leaseClient.request(request), clock);
  const feed = new FeedClient({
    credential,
    broker,
    state,
    liveness,
    position,
    clock,
    log,
    register: identityRegistrar(broker, identity, log),
    applyCustomerRules: (data) => rules.applyFeed(data),
    onSnapshot: () => {
      budgets.dropAllUnused();
      rules.brokerMayHaveForgotten();
    },
  });
  const times: CallTimes = { totalMs: 900_000, clientIdleMs: 20_000, ...options.callTimes };
  const parts = {
    ...{ ...run, ...records, listenerTls, contextKeys },
    ...{ calls, state, liveness, rules, shipper, budgets, upstreams, storages, times },
  };
  watchParts(parts);
  return { ...parts, boots, leaseClient, wantedHeads, feed, server: createServer(parts) };
}

function beginRun(options: GatewayOptions, credential: GatewayCredential, identity: Identity): Run {
  const level = options.logLevel ?? 'info';
  const log = options.logger ?? createLogger({ level, base: { process: 'gateway' }, time: 'iso' });
  return {
    options,
    credential,
    identity,
    boot: randomUUID(),
    log: log.child({ gateway: credential.gateway }),
    clock: options.clock ?? systemClock,
    broker: new BrokerClient(credential, identity.privateKey),
    metrics: new GatewayMetrics(),
  };
}

/** The spool, what the broker refused of it, and the recorder that writes to it. */
async function openRecords(
  { options, credential, identity, boot, log, clock, metrics }: Run,
  trustOf: (tenant: string) => string | null,
) {
  const quarantine = await Quarantine.load(options.spoolDir);
  const spool = await Spool.open({
    disk: options.disk ?? new NodeSpoolDisk(join(options.spoolDir, 'segments')),
    boot,
    maxBytes: options.spoolBytes ?? GIB,
    sign: (record) => signRecord(record, identity.privateKey),
    otherBytes: () => quarantine.bytes,
    onFault: (error) => {
      metrics.spoolFault();
      log.error(describeError(error), 'the spool could not be written');
    },
    onDropped: (draft) => {
      metrics.recordDropped(draft.record.kind);
      recorder.recordDropped(draft);
    },
  });
  if (spool.skippedBytes > 0)
    log.warn({ bytes: spool.skippedBytes }, 'skipped unconfirmed bytes of the spool');
  const recorder: Recorder = new Recorder({ spool, gateway: credential.gateway, boot, clock, trustOf });
  return { quarantine, spool, recorder };
}

const upstreamTimeouts = ({ upstreamTimeouts: given }: GatewayOptions) => ({
  ...{ connectMs: 5_000, firstByteMs: 30_000, idleMs: 60_000 },
  ...given,
});

function createUpstreams({ options, log }: Run): Upstreams {
  return new Upstreams({
    timeouts: upstreamTimeouts(options),
    tlsFolder: options.upstreamTlsDir,
    onTlsProblems: (problems) => {
      if (problems.length === 0) log.info('the TLS files of all upstreams can be used');
      else log.error({ problems }, 'TLS files of upstreams cannot be used');
    },
    sql: {
      spoolDir: options.spoolDir,
      limits: { ...SQL_LIMITS, ...options.sqlLimits },
      maxStatements: options.maxSqlStatements ?? 8,
      onProblem: (service, problem) => {
        if (problem === undefined) log.info({ service }, 'the database can be used');
        else log.error({ service, problem }, 'no statement runs in the database');
      },
    },
  });
}

function createContextKeys({ options, log }: Run): ContextKeys {
  return new ContextKeys(options.spoolDir, (service, problem) => {
    if (problem === undefined) log.info({ service }, 'the service has a key for its context');
    else
      log.error(
        { service, problem, code: 'context_key_missing' },
        'no call of this service is made: run `countersign gateways context-key SERVICE` on this host',
      );
  });
}

/** What the feed says. Open calls that lose their grant or their key, or that a lock blocks, are cut. */
function createState(
  { log }: Run,
  ledger: DigestLedger,
  calls: OpenCalls,
  onServices: (maps: RouteMaps) => void,
  forgetBudget: (digest: string) => void,
): GatewayState {
  const state: GatewayState = new GatewayState({
    ledger,
    onGrantEnded: (digest) => {
      calls.cutGrant(digest);
      forgetBudget(digest);
    },
    onNarrowed: () =>
      calls.cutWhere((call) => {
        if (!state.isStillListed(call.kid)) return 'invalid_token';
        return state.locks.find(call) === undefined ? undefined : 'locked';
      }),
    onServices,
    onClosedServices: (closed) => {
      if (closed.length === 0) log.info('no service is closed by its route map any more');
      else log.error({ closed }, 'services are closed: their route maps break a rule');
    },
  });
  return state;
}

/** What customers have signed. Open calls of a tenant whose trust document changed, or that a stop covers, are cut. */
async function loadRules(
  { options, credential, broker, clock, log }: Run,
  calls: OpenCalls,
): Promise<CustomerRules> {
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
  return rules;
}

type WatchedParts = Run &
  Awaited<ReturnType<typeof openRecords>> & {
    calls: OpenCalls;
    state: GatewayState;
    liveness: FeedLiveness;
    rules: CustomerRules;
    shipper: Shipper;
    budgets: Budgets;
    upstreams: Upstreams;
    storages: ObjectStorages;
    contextKeys: ContextKeys;
    listenerTls: ListenerTls | undefined;
    times: CallTimes;
  };

function watchParts(parts: WatchedParts): void {
  const { metrics, liveness, spool, quarantine, calls, state, rules, upstreams, listenerTls } = parts;
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
    pinAlarms: () => rules.pins().filter(({ alarm }) => alarm !== undefined).length,
  });
}

/** The HTTP server with its three destinations: calls of data services, the gateway's own pages, and customers' stops. */
function createServer(parts: WatchedParts): Http1Server<CanonicalRequest> {
  const { options, credential, identity, log, metrics, recorder, rules, state, times } = parts;
  const maxBodyBytes = options.maxBodyBytes ?? 100 * MIB;
  const authorizer = new CallAuthorizer({ ...parts, maxBodyBytes });
  const issuer = () => state.issuer;
  const refusals = new CallRefusals({ ...parts, authorizer, issuer });
  const sessions = new BrowserSessions(parts);
  const now = () => parts.clock.now();
  const grants = new BrowserGrants({ sessions, authorizer, refusals, issuer, now });
  const access = new BrowserAccess({ sessions, grants, issuer, log });
  const shared = {
    ...parts,
    maxBodyBytes,
    maxFileBytes: options.maxFileBytes ?? GIB,
    fileLinks: new FileLinks(() => parts.clock.monotonic()),
    authorizer,
    refusals,
    browsers: new BrowserCalls({ access, grants, authorizer, refusals }),
    locations: new LocationRewriter(() => state.routeMaps),
    contexts: new CallContexts(identity, credential.gateway, parts.contextKeys),
    serviceAt: (host: string) => state.serviceAtHost(host),
  };
  return createHttpServer({
    pages: new OwnPages({
      identity,
      gateway: credential.gateway,
      isReady: () => parts.liveness.isInTouch(),
      pinOf: (tenant) => rules.pinOf(tenant),
      now: () => parts.clock.now(),
    }),
    stopEndpoint: new StopEndpoint({ rules, bodyMs: times.clientIdleMs }),
    handler: new CallHandler({ ...shared, forwarding: new RecordedForwarding(shared) }),
    externalAuthorization: new ExternalAuthorization({ ...shared, proxies: options.proxies }),
    browsers: access,
    serviceAt: shared.serviceAt,
    countRefusal: (code) => {
      recorder.count(null, code);
      metrics.refused(null, code);
    },
    maxHeaderBytes: options.maxHeaderBytes ?? 16 * KIB,
    wallClock: () => parts.clock.now(),
    log,
    security: parts.listenerTls?.security,
  });
}

/** The pages of the private listener, for the people who run the gateway. */
export const pagesOfPrivateListener = (parts: WatchedParts): PrivatePages =>
  privatePages(parts.metrics, () => readinessOf(parts));

function readinessOf(parts: WatchedParts): Readiness {
  const { liveness, spool, shipper, quarantine, rules, state, upstreams, listenerTls } = parts;
  const contexts = [...state.routeMaps.connectable()]
    .filter(([definition]) => !isDatabase(definition))
    .map(([{ name: service }, { context: mode = 'ed25519' }]) => ({
      service,
      mode,
      problem: mode === 'hmac' ? (parts.contextKeys.problem(service) ?? null) : null,
    }));
  return {
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
    upstreamTls: upstreams.tlsProblems,
    listenerTls: listenerTls?.problem ?? null,
    contexts,
    databases: upstreams.databases,
  };
}
