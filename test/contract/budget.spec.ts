/** @soak */

import { randomUUID } from 'node:crypto';
import {
  closeLeases,
  type Deps,
  EVERYTHING,
  getGrant,
  getRequest,
  type IncomingRecord,
  ingestRecords,
  leaseBudget,
  type Principal,
  revokeGrant,
} from '@countersign/access';
import { type Budget, NO_OUTCOME } from '@countersign/contract';
import { uuidV7Ids } from '@countersign/persistence';
import { isFullRun } from '../support/samples.js';
import { describeUseCase } from './support/describe-store.js';
import { outcome } from './support/outcome.js';
import { aGrant, aRecord, aRequest } from './support/rows.js';
import { startWorkflow, type Workflow } from './support/workflow.js';

/** One run of a gateway as the broker knows it: what it was given, and the records that it hands over. */
class Boot {
  readonly id = randomUUID();
  turn = 0;
  used = { calls: 0, bytes: 0 };
  lease: { calls: number | null; bytes: number | null } = { calls: 0, bytes: 0 };
  private seq = 0;
  private prev: string | null = null;

  constructor(
    private readonly deps: Deps,
    private readonly grant: string,
    readonly gateway: string = uuidV7Ids.next('gtw'),
  ) {}

  async ask(more: { calls?: number; bytes?: number }, turn = ++this.turn) {
    const wish = {
      calls: this.used.calls + (more.calls ?? 0),
      bytes: this.used.bytes + (more.bytes ?? 0),
    };
    const ask = { boot: this.id, grant: this.grant, turn, used: { ...this.used }, wish };
    const answer = await leaseBudget(this.deps, { id: this.gateway, ...EVERYTHING }, ask);
    this.lease = answer.held;
    return answer;
  }

  /** As many calls, of as many bytes each, as are held of those wanted. @returns their records */
  call(calls: number, bytes = 0, how: 'completed' | 'unknown' = 'completed'): IncomingRecord[] {
    this.used.calls += calls;
    this.used.bytes += how === 'completed' ? calls * bytes : 0;
    return Array.from({ length: calls }, () => {
      const view = aRecord(aGrant(aRequest(), { id: this.grant }), {
        gateway: this.gateway,
        boot: this.id,
      });
      const result = { ...NO_OUTCOME, status: 200, bytes, durationMs: 1, outcome: how };
      return [
        { ...this.place(), kind: 'allowed' as const, view, path: null },
        {
          ...this.place(),
          kind: 'outcome' as const,
          id: view.id,
          outcome: how === 'completed' ? result : { ...result, bytes: 0 },
        },
      ];
    }).flat();
  }

  /** The calls get the rest of what their grant says: records that contradict the store are not taken. */
  async handOver(records: readonly IncomingRecord[]) {
    const grant = await this.deps.store.readForTenant('acme', (unit) => unit.grants.find(this.grant));
    if (grant === null || grant.startsAt === null) throw new Error('the grant has not started');
    const { digest, request, requester: person, startsAt: at } = grant;
    const whole = records.map((each) =>
      'view' in each ? { ...each, view: { ...each.view, digest, request, person, at } } : each,
    );
    return ingestRecords(this.deps, [
      { gateway: this.gateway, boot: this.id, binding: EVERYTHING, records: whole },
    ]);
  }

  private place() {
    this.seq += 1;
    const place = {
      tenant: 'acme',
      seq: this.seq,
      hash: randomUUID(),
      prev: this.prev,
      at: '2026-11-24T15:10:00.000Z',
    };
    this.prev = place.hash;
    return place;
  }
}

/** Rounds in which all boots ask at once: more than they need to use up the budget. */
const ROUNDS = isFullRun() ? 40 : 20;

