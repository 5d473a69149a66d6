import cluster from 'node:cluster';
import type { CountersignRefusal } from '@countersign/authorization';
import { decodeGatewayCredential } from '@countersign/gateway-protocol';
import { assembleServing, cutsOf, type ServingParts } from '../assemble-gateway.js';
import { BrowserSessions } from '../browser/browser-sessions.js';
import { machineClock } from '../clock.js';
import { FileLinks } from '../files/file-links.js';
import type { SettledOptions } from '../gateway-options.js';
import { beginRun, SWEEP_MS } from '../gateway-run.js';
import { loadIdentity } from '../identity.js';
import { readinessOf, recordFaults } from '../readiness.js';
import { closeParts, stopServing, sweep } from '../start-gateway.js';
import { applyUpdate, type Shared } from './apply-update.js';
import { lockLane, recordsDirOf } from './lanes.js';
import type { ToWorker, WorkerState } from './messages.js';
import { PrimaryChannel } from './primary-channel.js';
import { runningBuild } from './running-build.js';
import { WorkerLedger } from './worker-ledger.js';
import { WorkerRules } from './worker-rules.js';

/** How often the primary learns that this process does not hang. */
const ALIVE_MS = 1_000;

/** Whether a primary has started this process. */
export const isWorker = (): boolean => cluster.isWorker;

/** Runs until the primary ends it, or is gone. Signals that a terminal or a service manager sends to all processes are the primary's. */
export function runWorker(): Promise<never> {
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => undefined);
  const channel = new PrimaryChannel();
  let worker: Worker | undefined;
  channel.listen((message) => {
    if (message.type === 'begin')
      Worker.open(message, channel).then(
        (opened) => {
          worker = opened;
          channel.send({ type: 'opened', ends: opened.ends });
        },
        (error: unknown) => fail(channel, error),
      );
    else if (message.type === 'stop') (worker?.stop() ?? Promise.resolve()).finally(() => process.exit(0));
    else worker?.take(message);
  });
  channel.send({ type: 'hello', build: runningBuild() });
  setInterval(() => channel.send({ type: 'alive' }), ALIVE_MS);
  return new Promise(() => undefined);
}

function fail(channel: PrimaryChannel, error: unknown): void {
  const { message, code, syscall } = error as NodeJS.ErrnoException;
  channel.send({ type: 'failed', error: { message, ...(code && { code }), ...(syscall && { syscall }) } });
}

/** A process that serves calls. What it may let through it has from its primary, and its records are its own. */
class Worker {
  private readonly parts: ServingParts;
  private timer: NodeJS.Timeout | undefined;

  private constructor(
    private readonly begin: Extract<ToWorker, { type: 'begin' }>,
    private readonly channel: PrimaryChannel,
    private readonly unlock: () => Promise<void>,
    private readonly shared: Shared,
    parts: ServingParts,
  ) {
    this.parts = parts;
  }

  static async open(begin: Extract<ToWorker, { type: 'begin' }>, channel: PrimaryChannel): Promise<Worker> {
    const clock = machineClock();
    const options: SettledOptions = { ...begin.options, clock };
    const { spoolDir } = options;
    const run = beginRun(options, decodeGatewayCredential(options.credential), await loadIdentity(spoolDir));
    const unlock = await lockLane(spoolDir, begin.lane);
    const ledger = new WorkerLedger((request) => channel.request({ type: 'ledger', request }));
    const shared: Shared = { ledger, otherLanes: {}, lanes: begin.lanes, isReady: false, rules: undefined };
    const parts: ServingParts = await assembleServing(
      { ...run, log: run.log.child({ worker: begin.lane }) },
      {
        ledger,
        recordsDir: recordsDirOf(spoolDir, begin.lane),
        lane: {
          number: begin.lane,
          count: () => shared.lanes,
          otherLanes: (tenant) => shared.otherLanes[tenant] ?? [],
        },
        loadRules: async (calls) => {
          const rules: WorkerRules = new WorkerRules({
            pinnedOnly: options.pinnedOnly,
            clock,
            submit: async (signature) =>
              (await channel.request({ type: 'stop', signature })) as CountersignRefusal | undefined,
            ...cutsOf(calls, (call) => rules.stopOn(call)),
          });
          shared.rules = rules;
          return rules;
        },
        isReady: () => shared.isReady && !parts.liveness.followsHungProcess,
        fileLinks: new FileLinks(
          () => clock.monotonic(),
          (id, link, until) => channel.send({ type: 'link', id, link, until }),
        ),
        sessions: new BrowserSessions({
          ...run,
          onReleased: (key) => channel.send({ type: 'released', key }),
        }),
      },
    );
    parts.metrics.watchProcess(String(begin.lane));
    return new Worker(begin, channel, unlock, shared, parts);
  }

  get ends() {
    return this.parts.spool.ends;
  }

  /** Messages are handled in their order, and each before the next. */
  take(message: ToWorker): void {
    const { channel } = this;
    switch (message.type) {
      case 'otherLanes':
        this.shared.otherLanes = message.otherLanes;
        break;
      case 'state':
        this.adopt(message.state);
        channel.send({ type: 'adopted' });
        break;
      case 'serve':
        this.serve().catch((error: unknown) => fail(channel, error));
        break;
      case 'update':
        applyUpdate(message.update, this.parts, this.shared);
        channel.send({ type: 'applied', number: message.number });
        break;
      case 'collect':
        void this.parts.metrics
          .json()
          .then((metrics) => channel.send({ type: 'metrics', id: message.id, metrics }));
    }
  }

  private adopt({ ledger, feed, rules, liveness, seen }: WorkerState): void {
    const { parts, shared } = this;
    shared.ledger.adopt(ledger);
    shared.rules?.apply(rules);
    if (feed !== undefined) parts.state.applySnapshot(feed.data, feed.now);
    parts.liveness.adopt(liveness);
    parts.history.seen = seen;
  }

  private async serve(): Promise<void> {
    const { parts, channel, begin } = this;
    parts.shipper.start();
    this.timer = setInterval(() => {
      sweep({ ...parts, feed: NO_FEED });
      channel.send({ type: 'status', readiness: readinessOf(parts, recordFaults(parts)) });
    }, SWEEP_MS);
    await parts.server.listen(begin.options.port, begin.options.host);
    channel.send({ type: 'listening' });
  }

  /** Ends open calls, ships what it can, and lets go of the records. */
  async stop(): Promise<void> {
    await stopServing({ ...this.parts, feed: NO_FEED }, this.begin.options.stopGraceMs);
    clearInterval(this.timer);
    await closeParts({ ...this.parts, feed: NO_FEED });
    await this.unlock();
  }
}

const NO_FEED = { start: () => undefined, close: () => Promise.resolve() };
