import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { type GatewayCredential, signBatch, signRecord } from '@countersign/gateway-protocol';
import { createLogger, describeError } from '@countersign/runtime';
import type { Logger } from 'pino';
import type { RouteMaps } from './authorize/route-maps.js';
import { type Clock, systemClock } from './clock.js';
import { BrokerClient } from './feed/broker-client.js';
import { SharedHistory } from './feed/shared-history.js';
import type { RunningGateway, SettledOptions } from './gateway-options.js';
import type { Identity } from './identity.js';
import { GatewayMetrics } from './metrics.js';
import { Recorder } from './records/recorder.js';
import { Quarantine } from './records/shipping/quarantine.js';
import { Shipper } from './records/shipping/shipper.js';
import type { SpoolLane } from './records/spool/record-chains.js';
import { Spool } from './records/spool/spool.js';
import { NodeSpoolDisk } from './records/spool/spool-disk.js';

/** How often open calls are checked against windows and liveness, and the clock for a new minute. */
export const SWEEP_MS = 250;

/** What every part of one run of the gateway shares. */
export type Run = {
  options: SettledOptions;
  credential: GatewayCredential;
  identity: Identity;
  /** UUID of this run of the process. */
  boot: string;
  log: Logger;
  clock: Clock;
  broker: BrokerClient;
  metrics: GatewayMetrics;
  history: SharedHistory;
};

export function beginRun(options: SettledOptions, credential: GatewayCredential, identity: Identity): Run {
  const log =
    options.logger ?? createLogger({ level: options.logLevel, base: { process: 'gateway' }, time: 'iso' });
  const own = log.child({ gateway: credential.gateway });
  return {
    options,
    credential,
    identity,
    boot: randomUUID(),
    log: own,
    clock: options.clock ?? systemClock,
    broker: new BrokerClient(credential, identity.privateKey),
    metrics: new GatewayMetrics(),
    history: new SharedHistory(own),
  };
}

/** Logs which services are closed by their route maps. */
export const logClosedServices =
  (log: Logger) =>
  (closed: RouteMaps['closed']): void => {
    if (closed.length === 0) log.info('no service is closed by its route map any more');
    else log.error({ closed }, 'services are closed: their route maps break a rule');
  };

/** Logs that the gateway listens. @param listener `logged`: further fields of that log line */
export function runningGateway(
  { options, credential, log }: Run,
  listener: Pick<RunningGateway, 'port' | 'adminUrl' | 'isInTouch' | 'close'> & { logged: object },
): RunningGateway {
  const { port, adminUrl, isInTouch, close, logged } = listener;
  const scheme = options.tls === undefined ? 'http' : 'https';
  const url = `${scheme}://${options.host.includes(':') ? `[${options.host}]` : options.host}:${port}`;
  log.info({ url, adminUrl, ...logged }, 'listening');
  let closing: Promise<void> | undefined;
  return {
    ...{ url, port, adminUrl, id: credential.gateway, isInTouch },
    close: () => {
      closing ??= close();
      return closing;
    },
  };
}

export type Records = Awaited<ReturnType<typeof openRecords>>;

/** The spool, what the broker refused of it, and the recorder that writes to it. */
export async function openRecords(
  { options, credential, identity, boot, log, clock, metrics }: Run,
  { recordsDir, lane }: { recordsDir: string; lane?: SpoolLane | undefined },
  trustOf: (tenant: string) => string | null,
) {
  const quarantine = await Quarantine.load(recordsDir);
  const spool = await Spool.open({
    disk: options.disk ?? new NodeSpoolDisk(join(recordsDir, 'segments')),
    boot,
    lane,
    maxBytes: options.spoolBytes,
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

export function createShipper(
  { broker, credential, identity, clock, log, history, metrics }: Run,
  { spool, quarantine }: Records,
  folder: string,
): Shipper {
  const shipper = new Shipper({
    spool,
    broker,
    quarantine,
    gateway: credential.gateway,
    sign: (batch) => signBatch(batch, identity.privateKey),
    folder,
    clock,
    log,
    history,
  });
  metrics.watchShipping(() => shipper.oldestMs / 1_000);
  return shipper;
}