describeUseCase('SQLite', 'a grant’s budget', (bench) => {
  let flow: Workflow;
  let erin: Principal;
  let ada: Principal;

  const granted = async (budget: Budget): Promise<string> => {
    flow = await startWorkflow(bench);
    erin = await flow.as('erin@northwind.example');
    ada = await flow.as('ada@acme.example');
    const asked = await flow.ask(erin, { budget });
    await flow.approve(await flow.as('max@northwind.example'), asked);
    await flow.approve(ada, asked);
    const { request } = await getRequest(flow.deps, erin, asked.request.id);
    return request.grant ?? '';
  };
  const read = async (grant: string) => (await getGrant(flow.deps, erin, grant)).grant;
  const sumHeld = (boots: readonly Boot[], kind: 'calls' | 'bytes') =>
    boots.reduce((sum, boot) => sum + (boot.lease[kind] ?? 0), 0);

  test('a budget is exact: twelve boots at two brokers that ask at once never hold more, and together all of it', async () => {
    const grant = await granted({ calls: 100, bytes: 1_000_000 });
    const other: Deps = { ...flow.deps, store: await bench.database.open() };
    const boots = Array.from(
      { length: 12 },
      (_, index) => new Boot(index % 2 === 0 ? flow.deps : other, grant),
    );
    for (let round = 0; round < ROUNDS; round += 1) {
      await Promise.all(
        boots.map(async (boot) => {
          await boot.ask({ calls: 1, bytes: 10_000 });
          const calls = Math.min(3, (boot.lease.calls ?? 0) - boot.used.calls);
          const bytes = Math.min(30_000, (boot.lease.bytes ?? 0) - boot.used.bytes);
          boot.used = { calls: boot.used.calls + calls, bytes: boot.used.bytes + bytes };
        }),
      );
      expect(sumHeld(boots, 'calls')).toBeLessThanOrEqual(100);
      expect(sumHeld(boots, 'bytes')).toBeLessThanOrEqual(1_000_000);
    }
    expect(boots.reduce((sum, { used }) => sum + used.calls, 0)).toBe(100);
    expect(boots.reduce((sum, { used }) => sum + used.bytes, 0)).toBe(1_000_000);
    // The first eager gateway has not taken everything: the others had their share.
    expect(Math.max(...boots.map(({ used }) => used.calls))).toBeLessThan(60);
  });

  test('an ask that is repeated takes nothing twice, and one that comes late changes nothing', async () => {
    const grant = await granted({ calls: 40 });
    const boot = new Boot(flow.deps, grant);
    const first = await boot.ask({ calls: 10 });
    expect(first.held).toEqual({ calls: 10, bytes: null });
    expect(await boot.ask({ calls: 30 }, 1)).toEqual(first);
    boot.used.calls = 4;
    expect((await boot.ask({ calls: 0 })).held.calls).toBe(4);
    const late = {
      boot: boot.id,
      grant,
      turn: 1,
      used: { calls: 0, bytes: 0 },
      wish: { calls: 0, bytes: 0 },
    };
    expect((await leaseBudget(flow.deps, { id: boot.gateway, ...EVERYTHING }, late)).held.calls).toBe(4);
    // What was given back is there for another, whole.
    expect((await new Boot(flow.deps, grant).ask({ calls: 36 })).held.calls).toBe(36);
  });

  test('a gateway that says it used less than its records prove gives nothing back of that', async () => {
    const grant = await granted({ calls: 10 });
    const boot = new Boot(flow.deps, grant);
    await boot.ask({ calls: 6 });
    await boot.handOver(boot.call(6));
    boot.used.calls = 0;
    expect((await boot.ask({ calls: 0 })).held.calls).toBe(6);
    expect((await new Boot(flow.deps, grant).ask({ calls: 10 })).held.calls).toBe(4);
  });

  test('a dead boot’s part counts as used until its records are there; then calls that were not made are free', async () => {
    const grant = await granted({ calls: 8 });
    const dead = new Boot(flow.deps, grant);
    await dead.ask({ calls: 8 });
    await dead.handOver(dead.call(3));
    const next = new Boot(flow.deps, grant, dead.gateway);
    expect(await next.ask({ calls: 1 })).toEqual({ held: { calls: 0, bytes: null }, elsewhere: true });
    await closeLeases(flow.deps, dead.gateway, [dead.id]);
    expect((await next.ask({ calls: 8 })).held.calls).toBe(5);
    expect(await outcome(dead.ask({ calls: 1 }))).toBe('conflict');
    await next.handOver(next.call(5));
    expect(await read(grant)).toMatchObject({ state: 'ended', endReason: 'exhausted', used: { calls: 8 } });
  });

  test('bytes of a call that no one knows the end of stay used, as many as were held', async () => {
    const grant = await granted({ bytes: 400_000 });
    const dead = new Boot(flow.deps, grant);
    await dead.ask({ bytes: 100_000 });
    await dead.handOver(dead.call(1, 100));
    await dead.handOver(dead.call(1, 0, 'unknown'));
    await closeLeases(flow.deps, dead.gateway, [dead.id]);
    const next = new Boot(flow.deps, grant, dead.gateway);
    expect((await next.ask({ bytes: 400_000 })).held.bytes).toBe(300_000);
    expect((await read(grant)).used).toEqual({ calls: 2, bytes: 100 });
  });

  test('only the gateway itself can say that a boot of it is over', async () => {
    const grant = await granted({ calls: 5 });
    const boot = new Boot(flow.deps, grant);
    await boot.ask({ calls: 5 });
    await closeLeases(flow.deps, uuidV7Ids.next('gtw'), [boot.id]);
    expect((await new Boot(flow.deps, grant).ask({ calls: 5 })).held.calls).toBe(0);
  });

  test('P7: the last call’s outcome ends the grant as exhausted, once, with its event and notice', async () => {
    const grant = await granted({ calls: 2 });
    const boot = new Boot(flow.deps, grant);
    await boot.ask({ calls: 2 });
    const records = boot.call(2, 7);
    await boot.handOver(records.slice(0, 3));
    // The second call has been let through and has not ended: it may come to its end.
    expect(await read(grant)).toMatchObject({ state: 'active', used: { calls: 2, bytes: 7 } });
    await boot.handOver(records);
    await boot.handOver(records);
    expect(await read(grant)).toMatchObject({
      state: 'ended',
      endReason: 'exhausted',
      used: { calls: 2, bytes: 14 },
    });
    const ends = (await flow.leaves('acme')).filter(({ type }) => type === 'grant.ended');
    expect(ends).toMatchObject([{ data: { grant, reason: 'exhausted' } }]);
    const notices = await bench.store.readAsVendor((unit) => unit.outbox.due('2099-01-01T00:00:00Z', 50));
    expect(notices.filter(({ kind }) => kind === 'grant.ended')).toHaveLength(1);
    expect(await outcome(boot.ask({ calls: 1 }))).toBe('grant_not_active');
  });

  test('bytes that are used up end the grant though calls are open', async () => {
    const grant = await granted({ bytes: 50 });
    const boot = new Boot(flow.deps, grant);
    await boot.ask({ bytes: 50 });
    const records = [...boot.call(1, 50), ...boot.call(1, 0)];
    await boot.handOver(records.slice(0, 3));
    expect(await read(grant)).toMatchObject({ state: 'ended', endReason: 'exhausted' });
  });

  test('no lease after the end of the grant, and none for what no one granted', async () => {
    const grant = await granted({ calls: 5 });
    await revokeGrant(flow.deps, ada, grant, 'enough');
    expect(await outcome(new Boot(flow.deps, grant).ask({ calls: 1 }))).toBe('grant_not_active');
    expect(await outcome(new Boot(flow.deps, uuidV7Ids.next('grt')).ask({ calls: 1 }))).toBe('not_found');
  });
});
