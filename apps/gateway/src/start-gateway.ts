import { decodeGatewayCredential, type GatewayCredential } from '@countersign/gateway-protocol';
import { type RunningPrivateListener, startPrivateListener } from '@countersign/private-listener';
import { withinTime } from '@countersign/runtime';
import { assembleGateway, type GatewayParts } from './assemble-gateway.js';
import {
  type GatewayOptions,
  type RunningGateway,
  type SettledOptions,
  withDefaults,
} from './gateway-options.js';
import { runningGateway, SWEEP_MS } from './gateway-run.js';
import { type Identity, loadIdentity } from './identity.js';
import { pagesOfPrivateListener } from './readiness.js';
import { lockSpool } from './records/spool/spool-lock.js';
import { runPrimary } from './workers/primary.js';

const SHIP_GRACE_MS = 2_000;

/**
 * Starts a gateway and resolves when it listens. It then refuses everything (503 `not_in_touch`) until it has received
 * the feed. Throws ProtocolError for a bad credential, SpoolInUse, and the file system's or the socket's error.
 */
export async function startGateway(gatewayOptions: GatewayOptions): Promise<RunningGateway> {
  const options = withDefaults(gatewayOptions);
  const credential = decodeGatewayCredential(options.credential);
  const identity = await loadIdentity(options.spoolDir);
  const unlock = await lockSpool(options.spoolDir);
  try {
    if (options.workers > 1) return await runPrimary(options, credential, identity, unlock);
    return await run(options, credential, identity, unlock);
  } catch (error) {
    await unlock();
    throw error;
  }
}

/** Runs a gateway in a folder that is locked for it. `unlock` is called when it has stopped. */
async function run(
  options: SettledOptions,
  credential: GatewayCredential,
  identity: Identity,
  unlock: () => Promise<void>,
): Promise<RunningGateway> {
  const parts = await assembleGateway(options, credential, identity);
  const { log, boot, liveness, feed, shipper, server } = parts;
  const timer = setInterval(() => sweep(parts), SWEEP_MS);
  let admin: RunningPrivateListener | undefined;
  const close = async () => {
    await stopServing(parts, options.stopGraceMs);
    clearInterval(timer);
    await closeParts(parts);
    await admin?.close();
    await unlock();
    log.info('stopped');
  };
  feed.start();
  shipper.start();
  let port: number;
  try {
    if (options.admin != null)
      admin = await startPrivateListener(options.admin, pagesOfPrivateListener(parts));
    port = await server.listen(options.port, options.host);
  } catch (error) {
    await close();
    throw error;
  }
  const isInTouch = () => liveness.isInTouch();
  return runningGateway(parts, { port, adminUrl: admin?.url ?? null, isInTouch, close, logged: { boot } });
}

/** What time alone can change: cuts open calls that may not go on, and gives each part its turn. */
export function sweep(parts: GatewayParts): void {
  const { clock, liveness, calls, times, rules, budgets, leaseClient, wantedHeads, recorder, upstreams } =
    parts;
  liveness.tick();
  if (!liveness.isInTouch()) calls.cutAll('not_in_touch');
  calls.cutEnded(clock.now());
  calls.cutOverdue(clock.monotonic(), times);
  calls.cutWhere(({ tenant }) => (rules.hasExpired(tenant) ? 'not_countersigned' : undefined));
  budgets.sweep();
  upstreams.sweep(clock.monotonic());
  parts.contextKeys.sweep(clock.monotonic());
  sweepListener(parts);
  leaseClient.sweep();
  parts.orphaned?.sweep();
  if (liveness.isInTouch()) wantedHeads.sweep();
  recorder.tick();
  rules.tick(liveness.isInTouch());
}

/** Uses certificates that have changed, for connections from now on. */
function sweepListener({ listenerTls, server, clock, log }: GatewayParts): void {
  if (listenerTls === undefined) return;
  const before = listenerTls.problem;
  const next = listenerTls.sweep(clock.monotonic());
  const { problem } = listenerTls;
  if (next !== undefined) {
    server.useSecurity(next);
    log.info('the listener uses TLS files that have changed');
  } else if (problem !== undefined && problem !== before)
    log.error({ problem }, 'the TLS files of the listener cannot be used; the previous files stay in use');
}

/** Stops every part in order. The last records are written and signed before the shipper gets its last chance. */
export async function closeParts(parts: GatewayParts): Promise<void> {
  const { recorder, budgets, boots, feed, rules, spool, shipper, upstreams, storages, broker } = parts;
  recorder.close();
  // If the broker does not receive this, the next run reports what this run held.
  if (await budgets.close()) await boots.closeOwn().catch(() => undefined);
  await feed.close();
  await rules.close();
  await spool.flush();
  recorder.signHeads();
  await spool.flush();
  await shipper.close(SHIP_GRACE_MS);
  await spool.close();
  await parts.orphaned?.close();
  upstreams.close();
  storages.close();
  await broker.close();
}

/** Accepts no new connections, lets open calls end, and cuts those that take longer than the grace. */
export async function stopServing({ server, calls }: GatewayParts, graceMs: number): Promise<void> {
  if (!server.isListening) return;
  const closed = server.close();
  await withinTime(closed, graceMs);
  calls.cutAll('shutdown');
  server.destroyConnections();
  await closed;
}
