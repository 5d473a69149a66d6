import cluster, { type Worker as Process } from 'node:cluster';
import { serialize } from 'node:v8';
import type { LaneEnd, RunEnd } from '@countersign/gateway-protocol';
import { BackOff, describeError, sleep, withinTime } from '@countersign/runtime';
import type { Logger } from 'pino';
import type { LocalFault, Readiness } from '../http/own-pages.js';
import { ConfirmDeadlines, isNarrowing } from './confirm-deadlines.js';
import type {
  LargeToWorker,
  ToPrimary,
  ToWorker,
  Update,
  WorkerOptions,
  WorkerRequest,
  WorkerState,
} from './messages.js';
import { runningBuild } from './running-build.js';

/** A worker that has lived this long starts again at once if it dies. */
const STABLE_MS = 10_000;
/** How long a start waits for the records of all lanes to be open, so that each worker can name those of the others. */
const OPEN_MS = 5_000;
const COLLECT_MS = 2_000;
const STOP_MS = 5_000;
/** A worker that has sent nothing for this long hangs and is killed. It reports once a second that it runs, also before it serves. */
const SILENT_MS = 30_000;
/** If this process was late by this much, messages of the workers may wait to be read. */
const LATE_MS = 2_000;

type Metrics = Extract<ToPrimary, { type: 'metrics' }>['metrics'];

type FleetParts = {
  count: number;
  options: WorkerOptions;
  log: Logger;
  /** Lanes whose records the broker does not have yet, and those of the workers: at least `count`. */
  lanes(): number;
  /** Ends of lanes that no worker writes any more. */
  otherEnds(): ReadonlyMap<number, Record<string, RunEnd>>;
  state(): WorkerState;
  /** Whether the gateway is ready apart from its workers. */
  isReady(): boolean;
  /** Answers a request of a worker. Rejects to refuse it. */
  answer(request: WorkerRequest, member: object): Promise<unknown>;
  /** Starts a process. Default: this program again. */
  fork?(): Process;
};

/** One lane: the process that serves it now, if there is one. */
type Member = {
  lane: number;
  process: Process | undefined;
  /** The last record of each tenant when its process began. */
  ends: Record<string, RunEnd> | undefined;
  hasState: boolean;
  /** It lets calls through after this update: it applies everything up to it first, and has to confirm what follows in time. */
  servesFrom: number | undefined;
  deadlines: ConfirmDeadlines;
  timer: NodeJS.Timeout | undefined;
  isListening: boolean;
  /** The last update that it confirmed. */
  applied: number;
  readiness: Readiness | undefined;
  startedAt: number;
  /** When it last sent something, or began. */
  lastMessageAt: number;
  backOff: BackOff;
  collected: Map<number, (metrics: Metrics) => void>;
};

/** The workers: starts them, starts them again, passes on what they follow, and kills one that does not. */
export class Fleet {
  private readonly members: Member[];
  private number = 0;
  /** The number of the last update that narrows what the workers may do. */
  private lastNarrowing = 0;
  private isClosing = false;
  private readonly waiting = new Set<() => void>();
  private startFailed: ((error: Error) => void) | undefined;
  private readonly begunAt = performance.now();
  private readonly build = runningBuild();
  private wasReady = false;
  private sentLanes = 0;
  private sweptAt = performance.now();
  /** What a worker that begins gets. The others that begin at the same time get the same, if nothing was shared in between. */
  private state: { number: number; message: ToWorker } | undefined;

  constructor(private readonly parts: FleetParts) {
    this.members = Array.from({ length: parts.count }, (_, lane) => ({
      ...{ lane, process: undefined, ends: undefined, hasState: false, isListening: false, applied: 0 },
      ...{ servesFrom: undefined, deadlines: new ConfirmDeadlines(), timer: undefined },
      ...{ readiness: undefined, startedAt: 0, lastMessageAt: 0, collected: new Map() },
      backOff: new BackOff({ firstMs: 100, longestMs: 10_000, jitter: 0 }),
    }));
  }

  /** Resolves when all workers listen. Rejects with the error of one that could not begin. */
  async start(): Promise<void> {
    // No connection passes this process: the workers accept from one socket.
    cluster.schedulingPolicy = cluster.SCHED_NONE;
    cluster.setupPrimary({ serialization: 'advanced' });
    const failed = new Promise<never>((_resolve, reject) => {
      this.startFailed = reject;
    });
    for (const member of this.members) this.fork(member);
    await Promise.race([failed, this.until(() => this.members.every(({ isListening }) => isListening))]);
    this.startFailed = undefined;
  }

  /** What is wrong with the workers. */
  get faults(): LocalFault[] {
    const own = this.members.flatMap(({ isListening, readiness }) =>
      isListening && readiness !== undefined ? readiness.faults : (['worker'] as const),
    );
    return [...new Set(own)];
  }

  /** Whether every worker serves and is in touch. */
  get isInTouch(): boolean {
    return this.members.every(({ isListening, readiness }) => isListening && readiness?.inTouch === true);
  }

