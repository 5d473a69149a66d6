import type { FeedChangeKind } from '@countersign/access';
import type { EntityManager } from 'typeorm';
import type { UnitRules } from '../engine/engine.js';
import type { UnitContext } from './context.js';
import { FeedTail } from './feed-tail.js';
import { OpenLog } from './tenant-log.js';

/**
 * What the units of one transaction leave for its end: leaves of logs, changes of the feed, the word to other processes. It is
 * written once for all of them, just before the commit. So the deployment's one sequence of changes is held for as short a
 * time as possible.
 */
export class TransactionEnd {
  #logs = new Map<string, OpenLog>();
  readonly #feed: { kind: FeedChangeKind; ref: string }[] = [];
  #announces = false;

  constructor(
    private readonly context: UnitContext,
    private readonly rules: UnitRules,
  ) {}

  /** The log of a tenant. The first unit that opens it takes its lock for the rest of the transaction. */
  async log(manager: EntityManager, tenant: string): Promise<OpenLog> {
    const known = this.#logs.get(tenant);
    if (known !== undefined) return known;
    const log = await OpenLog.open(manager, this.context, tenant);
    this.#logs.set(tenant, log);
    return log;
  }

  feedChanged(kind: FeedChangeKind, ref: string): void {
    this.#feed.push({ kind, ref });
    this.#announces = true;
  }

  /** Other processes learn of the commit. */
  announce(): void {
    this.#announces = true;
  }

  /** Before a unit begins. @returns takes back what the unit has left here, and the logs whose locks it took */
  mark(): () => void {
    const { length } = this.#feed;
    const announces = this.#announces;
    const logs = [...this.#logs].map(([tenant, log]) => ({ tenant, log, undo: log.mark() }));
    return () => {
      this.#feed.length = length;
      this.#announces = announces;
      for (const { undo } of logs) undo();
      this.#logs = new Map(logs.map(({ tenant, log }) => [tenant, log]));
    };
  }

  /** Writes it all. On PostgreSQL every statement is sent before this returns. */
  async flush(manager: EntityManager): Promise<void> {
    const writes = [...this.#logs.values()].map((log) => log.flush(manager));
    if (this.#feed.length > 0) writes.push(new FeedTail(manager, this.context.random).number(this.#feed));
    if (this.#announces) writes.push(this.rules.announce(manager));
    await Promise.all(writes);
  }
}
