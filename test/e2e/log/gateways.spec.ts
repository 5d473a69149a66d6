import type { LeafV1 } from '@countersign/audit-log';
import type { Warning } from '@countersign/log-verifier';
import { type Copies, copiesOf, faultOf, verifyCopies } from '../../support/log-copy.js';
import { RecordChain, type RecordedGrant } from '../../support/record-chain.js';
import { RecordingGateway } from '../../support/recorded-calls.js';
import { TestBroker } from '../harness.js';
import { makeGrant, mintToken } from '../story.js';

/**
 * A vendor that leaves all records of a gateway out of a customer's log, heads included, leaves no chain with a gap. The deployment's
 * log and the customer's daily leaf say which gateways serve the customer, and each of them signs there each day.
 */
const DAY = 86_400_000;
const MINUTE = 60_000;

let broker: TestBroker;
let honest: Copies;
let under: RecordedGrant;
/** The one of which the log has records, and the one that is hidden. */
let shown: RecordingGateway;
let hidden: RecordingGateway;
let end: RecordChain['end'];
/** Midnight after the last leaf. */
let midnight: number;

beforeAll(async () => {
  broker = await TestBroker.start();
  shown = await RecordingGateway.enrol(broker);
  hidden = await RecordingGateway.enrol(broker, 'two');
  const { request, grant } = await makeGrant(broker);
  await mintToken(broker, grant);
  under = { grant, request: request.id, digest: request.digest, person: broker.persons.engineer };
  const chain = shown.chain(under);
  const allowed = chain.add('allowed');
  await shown.send(chain, [allowed, chain.add('outcome', { id: allowed.record.id }), chain.add('head')]);
  end = chain.end;
  honest = await copiesOf(broker);
  midnight = (Math.floor(Date.parse((honest.tenant.leaves.at(-1) as LeafV1).at) / DAY) + 1) * DAY;
});
afterAll(() => broker.close());

const instant = (time: number) => new Date(time).toISOString();
const dayOf = (time: number) => instant(time).slice(0, 10);

type Signer = Pick<RecordingGateway, 'id' | 'identity'>;

/** The two logs day by day, as a broker writes them after each midnight. */
class Days {
  readonly copies: Copies = { tenant: honest.tenant.copy(), deployment: honest.deployment.copy() };
  readonly #chains = new Map<string, RecordChain>();
  #next = midnight;
  #signing = 0;

  /** When the next day's leaves are written. */
  get now(): number {
    return this.#next;
  }

