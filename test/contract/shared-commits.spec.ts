import type { TenantUnit } from '@countersign/access';
import Database from 'better-sqlite3';
import pg from 'pg';
import { describeStore } from './support/describe-store.js';
import { aRequest, aReview, NOW } from './support/rows.js';

/** Counts commits of this process while the work runs. SQLite commits by one prepared statement. */
async function commitsOf(work: () => Promise<unknown>): Promise<number> {
  let commits = 0;
  const { query } = pg.Client.prototype;
  pg.Client.prototype.query = function (this: pg.Client, ...given: unknown[]) {
    if (given[0] === 'COMMIT') commits += 1;
    return Reflect.apply(query, this, given);
  } as typeof query;
  const statement = Object.getPrototypeOf(new Database(':memory:').prepare('SELECT 1')) as {
    run(...given: unknown[]): unknown;
  };
  const { run } = statement;
  statement.run = function (this: { source: string }, ...given: unknown[]) {
    if (this.source === 'COMMIT') commits += 1;
    return Reflect.apply(run, this, given);
  };
  try {
    await work();
  } finally {
    pg.Client.prototype.query = query;
    statement.run = run;
  }
  return commits;
}

describeStore('units that wait together share a commit', (bench) => {
  const appended = (type: string) => ({ type, at: NOW, actor: 'job' as const, data: {} });
  /** Writes one of each: state, event, notice, feed change. */
  const write = async (unit: TenantUnit, subject: string) => {
    await unit.requests.insert(aRequest());
    await unit.log.append(appended(`request.${subject}`));
    await unit.outbox.add({ kind: 'request.awaiting_vendor', subject, audience: [], at: NOW });
    await unit.feed.changed('grant', subject);
  };
  const left = async () => ({
    events: (await bench.database.raw('SELECT type FROM events ORDER BY seq')).map(
      (row) => (row as { type: string }).type,
    ),
    notices: (await bench.database.raw('SELECT subject FROM notices ORDER BY id')).map(
      (row) => (row as { subject: string }).subject,
    ),
    changes: (await bench.database.raw('SELECT ref FROM feed_changes ORDER BY seq')).map(
      (row) => (row as { ref: string }).ref,
    ),
    requests: (await bench.database.raw('SELECT id FROM requests')).length,
  });
  const whole = (...names: string[]) => ({
    events: names.map((name) => `request.${name}`),
    notices: names,
    changes: names,
    requests: names.length,
  });
  const outcomes = (works: ((unit: TenantUnit) => Promise<unknown>)[]) =>
    Promise.allSettled(works.map((work) => bench.store.forTenant('acme', work)));
  const good = (name: string) => (unit: TenantUnit) => write(unit, name);

  test('twelve units take fewer commits than twelve, in their order', async () => {
    const names = Array.from({ length: 12 }, (_, index) => `n${String(index).padStart(2, '0')}`);
    const commits = await commitsOf(() => outcomes(names.map(good)));
    expect(commits).toBeGreaterThan(0);
    expect(commits).toBeLessThan(12);
    expect(await left()).toEqual(whole(...names));
  });

  test('P7: one that throws is undone alone, and the others stay', async () => {
    const fails = async (unit: TenantUnit) => {
      await write(unit, 'b');
      throw new Error('changed my mind');
    };
    const [first, second, third] = await outcomes([good('a'), fails, good('c')]);
    expect([first?.status, third?.status]).toEqual(['fulfilled', 'fulfilled']);
    expect(second).toMatchObject({ status: 'rejected', reason: { message: 'changed my mind' } });
    expect(await left()).toEqual(whole('a', 'c'));
  });

  test('P7: one whose statement the database refuses is undone alone', async () => {
    const request = aRequest();
    await bench.store.forTenant('acme', (unit) => unit.requests.insert(request));
    const twice = async (unit: TenantUnit) => {
      await write(unit, 'b');
      await unit.requests.insert(request);
    };
    const all = await outcomes([good('a'), twice, good('c'), twice]);
    expect(all.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled', 'rejected']);
    expect(all[1]).toMatchObject({ reason: { code: 'database_failed' } });
    expect(await left()).toEqual({ ...whole('a', 'c'), requests: 3 });
  });

  test('P7: one that hides a refused statement does not take the others with it', async () => {
    const request = aRequest();
    await bench.store.forTenant('acme', (unit) => unit.requests.insert(request));
    const review = aReview(request);
    await bench.store.forTenant('acme', (unit) => unit.reviews.insert(review));
    const hides = async (unit: TenantUnit) => {
      await write(unit, 'b');
      await unit.requests
        .update({ ...request, version: 2, state: 'expired', endedAt: NOW, tenant: 'acme' })
        .then(() => unit.requests.update({ ...request, version: 3, state: 'approved' }))
        .catch(() => undefined);
    };
    const all = await outcomes([good('a'), hides, good('c')]);
    expect([all[0]?.status, all[2]?.status]).toEqual(['fulfilled', 'fulfilled']);
    // PostgreSQL commits nothing after a refused statement; SQLite undoes the statement alone.
    const kept = all[1]?.status === 'fulfilled' ? ['a', 'b', 'c'] : ['a', 'c'];
    expect((await left()).notices.sort()).toEqual(kept);
    expect((await left()).events).toHaveLength(kept.length);
  });

  test('P7: what the database refuses at the common end fails the unit that it belongs to', async () => {
    const refusal =
      bench.database.engine === 'sqlite'
        ? [
            "CREATE TRIGGER refuse BEFORE INSERT ON events WHEN NEW.type = 'request.b' BEGIN SELECT RAISE(ABORT, 'refused'); END",
          ]
        : [
            `CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
              IF NEW.type = 'request.b' THEN RAISE EXCEPTION 'refused'; END IF; RETURN NEW; END $$`,
            'CREATE TRIGGER refuse BEFORE INSERT ON events FOR EACH ROW EXECUTE FUNCTION refuse()',
          ];
    for (const statement of refusal) await bench.database.raw(statement);
    const all = await outcomes([good('a'), good('b'), good('c')]);
    expect(all.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect(await left()).toEqual(whole('a', 'c'));
  });

  test('P8: each is answered after the commit, also one that was refused for what another has done', async () => {
    const request = aRequest();
    await bench.store.forTenant('acme', (unit) => unit.requests.insert(request));
    const seen: unknown[] = [];
    const look = async () => {
      const [row] = await bench.database.raw('SELECT version, state FROM requests');
      seen.push(row);
    };
    const decide = (state: 'denied' | 'approved') =>
      bench.store
        .forTenant('acme', async (unit) => {
          const found = await unit.requests.find(request.id);
          if (found?.version !== 1) throw new Error('decided already');
          await unit.requests.update({ ...request, version: 2, state, endedAt: NOW });
        })
        .then(look, look);
    await Promise.all([decide('denied'), decide('approved'), decide('approved')]);
    expect(seen).toEqual(Array(3).fill({ version: 2, state: 'denied' }));
  });

  test('P9: units of different tenants are never in one transaction on PostgreSQL, and see their own rows alone', async () => {
    const slugs = ['acme', 'globex', 'acme', 'globex', 'acme'];
    const seen = await Promise.all(
      slugs.map((tenant) =>
        bench.store.forTenant(tenant, async (unit) => {
          await unit.requests.insert(aRequest({ tenant }));
          const { items } = await unit.requests.list({}, { cursor: null, limit: 10 });
          return new Set(items.map((item) => item.tenant));
        }),
      ),
    );
    expect(seen).toEqual(slugs.map((tenant) => new Set([tenant])));
  });

  test('an event of a unit that was undone leaves no gap in the log', async () => {
    const fails = async (unit: TenantUnit) => {
      await unit.log.append(appended('request.gone'));
      await unit.log.append(appended('request.gone'));
      throw new Error('no');
    };
    await outcomes([fails, good('a'), fails, good('b')]);
    expect(await bench.database.raw('SELECT seq, type FROM events ORDER BY seq')).toEqual([
      { seq: 0, type: 'request.a' },
      { seq: 1, type: 'request.b' },
    ]);
    expect(await bench.database.raw('SELECT size FROM log_heads')).toEqual([{ size: 2 }]);
  });
});