  get readiness(): { lane: number; pid: number | null; readiness: Readiness | undefined }[] {
    return this.members.map(({ lane, process, isListening, readiness }) => ({
      ...{ lane, pid: process?.process.pid ?? null },
      readiness: isListening ? readiness : undefined,
    }));
  }

  /** Passes something on to every worker that serves. Returns its number. */
  share(update: Update): number {
    this.number += 1;
    const { number } = this;
    if (isNarrowing(update)) this.lastNarrowing = number;
    const plain: LargeToWorker = { type: 'update', number, update };
    const message = update.type === 'snapshot' ? serializeOnce(plain) : plain;
    for (const member of this.members)
      if (member.hasState) {
        this.send(member, message);
        if (member.servesFrom !== undefined) member.deadlines.sent(number, update, performance.now());
        this.watch(member);
      }
    return number;
  }

  /** Resolves when every worker obeys everything that was shared until now: it has confirmed it, is dead, or serves no calls yet. */
  async confirmed(): Promise<void> {
    const number = this.lastNarrowing;
    const processes = this.members
      .filter(({ servesFrom }) => servesFrom !== undefined && servesFrom < number)
      .map((member) => [member, member.process] as const);
    await this.until(() =>
      processes.every(([member, process]) => member.process !== process || member.applied >= number),
    );
  }

  /** Called a few times a second: kills a worker that hangs, and notifies all when the gateway's readiness or its lanes have changed. */
  sweep(): void {
    // What has arrived is read before an immediate runs.
    setImmediate(() => this.killSilent());
    const isReady = this.faults.length === 0 && this.parts.isReady();
    const lanes = this.parts.lanes();
    if (isReady === this.wasReady && lanes === this.sentLanes) return;
    this.wasReady = isReady;
    this.sentLanes = lanes;
    this.share({ type: 'ready', isReady, lanes });
  }

  /** The metrics of each worker that answers. */
  async collect(): Promise<Metrics[]> {
    this.number += 1;
    const id = this.number;
    const answers = this.members
      .filter(({ hasState }) => hasState)
      .map(async (member) => {
        const answer = new Promise<Metrics>((resolve) => member.collected.set(id, resolve));
        this.send(member, { type: 'collect', id });
        const result = await Promise.race([answer, sleep(COLLECT_MS).then(() => undefined)]);
        member.collected.delete(id);
        return result === undefined ? [] : [result];
      });
    return (await Promise.all(answers)).flat();
  }

  /** Has every worker end its calls and its records, and kills those that take too long. */
  async close(graceMs: number): Promise<void> {
    this.isClosing = true;
    for (const member of this.members) this.send(member, { type: 'stop' });
    const gone = this.until(() => this.members.every(({ process }) => process === undefined));
    await withinTime(gone, graceMs + STOP_MS);
    for (const { process } of this.members) process?.process.kill('SIGKILL');
    await gone;
  }

  /** A worker that hangs before it serves confirms nothing, and has nothing to confirm: only its silence shows it. */
  private killSilent(): void {
    const now = performance.now();
    const wasLate = now - this.sweptAt > LATE_MS;
    this.sweptAt = now;
    for (const member of this.members) {
      if (wasLate) member.lastMessageAt = now;
      if (member.process === undefined || now - member.lastMessageAt < SILENT_MS) continue;
      this.parts.log.error({ worker: member.lane }, 'a worker has sent nothing for too long and is killed');
      member.lastMessageAt = now;
      member.process.process.kill('SIGKILL');
    }
  }

  private fork(member: Member): void {
    const now = performance.now();
    Object.assign(member, { applied: 0, startedAt: now, lastMessageAt: now, ends: undefined });
    let process: Process;
    try {
      process = (this.parts.fork ?? cluster.fork)();
    } catch (error) {
      this.ended(member, describeError(error));
      return;
    }
    member.process = process;
    const ended = (why: object) => {
      if (member.process === process) this.ended(member, why);
    };
    process.on('message', (message: ToPrimary) => {
      if (member.process === process) this.take(member, message);
    });
    // A process that could not be started, for example because there are too many, never exits.
    process.on('error', (error) => process.process.pid === undefined && ended(describeError(error)));
    process.on('exit', (code, signal) => ended({ code, signal }));
  }

  /** Starts the lane's next process after a pause. */
  private ended(member: Member, why: object): void {
    clearTimeout(member.timer);
    Object.assign(member, { process: undefined, hasState: false, servesFrom: undefined, timer: undefined });
    Object.assign(member, { deadlines: new ConfirmDeadlines(), isListening: false, readiness: undefined });
    this.changed();
    if (this.isClosing) return;
    this.parts.log.error({ worker: member.lane, ...why }, 'a worker has ended');
    if (performance.now() - member.startedAt > STABLE_MS) member.backOff.reset();
    setTimeout(() => !this.isClosing && this.fork(member), member.backOff.next());
  }

