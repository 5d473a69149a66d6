import { EventEmitter } from 'node:events';
import { setImmediate as immediate } from 'node:timers/promises';
import { deserialize } from 'node:v8';
import { pino } from 'pino';
import { Fleet } from './fleet.js';
import type { FeedState, ToPrimary, ToWorker, WorkerOptions, WorkerState } from './messages.js';

const FEED: FeedState = {
  ...{ issuer: 'https://broker.example', services: [], routeMaps: [], keys: [] },
  ...{ grants: [], tenants: [], locks: [] },
};

/** A worker process as the fleet sees it: messages, and an end. */
class FakeProcess extends EventEmitter {
  readonly received: ToWorker[] = [];
  readonly process: { pid: number | undefined; kill(signal: string): void };
  isAlive = true;

  constructor(pid?: number) {
    super();
    this.process = { pid, kill: () => this.end() };
  }

  isConnected = () => this.isAlive;

  send(message: ToWorker): void {
    this.received.push(message);
  }

  says(message: ToPrimary): void {
    this.emit('message', message);
  }

  end(): void {
    if (!this.isAlive) return;
    this.isAlive = false;
    this.emit('exit', null, 'SIGKILL');
  }
}

function fleetOf(count: number) {
  const processes: FakeProcess[] = [];
  const state: WorkerState = {
    ...{ ledger: [], feed: undefined, rules: [] },
    liveness: {
      ...{ base: undefined, heardAt: 0, signedAt: 0, lastBelieved: undefined },
      ...{ tickedAt: undefined, stalledAt: 0 },
    },
  };
  const fleet = new Fleet({
    ...{ count, options: {} as WorkerOptions, log: pino({ level: 'silent' }) },
    ...{ lanes: () => count, otherEnds: () => new Map(), state: () => state, answer: async () => undefined },
    fork: () => {
      const process = new FakeProcess(processes.length + 1);
      processes.push(process);
      return process as never;
    },
  });
  const begin = async (process: FakeProcess) => {
    process.says({ type: 'hello' });
    process.says({ type: 'opened', ends: {} });
    await immediate();
  };
  /** All workers serve. */
  const started = async () => {
    const start = fleet.start();
    for (const process of processes) process.says({ type: 'opened', ends: {} });
    await immediate();
    for (const process of processes) process.says({ type: 'listening' });
    await start;
    for (const process of processes) process.received.length = 0;
  };
  return { fleet, processes, begin, started };
}

describe('Fleet', () => {
  test('what is large is serialized once for all workers: while the primary serializes, it receives nothing', async () => {
    const { fleet, processes } = fleetOf(3);
    const start = fleet.start();
    for (const process of processes) process.says({ type: 'opened', ends: {} });
    await immediate();
    const large = () => processes.map(({ received }) => received.filter(({ type }) => type === 'serialized'));
    const bytesOf = (message: ToWorker | undefined) =>
      (message as Extract<ToWorker, { type: 'serialized' }>).bytes;
    const [first, ...others] = large().map(([state]) => bytesOf(state));
    expect(others.every((bytes) => bytes === first)).toBe(true);
    expect(deserialize(first as Uint8Array)).toMatchObject({ type: 'state' });

    for (const process of processes) process.says({ type: 'listening' });
    await start;
    const number = fleet.share({ type: 'snapshot', data: FEED, now: 1 });
    const [snapshot, ...same] = large().map(([, update]) => bytesOf(update));
    expect(same.every((bytes) => bytes === snapshot)).toBe(true);
    expect(deserialize(snapshot as Uint8Array)).toMatchObject({ type: 'update', number });
    for (const process of processes) process.says({ type: 'applied', number });
  });
});
