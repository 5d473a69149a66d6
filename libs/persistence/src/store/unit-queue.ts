import { setImmediate as turn } from 'node:timers/promises';
import { StoreError } from '../errors.js';
import { insideUnit, nestedUnit } from './inside-unit.js';

/**
 * Runs units of work one after the other, first come first served. Between two units the event loop turns
 * once: timers, sockets and other processes' writes get in, however long the queue is.
 */
export class UnitQueue {
  #tail: Promise<unknown> = Promise.resolve();
  #closed = false;

  /** @throws StoreError `nested_unit` inside another unit (it would wait for itself), `store_closed` after `close` */
  run<T>(unit: () => Promise<T>): Promise<T> {
    const nested = nestedUnit();
    if (nested !== undefined) return Promise.reject(nested);
    if (this.#closed) return Promise.reject(new StoreError('store_closed', 'The store is closed.'));
    const done = this.#tail.then(() => insideUnit(unit));
    this.#tail = done.then(
      () => turn(),
      () => turn(),
    );
    return done;
  }

  /** Takes no more units and waits for those that came before. */
  async close(): Promise<void> {
    this.#closed = true;
    await this.#tail;
  }
}
