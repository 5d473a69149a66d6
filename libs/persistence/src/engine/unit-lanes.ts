import { Semaphore } from '@countersign/runtime';
import { StoreError } from '../errors.js';
import { nestedUnit } from './inside-unit.js';

/** A unit of work that waits for its transaction. */
export interface QueuedUnit<Task> {
  task: Task;
  /** It shares its transaction with no other unit. */
  isAlone: boolean;
  succeed(result: unknown): void;
  fail(error: unknown): void;
}

/**
 * Runs one transaction: its first unit, and as many of those that wait behind it as it takes from `next`. It settles each
 * unit that it took, and never rejects.
 */
export type Transact<Task> = (
  first: QueuedUnit<Task>,
  next: () => QueuedUnit<Task> | undefined,
) => Promise<void>;

/**
 * Runs transactions side by side, at most so many at once, and one after the other within a lane. A tenant
 * whose units would only wait for its lock in the database so holds one connection, not all of them.
 */
export class UnitLanes<Task> {
  readonly #places: Semaphore;
  #closed = false;
  readonly #lanes = new Map<string, QueuedUnit<Task>[]>();
  readonly #running = new Set<Promise<void>>();

  constructor(
    width: number,
    private readonly transact: Transact<Task>,
  ) {
    this.#places = new Semaphore(width);
  }

  /**
   * @param lane null where the unit waits for no other
   * @throws StoreError `nested_unit` inside another unit (it would wait for itself), `store_closed` after `close`
   */
  run<T>(lane: string | null, task: Task, { isAlone }: { isAlone: boolean }): Promise<T> {
    const nested = nestedUnit();
    if (nested !== undefined) return Promise.reject(nested);
    if (this.#closed) return Promise.reject(new StoreError('store_closed', 'The store is closed.'));
    return new Promise<T>((resolve, reject) => {
      const unit = { task, isAlone, succeed: resolve as (result: unknown) => void, fail: reject };
      const queue = lane === null ? undefined : this.#lanes.get(lane);
      if (queue === undefined) this.#track(this.#serve(lane, [unit]));
      else queue.push(unit);
    });
  }

  /** Takes no more units and waits for those that came before. */
  async close(): Promise<void> {
    this.#closed = true;
    await Promise.all(this.#running);
  }

  #track(served: Promise<void>): void {
    this.#running.add(served);
    void served.then(() => this.#running.delete(served));
  }

  async #serve(lane: string | null, queue: QueuedUnit<Task>[]): Promise<void> {
    if (lane !== null) this.#lanes.set(lane, queue);
    for (let first = queue.shift(); first !== undefined; first = queue.shift()) {
      const unit = first;
      const next = () => (unit.isAlone || queue[0]?.isAlone !== false ? undefined : queue.shift());
      await this.#places.run(() => this.transact(unit, next));
    }
    if (lane !== null) this.#lanes.delete(lane);
  }
}
