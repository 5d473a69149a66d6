import { type GatewayCredential } from '@countersign/gateway-protocol';
import { describeError } from '@countersign/runtime';
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
import type { SettledOptions } from './gateway-options.js';
import { beginRun, createShipper, logClosedServices, openRecords, type Run } from './gateway-run.js';
import { CallHandler } from './http/call-handler.js';
import { CallRefusals } from './http/call-refusals.js';
import type { CanonicalRequest } from './http/canonical-request.js';
import { ExternalAuthorization } from './http/external-authorization.js';
import { createHttpServer } from './http/http-server.js';
import { ListenerTls } from './http/listener-tls.js';
import { OwnPages } from './http/own-pages.js';
import { StopEndpoint } from './http/stop-endpoint.js';
import type { Http1Server } from './http1/http1-server.js';
import { UntrustedOrigins } from './http1/untrusted-origins.js';
import { type Identity, identityRegistrar } from './identity.js';
import { faultsOf, type WatchedParts, watchParts } from './readiness.js';
import type { SpoolLane } from './records/spool/record-chains.js';
import { WantedHeads } from './records/wanted-heads.js';
import { CustomerRules, type GatewayRules } from './trust/customer-rules.js';
import { OrphanedLanes } from './workers/orphaned-lanes.js';

/** What a gateway with one process has itself, and a worker has from its primary. */
export type Sources = {
  ledger: DigestLedger;
  /** Folder of the records, of what was set aside of them, and of the leases. */
  recordsDir: string;
  /** Absent: the gateway has only this one. */
  lane?: SpoolLane | undefined;
  loadRules(calls: OpenCalls): Promise<GatewayRules>;
  /** Whether the gateway as a whole is ready. Default: whether this process is. */
  isReady?(): boolean;
  fileLinks?: FileLinks;
  sessions?: BrowserSessions;
};

export type ServingParts = Awaited<ReturnType<typeof assembleServing>>;
export type GatewayParts = ServingParts & {
  feed: Pick<FeedClient, 'start' | 'close'>;
  /** Lanes that no worker writes any more. */
  orphaned?: OrphanedLanes | undefined;
};

/**
 * Reads what earlier runs left on disk and puts the parts of a gateway with one process together. Nothing is started yet. Throws
 * the file system's error, and the errors of files that cannot be read whole.
 */
export async function assembleGateway(
  options: SettledOptions,
  credential: GatewayCredential,
  identity: Identity,
): Promise<GatewayParts> {
  const run = beginRun(options, credential, identity);
  const { clock, broker, log, history } = run;
  const position = await FeedPosition.load(options.spoolDir, (place) => {
    history.seen = place;
  });
  const orphaned = await OrphanedLanes.openIfAny(run);
  const ledger = await DigestLedger.load(options.spoolDir);
  let customerRules: CustomerRules | undefined;
  const serving = await assembleServing(run, {
    ...{ ledger, recordsDir: options.spoolDir },
    lane: orphaned?.asLaneZero,
    loadRules: async (calls) => {
      customerRules = await loadRules(run, calls);
      return customerRules;
    },
  });
  const { state, liveness, budgets } = serving;
  run.metrics.watchPins(() => serving.rules.pins());
  run.metrics.watchProcess('gateway');
  const feed = new FeedClient({
    credential,
    broker,
    state,
    liveness,
    position,
    clock,
    log,
    history,
    register: identityRegistrar(broker, identity, log),
    applyCustomerRules: async (data) => customerRules?.applyFeed(data),
    onSnapshot: () => {
      budgets.dropAllUnused();
      customerRules?.brokerMayHaveForgotten();
    },
  });
  return { ...serving, feed, orphaned };
}

/** Assembles everything that serves calls. The feed client and the files that it writes are the caller's. */
export async function assembleServing(run: Run, sources: Sources) {
  const { boot, log, clock, broker, options } = run;
  const { ledger, recordsDir, lane } = sources;
  const listenerTls = options.tls === undefined ? undefined : new ListenerTls(options.tls);
  const records = await openRecords(run, { recordsDir, lane }, (tenant) => rules.trustHash(tenant));
  const { spool, recorder, quarantine } = records;

  const calls = new OpenCalls({
    perGrant: options.maxCallsPerGrant,
    perService: options.maxCallsPerService,
    bodiesPerGrant: options.maxBodiesPerGrant,
    bodiesPerService: options.maxBodiesPerService,
  });
  const untrusted = new UntrustedOrigins((upstream) =>
    log.error(
      { upstream },
      'the upstream sent bytes that belong to no answer: from now on each call has a connection of its own',
    ),
  );
  const upstreams = createUpstreams(run, untrusted);
  const onFault = logFault(log);
  const pools = { timeouts: options.upstreamTimeouts, untrusted, onFault };
  const storages = new ObjectStorages(pools, options.resolveStorage);
  const contextKeys = createContextKeys(run);
  const follow = (maps: RouteMaps) => {
    upstreams.follow(maps.connectable());
    contextKeys.follow(maps.withContext('hmac'));
  };
  const state = createState(run, ledger, calls, follow, (digest) => budgets.forget(digest));
  const liveness = new FeedLiveness(clock);
  const rules = await sources.loadRules(calls);
  recorder.closeUnfinished(spool.unfinishedCalls);
  recorder.signHeads();
  if (spool.unfinishedCalls.length > 0)
    log.warn({ calls: spool.unfinishedCalls.length }, 'closed calls that an earlier run left open');

  const shipper = createShipper(run, records, recordsDir);
  const isOnDisk = (earlierBoot: string) => spool.isWhole && spool.holdsRun(earlierBoot);
  const boots = await BootLeases.load(recordsDir, boot, isOnDisk);
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
  const times: CallTimes = options.callTimes;
  const isReady = sources.isReady ?? (() => faultsOf({ liveness, spool }).length === 0);
  const fileLinks = sources.fileLinks ?? new FileLinks(() => clock.monotonic());
  const sessions = sources.sessions ?? new BrowserSessions(run);
  const parts = {
    ...{ ...run, ...records, listenerTls, contextKeys, isReady, fileLinks, sessions },
    ...{ calls, state, liveness, rules, shipper, budgets, upstreams, storages, untrusted, times },
  };
  watchParts(parts);
  return { ...parts, boots, leaseClient, wantedHeads, server: createServer(parts) };
}

