import { AsyncLocalStorage } from 'node:async_hooks';
import { setImmediate as turn } from 'node:timers/promises';
import { StoreError } from '../errors.js';

/** Whether the code that runs here belongs to a unit of work that is still open; shared by all queues. */
const inside = new AsyncLocalStorage<{ open: boolean }>();

/**
 * Runs units of work one after the other, first come first served. Between two units the event loop turns
 * once: timers, sockets and other processes' writes get in, however long the queue is.
 */
export class UnitQueue {
  #tail: Promise<unknown> = Promise.resolve();
  #closed = false;

  /** @throws StoreError `nested_unit` inside another unit (it would wait for itself), `store_closed` after `close` */
  run<T>(unit: () => Promise<T>): Promise<T> {
    if (inside.getStore()?.open === true)
      return Promise.reject(
        new StoreError('nested_unit', 'A unit of work was opened inside another one. Use the one at hand.'),
      );
    if (this.#closed) return Promise.reject(new StoreError('store_closed', 'The store is closed.'));
    const context = { open: true };
    const done = this.#tail
      .then(() => inside.run(context, unit))
      .finally(() => {
        context.open = false;
      });
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
