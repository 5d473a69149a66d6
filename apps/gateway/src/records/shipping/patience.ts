import type { Clock } from '../../clock.js';
import type { RecordLine } from '../spool/line.js';

/** How long the broker may refuse a record before it is set aside: a rollout or a wrong setting is mended in that time. */
export const PATIENCE_MS = 10 * 60_000;
/** How long it is remembered of a tenant that patience with its records has ended. */
const MEMORY_MS = 24 * 60 * 60_000;

/**
 * When to give a refused record up. The first of a tenant holds all others up for ten minutes; further ones of that
 * tenant go at once, until none was refused for a day. So a broker that refuses everything is not believed at once,
 * and a tenant whose records it cannot take holds the others up only once.
 */
export class Patience {
  private waitingFor: { id: string; since: number } | undefined;
  private readonly endedAt = new Map<string, number>();

  constructor(private readonly clock: Pick<Clock, 'monotonic'>) {}

  /** Whether this record, refused just now, is to be given up. */
  isOver({ tenant, id }: Pick<RecordLine, 'tenant' | 'id'>): boolean {
    const now = this.clock.monotonic();
    if (this.waitingFor?.id !== id) this.waitingFor = { id, since: now };
    const endedAt = this.endedAt.get(tenant) ?? Number.NEGATIVE_INFINITY;
    if (now - endedAt >= MEMORY_MS && now - this.waitingFor.since < PATIENCE_MS) return false;
    this.endedAt.set(tenant, now);
    return true;
  }
}
