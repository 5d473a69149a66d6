/** @soak */

import {
  type Deps,
  EVERYTHING,
  type IncomingBatch,
  type IncomingRecord,
  ingestRecords,
  type RecordOutcome,
} from '@countersign/access';
import { commit, NO_OUTCOME } from '@countersign/contract';
import { systemClock, systemHashing, systemRandomness, uuidV7Ids } from '@countersign/persistence';
import { samplePolicy } from '../factories/domain.js';
import { describeStore } from './support/describe-store.js';
import { aGrant, aRecord, aRequest } from './support/rows.js';

const GATEWAY = uuidV7Ids.next('gtw');
const BOOT = '0199f0a0-7b2c-4003-8000-000000000003';
const ENDED: Omit<RecordOutcome, 'id'> = {
  ...NO_OUTCOME,
  status: 200,
  bytes: 64,
  durationMs: 3,
  outcome: 'completed',
  maskedFields: 2,
};

describeStore('gateways’ records', (bench) => {
  const takeAll = (batches: readonly Omit<IncomingBatch, 'binding'>[]) => {
    const system = { clock: systemClock, ids: uuidV7Ids, random: systemRandomness, hashing: systemHashing };
    const deps: Deps = { store: bench.store, ...system };
    return ingestRecords(
      deps,
      batches.map((batch) => ({ ...batch, binding: EVERYTHING })),
    );
  };
  const take = async (records: readonly IncomingRecord[], { gateway = GATEWAY, boot = BOOT } = {}) =>
    (await takeAll([{ gateway, boot, records }]))[0];

  async function granted() {
    const request = aRequest();
    const grant = aGrant(request);
    await bench.store.asVendor(async ({ organisation }) => {
      await organisation.saveVendor({ name: 'Northwind', oidc: null, webhooks: [], policy: samplePolicy });
      await organisation.saveTenant({
        ...{ slug: 'acme', name: 'Acme', oidc: null, slack: null, webhooks: [], removedAt: null },
        controls: { approvals: 1, maxDuration: null, countersign: [], slackMayApprove: [], forbid: [] },
      });
    });
    await bench.store.forTenant('acme', async (unit) => {
      await unit.requests.insert(request);
      await unit.grants.insert(grant);
    });
    const call = (seq: number, decision: 'allowed' | 'refused' = 'allowed') =>
      aRecord(grant, {
        ...{ decision, seq, gateway: GATEWAY, boot: BOOT },
        code: decision === 'allowed' ? null : 'locked',
      });
    return { grant, call };
  }

  const place = (seq: number) => ({
    ...{ tenant: 'acme', seq, hash: `h${seq}`, prev: seq === 1 ? null : `h${seq - 1}` },
    at: '2026-11-24T15:10:00.123Z',
  });
  const recordOf = (view: ReturnType<typeof aRecord>): IncomingRecord => {
    const salt = new Uint8Array(32).fill(view.seq);
    return {
      ...place(view.seq),
      kind: view.decision,
      view,
      path: {
        commitment: commit(systemHashing, 'path', salt, view.path ?? ''),
        opening: { value: view.path ?? '', salt: Buffer.from(salt).toString('base64url') },
      },
    };
  };
  const ended = (seq: number, id: string, outcome = ENDED): IncomingRecord => ({
    ...place(seq),
    kind: 'outcome',
    id,
    outcome,
  });
  const state = (grant: string) =>
    bench.store.readForTenant('acme', async (unit) => {
      const page = { cursor: null, limit: 200 };
      const leaves = (await unit.events.list({}, page)).items.map(({ leaf }) => JSON.parse(leaf));
      return {
        records: (await unit.records.list({}, page)).items,
        leaves: leaves.reverse(),
        openings: (await unit.openings.find(leaves.flatMap((leaf) => leaf.commitments.path ?? []))).size,
        used: (await unit.grants.find(grant))?.used,
      };
    });

  bench.describeOn('SQLite', () => {
    test('are taken exactly once, with calls that end in their own batch, in a later one, and never', async () => {
      const { grant, call } = await granted();
      const [first, second, third, refused, open] = [call(1), call(2), call(5), call(4, 'refused'), call(7)];
      const batches = [
        [recordOf(first), recordOf(second)],
        [
          ended(3, first.id),
          recordOf(refused),
          recordOf(third),
          ended(6, third.id, { ...ENDED, bytes: 6 }),
          recordOf(open),
        ],
        [ended(8, second.id, { ...ENDED, bytes: 30 }), ended(9, refused.id), ended(10, 'rec_of_nobody')],
      ];
      // Each comes twice, and the one before it once more along with it.
      for (const [index, batch] of batches.entries())
        for (const again of [batch, [...(batches[index - 1] ?? []), ...batch]])
          expect(await take(again)).toEqual({ acme: [2, 7, 10][index] });
      const after = await state(grant.id);
      expect(new Set(after.records)).toEqual(
        new Set([
          { ...first, ...ENDED },
          { ...second, ...ENDED, bytes: 30 },
          { ...third, ...ENDED, bytes: 6 },
          refused,
          open,
        ]),
      );
      expect(after.leaves.map(({ seq }) => seq)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
      const names = ['allowed', 'allowed', 'outcome', 'refused', 'allowed', 'outcome', 'allowed'];
      expect(after.leaves.map(({ type }) => type)).toEqual(
        [...names, 'outcome', 'outcome', 'outcome'].map((name) => `access.${name}`),
      );
      // The holder of the grant is known for allowed calls, even if they began in an earlier batch.
      expect(after.leaves.map(({ data }) => data.requester !== undefined)).toEqual(
        Array.from({ length: 10 }, (_, index) => index < 8),
      );
      expect(after).toMatchObject({ openings: 5, used: { calls: 4, bytes: 100 } });
    });

    test('of many gateways at once are taken as if each had come by itself, one of them even twice', async () => {
      const { grant, call } = await granted();
      const other = uuidV7Ids.next('gtw');
      const [first, second] = [call(1), { ...call(1), gateway: other }];
      const gap = { ...call(4), gateway: other };
      const own = { gateway: GATEWAY, boot: BOOT, records: [recordOf(first), ended(2, first.id)] };
      const others = {
        gateway: other,
        boot: BOOT,
        records: [recordOf(second), recordOf(gap), ended(5, first.id)],
      };
      const next = { ...own, records: [...own.records, recordOf(call(3))] };
      expect(await takeAll([own, others, next, { ...own, records: [] }])).toEqual([
        { acme: 3 },
        { acme: 5 },
        { acme: 3 },
        {},
      ]);
      const { leaves, records, used } = await state(grant.id);
      const told = leaves.map(
        ({ type, actor, data }) =>
          `${actor === other ? 'other' : 'own'} ${type} ${data.gatewaySeq ?? data.at}`,
      );
      expect(told).toEqual([
        'own access.allowed 1',
        'own access.outcome 2',
        'other access.allowed 1',
        'other gateway.gap 4',
        'other access.allowed 4',
        // The call of another gateway is not its to end.
        'other gateway.mismatch 5',
        'own access.allowed 3',
      ]);
      expect(records).toHaveLength(4);
      expect(used).toEqual({ calls: 4, bytes: ENDED.bytes });
      const cursors = await bench.store.forTenant('acme', (unit) =>
        unit.records.cursors([GATEWAY, other].map((gateway) => ({ gateway, boot: BOOT }))),
      );
      expect(new Set(cursors.map(({ gateway, seq }) => `${gateway} ${seq}`))).toEqual(
        new Set([`${GATEWAY} 3`, `${other} 5`]),
      );
    });

    describe('tell people', () => {
      const kinds = async () =>
        (await bench.store.readAsVendor((unit) => unit.outbox.due('2099-01-01T00:00:00Z', 200))).map(
          ({ kind, subject }) => `${kind} ${subject}`,
        );
      const many = (call: (seq: number) => ReturnType<typeof aRecord>, from: number, to: number) =>
        Array.from({ length: to - from + 1 }, (_, index) => recordOf(call(from + index)));

      test('P7: of a grant’s first call and of each 25 further, in the transaction of the records', async () => {
        const { grant, call } = await granted();
        const told = `grant.used ${grant.id}`;
        await take(many(call, 1, 1));
        expect(await kinds()).toEqual([told]);
        await take(many(call, 2, 25));
        expect(await kinds()).toEqual([told]);
        await take(many(call, 26, 26));
        expect(await kinds()).toEqual([told, told]);
        // What was taken before counts for nothing; several thresholds at once are told of once.
        await take(many(call, 20, 120));
        expect(await kinds()).toEqual([told, told, told]);
        await take(many(call, 121, 126));
        expect(await kinds()).toEqual([told, told, told, told]);
      });

      test('of refused calls likewise, folded ones by their count', async () => {
        const { grant, call } = await granted();
        const told = `grant.refused ${grant.id}`;
        await take([recordOf(call(1, 'refused'))]);
        await take([recordOf({ ...call(2, 'refused'), count: 24 })]);
        expect(await kinds()).toEqual([told]);
        await take([recordOf(call(3, 'refused'))]);
        expect(await kinds()).toEqual([told, told]);
        expect(await bench.store.readForTenant('acme', (unit) => unit.grants.find(grant.id))).toMatchObject({
          refused: 26,
          used: { calls: 0, bytes: 0 },
        });
      });

      test('once a threshold, though many gateways and brokers bring the calls at once', async () => {
        const { grant, call } = await granted();
        const other = await bench.database.open();
        const system = {
          clock: systemClock,
          ids: uuidV7Ids,
          random: systemRandomness,
          hashing: systemHashing,
        };
        await Promise.all(
          Array.from({ length: 10 }, (_, index) => {
            const gateway = uuidV7Ids.next('gtw');
            const store = index % 2 === 0 ? bench.store : other;
            const records = Array.from({ length: 5 }, (_, seq) =>
              recordOf({ ...call(seq + 1), id: uuidV7Ids.next('rec'), gateway }),
            );
            return ingestRecords({ store, ...system }, [
              { gateway, boot: BOOT, binding: EVERYTHING, records },
            ]);
          }),
        );
        expect(await kinds()).toEqual([`grant.used ${grant.id}`, `grant.used ${grant.id}`]);
      });
    });

    test('a gap is an event of its own, at the place where it was found', async () => {
      const { grant, call } = await granted();
      await take([recordOf(call(1)), recordOf(call(3))]);
      expect((await state(grant.id)).leaves.map(({ type }) => type)).toEqual([
        'access.allowed',
        'gateway.gap',
        'access.allowed',
      ]);
    });

    test('P5: a run whose first record names records that the broker lacks adds a gap, and one that fits adds none', async () => {
      const { grant, call } = await granted();
      const boots = ['b', 'c', 'd', 'e'].map((digit) => `0199f0a0-7b2c-4003-8000-00000000000${digit}`);
      const begin = (previous: IncomingRecord['previous']) => ({
        ...recordOf({ ...call(1, 'refused'), id: uuidV7Ids.next('rec') }),
        ...(previous === undefined ? {} : { previous }),
      });
      await take([recordOf(call(1)), recordOf(call(2))]);
      const events = async (boot: string, previous: IncomingRecord['previous']) => {
        const { leaves: before } = await state(grant.id);
        await take([begin(previous)], { boot });
        const { leaves } = await state(grant.id);
        return leaves.slice(before.length).map(({ type, data }) => [type, data]);
      };
      const leaf = (previous: unknown) => ['access.refused', expect.objectContaining({ previous })];
      const end = { boot: BOOT, seq: 2, hash: 'h2' };
      expect(await events(boots[0] as string, end)).toEqual([leaf(end)]);
      expect(await events(boots[1] as string, null)).toEqual([leaf(null)]);
      const more = { ...end, seq: 4, hash: 'h4' };
      expect(await events(boots[2] as string, more)).toEqual([
        ['gateway.gap', { gateway: GATEWAY, boot: BOOT, after: 2, at: 5, next: boots[2] }],
        leaf(more),
      ]);
      const other = { ...end, hash: 'h3' };
      expect(await events(boots[3] as string, other)).toEqual([
        ['gateway.mismatch', { gateway: GATEWAY, boot: boots[3], at: 1, reason: 'prev' }],
        leaf(other),
      ]);
    });

    test.each([
      ['another gateway', { gateway: uuidV7Ids.next('gtw') }],
      ['another boot', { boot: '0199f0a0-7b2c-4003-8000-000000000004' }],
    ])('P5: %s cannot say how a call ended', async (_who, other) => {
      const { grant, call } = await granted();
      const open = call(1);
      await take([recordOf(open)]);
      await take([ended(1, open.id, { ...ENDED, bytes: 9_000 })], other);
      const after = await state(grant.id);
      expect(after.records).toEqual([open]);
      expect(after.used).toEqual({ calls: 1, bytes: 0 });
      expect(after.leaves.at(-1)).toMatchObject({
        type: 'gateway.mismatch',
        data: { gateway: GATEWAY, boot: BOOT, ...other, at: 1, reason: 'outcome', record: open.id },
      });
      await take([ended(2, open.id)]);
      expect((await state(grant.id)).records).toEqual([{ ...open, ...ENDED }]);
    });

    test('P5: how a call ended is told once: in its own batch, in a later one, and long after', async () => {
      const { grant, call } = await granted();
      const [first, second] = [call(1), call(3)];
      const again = { ...ENDED, bytes: 9_000, outcome: 'cut' as const };
      await take([recordOf(first), ended(2, first.id), recordOf(second), ended(4, first.id, again)]);
      await take([ended(5, second.id), ended(6, second.id, again)]);
      await take([ended(7, second.id, again)]);
      const after = await state(grant.id);
      expect(new Set(after.records)).toEqual(
        new Set([
          { ...first, ...ENDED },
          { ...second, ...ENDED },
        ]),
      );
      expect(after.used).toEqual({ calls: 2, bytes: 2 * 64 });
      const told = after.leaves.map(({ type, data }) => `${type} ${data.at ?? data.gatewaySeq}`);
      expect(told).toEqual([
        ...['access.allowed 1', 'access.outcome 2', 'access.allowed 3', 'gateway.mismatch 4'],
        ...['access.outcome 5', 'gateway.mismatch 6', 'gateway.mismatch 7'],
      ]);
    });

    test('P5: a call that a proxy passes on is whole in one record: its outcome is unknown, and none is taken later', async () => {
      const { grant, call } = await granted();
      const whole = { ...call(1), mode: 'authz' as const, outcome: 'unknown' as const };
      await take([recordOf(whole)]);
      await take([ended(2, whole.id)]);
      const after = await state(grant.id);
      expect(after.records).toEqual([whole]);
      expect(after.used).toEqual({ calls: 1, bytes: 0 });
      expect(after.leaves.map(({ type, data }) => [type, data.outcome])).toEqual([
        ['access.allowed', 'unknown'],
        ['gateway.mismatch', undefined],
      ]);
    });

    test('a batch that cannot be taken whole leaves nothing', async () => {
      const { grant, call } = await granted();
      const twice = call(1);
      const broken = [recordOf(twice), recordOf({ ...twice, seq: 2 })];
      await expect(take(broken)).rejects.toThrow(expect.objectContaining({ code: 'invalid_request' }));
      expect(await state(grant.id)).toMatchObject({ records: [], leaves: [], used: { calls: 0, bytes: 0 } });
    });
  });

  test('as many as a batch holds, and more than one statement takes', async () => {
    const { grant, call } = await granted();
    const calls = Array.from({ length: 1_333 }, (_, index) => call(index + 1));
    await take(calls.map(recordOf));
    const outcomes = calls.map(({ id }, index) => ended(calls.length + index + 1, id));
    await take(outcomes);
    expect(await state(grant.id)).toMatchObject({ used: { calls: 1_333, bytes: 1_333 * 64 } });
    expect(
      await bench.database.raw("SELECT count(*) AS n FROM access_records WHERE outcome = 'completed'"),
    ).toEqual([{ n: 1_333 }]);
    expect(await bench.database.raw("SELECT size FROM log_heads WHERE tenant = 'acme'")).toEqual([
      { size: 2_666 },
    ]);
  });
});
