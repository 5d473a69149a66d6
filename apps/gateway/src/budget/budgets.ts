import type { Amounts, LeaseAnswer, LeaseAsk } from '@countersign/gateway-protocol';
import { SingleFlight, sleep } from '@countersign/runtime';
import type { ListedGrant } from '../authorize/active-grants.js';
import type { Clock } from '../clock.js';
import { BrokerResponseError } from '../feed/broker-client.js';

/** How a gateway gets and gives back parts of a budget. Rejects where the broker cannot be asked, or refuses. */
export type LeaseRequester = (ask: Omit<LeaseAsk, 'boot'>) => Promise<LeaseAnswer>;

/** `none`: nothing of the budget is left, as far as anybody can tell. `unreachable`: the broker could not be asked. */
export type MoreBudget = 'more' | 'none' | 'unreachable';

/** What is not used for so long goes back, so that other gateways find it. */
const IDLE_MS = 1_000;
/** How long a call waits for what others may give back, and how often it asks meanwhile. */
const WAIT_MS = 2_500;
const RETRY_MS = 250;
/** So long after the broker had nothing more, it is not asked again for the same grant. */
const EXHAUSTED_MS = 1_000;

/** `short`: the broker could not give all that was asked for. */
type Leased = LeaseAnswer & { short: boolean };

type Account = {
  /** `grt_…` */
  grant: string;
  /** Totals since this process began; `held` is how far `used` may go, infinite where the budget has no limit. */
  used: Amounts;
  held: Amounts;
  /** The whole budget, infinite where it has no limit. */
  limit: Amounts;
  turn: number;
  /** Calls that wait for more. */
  waiting: number;
  /** The request for more that is under way. */
  asking: SingleFlight<Leased>;
  /** Monotonic milliseconds. */
  usedAt: number;
  exhaustedUntil: number;
  /** The broker may still think that more is held. */
  owes: boolean;
};

/**
 * What grants with a budget have used at this gateway, in this run, and what it may still use: parts of the budget
 * that the broker leased to it. Nothing is used that is not held, so that over all gateways a budget is exact. Calls
 * count when they are let through, bytes of response body as they are sent. Grants without a budget cost nothing.
 */
export class Budgets {
  private readonly accounts = new Map<string, Account>();

  constructor(
    private readonly lease: LeaseRequester,
    private readonly clock: Pick<Clock, 'monotonic'>,
  ) {}

  /** Whether one more call fits into what is held. Grants without a budget always do. */
  hasLeft(digest: string, grant: ListedGrant | undefined): boolean {
    if (grant === undefined) return false;
    if (grant.budget === null) return true;
    const account = this.accounts.get(digest);
    return account !== undefined && hasBoth(account);
  }

  /** Counts a call that is let through. */
  takeCall(digest: string, grant: ListedGrant): void {
    if (grant.budget !== null) this.spend(this.accountOf(digest, grant), { calls: 1, bytes: 0 });
  }

  /** Takes back a call that was counted and then not made. */
  returnCall(digest: string, grant: ListedGrant): void {
    const account = grant.budget === null ? undefined : this.accounts.get(digest);
    if (account !== undefined) this.spend(account, { calls: -1, bytes: 0 });
  }

  /** How many of these bytes may be sent by what is held; counts them. `more` may get the rest. */
  takeBytes(digest: string, grant: ListedGrant, bytes: number): number {
    if (grant.budget?.bytes === undefined) return bytes;
    const account = this.accountOf(digest, grant);
    const taken = Math.max(0, Math.min(bytes, account.held.bytes - account.used.bytes));
    this.spend(account, { calls: 0, bytes: taken });
    return taken;
  }

  /**
   * Resolves when there is more to take, of what the broker leases or others give back, or when it is known that
   * there is not. `bytes` is how many are wanted, `calls` whether a call wants to begin.
   */
  async requestMore(
    digest: string,
    grant: ListedGrant,
    wants: { calls: 0 | 1; bytes: number },
  ): Promise<MoreBudget> {
    const account = this.accountOf(digest, grant);
    const deadline = this.clock.monotonic() + WAIT_MS;
    account.waiting += wants.calls;
    try {
      for (;;) {
        if (fits(account, wants)) return 'more';
        if (this.clock.monotonic() < account.exhaustedUntil) return 'none';
        const answer = await this.ask(account, wants.bytes).catch((error: unknown) =>
          hasEnded(error) ? 'ended' : undefined,
        );
        if (answer === undefined) return 'unreachable';
        if (answer === 'ended') return 'none';
        if (fits(account, wants)) return 'more';
        if (!answer.short) continue;
        if (!answer.elsewhere || this.clock.monotonic() > deadline) {
          account.exhaustedUntil = this.clock.monotonic() + EXHAUSTED_MS;
          return 'none';
        }
        await sleep(RETRY_MS);
      }
    } finally {
      account.waiting -= wants.calls;
    }
  }

