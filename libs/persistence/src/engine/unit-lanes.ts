import { Semaphore } from '@countersign/runtime';
import { StoreError } from '../errors.js';
import { insideUnit, nestedUnit } from './inside-unit.js';

/**
 * Runs units of work side by side, at most so many at once, and one after the other within a lane. A tenant
 * whose units would only wait for its lock in the database so holds one connection, not all of them.
 */
export class UnitLanes {
  readonly #places: Semaphore;
  #closed = false;
  readonly #lanes = new Map<string, Promise<unknown>>();
  readonly #running = new Set<Promise<unknown>>();

  constructor(width: number) {
    this.#places = new Semaphore(width);
  }

  /**
   * @param lane null where the unit waits for no other
   * @throws StoreError `nested_unit` inside another unit (it would wait for itself), `store_closed` after `close`
   */
  run<T>(lane: string | null, unit: () => Promise<T>): Promise<T> {
    const nested = nestedUnit();
    if (nested !== undefined) return Promise.reject(nested);
    if (this.#closed) return Promise.reject(new StoreError('store_closed', 'The store is closed.'));
    const done = this.#next(lane, unit);
    const settled = done.catch(() => undefined);
    this.#running.add(settled);
    if (lane !== null) this.#lanes.set(lane, settled);
    void settled.then(() => {
      this.#running.delete(settled);
      if (lane !== null && this.#lanes.get(lane) === settled) this.#lanes.delete(lane);
    });
    return done;
  }

  /** Takes no more units and waits for those that came before. */
  async close(): Promise<void> {
    this.#closed = true;
    await Promise.all(this.#running);
  }

  async #next<T>(lane: string | null, unit: () => Promise<T>): Promise<T> {
    if (lane !== null) await this.#lanes.get(lane);
    return this.#places.run(() => insideUnit(unit));
  }
}
