import { EventEmitter } from 'node:events';
import { setImmediate as immediate, setTimeout as sleep } from 'node:timers/promises';
import { deserialize } from 'node:v8';
import { jest } from '@jest/globals';
import { pino } from 'pino';
import type { LocalFault, Readiness } from '../http/own-pages.js';
import { Fleet } from './fleet.js';
import type { FeedState, ToPrimary, ToWorker, Update, WorkerOptions, WorkerState } from './messages.js';
import { answer } from './primary.js';
import { runningBuild } from './running-build.js';

const FEED: FeedState = {
  ...{ issuer: 'https://broker.example', services: [], routeMaps: [], keys: [] },
  ...{ grants: [], tenants: [], locks: [] },
};

const CHANGE: Update = { type: 'change', data: {}, now: 0 };

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

function fleetOf(count: number, pidOf: (place: number) => number | undefined = (place) => place + 1) {
  const processes: FakeProcess[] = [];
  const contact = { isReady: true };
  const state: WorkerState = {
    ...{ ledger: [], feed: undefined, rules: [], seen: undefined },
    liveness: {
      ...{ base: undefined, heardAt: 0, signedAt: 0, lastBelieved: undefined },
      ...{ tickedAt: undefined, stalledAt: 0 },
    },
  };
  const fleet = new Fleet({
    ...{ count, options: {} as WorkerOptions, log: pino({ level: 'silent' }) },
    ...{ lanes: () => count, otherEnds: () => new Map(), state: () => state, isReady: () => contact.isReady },
    answer: async () => undefined,
    fork: () => {
      const process = new FakeProcess(pidOf(processes.length));
      processes.push(process);
      return process as never;
    },
  });
  /** All workers serve. */
  const started = async () => {
    const start = fleet.start();
    for (const process of processes) process.says({ type: 'opened', ends: {} });
    await immediate();
    for (const process of processes) process.says({ type: 'adopted' });
    for (const process of processes) process.says({ type: 'listening' });
    await start;
    for (const process of processes) process.received.length = 0;
  };
  return { fleet, processes, contact, started };
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

  test('P6: a worker is killed 500 ms after a change that it does not confirm, but not while it applies its first state', async () => {
    const { fleet, processes } = fleetOf(2);
    void fleet.start();
    const [serving, starting] = processes as [FakeProcess, FakeProcess];
    for (const process of processes) process.says({ type: 'opened', ends: {} });
    await immediate();
    serving.says({ type: 'adopted' });
    expect(serving.received.at(-1)).toEqual({ type: 'serve' });
    fleet.share(CHANGE);
    // Only the workers that serve have to confirm it: the other has applied it before it serves.
    let isConfirmed = false;
    const confirmed = fleet.confirmed().then(() => (isConfirmed = true));
    await sleep(700);
    expect(isConfirmed).toBe(true);
    expect([serving.isAlive, starting.isAlive]).toEqual([false, true]);
    await confirmed;
    starting.says({ type: 'adopted' });
    expect(starting.received.slice(-2).map(({ type }) => type)).toEqual(['update', 'serve']);
    fleet.share(CHANGE);
    await sleep(700);
    expect(starting.isAlive).toBe(false);
    await fleet.close(0);
  });

  test('repeating a stop that is known costs the workers nothing, and waits only for what they have not confirmed yet', async () => {
    const { fleet, processes, started } = fleetOf(2);
    await started();
    const parts = { fleet, spent: undefined as never, rules: { submit: async () => undefined } };
    const repeat = () => answer(parts, { type: 'stop', signature: undefined as never }, {});
    const number = fleet.share({ type: 'rules', tenants: [] });
    let answered = 0;
    const waiting = [repeat(), repeat()].map((stop) => stop.then(() => (answered += 1)));
    await immediate();
    expect(answered).toBe(0);
    for (const process of processes) process.says({ type: 'applied', number });
    await Promise.all(waiting);
    await repeat();
    expect(processes.map(({ received }) => received.length)).toEqual([1, 1]);
  });

  test.each<[string, Extract<ToPrimary, { type: 'link' | 'released' }>]>([
    ['the link to a file', { type: 'link', id: 'id', link: {} as never, until: 1 }],
    ['the release of a browser session', { type: 'released', key: 'k' }],
  ])('%s goes from one worker to the others that follow', async (_what, message) => {
    const { fleet, processes, started } = fleetOf(3);
    await started();
    const [one, two, restarting] = processes as [FakeProcess, FakeProcess, FakeProcess];
    restarting.end();
    one.says(message);
    const update = { type: 'update', number: expect.any(Number), update: message };
    expect(processes.map(({ received }) => received)).toEqual([[], [update], []]);
    const closed = fleet.close(0);
    for (const process of [one, two]) process.end();
    await closed;
  });

  test('a worker of another version, which may not understand what it confirms, is not used', async () => {
    const { fleet, processes } = fleetOf(2);
    void fleet.start();
    const [same, other] = processes as [FakeProcess, FakeProcess];
    same.says({ type: 'hello', build: runningBuild() });
    other.says({ type: 'hello', build: 'another' });
    expect(same.received.map(({ type }) => type)).toEqual(['begin']);
    expect([other.received, same.isAlive, other.isAlive]).toEqual([[], true, false]);
    await fleet.close(0);
  });

  describe('a worker that hangs', () => {
    // The clock is the test's own: a slow machine must not make a worker silent.
    beforeEach(() => void jest.useFakeTimers({ doNotFake: ['nextTick', 'queueMicrotask'] }));
    afterEach(() => void jest.useRealTimers());

    const sweepFor = async (fleet: Fleet, ms: number, each: () => void = () => undefined) => {
      for (let passed = 0; passed < ms; passed += 250) {
        each();
        await jest.advanceTimersByTimeAsync(250);
        fleet.sweep();
      }
    };

    test.each<[string, ToPrimary[]]>([
      ['before it says that it runs', []],
      ['while it opens its records', [{ type: 'hello', build: runningBuild() }]],
      ['before it listens', [{ type: 'opened', ends: {} }, { type: 'adopted' }]],
    ])(
      '%s is killed after 30 seconds and started again; one that reports that it runs is not',
      async (_when, said) => {
        const { fleet, processes } = fleetOf(2);
        void fleet.start();
        const [silent, slow] = processes as [FakeProcess, FakeProcess];
        for (const process of [silent, slow]) for (const message of said) process.says(message);
        await sweepFor(fleet, 29_000, () => slow.says({ type: 'alive' }));
        expect([silent.isAlive, slow.isAlive]).toEqual([true, true]);
        await sweepFor(fleet, 2_000, () => slow.says({ type: 'alive' }));
        expect([silent.isAlive, slow.isAlive]).toEqual([false, true]);
        expect(processes).toHaveLength(3);
        await sweepFor(fleet, 31_000, () => slow.says({ type: 'alive' }));
        expect([processes[2]?.isAlive, slow.isAlive]).toEqual([false, true]);
      },
    );

    test('is not killed for what the primary itself was too late to read', async () => {
      const { fleet, processes } = fleetOf(1);
      void fleet.start();
      await sweepFor(fleet, 1_000);
      // The primary was paused, and the worker with it.
      await jest.advanceTimersByTimeAsync(60_000);
      fleet.sweep();
      await sweepFor(fleet, 20_000);
      expect(processes[0]?.isAlive).toBe(true);
    });
  });

  test('a worker that cannot be started is started again, and a stop of the gateway does not wait for it', async () => {
    const { fleet, processes } = fleetOf(1, (place) => (place === 0 ? undefined : place));
    const start = fleet.start();
    processes[0]?.emit('error', new Error('spawn EAGAIN'));
    await sleep(300);
    expect(processes).toHaveLength(2);
    processes[1]?.says({ type: 'listening' });
    await start;
    const closed = fleet.close(0);
    processes[1]?.end();
    await closed;
  });
});

