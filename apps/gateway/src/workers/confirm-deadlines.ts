import type { Update } from './messages.js';

/** A worker that has not confirmed something that narrows what it may do within this time is killed. */
const CONFIRM_MS = 500;
/**
 * The same for a snapshot, which may be large, and comes only after the connection to the broker was lost. A worker that needs this
 * long serves no call meanwhile: if it neither applies what was sent nor stands still, it is out of touch after two seconds.
 */
const CONFIRM_SNAPSHOT_MS = 5_000;

type Unconfirmed = { number: number; limitMs: number; due: number };

/** Whether calls that were allowed before may not be allowed after it. */
export const isNarrowing = ({ type }: Update): boolean =>
  type === 'change' || type === 'rules' || type === 'snapshot';

/** By when a worker must have confirmed what it was sent. All times are monotonic, in milliseconds. */
export class ConfirmDeadlines {
  /** In the order in which the worker handles it. */
  private readonly unconfirmed: Unconfirmed[] = [];

  sent(number: number, update: Update, now: number): void {
    if (!isNarrowing(update)) return;
    const limitMs = update.type === 'snapshot' ? CONFIRM_SNAPSHOT_MS : CONFIRM_MS;
    this.unconfirmed.push({ number, limitMs, due: now + limitMs });
  }

  /** While the worker applied a snapshot, it could not read what follows. So the time of that begins when the snapshot is confirmed. */
  confirmed(number: number, now: number): void {
    let isAfterSnapshot = false;
    while (this.unconfirmed[0] !== undefined && this.unconfirmed[0].number <= number)
      if (this.unconfirmed.shift()?.limitMs === CONFIRM_SNAPSHOT_MS) isAfterSnapshot = true;
    if (isAfterSnapshot)
      for (const update of this.unconfirmed) update.due = Math.max(update.due, now + update.limitMs);
  }

  /** When the worker has to be killed, unless it confirms more; undefined if it has confirmed everything. */
  get due(): number | undefined {
    return this.unconfirmed[0]?.due;
  }
}
