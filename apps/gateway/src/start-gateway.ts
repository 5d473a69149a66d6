import { randomUUID } from 'node:crypto';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { decodeGatewayCredential, type GatewayCredential } from '@countersign/gateway-protocol';
import { Budgets } from './calls/budgets.js';
import { OpenCalls } from './calls/open-calls.js';
import { systemClock } from './clock.js';
import { Judge } from './decide/judge.js';
import { BrokerClient } from './feed/broker-client.js';
import { FeedClient } from './feed/feed-client.js';
import { FeedPosition } from './feed/feed-position.js';
import { Touch } from './feed/touch.js';
import { Upstreams } from './forward/upstreams.js';
import type { GatewayOptions, RunningGateway } from './gateway-options.js';
import { type Identity, loadIdentity } from './identity/identity.js';
import { registrar } from './identity/register.js';
import { describeError } from './log/describe-error.js';
import { createLogger } from './log/logger.js';
import { GatewayMetrics } from './metrics/gateway-metrics.js';
import { Recorder } from './records/recorder.js';
import { CallHandler } from './server/handle-call.js';
import { createHttpServer } from './server/http-server.js';
import { OwnPages, type Readiness } from './server/own-pages.js';
import { Shipper } from './ship/shipper.js';
import { lockFolder } from './spool/folder-lock.js';
import { NodeSpoolDisk } from './spool/node-disk.js';
import { Spool } from './spool/spool.js';
import { GatewayState } from './state/gateway-state.js';

const GIB = 1024 ** 3;
/** How often windows and touch are looked at for calls that are open. */
const SWEEP_MS = 250;
const MINUTE_MS = 60_000;
const SHIP_GRACE_MS = 2_000;

/**
 * Starts a gateway and resolves when it listens. It then refuses everything (503 `not_in_touch`) until it has heard its
 * broker. Throws ProtocolError for a bad credential, SpoolInUse, and the file system's or the socket's error.
 */
export async function startGateway(options: GatewayOptions): Promise<RunningGateway> {
  const credential = decodeGatewayCredential(options.credential);
  const identity = await loadIdentity(options.spoolDir);
  const unlock = await lockFolder(options.spoolDir);
  try {
    return await run(options, credential, identity, unlock);
  } catch (error) {
    await unlock();
    throw error;
  }
}

/** The same with the folder taken; `unlock` gives it back when the gateway has stopped. */
async function run(
  options: GatewayOptions,
  credential: GatewayCredential,
  identity: Identity,
  unlock: () => Promise<void>,
): Promise<RunningGateway> {
  const log = (options.logger ?? createLogger(options.logLevel ?? 'info')).child({
    gateway: credential.gateway,
  });
  const clock = options.clock ?? systemClock;
  const boot = randomUUID();

  const position = await FeedPosition.load(options.spoolDir);
  let metrics: GatewayMetrics | undefined;
  const spool = await Spool.open({
    disk: options.disk ?? new NodeSpoolDisk(join(options.spoolDir, 'segments')),
    boot,
    maxBytes: options.spoolBytes ?? GIB,
    onFault: (error) => {
      metrics?.spoolFault();
      log.error(describeError(error), 'the spool could not be written');
    },
  });
  if (spool.skippedBytes > 0)
    log.warn({ bytes: spool.skippedBytes }, 'skipped unconfirmed bytes of the spool');

  const calls = new OpenCalls({
    perGrant: options.maxCallsPerGrant ?? 256,
    perService: options.maxCallsPerService ?? 1024,
  });
  const budgets = new Budgets();
  const state = new GatewayState((digest) => calls.cutGrant(digest));
  const touch = new Touch(clock);
  const recorder = new Recorder({ spool, gateway: credential.gateway, boot, clock });
  recorder.closeLeft(spool.left);
  if (spool.left.length > 0)
    log.warn({ calls: spool.left.length }, 'closed calls that an earlier run left open');

  const broker = new BrokerClient(credential);
  const register = registrar(broker, identity, log);
  const feed = new FeedClient({ credential, broker, state, touch, position, clock, log, register });
  const shipper = new Shipper({ spool, broker, folder: options.spoolDir, log });
  const upstreams = new Upstreams({
    connectMs: 5_000,
    firstByteMs: 30_000,
    idleMs: 60_000,
    ...options.upstreamTimeouts,
  });
  metrics = new GatewayMetrics({
    inTouch: () => touch.isInTouch(),
    feedAge: () => touch.age / 1000,
    spoolBytes: () => spool.usedBytes,
    spoolMaxBytes: () => spool.maxBytes,
    spoolBacklog: () => spool.backlog,
    openCalls: () => calls.count,
    grants: () => state.grants.size,
  });
  const judge = new Judge({ state, touch, calls, budgets, clock });
  const handler = new CallHandler({
    gateway: credential.gateway,
    identity,
    judge,
    calls,
    budgets,
    recorder,
    upstreams,
    metrics,
    clock,
    log,
  });
  const readiness = (): Readiness => ({
    inTouch: touch.isInTouch(),
    heardMsAgo: Number.isFinite(touch.age) ? Math.round(touch.age) : null,
    spool: {
      usedBytes: spool.usedBytes,
      maxBytes: spool.maxBytes,
      backlog: spool.backlog,
      shipped: shipper.isDrained,
    },
  });
  const pages = new OwnPages({ identity, metrics, readiness });
  const server = createHttpServer({
    pages,
    handler,
    countAmbiguous: () => recorder.count(null, 'ambiguous_request'),
    log,
  });

  const sweep = setInterval(() => {
    if (!touch.isInTouch()) calls.cutAll('not_in_touch');
    calls.cutEnded(clock.now());
    budgets.forgetEnded(clock.now());
  }, SWEEP_MS);
  const minute = setInterval(() => recorder.flush(), MINUTE_MS);

  const close = async () => {
    await stopServing(server, calls, options.stopGraceMs ?? 10_000);
    clearInterval(sweep);
    clearInterval(minute);
    recorder.flush();
    await feed.close();
    await spool.settle();
    await shipper.close(SHIP_GRACE_MS);
    await spool.close();
    await upstreams.close();
    await broker.close();
    await unlock();
    log.info('stopped');
  };
  feed.start();
  shipper.start();
  try {
    await listen(server, options.host, options.port);
  } catch (error) {
    await close();
    throw error;
  }
  const { port } = server.address() as AddressInfo;
  const url = `http://${options.host.includes(':') ? `[${options.host}]` : options.host}:${port}`;
  log.info({ url, boot }, 'listening');
  let closing: Promise<void> | undefined;
  return {
    url,
    port,
    id: credential.gateway,
    isInTouch: () => touch.isInTouch(),
    close: () => {
      closing ??= close();
      return closing;
    },
  };
}

function listen(server: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      resolve();
    });
  });
}

/** Takes no new connections, lets open calls end, and cuts what takes longer than the grace. */
async function stopServing(server: Server, calls: OpenCalls, graceMs: number): Promise<void> {
  if (!server.listening) return;
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  server.closeIdleConnections();
  const waited = new AbortController();
  await Promise.race([closed, pause(graceMs, undefined, { signal: waited.signal }).catch(() => undefined)]);
  waited.abort();
  calls.cutAll('shutdown');
  server.closeAllConnections();
  await closed;
}