/** What the client learns of such an error is that the upstream gave no answer. Only the log says that it was ours. */
const logFault = (log: Run['log']) => (error: Error) =>
  log.error(describeError(error), 'an answer could not be handled');

function createUpstreams({ options, log }: Run, untrusted: UntrustedOrigins): Upstreams {
  return new Upstreams({
    timeouts: options.upstreamTimeouts,
    untrusted,
    onFault: logFault(log),
    tlsFolder: options.upstreamTlsDir,
    onTlsProblems: (problems) => {
      if (problems.length === 0) log.info('the TLS files of all upstreams can be used');
      else log.error({ problems }, 'TLS files of upstreams cannot be used');
    },
    sql: {
      spoolDir: options.spoolDir,
      limits: options.sqlLimits,
      maxStatements: options.maxSqlStatements,
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
    onClosedServices: logClosedServices(log),
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
    pinnedOnly: options.pinnedOnly,
    broker,
    clock,
    log,
    ...cutsOf(calls, (call) => rules.stopOn(call)),
  });
  return rules;
}

/** Cuts open calls of tenants whose trust document changed, and those that a stop covers. */
export const cutsOf = (calls: OpenCalls, stopOn: CustomerRules['stopOn']) => ({
  onTrust: (tenants: readonly string[]) => {
    const changed = new Set(tenants);
    calls.cutWhere(({ tenant }) => (changed.has(tenant) ? 'not_countersigned' : undefined));
  },
  onStop: () => calls.cutWhere((call) => (stopOn(call) === undefined ? undefined : 'locked')),
});

/** The HTTP server with its three destinations: calls of data services, the gateway's own pages, and customers' stops. */
function createServer(parts: WatchedParts): Http1Server<CanonicalRequest> {
  const { options, credential, identity, log, metrics, recorder, rules, sessions, state, times } = parts;
  const { maxBodyBytes, maxFileBytes, maxHeaderBytes } = options;
  const authorizer = new CallAuthorizer({ ...parts, maxBodyBytes });
  const issuer = () => state.issuer;
  const refusals = new CallRefusals({ ...parts, authorizer, issuer });
  const now = () => parts.clock.now();
  const grants = new BrowserGrants({ sessions, authorizer, refusals, issuer, now });
  const access = new BrowserAccess({ sessions, grants, issuer, log });
  const shared = {
    ...parts,
    maxBodyBytes,
    maxFileBytes,
    authorizer,
    refusals,
    browsers: new BrowserCalls({ access, grants, authorizer, refusals }),
    locations: new LocationRewriter(() => state.routeMaps),
    contexts: new CallContexts(identity, credential.gateway, parts.contextKeys),
    serviceAt: (host: string) => state.serviceAtHost(host),
    countRefusal: (code: 'ambiguous_request' | 'request_timeout' | 'handshake_failed') => {
      recorder.count(null, code);
      metrics.refused(null, code);
    },
  };
  return createHttpServer({
    pages: new OwnPages({
      identity,
      gateway: credential.gateway,
      isReady: parts.isReady,
      isInTouch: () => parts.liveness.isInTouch(),
      pinOf: (tenant) => rules.pinOf(tenant),
      now: () => parts.clock.now(),
    }),
    stopEndpoint: new StopEndpoint({ rules, bodyMs: times.clientIdleMs }),
    handler: new CallHandler({ ...shared, forwarding: new RecordedForwarding(shared) }),
    externalAuthorization: new ExternalAuthorization({ ...shared, proxies: options.proxies }),
    browsers: access,
    serviceAt: shared.serviceAt,
    countRefusal: shared.countRefusal,
    maxHeaderBytes,
    wallClock: () => parts.clock.now(),
    log,
    security: parts.listenerTls?.security,
  });
}
