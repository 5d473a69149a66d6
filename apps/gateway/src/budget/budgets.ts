import type { ActiveGrant } from '@countersign/authorization';
import type { Amounts, LeaseAnswer, LeaseRequest } from '@countersign/gateway-protocol';
import { SingleFlight, sleep } from '@countersign/runtime';
import type { Clock } from '../clock.js';
import { BrokerResponseError } from '../feed/broker-client.js';

/** Requests and returns parts of a budget. Rejects if the broker cannot be reached, or refuses. */
export type LeaseRequester = (ask: Omit<LeaseRequest, 'boot'>) => Promise<LeaseAnswer>;

/** `none`: the broker reports that the budget is used up. `unreachable`: the broker did not answer. */
export type MoreBudget = 'more' | 'none' | 'unreachable';

/** What is unused for this long is returned, so that other gateways can have it. */
const IDLE_MS = 1_000;
/** How long a call waits for what other gateways may return, and how often it asks meanwhile. */
const WAIT_MS = 2_500;
const RETRY_MS = 250;
/** How long the broker is not asked again for a grant after it had nothing more. */
const EXHAUSTED_MS = 1_000;

/** `short`: the broker could not lease all that was requested. */
type Leased = LeaseAnswer & { short: boolean };

type Account = {
  /** `grt_…` */
  grant: string;
  /** Totals since this process began. `used` may grow up to `held`, which is infinite if the budget has no limit. */
  used: Amounts;
  held: Amounts;
  /** The whole budget; infinite if it has no limit. */
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
 * What grants with a budget have used at this gateway in this run, and what they may still use: the parts of the budget
 * that the broker leased to it. Nothing is used unless it is held, so a budget is exact over all gateways. A call
 * counts when it is allowed; bytes of response body count as they are sent. Grants without a budget need no lease.
 */
export class Budgets {
  private readonly accounts = new Map<string, Account>();

  constructor(
    private readonly lease: LeaseRequester,
    private readonly clock: Pick<Clock, 'monotonic'>,
  ) {}

  /** Whether what is held suffices for one more call. Always true for grants without a budget. */
  hasLeft(digest: string, grant: ActiveGrant | undefined): boolean {
    if (grant === undefined) return false;
    if (grant.budget === null) return true;
    const account = this.accounts.get(digest);
    return account !== undefined && hasBoth(account);
  }

  /** Counts a call that is allowed. */
  takeCall(digest: string, grant: ActiveGrant): void {
    if (grant.budget !== null) this.spend(this.accountOf(digest, grant), { calls: 1, bytes: 0 });
  }

  /** Takes back a call that was counted but not made. */
  returnCall(digest: string, grant: ActiveGrant): void {
    const account = grant.budget === null ? undefined : this.accounts.get(digest);
    if (account !== undefined) this.spend(account, { calls: -1, bytes: 0 });
  }

  /** How many of these bytes may be sent within what is held. Counts them. `requestMore` may get the rest. */
  takeBytes(digest: string, grant: ActiveGrant, bytes: number): number {
    if (grant.budget?.bytes === undefined) return bytes;
    const account = this.accountOf(digest, grant);
    const taken = Math.max(0, Math.min(bytes, account.held.bytes - account.used.bytes));
    this.spend(account, { calls: 0, bytes: taken });
    return taken;
  }

  /**
   * Resolves when there is more, leased by the broker or returned by others, or when it is known that there is not.
   * `bytes`: how many are wanted. `calls`: whether a call wants to begin.
   */
  async requestMore(
    digest: string,
    grant: ActiveGrant,
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

  /** Returns what is idle. Called a few times a second. */
  sweep(): void {
    const idleSince = this.clock.monotonic() - IDLE_MS;
    for (const account of this.accounts.values())
      if (account.waiting === 0 && account.usedAt < idleSince) void this.giveBack(account);
  }

  /**
   * Called when the feed says that the grant has ended, and its digest with it. The wall clock must never cause this: a
   * clock that steps forward and back would make used amounts count from zero again.
   */
  forget(digest: string): void {
    this.accounts.delete(digest);
  }

  /** The broker may have lost its leases (a restored store). From now on only what it answers is held. */
  dropAllUnused(): void {
    for (const account of this.accounts.values()) this.dropUnused(account);
  }

  /** Returns everything. Resolves with whether the broker knows all of it. */
  async close(): Promise<boolean> {
    const returned = [...this.accounts.values()].map((account) => this.giveBack(account, true));
    return (await Promise.all(returned)).every(Boolean);
  }

  /** Requests for one account run one at a time, because each states the totals of its moment. */
  private ask(account: Account, bytes: number): Promise<Leased> {
    return account.asking.run(() => this.send(account, bytes));
  }

  private async send(account: Account, bytes: number): Promise<Leased> {
    const { used, waiting, grant } = account;
    account.turn += 1;
    // What is held may be used until the answer arrives, or for good if the answer is lost. So no request may ask for
    // less, except the one of `giveBack`, which drops its holding first.
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
        // An ended grant has no leases. Anything else is still owed, and is reported again after the same idle time.
        if (hasEnded(error)) account.owes = false;
        account.usedAt = this.clock.monotonic();
        return !account.owes;
      },
    );
  }

  /** From now on nothing more is used, whether or not the broker receives the message that says so. */
  private dropUnused(account: Account): void {
    account.held = { ...account.used };
    account.owes = true;
  }

  private spend(account: Account, { calls, bytes }: Amounts): void {
    account.used = { calls: account.used.calls + calls, bytes: account.used.bytes + bytes };
    account.usedAt = this.clock.monotonic();
  }

  private accountOf(digest: string, grant: ActiveGrant): Account {
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

/** The broker may have ended a used-up grant before the feed reports it. */
const hasEnded = (error: unknown): boolean =>
  error instanceof BrokerResponseError && error.code === 'grant_not_active';

/** At least what is held. A budget without a limit holds nothing. */
const wishFor = ({ held, limit }: Account, kind: keyof Amounts, needed: number): number =>
  Number.isFinite(limit[kind]) ? Math.max(held[kind], needed) : needed;
const left = ({ used, held }: Account, kind: keyof Amounts): number => held[kind] - used[kind];
const hasBoth = (account: Account): boolean => left(account, 'calls') > 0 && left(account, 'bytes') > 0;
const fits = (account: Account, wants: { calls: 0 | 1 }): boolean =>
  left(account, 'bytes') > 0 && (wants.calls === 0 || left(account, 'calls') > 0);
const hasUnused = (account: Account): boolean =>
  (Number.isFinite(account.held.calls) && left(account, 'calls') > 0) ||
  (Number.isFinite(account.held.bytes) && left(account, 'bytes') > 0);
