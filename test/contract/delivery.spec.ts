/** @soak */

import { runDueTransitions } from '@countersign/access';
import { systemHashing, systemRandomness, uuidV7Ids } from '@countersign/persistence';
import { fanOut } from './support/attempts.js';
import { describeOn } from './support/describe-store.js';
import { aGrant, aRequest, NOW } from './support/rows.js';

describeOn('SQLite', 'what goes out', (bench) => {
  const tell = (subject: string, at: string, tenant = 'acme') =>
    bench.store.forTenant(tenant, (unit) =>
      unit.outbox.add({
        kind: 'request.awaiting_vendor',
        subject,
        audience: ['usr_1', 'role:vendor:reviewer'],
        at,
      }),
    );
  const due = (now: string, limit = 10) => bench.store.readAsVendor((unit) => unit.outbox.due(now, limit));

  test('notices are due from their time on, oldest first, until they are delivered', async () => {
    await tell('second', '2026-11-24T15:00:00.500Z');
    await tell('first', '2026-11-24T15:00:00Z', 'globex');
    await tell('later', '2026-11-24T15:00:01Z');
    const [first, second] = await due('2026-11-24T15:00:00.999Z');
    expect([first, second]).toMatchObject([
      { subject: 'first', tenant: 'globex', audience: ['usr_1', 'role:vendor:reviewer'] },
      { subject: 'second', tenant: 'acme', at: '2026-11-24T15:00:00.500Z' },
    ]);
    expect(first?.id).toMatch(/^ntc_[0-9a-f-]{36}$/);
    expect(await due('2026-11-24T15:00:05Z', 1)).toHaveLength(1);
    await fanOut(bench.store, first!, [], NOW);
    expect((await due('2026-11-24T15:00:05Z')).map((notice) => notice.subject)).toEqual(['second', 'later']);
  });

  test('notices are read on by their ids, delivered ones too', async () => {
    for (const subject of ['a', 'b', 'c']) await tell(subject, NOW);
    const after = (id: string, limit = 10) =>
      bench.store.readAsVendor((unit) => unit.outbox.after(id, limit));
    const all = await after('ntc_');
    expect(all.map(({ subject }) => subject)).toEqual(['a', 'b', 'c']);
    await fanOut(bench.store, all[1]!, [], NOW);
    expect((await after(all[0]?.id ?? '', 1)).map(({ subject }) => subject)).toEqual(['b']);
    expect(await after(all[2]?.id ?? '')).toEqual([]);
  });

  test('P7: jobs of several brokers at once end each thing once', async () => {
    const other = await bench.database.open();
    const lapsed = Array.from({ length: 6 }, () => aRequest({ lapsesAt: NOW }));
    const decided = aRequest({ state: 'approved' });
    await bench.store.forTenant('acme', async (unit) => {
      for (const request of [...lapsed, decided]) await unit.requests.insert(request);
      await unit.grants.insert(aGrant(decided, { endsAt: NOW }));
    });
    const deps = {
      clock: { now: () => new Date(NOW) },
      ids: uuidV7Ids,
      random: systemRandomness,
      hashing: systemHashing,
    };
    const runs = await Promise.all(
      [bench.store, other, bench.store, other].map((store) => runDueTransitions({ ...deps, store })),
    );
    const sum = (what: 'requests' | 'grants') => runs.reduce((all, run) => all + run[what], 0);
    expect([sum('requests'), sum('grants')]).toEqual([6, 1]);
    const ends = await bench.database.raw(
      "SELECT type, COUNT(*) AS times FROM events WHERE type IN ('request.expired', 'grant.ended') GROUP BY type ORDER BY type",
    );
    expect(ends).toEqual([
      { type: 'grant.ended', times: 1 },
      { type: 'request.expired', times: 6 },
    ]);
  });

  test('another process’s word of something to tell wakes, where the engine carries it', async () => {
    const other = await bench.database.open();
    // SQLite carries no word: there the other one's own commit stands for what polling finds.
    const hearing = bench.database.engine === 'postgres' ? other : bench.store;
    const woken = new Promise<void>((resolve) => hearing.onCommit(() => resolve()));
    // The listener may still be connecting: it is told again until it hears.
    let heard = false;
    void woken.then(() => {
      heard = true;
    });
    for (let round = 0; !heard && round < 200; round += 1) await tell(String(round), NOW);
    await woken;
  });

  test('the feed counts over all tenants without a gap, in the order of the commits', async () => {
    await bench.store.forTenant('acme', async (unit) => {
      await unit.feed.changed('grant', 'grt_1');
      await unit.feed.changed('tenant', 'acme');
    });
    await bench.store
      .forTenant('globex', async (unit) => {
        await unit.feed.changed('grant', 'lost');
        throw new Error('no');
      })
      .catch(() => undefined);
    await bench.store.asVendor((unit) => unit.feed.changed('keys', 'k1'));
    const feed = await bench.store.readAsVendor(async (unit) => ({
      head: await unit.feed.head(),
      all: await unit.feed.since(0, 10),
      some: await unit.feed.since(1, 1),
      none: await unit.feed.since(3, 10),
    }));
    expect(feed).toEqual({
      head: { epoch: 1, seq: 3 },
      all: [
        { seq: 1, kind: 'grant', ref: 'grt_1', mark: expect.any(String) },
        { seq: 2, kind: 'tenant', ref: 'acme', mark: expect.any(String) },
        { seq: 3, kind: 'keys', ref: 'k1', mark: expect.any(String) },
      ],
      some: [{ seq: 2, kind: 'tenant', ref: 'acme', mark: expect.any(String) }],
      none: [],
    });
  });

  test('the positive list has the active grants of all tenants and no others', async () => {
    const requests = ['acme', 'globex', 'initech'].map((tenant) => aRequest({ tenant }));
    Object.assign(requests[1]?.terms ?? {}, { budget: { calls: 3 } });
    const grants = requests.map((request) => aGrant(request));
    for (const [index, request] of requests.entries())
      await bench.store.forTenant(request.tenant, async (unit) => {
        const grant = grants[index] ?? aGrant(request);
        await unit.requests.insert(request);
        await unit.grants.insert(grant);
        if (index === 2)
          await unit.grants.update({
            ...grant,
            state: 'ended',
            version: 2,
            endReason: 'revoked',
            endedAt: NOW,
          });
      });
    const listed = await bench.store.readAsVendor((unit) => unit.feed.activeGrants());
    const facts = grants.slice(0, 2).map(({ id, digest, tenant, service, startsAt, endsAt }, index) => ({
      ...{ id, digest, tenant, service, startsAt, endsAt },
      budget: requests[index]?.terms.budget ?? null,
    }));
    expect(listed).toHaveLength(2);
    expect(listed).toEqual(expect.arrayContaining(facts));
    const [acme, globex] = grants.map(({ id, tenant }) => ({ id, tenant }));
    const nobody = { requesters: [], tenants: [], services: [] };
    const liveOf = (basis: object) =>
      bench.store.asVendor((unit) => unit.grants.liveOf({ ...nobody, ...basis }));
    expect(await liveOf({})).toEqual([]);
    expect(await liveOf({ requesters: ['usr_nobody'], tenants: ['initech'], services: ['x'] })).toEqual([]);
    expect(await liveOf({ tenants: ['acme', 'initech'] })).toEqual([acme]);
    expect(await liveOf({ requesters: [grants[1]?.requester] })).toEqual([globex]);
    const all = await liveOf({ requesters: [grants[1]?.requester], services: [grants[0]?.service] });
    expect(all).toHaveLength(2);
    expect(all).toEqual(expect.arrayContaining([acme, globex]));
    const routes = await bench.store.readAsVendor((unit) => unit.feed.liveRoutes());
    expect(new Set(routes)).toEqual(new Set(requests.slice(0, 2).map(({ terms }) => terms.routes)));
  });

  test('due: open requests that have lapsed, grants that the job must look at, at the very second', async () => {
    const open = aRequest({ lapsesAt: '2026-11-24T16:00:00Z' });
    const decided = aRequest({ lapsesAt: '2026-11-24T16:00:00Z', state: 'denied' });
    // Announced already, so that its end is what comes next.
    const grant = aGrant(decided, { endsAt: '2026-11-24T16:00:00Z', warnedAt: NOW });
    await bench.store.forTenant('acme', async (unit) => {
      await unit.requests.insert(open);
      await unit.requests.insert(decided);
      await unit.grants.insert(grant);
    });
    const at = (now: string) => bench.store.readAsVendor((unit) => unit.schedule.due(now, 10));
    expect(await at('2026-11-24T15:59:59Z')).toEqual({
      requests: [],
      grants: [],
      locks: [],
      invitations: [],
      notifying: [],
      disclosures: [],
      widenings: [],
      reminders: [{ id: open.id, tenant: 'acme' }],
    });
    expect(await at('2026-11-24T16:00:00Z')).toEqual({
      requests: [{ id: open.id, tenant: 'acme' }],
      grants: [{ id: grant.id, tenant: 'acme' }],
      locks: [],
      invitations: [],
      notifying: [],
      disclosures: [],
      widenings: [],
      reminders: [{ id: open.id, tenant: 'acme' }],
    });
  });

  test('an answer is kept under its key until it expires, and the key cannot be taken twice meanwhile', async () => {
    const { store } = bench;
    let now = new Date('2026-11-24T15:00:00.000Z');
    const keyed = (result: number, principal = 'usr_1', bodyHash = 'h') =>
      store.forTenant('acme', async () => result, {
        idempotency: { principal, route: 'POST /x', key: 'k', bodyHash, now },
      });
    expect(await keyed(1)).toBe(1);
    expect(await keyed(2)).toBe(1);
    expect(await keyed(2, 'usr_2')).toBe(2);
    await expect(keyed(2, 'usr_1', 'other')).rejects.toMatchObject({ code: 'idempotency_key_reused' });
    now = new Date('2026-11-25T14:59:59.999Z');
    expect(await keyed(3)).toBe(1);
    now = new Date('2026-11-25T15:00:00.000Z');
    expect(await keyed(3)).toBe(3);
    expect(await bench.database.raw('SELECT result FROM idempotent_answers')).toEqual([{ result: '3' }]);
  });
});
