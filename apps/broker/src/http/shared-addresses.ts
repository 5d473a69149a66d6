import { growingCache } from '@countersign/runtime';
import type { Logger } from 'pino';

/** An address from which so many accounts sign in within an hour is that of a proxy, or of an office. */
const MANY_ACCOUNTS = 20;
const WINDOW_MS = 3_600_000;
const MOST_ADDRESSES = 1_000;

/**
 * Notices client addresses that stand for many accounts. If no proxy is listed, that is most likely a reverse proxy of the
 * operator that sends no header by which `ClientAddresses` would notice it: all of its clients then share their limits.
 */
export class SharedAddresses {
  private readonly accounts = growingCache<Set<string>>(MOST_ADDRESSES, WINDOW_MS);

  constructor(
    private readonly hasProxies: boolean,
    private readonly logger: Pick<Logger, 'warn'>,
  ) {}

  /** Someone wants to sign in with this account. Warns once an hour for each address. */
  note(address: string, account: string): void {
    if (this.hasProxies) return;
    const known = this.accounts.get(address) ?? new Set<string>();
    if (known.size >= MANY_ACCOUNTS || known.has(account)) return;
    known.add(account);
    this.accounts.set(address, known, { noUpdateTTL: known.size > 1 });
    if (known.size === MANY_ACCOUNTS)
      this.logger.warn(
        { address, accounts: MANY_ACCOUNTS },
        'many accounts sign in from one address, and COUNTERSIGN_TRUSTED_PROXIES lists no proxy: if it is one, list it, or all of its clients share their rate limits',
      );
  }

  /** Addresses of the last hour that stand for many accounts. */
  list(): string[] {
    return [...this.accounts].filter(([, { size }]) => size >= MANY_ACCOUNTS).map(([address]) => address);
  }
}
