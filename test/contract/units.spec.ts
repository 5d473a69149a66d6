import { inspect } from 'node:util';
import { createdEvent, deploymentFiller, filler, personalFiller } from '../factories/filler.js';
import { type Bench, describeStore } from './support/describe-store.js';
import { aGrant, aPerson, aRequest, aReview, NOW } from './support/rows.js';

const everything = async ({ database }: Bench) => ({
  requests: await database.raw('SELECT * FROM requests'),
  events: await database.raw('SELECT * FROM events'),
  heads: await database.raw('SELECT * FROM log_heads'),
  notices: await database.raw('SELECT * FROM notices'),
  feed: await database.raw('SELECT * FROM feed_changes'),
  deployment: await database.raw('SELECT * FROM deployment'),
  openings: await database.raw('SELECT * FROM openings'),
});

describeStore('units of work', (bench) => {
  const ask = async (tenant = 'acme') => {
    const request = aRequest({ tenant });
    await bench.store.forTenant(tenant, async (unit) => {
      await unit.requests.insert(request);
      await unit.log.append({
        ...createdEvent(request, NOW),
        personal: { justification: 'case 4711' },
      });
      await unit.outbox.add({ kind: 'request.awaiting_vendor', subject: request.id, audience: [], at: NOW });
      await unit.feed.changed('tenant', tenant);
    });
    return request;
  };

  test('a request is read back as it was written', async () => {
    const request = await ask();
    expect(await bench.store.readForTenant('acme', (unit) => unit.requests.find(request.id))).toEqual(
      request,
    );
    expect(await bench.store.readAsVendor((unit) => unit.requests.find(request.id))).toEqual(request);
  });

  test('P7: a unit that throws leaves no state, event, notice or feed change', async () => {
    await ask();
    const before = await everything(bench);
    const failing = bench.store.forTenant('acme', async (unit) => {
      await unit.requests.insert(aRequest());
      await unit.log.append(personalFiller(NOW, 'b'));
      await unit.outbox.add({ kind: 'request.awaiting_vendor', subject: 'x', audience: [], at: NOW });
      await unit.feed.changed('tenant', 'acme');
      throw new Error('changed my mind');
    });
    await expect(failing).rejects.toThrow('changed my mind');
    expect(await everything(bench)).toEqual(before);
  });

  test('P7: what fails at the very end of a unit undoes all of it', async () => {
    const before = await everything(bench);
    const failing = bench.store.forTenant('acme', async (unit) => {
      await unit.requests.insert(aRequest());
      await unit.log.append({ ...filler(NOW), actor: 'nobody' });
    });
    await expect(failing).rejects.toThrow(expect.objectContaining({ code: 'invalid_leaf' }));
    expect(await everything(bench)).toEqual(before);
  });

  test('P1: a digest has one grant, and so has a request', async () => {
    const request = await ask();
    const again = await ask();
    await bench.store.forTenant('acme', (unit) => unit.grants.insert(aGrant(request)));
    for (const grant of [aGrant(request), aGrant({ ...again, digest: request.digest })])
      await expect(bench.store.forTenant('acme', (unit) => unit.grants.insert(grant))).rejects.toThrow(
        expect.objectContaining({ code: 'conflict' }),
      );
    expect(await bench.database.raw('SELECT id FROM grants')).toHaveLength(1);
  });

  test('a person decides a digest once', async () => {
    const request = await ask();
    const review = aReview(request);
    await bench.store.forTenant('acme', (unit) => unit.reviews.insert(review));
    const again = { ...aReview(request), person: review.person, decision: 'deny' as const };
    await expect(bench.store.forTenant('acme', (unit) => unit.reviews.insert(again))).rejects.toThrow(
      expect.objectContaining({ code: 'conflict' }),
    );
    expect(await bench.store.readForTenant('acme', (unit) => unit.reviews.ofRequests([request.id]))).toEqual([
      review,
    ]);
  });

  test('P8: of 100 decisions at once on one version, one is taken', async () => {
    const request = await ask();
    const states = ['approved', 'denied', 'cancelled', 'expired'] as const;
    const outcomes = await Promise.all(
      Array.from({ length: 100 }, (_, index) =>
        bench.store.forTenant('acme', (unit) =>
          unit.requests.update({
            ...request,
            version: 2,
            state: states[index % 4] ?? 'denied',
            endedAt: NOW,
          }),
        ),
      ),
    );
    expect(outcomes.filter((won) => won)).toHaveLength(1);
    const after = await bench.store.readForTenant('acme', (unit) => unit.requests.find(request.id));
    expect(after).toMatchObject({ version: 2, state: states[outcomes.indexOf(true) % 4] });
  });

  test('the database refuses a step that the transition table does not have', async () => {
    const request = await ask();
    await bench.store.forTenant('acme', (unit) =>
      unit.requests.update({ ...request, version: 2, state: 'denied', endedAt: NOW }),
    );
    const back = bench.store.forTenant('acme', (unit) =>
      unit.requests.update({ ...request, version: 3, state: 'approved' }),
    );
    await expect(back).rejects.toThrow('no such transition of a request');
  });

  test('what was used of a grant is counted beside its versions', async () => {
    const request = await ask();
    const grant = aGrant(request);
    await bench.store.forTenant('acme', async (unit) => {
      await unit.grants.insert(grant);
      await unit.grants.addUse([{ grant: grant.id, calls: 2, bytes: 1_000_000_000_000 }]);
      await unit.grants.update({ ...grant, version: 2, state: 'ended', endReason: 'revoked', endedAt: NOW });
      await unit.grants.addUse([{ grant: grant.id, calls: 1, bytes: 1 }]);
    });
    expect(await bench.store.readAsVendor((unit) => unit.grants.find(grant.id))).toEqual({
      ...grant,
      version: 2,
      state: 'ended',
      endReason: 'revoked',
      endedAt: NOW,
      used: { calls: 3, bytes: 1_000_000_000_001 },
    });
  });

  test('P7: what is kept from a unit works no longer when the unit is over', async () => {
    const request = aRequest();
    const oldUnit = await bench.store.forTenant('acme', async (unit) => unit);
    const over = expect.objectContaining({ name: 'QueryRunnerAlreadyReleasedError' });
    await expect(oldUnit.requests.insert(request)).rejects.toEqual(over);
    await bench.store.forTenant('globex', () =>
      expect(oldUnit.requests.insert(request)).rejects.toEqual(over),
    );
    const reads = await bench.store.readAsVendor(async (unit) => unit);
    await expect(reads.requests.find(request.id)).rejects.toEqual(over);
    expect(await bench.database.raw('SELECT id FROM requests')).toEqual([]);
  });

  test('P11: an error of the database says what it refused, not the values that were written', async () => {
    const request = aRequest();
    const write = () => bench.store.forTenant('acme', (unit) => unit.requests.insert(request));
    await write();
    const error: unknown = await write().catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: 'database_failed', message: expect.stringMatching(/unique/i) });
    expect(inspect(error, { depth: 10 })).not.toContain(request.digest);
    const grant = aGrant(request);
    await bench.store.forTenant('acme', (unit) => unit.grants.insert(grant));
    const conflict: unknown = await bench.store
      .forTenant('acme', (unit) => unit.grants.insert(grant))
      .catch((reason: unknown) => reason);
    expect(inspect(conflict, { depth: 10 })).not.toContain(grant.digest);
  });

  test('a unit inside another is refused at once instead of waiting for itself', async () => {
    const nested = bench.store.forTenant('acme', () => bench.store.readAsVendor(async () => 1));
    await expect(nested).rejects.toThrow(expect.objectContaining({ code: 'nested_unit' }));
    await expect(bench.store.readAsVendor(() => bench.store.asVendor(async () => 1))).rejects.toThrow(
      expect.objectContaining({ code: 'nested_unit' }),
    );
  });

  test('a read sees one moment: what others commit meanwhile is not in it', async () => {
    await ask();
    const counts = await bench.store.readForTenant('acme', async (unit) => {
      const first = (await unit.requests.list({}, { cursor: null, limit: 10 })).items.length;
      const other = await bench.database.raw(
        "INSERT INTO openings (commitment, tenant, name, value, salt) VALUES ('c1:x', 'acme', 'n', 'v', 's') RETURNING 1",
      );
      return [first, other.length, (await unit.openings.find(['c1:x'])).size];
    });
    expect(counts).toEqual([1, 1, 0]);
    expect((await bench.store.readForTenant('acme', (unit) => unit.openings.find(['c1:x']))).size).toBe(1);
  });

  test('wakes its listeners after a commit and not after a rollback', async () => {
    let woken = 0;
    const silence = bench.store.onCommit(() => {
      woken += 1;
    });
    await ask();
    await bench.store.forTenant('acme', () => Promise.reject(new Error('no'))).catch(() => undefined);
    await bench.store.ready();
    expect(woken).toBe(1);
    silence();
    await ask();
    await bench.store.ready();
    expect(woken).toBe(1);
  });

  test('the vendor may narrow its unit to a tenant, in the same transaction', async () => {
    const request = aRequest({ tenant: 'globex' });
    const person = aPerson();
    await expect(
      bench.store.asVendor(async (unit) => {
        await unit.organisation.savePerson(person);
        await (await unit.tenant('globex')).requests.insert(request);
        throw new Error('no');
      }),
    ).rejects.toThrow('no');
    await bench.store.asVendor(async (unit) => {
      await unit.organisation.savePerson(person);
      const tenant = await unit.tenant('globex');
      await tenant.requests.insert(request);
      await tenant.log.append(createdEvent(request, NOW));
      await unit.log.append(deploymentFiller(NOW));
    });
    const sizes = await bench.database.raw('SELECT tenant, size FROM log_heads ORDER BY tenant');
    expect(sizes).toEqual([
      { tenant: 'deployment', size: 1 },
      { tenant: 'globex', size: 1 },
    ]);
  });

  test('a closed store refuses, after the units at hand have finished', async () => {
    const last = ask();
    const closing = bench.store.close();
    await last;
    await closing;
    await expect(bench.store.ready()).rejects.toThrow(expect.objectContaining({ code: 'store_closed' }));
  });
});
