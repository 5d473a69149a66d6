import { DigestLedger, type LedgerGrant } from '../authorize/digest-ledger.js';

/** What a worker has its primary make durable. `spend` is refused if another process has made the change. */
export type LedgerRequest =
  | { do: 'extend' | 'spend'; grant: LedgerGrant; until: number }
  | { do: 'unspend'; digest: string };

/**
 * The digests as a worker knows them: it follows the same feed as its primary, which alone keeps the file. What a call adds goes to
 * the primary, and is durable when `flush` resolves. So the one change of a digest is made by one worker at most.
 */
export class WorkerLedger extends DigestLedger {
  private readonly waiting: LedgerRequest[] = [];

  /** @param request rejects if the primary refuses, or cannot make it durable */
  constructor(private readonly request: (request: LedgerRequest) => Promise<unknown>) {
    super(undefined);
  }

  override extend(grant: LedgerGrant, until: number): boolean {
    const isNews = super.extend(grant, until);
    if (isNews) this.waiting.push({ do: 'extend', grant, until });
    return isNews;
  }

  override spend(grant: LedgerGrant, until: number): void {
    super.spend(grant, until);
    this.waiting.push({ do: 'spend', grant, until });
  }

  override unspend(digest: string): void {
    super.unspend(digest);
    this.waiting.push({ do: 'unspend', digest });
  }

  /** Another worker has learned how long these terms can be opened. */
  followLife(grant: LedgerGrant, until: number): void {
    super.extend(grant, until);
  }

  /** Another worker has made the change, or has taken its mark back. */
  follow(grant: LedgerGrant, until: number, isSpent: boolean): void {
    if (isSpent) super.spend(grant, until);
    else super.unspend(grant.digest);
  }

  override async flush(): Promise<void> {
    await Promise.all(this.waiting.splice(0).map((request) => this.request(request)));
  }
}
