import { setImmediate as turn } from 'node:timers/promises';
import { StoreError } from '../errors.js';
import type { PoolUse } from './engine.js';
import { insideUnit, nestedUnit } from './inside-unit.js';

/** Units run back to back for this long before the event loop turns: on a busy broker a turn may take longer than a unit. */
const SLICE_MS = 4;

/**
 * Runs units of work one after the other, first come first served. After each slice of them the event loop turns
 * once: timers, sockets and other processes' writes get in, however long the queue is.
 */
export class UnitQueue {
  #tail: Promise<unknown> = Promise.resolve();
  #turnedAt = 0;
  #unsettled = 0;
  #closed = false;

  get use(): PoolUse {
    const busy = Math.min(this.#unsettled, 1);
    return { connections: 1, busy, waiting: this.#unsettled - busy };
  }

  /** @throws StoreError `nested_unit` inside another unit (it would wait for itself), `store_closed` after `close` */
  run<T>(unit: () => Promise<T>): Promise<T> {
    const nested = nestedUnit();
    if (nested !== undefined) return Promise.reject(nested);
    if (this.#closed) return Promise.reject(new StoreError('store_closed', 'The store is closed.'));
    this.#unsettled += 1;
    const done = this.#tail.then(() => insideUnit(unit));
    const ended = () => {
      this.#unsettled -= 1;
      return this.#rest();
    };
    this.#tail = done.then(ended, ended);
    return done;
  }

  /** Takes no more units and waits for those that came before. */
  async close(): Promise<void> {
    this.#closed = true;
    await this.#tail;
  }

  async #rest(): Promise<void> {
    if (performance.now() - this.#turnedAt < SLICE_MS) return;
    await turn();
    this.#turnedAt = performance.now();
  }
}
