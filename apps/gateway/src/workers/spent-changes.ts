import type { DigestLedger, LedgerGrant } from '../authorize/digest-ledger.js';
import type { Update } from './messages.js';
import type { LedgerRequest } from './worker-ledger.js';

type SpentMark = { grant: LedgerGrant; until: number };

/**
 * What workers add to the digests. It marks changes as made: each for one worker alone, and durably before that worker forwards it.
 * It passes on to all workers how long terms can be opened, if one has verified that.
 */
export class SpentChanges {
  /** Which process made a change. One that died has made it for good, and its process object is not kept for that. */
  private readonly by = new Map<string, { worker: WeakRef<object>; mark: SpentMark }>();

  constructor(
    private readonly ledger: DigestLedger,
    private readonly share: (update: Update) => void,
  ) {}

  async take(request: LedgerRequest, worker: object): Promise<void> {
    const { ledger, by } = this;
    if (request.do === 'unspend') {
      const entry = by.get(request.digest);
      // Only the worker that made the change can take it back. Any other is notified that it is still made.
      if (entry?.worker.deref() !== worker) {
        if (entry !== undefined && ledger.isSpent(request.digest)) this.notify(entry.mark, true);
        return;
      }
      by.delete(request.digest);
      ledger.unspend(request.digest);
      this.notify(entry.mark, false);
    } else {
      const { grant, until } = request;
      if (request.do === 'extend') {
        // A worker that did not know could forget the digest after its end, while its terms can still be opened.
        if (ledger.extend(grant, until)) this.share({ type: 'extended', grant, until });
      } else {
        if (ledger.isSpent(grant.digest)) throw new Error('the change has been made');
        ledger.spend(grant, until);
        by.set(grant.digest, { worker: new WeakRef(worker), mark: { grant, until } });
        this.notify({ grant, until }, true);
      }
    }
    await ledger.flush();
  }

  /** The number of changes whose worker it remembers. */
  get size(): number {
    return this.by.size;
  }

  /** Forgets the worker of each change that the ledger has forgotten. */
  prune(): void {
    for (const digest of this.by.keys()) if (!this.ledger.isSpent(digest)) this.by.delete(digest);
  }

  private notify({ grant, until }: SpentMark, isSpent: boolean): void {
    this.share({ type: 'spent', grant, until, isSpent });
  }
}