describe('readiness: a balancer may ask any worker', () => {
  const status = (faults: LocalFault[], inTouch = true): ToPrimary => ({
    type: 'status',
    readiness: { ...({} as Readiness), faults, inTouch },
  });
  /** What the workers were last told. */
  const told = ({ received }: FakeProcess) =>
    received.flatMap((message) =>
      message.type === 'update' && message.update.type === 'ready' ? [message.update.isReady] : [],
    );

  test('every worker learns that the gateway is ready, that another one has a fault, and that it is over', async () => {
    const { fleet, processes, started } = fleetOf(2);
    await started();
    for (const process of processes) process.says(status([]));
    fleet.sweep();
    expect(fleet.faults).toEqual([]);
    processes[0]?.says(status(['disk']));
    fleet.sweep();
    expect(fleet.faults).toEqual(['disk']);
    processes[0]?.says(status([]));
    fleet.sweep();
    expect(processes.map(told)).toEqual([
      [true, false, true],
      [true, false, true],
    ]);
  });

  test('P6: a gateway out of touch stays ready', async () => {
    const { fleet, processes, started } = fleetOf(2);
    await started();
    for (const process of processes) process.says(status([], false));
    fleet.sweep();
    expect([fleet.isInTouch, fleet.faults]).toEqual([false, []]);
    expect(processes.map(told)).toEqual([[true], [true]]);
  });

  test('a worker that has ended is a fault until the next one serves', async () => {
    const { fleet, processes, started } = fleetOf(2);
    await started();
    for (const process of processes) process.says(status([]));
    fleet.sweep();
    processes[0]?.end();
    fleet.sweep();
    expect(fleet.faults).toEqual(['worker']);
    expect(told(processes[1] as FakeProcess)).toEqual([true, false]);
  });

  test('what the primary knows of the feed counts, too', async () => {
    const { fleet, processes, contact, started } = fleetOf(1);
    await started();
    contact.isReady = false;
    processes[0]?.says(status([]));
    fleet.sweep();
    expect(processes.map(told)).toEqual([[false]]);
    contact.isReady = true;
    fleet.sweep();
    expect(processes.map(told)).toEqual([[false, true]]);
  });
});
