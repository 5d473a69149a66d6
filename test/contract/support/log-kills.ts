import type { ChildProcess } from 'node:child_process';
import { startLogWriter } from './child.js';

const WRITERS = 4;

/** A unit of work that a writer has committed, with the index of its first leaf; or a checkpoint that it has kept. */
export type WriterReport =
  | { tenant: string; unit: number; writer: string; leaves: number; first: number }
  | { tenant: string; size: number; root: string; note: string };
export type CommittedUnit = Extract<WriterReport, { unit: number }>;
export type KeptCheckpoint = Extract<WriterReport, { note: string }>;

/** What all writers have reported before they were killed. */
export interface LogKillReport {
  kills: number;
  units: CommittedUnit[];
  checkpoints: KeptCheckpoint[];
}

/**
 * Kills (`kill -9`) processes that append to the same logs. In each round four start; then one after the other dies while
 * the others go on, each after another number of units that they have committed together. None dies before a checkpoint was kept.
 *
 * @throws Error if a writer ends otherwise than by the kill
 */
export async function killLogWriters(url: string, kills: number): Promise<LogKillReport> {
  const report: LogKillReport = { kills: 0, units: [], checkpoints: [] };
  for (let round = 0; report.kills < kills; round += 1) {
    const arrivals = new Arrivals(report);
    const writers = Array.from({ length: Math.min(WRITERS, kills - report.kills) }, (_, place) =>
      startLogWriter(url, `${round}.${place}`, (what) => arrivals.take(what)),
    );
    try {
      const failed = Promise.race(writers.map(({ ended }) => ended)).then((how) => {
        if (how !== 'SIGKILL') throw new Error(`a writer ended with ${how}`);
      });
      failed.catch(() => {});
      const wait = (units: Promise<void>) => Promise.race([units, failed]);
      await wait(arrivals.ofEach(writers.length));
      await wait(arrivals.aCheckpoint());
      for (const [place, { process, ended }] of writers.entries()) {
        await wait(arrivals.more(1 + ((round * 7 + place * 5) % 13)));
        process.kill('SIGKILL');
        await ended;
        report.kills += 1;
      }
    } finally {
      for (const { process } of writers) endNow(process);
    }
  }
  return report;
}

/** What arrives in one round, for those who wait for more. */
class Arrivals {
  readonly #writers = new Set<string>();
  #units = 0;
  #waiting: (() => void)[] = [];

  constructor(private readonly report: LogKillReport) {}

  take(what: WriterReport): void {
    if ('note' in what) this.report.checkpoints.push(what);
    else {
      this.report.units.push(what);
      this.#units += 1;
      this.#writers.add(what.writer);
    }
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const look of waiting) look();
  }

  ofEach(writers: number): Promise<void> {
    return this.until(() => this.#writers.size >= writers);
  }

  /** Resolves when a checkpoint has been kept, in this round or before. */
  aCheckpoint(): Promise<void> {
    return this.until(() => this.report.checkpoints.length > 0);
  }

  more(units: number): Promise<void> {
    const wanted = this.#units + units;
    return this.until(() => this.#units >= wanted);
  }

  private async until(isTrue: () => boolean): Promise<void> {
    while (!isTrue()) await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }
}

function endNow(process: ChildProcess): void {
  if (process.exitCode === null && process.signalCode === null) process.kill('SIGKILL');
}
