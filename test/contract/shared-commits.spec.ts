import type { TenantUnit } from '@countersign/access';
import { filler } from '../factories/filler.js';
import { describeStore } from './support/describe-store.js';
import { failingOnce, withStatements } from './support/driver.js';
import { aRequest, aReview, NOW } from './support/rows.js';

/** Counts commits of this process while the work runs. */
async function commitsOf(work: () => Promise<unknown>): Promise<number> {
  let commits = 0;
  await withStatements(({ sql }) => {
    if (sql === 'COMMIT') commits += 1;
    return undefined;
  }, work);
  return commits;
}

describeStore('units that wait together share a commit', (bench) => {
  // Each event is named after its unit, so that the log shows which units it has.
  const appended = (name: string) => filler(NOW, name);
  /** Writes one of each: state, event, notice, feed change. */
  const write = async (unit: TenantUnit, subject: string) => {
    await unit.requests.insert(aRequest());
    await unit.log.append(appended(subject));
    await unit.outbox.add({ kind: 'request.awaiting_vendor', subject, audience: [], at: NOW });
    await unit.feed.changed('grant', subject);
  };
  const left = async () => ({
    events: (await bench.database.raw('SELECT leaf FROM events ORDER BY seq')).map(
      (row) => JSON.parse((row as { leaf: string }).leaf).data.person as string,
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
    events: names,
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

  test('P7, P10: one with so many leaves that they are sent ahead is undone alone, with the leaves of others that were sent along', async () => {
    const many = (name: string) => async (unit: TenantUnit) => {
      await write(unit, name);
      await unit.log.appendAll(Array.from({ length: 450 }, () => appended(name)));
    };
    const fails = async (unit: TenantUnit) => {
      await many('b')(unit);
      throw new Error('changed my mind');
    };
    const all = await outcomes([good('a'), fails, good('c'), many('d'), fails, good('e')]);
    expect(all.map(({ status }) => status)).toEqual([
      ...['fulfilled', 'rejected', 'fulfilled', 'fulfilled', 'rejected', 'fulfilled'],
    ]);
    const { events, ...others } = await left();
    expect(others).toEqual({ notices: ['a', 'c', 'd', 'e'], changes: ['a', 'c', 'd', 'e'], requests: 4 });
    expect(events).toEqual(['a', 'c', ...Array<string>(451).fill('d'), 'e']);
    await bench.store.readForTenant('acme', async (unit) => {
      const head = await unit.events.head();
      expect({ size: head.size, root: await unit.events.rootAt(head.size) }).toEqual({
        size: 454,
        root: head.root,
      });
    });
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
    const names = all[1]?.status === 'fulfilled' ? ['a', 'b', 'c'] : ['a', 'c'];
    expect((await left()).notices.sort()).toEqual(names);
    expect((await left()).events).toHaveLength(names.length);
  });

  const ON_B = `AFTER INSERT ON events WHEN NEW.leaf LIKE '%"person":"b"%' BEGIN`;
  const REFUSES = `CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    IF NEW.leaf LIKE '%"person":"b"%' THEN RAISE EXCEPTION 'refused'; END IF; RETURN NEW; END $$`;
  /** Statements that make the database refuse what unit `b` leaves for the end. */
  const refusals = {
    'at the common end': {
      sqlite: [`CREATE TRIGGER refuse ${ON_B} SELECT RAISE(ABORT, 'refused'); END`],
      postgres: [
        REFUSES,
        'CREATE TRIGGER refuse AFTER INSERT ON events FOR EACH ROW EXECUTE FUNCTION refuse()',
      ],
    },
    'by COMMIT itself': {
      sqlite: [
        'CREATE TABLE late (other TEXT REFERENCES tenants (slug) DEFERRABLE INITIALLY DEFERRED)',
        `CREATE TRIGGER refuse ${ON_B} INSERT INTO late VALUES ('none'); END`,
      ],
      postgres: [
        REFUSES,
        `CREATE CONSTRAINT TRIGGER refuse AFTER INSERT ON events DEFERRABLE INITIALLY DEFERRED
          FOR EACH ROW EXECUTE FUNCTION refuse()`,
      ],
    },
  };

  test.each(Object.entries(refusals))(
    'P7: what the database refuses %s fails the unit that it belongs to',
    async (_when, refusal) => {
      for (const statement of refusal[bench.database.engine]) await bench.database.raw(statement);
      const all = await outcomes([good('a'), good('b'), good('c')]);
      expect(all.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
      expect(await left()).toEqual(whole('a', 'c'));
    },
  );

  test('P7: if a savepoint cannot be kept, the unit before it is not lost', async () => {
    const all = await failingOnce(/^RELEASE/, () => outcomes([good('a'), good('b'), good('c')]));
    expect(all.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'fulfilled']);
    expect(await left()).toEqual(whole('a', 'b', 'c'));
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
      await unit.log.append(appended('gone'));
      await unit.log.append(appended('gone'));
      throw new Error('no');
    };
    await outcomes([fails, good('a'), fails, good('b')]);
    expect((await left()).events).toEqual(['a', 'b']);
    expect(await bench.database.raw('SELECT seq FROM events ORDER BY seq')).toEqual([{ seq: 0 }, { seq: 1 }]);
    expect(await bench.database.raw('SELECT size FROM log_heads')).toEqual([{ size: 2 }]);
  });
});