  /** @param day what the statement names (null: there is none); which gateways sign; what else happens on that day */
  pass(
    count: number,
    day: {
      named?: readonly string[] | null;
      signing?: readonly Signer[];
      also?: () => void;
      /** How many days later the day is sealed. */
      late?: number;
    } = {},
  ): this {
    const { named = [shown.id, hidden.id], signing = [shown, hidden], also = () => {}, late = 0 } = day;
    const { tenant } = this.copies;
    for (let passed = 0; passed < count; passed += 1) {
      const at = instant(this.#next + 5_000);
      for (let day = tenant.dayToSeal; day < dayOf(this.#next - late * DAY); day = tenant.dayToSeal)
        tenant.append({ type: 'log.sealed', at, actor: 'job', data: { day } });
      if (named !== null) this.state(named, at);
      for (const gateway of signing) this.sign(gateway, this.#next + MINUTE);
      also();
      this.#next += DAY;
    }
    return this;
  }

  /** No broker runs. */
  rest(days: number): this {
    this.#next += days * DAY;
    return this;
  }

  chainOf({ id, identity }: Signer, time: number): RecordChain {
    this.#signing = time;
    const previous = id === shown.id ? end : null;
    const now = () => new Date(this.#signing);
    const chain = this.#chains.get(id) ?? new RecordChain(id, identity.privateKey, under, now, previous);
    this.#chains.set(id, chain);
    return chain;
  }

  sign(gateway: Signer, time: number): void {
    this.copies.tenant.appendRecord(this.chainOf(gateway, time).add('head'));
  }

  deployment(type: string, gateway: string, time: number, data: object = {}): void {
    this.copies.deployment.append({
      ...{ type: type as 'gateway.closed', at: instant(time), actor: 'job' },
      data: { gateway, ...data },
    });
  }

  private state(gateways: readonly string[], at: string): void {
    this.copies.tenant.append({
      ...{ type: 'standing.stated', at, actor: 'job' },
      data: {
        ...{ day: at.slice(0, 10), zero: false, ways: [{ kind: 'grant', id: under.grant }], more: 0 },
        ...{ credentials: {}, gateways, moreGateways: 0, coverage: null },
      },
    });
  }

  async fault(): Promise<string> {
    return (await faultOf(this.copies)).split(' ')[0] ?? '';
  }

  async notes(): Promise<Warning['code'][]> {
    const { warnings } = await verifyCopies(this.copies);
    // The approver's key is one that the host made.
    return warnings.map(({ code }) => code).filter((code) => code !== 'host_made_key');
  }
}

test('days with heads of each gateway verify, whether or not anyone called', async () => {
  const days = new Days().pass(5);
  expect(await days.fault()).toBe('none');
  expect(await days.notes()).toEqual(['first_run']);
});

describe('P10: a gateway whose records are left out as a whole', () => {
  test('is named on the first day, and is a fault after two', async () => {
    const days = new Days().pass(1, { signing: [shown] });
    expect(await days.notes()).toContain('gateway_unsigned');
    expect(await days.pass(2, { signing: [shown] }).fault()).toBe('gateway_silent');
  });

  test('also if it signed before: what it did since is not known', async () => {
    const days = new Days().pass(3).pass(2, { signing: [shown] });
    expect(await days.fault()).toBe('none');
    expect(await days.pass(1, { signing: [shown] }).fault()).toBe('gateway_silent');
    expect(await days.pass(1).fault()).toBe('none');
  });

  test('also if it was revoked since', async () => {
    const days = new Days().pass(4, { signing: [shown] });
    days.deployment('gateway.revoked', hidden.id, days.now);
    expect(
      await days
        .pass(1, { signing: [shown] })
        .pass(3, { named: [shown.id], signing: [shown] })
        .fault(),
    ).toBe('gateway_silent');
  });

  test('is no fault if the deployment’s log says that it was gone; a call of that time is', async () => {
    const days = new Days().pass(2);
    const gone = days.now - DAY + 8 * 3_600_000;
    days.deployment('gateway.closed', hidden.id, gone + 15 * MINUTE, {
      ...{ reason: 'silent', lastSeenAt: instant(gone) },
    });
    days.pass(6, { signing: [shown] });
    expect(await days.fault()).toBe('none');
    days.deployment('gateway.returned', hidden.id, days.now, { closedAt: instant(gone) });
    expect(await days.pass(2).fault()).toBe('none');
    const call = { ...days.copies, tenant: days.copies.tenant.copy() };
    call.tenant.appendRecord(days.chainOf(hidden, gone + DAY).add('allowed'));
    expect((await faultOf(call)).split(' ')[0]).toBe('unknown_gateway');
  });

  test('is not excused by a time long before the leaf that says that it was gone', async () => {
    const days = new Days().pass(4, { signing: [shown] });
    days.deployment('gateway.closed', hidden.id, days.now, {
      reason: 'silent',
      lastSeenAt: instant(midnight),
    });
    expect(await days.pass(1, { signing: [shown] }).fault()).toBe('gateway_silent');
  });

  test('nor by a statement that does not name it, or by none', async () => {
    expect(await new Days().pass(1, { named: [shown.id], signing: [shown] }).fault()).toBe(
      'standing_differs',
    );
    expect(await new Days().pass(2, { named: null }).fault()).toBe('standing_differs');
  });

  test('nor by days that are each sealed late, without a statement; days that a failing job missed have one', async () => {
    expect(await new Days().pass(3, { named: null, late: 1 }).fault()).toBe('standing_differs');
    expect(await new Days().pass(1, { named: null, late: 1 }).pass(1).fault()).toBe('none');
  });
});

describe('P10: a daily statement names the gateways that serve the tenant', () => {
  const all = () => [shown.id, hidden.id];
  /** Another gateway, for one tenant; the deployment's log does not say which. */
  const forOne = (days: Days) => {
    const other = { id: 'gtw_0199f0a0-7b2c-7003-8000-0000000000e3', identity: hidden.identity };
    const { publicKey } = other.identity;
    const serves = { services: null, tenants: 1 };
    days.deployment('gateway.enrolled', other.id, midnight, { serves });
    days.deployment('gateway.registered', other.id, midnight, { publicKey });
    return other;
  };

  test('one for some tenants is the vendor’s word, until it is named or signs', async () => {
    const days = new Days();
    const other = forOne(days);
    expect(await days.pass(3).notes()).toContain('gateway_of_others');
    days.pass(3, { named: [...all(), other.id] });
    expect(await days.fault()).toBe('gateway_silent');
    const signs = new Days();
    const signing = [shown, hidden, forOne(signs)];
    expect(
      await signs
        .pass(1, { named: [...all(), other.id], signing })
        .pass(1, { signing })
        .fault(),
    ).toBe('standing_differs');
  });

  test('and no other: one that the deployment’s log does not have, or that was revoked days before', async () => {
    const other = 'gtw_0199f0a0-7b2c-7003-8000-0000000000e1';
    expect(await new Days().pass(1, { named: [shown.id, hidden.id, other] }).fault()).toBe(
      'standing_differs',
    );
    const days = new Days().pass(1);
    days.deployment('gateway.revoked', hidden.id, days.now - DAY / 2);
    // It served on that day.
    expect(await days.pass(1, { signing: [shown] }).fault()).toBe('none');
    expect(await days.pass(1, { signing: [shown] }).fault()).toBe('standing_differs');
  });

  test('one that was enrolled and revoked on one day is named, and noted if it signed nothing', async () => {
    const days = new Days().pass(1);
    const id = 'gtw_0199f0a0-7b2c-7003-8000-0000000000e2';
    const { publicKey } = hidden.identity;
    days.deployment('gateway.enrolled', id, days.now - 20 * 3_600_000, {
      serves: { services: null, tenants: null },
    });
    days.deployment('gateway.registered', id, days.now - 20 * 3_600_000, { publicKey });
    days.deployment('gateway.revoked', id, days.now - 4 * 3_600_000);
    const named = new Days();
    named.copies.deployment = days.copies.deployment;
    named
      .pass(1)
      .pass(1, { named: [shown.id, hidden.id, id] })
      .pass(3);
    expect([await named.fault(), await named.notes()]).toEqual(['none', ['gateway_unsigned', 'first_run']]);
    expect(await days.pass(1).fault()).toBe('standing_differs');
  });
});

describe('an honest broker that did not run for long', () => {
  test.each([5, 40, 500])(
    'for %i days: no seal is missing and no gateway silent, and the log says so',
    async (rest) => {
      const days = new Days().pass(2).rest(rest);
      // The first leaf after it may be any other: the jobs run a moment later.
      const woken = { ...days.copies, tenant: days.copies.tenant.copy() };
      woken.tenant.append({ type: 'notice.retried', at: instant(days.now), actor: 'job', data: {} });
      const { warnings } = await verifyCopies(woken);
      expect(warnings.map(({ code }) => code)).toContain('outage');
      days.copies.tenant = woken.tenant;
      expect(await days.pass(1, { signing: [] }).fault()).toBe('none');
    },
  );

  test('but days on which it ran are no outage, and neither are those of which the deployment’s log has leaves', async () => {
    const days = new Days().pass(2);
    const also = (time: number) => (log: Copies['tenant']) =>
      log.append({ type: 'notice.retried', at: instant(time), actor: 'job', data: {} });
    for (const log of ['tenant', 'deployment'] as const) {
      const copies = { tenant: days.copies.tenant.copy(), deployment: days.copies.deployment.copy() };
      for (let day = 0; day < 6; day += 1) also(days.now + day * DAY)(copies[log]);
      also(days.now + 6 * DAY)(copies.tenant);
      expect((await faultOf(copies)).split(' ')[0]).toBe('seal_missing');
    }
  });

  test('seals that were due meanwhile are opened afterwards, and an overdue one is a fault a month later', async () => {
    const days = new Days().pass(3).rest(400);
    expect(await days.pass(20).fault()).toBe('none');
    expect(await days.pass(20).fault()).toBe('seal_overdue');
  });
});
