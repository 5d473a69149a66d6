import type { Clock } from '../clock.js';
import type { RecordLine } from '../spool/line.js';

/** How long the broker may refuse a record before it is set aside: a rollout or a wrong setting is mended in that time. */
export const PATIENCE_MS = 10 * 60_000;

/**
 * When to give a refused record up. The first of a tenant holds all others up for ten minutes; further ones of that
 * tenant go at once, until the broker takes one. So a broker that refuses everything is not believed at once, and a
 * tenant that it does not know holds the others up only once.
 */
export class Patience {
  private waitingFor: { id: string; since: number } | undefined;
  private readonly givenUp = new Set<string>();

  constructor(private readonly clock: Pick<Clock, 'monotonic'>) {}

  isOver({ tenant, id }: Pick<RecordLine, 'tenant' | 'id'>): boolean {
    if (this.givenUp.has(tenant)) return true;
    const now = this.clock.monotonic();
    if (this.waitingFor?.id !== id) this.waitingFor = { id, since: now };
    if (now - this.waitingFor.since < PATIENCE_MS) return false;
    this.givenUp.add(tenant);
    return true;
  }

  accepted(tenant: string): void {
    this.givenUp.delete(tenant);
  }
}
