import type { SeenPlace } from '@countersign/gateway-protocol';
import type { Logger } from 'pino';

/** What the operator does, as the log and `/readyz` say it. */
const RESTORE =
  'the broker’s database lacks what this gateway has received or shipped: it was restored from a backup. Run “countersign restore” on the broker’s host. Until then the broker takes no records of this gateway';

type Part = 'feed' | 'records';

/**
 * What a gateway states, and is told, about the history that it shares with its broker. A broker whose database was restored from a
 * backup refuses the feed and the records of gateways that know more than the backup has.
 */
export class SharedHistory {
  /** The highest place in the feed that this gateway has reached, in any run. */
  seen: SeenPlace | undefined;
  private readonly refusedParts = new Set<Part>();

  constructor(private readonly log: Pick<Logger, 'error' | 'info'>) {}

  refused(part: Part): void {
    if (this.problem === null) this.log.error({ code: 'feed_parted' }, RESTORE);
    this.refusedParts.add(part);
  }

  accepted(part: Part): void {
    if (this.refusedParts.delete(part) && this.problem === null)
      this.log.info('the broker’s database has the history of this gateway');
  }

  /** Null if no part is refused. */
  get problem(): string | null {
    return this.refusedParts.size === 0 ? null : RESTORE;
  }
}