  /** Gives back what is idle. Called a few times a second. */
  sweep(): void {
    const idleSince = this.clock.monotonic() - IDLE_MS;
    for (const account of this.accounts.values())
      if (account.waiting === 0 && account.usedAt < idleSince) void this.giveBack(account);
  }

  /**
   * The grant has ended, by the feed's word, and its digest with it: nothing of its budget is of use any more. The wall
   * clock must not say so: one that steps forward and back would have what was used counted from nothing again.
   */
  forget(digest: string): void {
    this.accounts.delete(digest);
  }

  /** What the broker knew of leases may be gone (a restored store): only what it answers from now on is held. */
  dropAllUnused(): void {
    for (const account of this.accounts.values()) this.dropUnused(account);
  }

  /** Gives everything back. Resolves with whether the broker knows of all of it. */
  async close(): Promise<boolean> {
    const returned = [...this.accounts.values()].map((account) => this.giveBack(account, true));
    return (await Promise.all(returned)).every(Boolean);
  }

  /** The asks of one account come one after the other: each says the totals as of its own moment. */
  private ask(account: Account, bytes: number): Promise<Leased> {
    return account.asking.run(() => this.send(account, bytes));
  }

  private async send(account: Account, bytes: number): Promise<Leased> {
    const { used, waiting, grant } = account;
    account.turn += 1;
    // What is held may be used until the answer comes, or for good where it is lost: no ask but that of `giveBack`,
    // which lets go of it first, may be for less.
    const wish = {
      calls: wishFor(account, 'calls', used.calls + waiting),
      bytes: wishFor(account, 'bytes', used.bytes + bytes),
    };
    account.owes = true;
    const answer = await this.lease({ grant, turn: account.turn, used: { ...used }, wish });
    account.owes = false;
    const { calls, bytes: held } = answer.held;
    // Never more than the terms allow, whatever the broker says.
    account.held = {
      calls: Math.min(calls ?? Infinity, account.limit.calls),
      bytes: Math.min(held ?? Infinity, account.limit.bytes),
    };
    const short = account.held.calls < wish.calls || account.held.bytes < wish.bytes;
    return { ...answer, short };
  }

  private async giveBack(account: Account, last = false): Promise<boolean> {
    if (account.asking.isRunning) {
      if (!last) return false;
      await account.asking.settle();
    }
    if (!account.owes && !hasUnused(account)) return true;
    this.dropUnused(account);
    return this.ask(account, 0).then(
      () => true,
      (error: unknown) => {
        // Of an ended grant nothing is leased; anything else stays owed, and is said again after as long a time.
        if (hasEnded(error)) account.owes = false;
        account.usedAt = this.clock.monotonic();
        return !account.owes;
      },
    );
  }

  /** From here on nothing more is used, whatever becomes of the message that says so. */
  private dropUnused(account: Account): void {
    account.held = { ...account.used };
    account.owes = true;
  }

  private spend(account: Account, { calls, bytes }: Amounts): void {
    account.used = { calls: account.used.calls + calls, bytes: account.used.bytes + bytes };
    account.usedAt = this.clock.monotonic();
  }

  private accountOf(digest: string, grant: ListedGrant): Account {
    const known = this.accounts.get(digest);
    if (known !== undefined) return known;
    const nothing = { calls: 0, bytes: 0 };
    const times = { usedAt: this.clock.monotonic(), exhaustedUntil: 0 };
    const state = { turn: 0, waiting: 0, asking: new SingleFlight<Leased>(), owes: false };
    const limit = { calls: grant.budget?.calls ?? Infinity, bytes: grant.budget?.bytes ?? Infinity };
    const account = { grant: grant.id, used: nothing, held: nothing, limit, ...state, ...times };
    this.accounts.set(digest, account);
    return account;
  }
}

/** The broker may have ended the grant, used up, before the feed has told so. */
const hasEnded = (error: unknown): boolean =>
  error instanceof BrokerResponseError && error.code === 'grant_not_active';

/** At least what is held; where the budget has no limit there is nothing to be held. */
const wishFor = ({ held, limit }: Account, kind: keyof Amounts, needed: number): number =>
  Number.isFinite(limit[kind]) ? Math.max(held[kind], needed) : needed;
const left = ({ used, held }: Account, kind: keyof Amounts): number => held[kind] - used[kind];
const hasBoth = (account: Account): boolean => left(account, 'calls') > 0 && left(account, 'bytes') > 0;
const fits = (account: Account, wants: { calls: 0 | 1 }): boolean =>
  left(account, 'bytes') > 0 && (wants.calls === 0 || left(account, 'calls') > 0);
const hasUnused = (account: Account): boolean =>
  (Number.isFinite(account.held.calls) && left(account, 'calls') > 0) ||
  (Number.isFinite(account.held.bytes) && left(account, 'bytes') > 0);
