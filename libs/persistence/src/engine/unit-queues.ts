import { Semaphore } from '@countersign/runtime';
import { StoreError } from '../errors.js';
import type { PoolUse } from './engine.js';
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
 * Runs transactions side by side, at most so many at once, and one after the other within a queue. A tenant
 * whose units would only wait for its lock in the database so holds one connection, not all of them.
 */
export class UnitQueues<Task> {
  readonly #places: Semaphore;
  #busy = 0;
  #waiting = 0;
  #closed = false;
  readonly #queues = new Map<string, QueuedUnit<Task>[]>();
  readonly #running = new Set<Promise<void>>();

  constructor(
    private readonly width: number,
    private readonly transact: Transact<Task>,
  ) {
    this.#places = new Semaphore(width);
  }

  get use(): PoolUse {
    return { connections: this.width, busy: this.#busy, waiting: this.#waiting };
  }

  /**
   * @param name of its queue; null if the unit waits for no other
   * @throws StoreError `nested_unit` inside another unit (it would wait for itself), `store_closed` after `close`
   */
  run<T>(name: string | null, task: Task, { isAlone }: { isAlone: boolean }): Promise<T> {
    const nested = nestedUnit();
    if (nested !== undefined) return Promise.reject(nested);
    if (this.#closed) return Promise.reject(new StoreError('store_closed', 'The store is closed.'));
    return new Promise<T>((resolve, reject) => {
      const unit = { task, isAlone, succeed: resolve as (result: unknown) => void, fail: reject };
      this.#waiting += 1;
      const queue = name === null ? undefined : this.#queues.get(name);
      if (queue === undefined) this.#track(this.#serve(name, [unit]));
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

  #begun<Unit extends QueuedUnit<Task> | undefined>(unit: Unit): Unit {
    if (unit !== undefined) this.#waiting -= 1;
    return unit;
  }

  async #serve(name: string | null, queue: QueuedUnit<Task>[]): Promise<void> {
    if (name !== null) this.#queues.set(name, queue);
    for (let first = queue.shift(); first !== undefined; first = queue.shift()) {
      const unit = first;
      const next = () =>
        unit.isAlone || queue[0]?.isAlone !== false ? undefined : this.#begun(queue.shift());
      await this.#places.run(async () => {
        this.#begun(unit);
        this.#busy += 1;
        await this.transact(unit, next);
        this.#busy -= 1;
      });
    }
    if (name !== null) this.#queues.delete(name);
  }
}
