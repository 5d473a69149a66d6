import type { ActiveGrant } from '@countersign/authorization';
import type { Budget } from '@countersign/contract';
import { LeaseBook } from '../../../../test/fakes/lease-book.js';
import { BrokerResponseError } from '../feed/broker-client.js';
import { Budgets, type LeaseRequester } from './budgets.js';

const DIGEST = `sha256:${'d'.repeat(64)}`;
const BUDGET = { calls: 1_000, bytes: 4_000_000 };
const grantOf = (budget: Budget): ActiveGrant => ({
  id: 'grt_01980000-0000-7000-8000-000000000001',
  tenant: 'acme',
  service: 'billing',
  startsAt: 0,
  endsAt: 3_600_000,
  budget,
});

/** Time passes only with requests: each takes a second. */
let time: number;
let book: LeaseBook;
beforeEach(() => {
  time = 1_000_000;
  book = new LeaseBook();
});

/** One gateway's budgets with the broker's lease book behind them. Answers can be lost on the way. */
class Side {
  asks = 0;
  lost = false;
  /** Runs while an answer is on its way. */
  meanwhile: () => Promise<void> = async () => undefined;
  readonly budgets: Budgets;

  constructor(
    readonly boot: string,
    readonly grant: ActiveGrant,
    lessor?: LeaseRequester,
  ) {
    this.budgets = new Budgets(lessor ?? ((ask) => this.ask(ask)), { monotonic: () => time });
  }

  private async ask({ grant, ...ask }: Parameters<LeaseRequester>[0]): ReturnType<LeaseRequester> {
    this.asks += 1;
    time += 1_000;
    const whose = { tenant: 'acme', grant, gateway: 'gtw', boot: this.boot };
    const answer = book.ask(whose, this.grant.budget ?? {}, ask);
    await this.meanwhile();
    if (this.lost) throw new Error('the answer is lost');
    return answer;
  }

  more = () => this.budgets.requestMore(DIGEST, this.grant, { calls: 1, bytes: 1 });
  takeBytes = (bytes: number) => this.budgets.takeBytes(DIGEST, this.grant, bytes);

  /** Allows as many calls as there are, each with this much of a response. */
  async useUp(bytes: number): Promise<{ calls: number; bytes: number }> {
    const used = { calls: 0, bytes: 0 };
    for (;;) {
      if (!this.budgets.hasLeft(DIGEST, this.grant) && (await this.more()) !== 'more') return used;
      this.budgets.takeCall(DIGEST, this.grant);
      used.calls += 1;
      used.bytes += this.takeBytes(bytes);
    }
  }

  /** Allows calls as long as one more fits into what is held. */
  takeHeldCalls(): number {
    let calls = 0;
    for (; this.budgets.hasLeft(DIGEST, this.grant); calls += 1) this.budgets.takeCall(DIGEST, this.grant);
    return calls;
  }
}

test.each([
  ['arrives late', false],
  ['is lost', true],
])('a request for calls whose answer %s gives up no bytes that are still used', async (_, lost) => {
  const [one, other] = [new Side('one', grantOf(BUDGET)), new Side('other', grantOf(BUDGET))];
  expect(await one.more()).toBe('more');
  expect(one.takeHeldCalls()).toBeGreaterThan(0);
  let [mine, others] = [0, 0];
  one.lost = lost;
  one.meanwhile = async () => {
    one.meanwhile = async () => undefined;
    mine += one.takeBytes(BUDGET.bytes);
    others += (await other.useUp(BUDGET.bytes)).bytes;
  };
  await one.more();
  expect(mine).toBeGreaterThan(0);
  one.lost = false;
  mine += (await one.useUp(BUDGET.bytes)).bytes;
  expect(others).toBeGreaterThan(0);
  expect(mine + others).toBeLessThanOrEqual(BUDGET.bytes);
});

test('a request for bytes whose answer is lost gives up no calls that are still made', async () => {
  const [one, other] = [new Side('one', grantOf(BUDGET)), new Side('other', grantOf(BUDGET))];
  expect(await one.more()).toBe('more');
  one.budgets.takeCall(DIGEST, one.grant);
  one.takeBytes(BUDGET.bytes);
  one.lost = true;
  expect(await one.budgets.requestMore(DIGEST, one.grant, { calls: 0, bytes: 1 })).toBe('unreachable');
  const others = await other.useUp(1);
  one.lost = false;
  const mine = await one.useUp(1);
  expect(mine.calls).toBeGreaterThan(0);
  expect(others.calls).toBeGreaterThan(0);
  expect(1 + mine.calls + others.calls).toBeLessThanOrEqual(BUDGET.calls);
});

test('idle budget is returned; if the message is lost, it stays unused and the message is repeated', async () => {
  const [one, other] = [new Side('one', grantOf(BUDGET)), new Side('other', grantOf(BUDGET))];
  expect(await one.more()).toBe('more');
  one.budgets.takeCall(DIGEST, one.grant);
  const sweep = async () => {
    time += 2_000;
    const before = one.asks;
    one.budgets.sweep();
    await new Promise((resolve) => setImmediate(resolve));
    return one.asks - before;
  };
  one.lost = true;
  expect(await sweep()).toBe(1);
  expect(one.budgets.hasLeft(DIGEST, one.grant)).toBe(false);
  one.lost = false;
  expect(await sweep()).toBe(1);
  expect(await sweep()).toBe(0);
  expect((await other.useUp(0)).calls).toBe(BUDGET.calls - 1);
});

test('nothing is owed of a grant that the broker has ended: the gateway asks once and not again', async () => {
  let ended = false;
  let asks = 0;
  const side = new Side('one', grantOf({ calls: 10 }), async () => {
    asks += 1;
    if (ended) throw new BrokerResponseError(409, 'grant_not_active');
    return { held: { calls: 3, bytes: null }, elsewhere: false };
  });
  expect(await side.more()).toBe('more');
  ended = true;
  for (let count = 0; count < 5; count += 1) {
    time += 2_000;
    side.budgets.sweep();
    await new Promise((resolve) => setImmediate(resolve));
  }
  expect(asks).toBe(2);
  expect(await side.budgets.close()).toBe(true);
});

test.each([
  ['more than the whole budget', { calls: 1_000, bytes: 1_000 }],
  ['no limit', { calls: null, bytes: null }],
])('a lease of %s is limited to the budget', async (_, held) => {
  const side = new Side('one', grantOf({ calls: 2, bytes: 100 }), async () => ({ held, elsewhere: false }));
  expect(await side.more()).toBe('more');
  expect(side.takeBytes(1_000)).toBe(100);
  expect(side.takeHeldCalls()).toBe(0);
  const calls = new Side('two', grantOf({ calls: 2 }), async () => ({ held, elsewhere: false }));
  expect(await calls.more()).toBe('more');
  expect(calls.takeHeldCalls()).toBe(2);
});
