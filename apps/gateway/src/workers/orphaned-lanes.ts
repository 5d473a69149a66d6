import { randomUUID } from 'node:crypto';
import type { RunEnd } from '@countersign/gateway-protocol';
import { BootLeases, LeaseClient } from '../budget/lease-client.js';
import { createShipper, openRecords, type Run } from '../gateway-run.js';
import type { SpoolLane } from '../records/spool/record-chains.js';
import { lanesOnDisk, lockLane, recordsDirOf } from './lanes.js';

const SHIP_GRACE_MS = 2_000;

/**
 * The lanes that no worker writes any more, because an earlier run had more workers. What their last processes left is ended, signed and
 * shipped, as a next process of the lane would do it. Until the broker has all of it the gateway counts these lanes.
 */
export class OrphanedLanes {
  private constructor(
    private readonly lanes: OrphanedLane[],
    private readonly unlock: () => Promise<void> = async () => undefined,
  ) {}

  /** For a gateway with one process. Undefined if there were never several. */
  static async openIfAny(run: Run): Promise<OrphanedLanes | undefined> {
    const { spoolDir } = run.options;
    if ((await lanesOnDisk(spoolDir)).length === 0) return undefined;
    // A worker that was stopped may live on after its primary, and writes where this process will.
    const unlock = await lockLane(spoolDir, 0);
    try {
      return new OrphanedLanes((await OrphanedLanes.open(run, 1)).lanes, unlock);
    } catch (error) {
      await unlock();
      throw error;
    }
  }

  /** How the one process of a gateway writes records, as lane 0. */
  get asLaneZero(): SpoolLane {
    const otherLanes = (tenant: string) =>
      this.lanes.flatMap(({ lane, ends }) => (ends[tenant] === undefined ? [] : [{ lane, ...ends[tenant] }]));
    return { number: 0, count: () => Math.max(1, this.count), otherLanes };
  }

  /** @param count the lanes that have a process: those below it. @throws SpoolInUse, and the file system's error */
  static async open(run: Run, count: number): Promise<OrphanedLanes> {
    const lanes: OrphanedLane[] = [];
    for (const lane of await lanesOnDisk(run.options.spoolDir))
      if (lane >= Math.max(1, count)) lanes.push(await OrphanedLane.open(run, lane));
    return new OrphanedLanes(lanes);
  }

  /** The number of the last lane that is not done, plus one; 0 if all are done. */
  get count(): number {
    return Math.max(0, ...this.lanes.filter(({ isDone }) => !isDone).map(({ lane }) => lane + 1));
  }

  get isDone(): boolean {
    return this.lanes.every(({ isDone }) => isDone);
  }

  /** The last record of each tenant, by lane. */
  get ends(): ReadonlyMap<number, Record<string, RunEnd>> {
    return new Map(this.lanes.map(({ lane, ends }) => [lane, ends]));
  }

  /** Called a few times a second. */
  sweep(): void {
    for (const lane of this.lanes) lane.sweep();
  }

  async close(): Promise<void> {
    await Promise.all(this.lanes.map((lane) => lane.close()));
    await this.unlock();
  }
}

type Parts = Awaited<ReturnType<typeof openParts>>;

class OrphanedLane {
  private done = false;

  private constructor(
    readonly lane: number,
    private readonly parts: Parts,
    private readonly unlock: () => Promise<void>,
  ) {}

  static async open(run: Run, lane: number): Promise<OrphanedLane> {
    const unlock = await lockLane(run.options.spoolDir, lane);
    try {
      return new OrphanedLane(lane, await openParts({ ...run, boot: randomUUID() }, lane), unlock);
    } catch (error) {
      await unlock();
      throw error;
    }
  }

  get isDone(): boolean {
    return this.done;
  }

  get ends(): Record<string, RunEnd> {
    return this.parts.spool.ends;
  }

  sweep(): void {
    const { spool, shipper, leaseClient, boots } = this.parts;
    leaseClient.sweep();
    // Once done, it stays done: nothing more is written here.
    this.done ||=
      shipper.isDrained && spool.backlog === 0 && spool.unsigned.length === 0 && !boots.hasEarlier;
  }

  async close(): Promise<void> {
    const { spool, shipper } = this.parts;
    await spool.flush();
    await shipper.close(SHIP_GRACE_MS);
    await spool.close();
    await this.unlock();
  }
}

async function openParts(run: Run, lane: number) {
  const recordsDir = recordsDirOf(run.options.spoolDir, lane);
  const { broker, boot, clock, log } = run;
  const own = { number: lane, count: () => lane + 1, otherLanes: () => [] };
  const records = await openRecords(run, { recordsDir, lane: own }, () => null);
  const { spool, recorder, quarantine } = records;
  recorder.closeUnfinished(spool.unfinishedCalls);
  recorder.signHeads();
  const shipper = createShipper(run, records, recordsDir);
  const boots = await BootLeases.load(
    recordsDir,
    boot,
    (earlier) => spool.isWhole && spool.holdsRun(earlier),
  );
  const leaseClient = new LeaseClient({ broker, boots, boot, spool, shipper, quarantine, clock, log });
  shipper.start();
  return { spool, shipper, boots, leaseClient };
}