  private take(member: Member, message: ToPrimary): void {
    const { options, lanes } = this.parts;
    member.lastMessageAt = performance.now();
    switch (message.type) {
      case 'hello':
        if (message.build !== this.build) {
          const text = 'a worker has another version than this process and is not used: restart the gateway';
          this.parts.log.error({ worker: member.lane }, text);
          member.process?.process.kill('SIGKILL');
          break;
        }
        this.send(member, { type: 'begin', options, lane: member.lane, lanes: lanes() });
        break;
      case 'opened':
        member.ends = message.ends;
        void this.giveState(member);
        break;
      case 'listening':
        member.isListening = true;
        this.changed();
        break;
      case 'failed': {
        this.parts.log.error({ worker: member.lane, error: message.error }, 'a worker could not begin');
        this.startFailed?.(Object.assign(new Error(message.error.message), message.error));
        member.process?.process.kill('SIGKILL');
        break;
      }
      case 'adopted':
        member.servesFrom = this.number;
        this.send(member, { type: 'serve' });
        break;
      case 'applied':
        member.applied = Math.max(member.applied, message.number);
        member.deadlines.confirmed(message.number, performance.now());
        this.changed();
        break;
      case 'request':
        void this.answer(member, message.id, message.request);
        break;
      case 'link':
      case 'released':
        for (const other of this.members)
          if (other !== member && other.hasState)
            this.send(other, { type: 'update', number: this.number, update: message });
        break;
      case 'status':
        member.readiness = message.readiness;
        break;
      case 'metrics':
        member.collected.get(message.id)?.(message.metrics);
    }
  }

  /** From here on the worker gets every update. The state and the first update after it come from the same turn. */
  private async giveState(member: Member): Promise<void> {
    const { process } = member;
    const areOpen = () => this.members.every(({ ends }) => ends !== undefined);
    this.changed();
    const left = OPEN_MS - (performance.now() - this.begunAt);
    if (left > 0) await withinTime(this.until(areOpen), left);
    if (member.process !== process) return;
    this.send(member, { type: 'otherLanes', otherLanes: this.otherLanesOf(member) });
    this.send(member, this.serializedState());
    member.hasState = true;
    const update: Update = { type: 'ready', isReady: this.wasReady, lanes: this.parts.lanes() };
    this.send(member, { type: 'update', number: this.number, update });
  }

  private serializedState(): ToWorker {
    if (this.state?.number !== this.number) {
      const message = serializeOnce({ type: 'state', state: this.parts.state() });
      this.state = { number: this.number, message };
      setImmediate(() => {
        this.state = undefined;
      });
    }
    return this.state.message;
  }

  /** The ends of the other lanes, by tenant. */
  private otherLanesOf(member: Member): Record<string, LaneEnd[]> {
    const others: Record<string, LaneEnd[]> = {};
    const lanes = new Map(this.parts.otherEnds());
    for (const { lane, ends } of this.members) if (lane !== member.lane && ends) lanes.set(lane, ends);
    for (const [lane, ends] of [...lanes].sort(([a], [b]) => a - b))
      for (const [tenant, end] of Object.entries(ends)) {
        const known = others[tenant] ?? [];
        known.push({ lane, ...end });
        others[tenant] = known;
      }
    return others;
  }

  private async answer(member: Member, id: number, request: WorkerRequest): Promise<void> {
    const { process } = member;
    const reply = (message: ToWorker) => {
      if (member.process === process) this.send(member, message);
    };
    try {
      reply({ type: 'answer', to: id, result: await this.parts.answer(request, process ?? member) });
    } catch (error) {
      reply({ type: 'failure', to: id, reason: error instanceof Error ? error.message : 'refused' });
    }
  }

  /** Kills the worker if it does not confirm in time what it was sent. */
  private watch(member: Member): void {
    const { process, deadlines } = member;
    if (member.timer !== undefined || process === undefined || deadlines.due === undefined) return;
    const check = () => {
      if (member.process !== process) return;
      member.timer = undefined;
      if (deadlines.due === undefined || performance.now() < deadlines.due) return this.watch(member);
      this.parts.log.error(
        { worker: member.lane },
        'a worker did not confirm a change in time and is killed',
      );
      process.process.kill('SIGKILL');
    };
    // If this process itself was late, confirmations may wait to be read: they are read before an immediate runs.
    const left = Math.max(0, deadlines.due - performance.now());
    member.timer = setTimeout(() => setImmediate(check), left);
  }

  private send({ process }: Member, message: ToWorker): void {
    if (process?.isConnected() !== true) return;
    // A worker that is ending has closed its channel; its exit follows.
    process.send(message, () => undefined);
  }

  private changed(): void {
    for (const check of [...this.waiting]) check();
  }

  private until(holds: () => boolean): Promise<void> {
    return new Promise((resolve) => {
      const check = () => {
        if (!holds()) return;
        this.waiting.delete(check);
        resolve();
      };
      this.waiting.add(check);
      check();
    });
  }
}

/** While this process serializes, it receives nothing: with many grants, once for each worker would take too long. */
const serializeOnce = (message: LargeToWorker): ToWorker => ({
  type: 'serialized',
  bytes: serialize(message),
});
