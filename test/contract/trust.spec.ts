/** @soak */

import { endProposal, type ReadUnit, type RelayedStop, type TenantUnit } from '@countersign/access';
import { uuidV7Ids } from '@countersign/persistence';
import { enrolledGateway } from '../factories/enrolled-gateway.js';
import { describeOn } from './support/describe-store.js';
import { oneUnit } from './support/one-unit.js';
import {
  aPasskey,
  aPerson,
  aProposal,
  aRecoveryKey,
  aRelayedStop,
  aSignature,
  aStop,
  aTrustDocument,
  aTrustVersion,
  freshDigest,
} from './support/rows.js';

const conflict = expect.objectContaining({ code: 'conflict' });
const LATER = '2026-11-24T16:00:00.000Z';

describeOn('PostgreSQL', 'what customers sign with and by', (bench) => {
  const ada = aPerson({ tenant: 'acme', roles: ['approver'] });
  const gwen = aPerson({ tenant: 'globex', roles: ['approver'] });

  beforeEach(async () => {
    await bench.store.asVendor(async ({ organisation }) => {
      for (const person of [ada, gwen]) await organisation.savePerson(person);
    });
    for (const tenant of ['acme', 'globex']) await oneUnit(bench.store, tenant);
  });
  const inAcme = <T>(work: (unit: TenantUnit) => Promise<T>): Promise<T> =>
    bench.store.forTenant('acme', work);
  const raw = (sql: string): Promise<unknown> =>
    bench.database.raw(sql).catch((error: Error) => error.message);

  test('a passkey has one owner anywhere, and is read by its own tenant alone', async () => {
    const passkey = aPasskey(ada);
    await inAcme((unit) => unit.authenticators.addPasskey(passkey));
    const taken = bench.store.forTenant('globex', (unit) =>
      unit.authenticators.addPasskey({ ...passkey, tenant: 'globex', person: gwen.id }),
    );
    await expect(taken).rejects.toThrow(conflict);
    await expect(
      inAcme((unit) => unit.authenticators.addPasskey(aPasskey(ada, { tenant: 'globex' }))),
    ).rejects.toThrow(expect.objectContaining({ code: 'foreign_tenant' }));
    const seen = (slug: string) =>
      bench.store.readForTenant(slug, async ({ authenticators }) => [
        await authenticators.passkeys('acme'),
        await authenticators.passkey(passkey.id),
      ]);
    expect(await seen('acme')).toEqual([[passkey], passkey]);
    expect(await seen('globex')).toEqual([[], null]);
  });

  test('what was removed is in no list, and is removed once', async () => {
    const [passkey, key] = [aPasskey(ada), aRecoveryKey(ada)];
    const removed = await inAcme(async ({ authenticators }) => {
      await authenticators.addPasskey(passkey);
      await authenticators.addRecoveryKey(key);
      return [
        await authenticators.recoveryKeys('acme'),
        await authenticators.removePasskey(passkey.id, LATER),
        await authenticators.removePasskey(passkey.id, LATER),
        await authenticators.removeRecoveryKey(key.id, LATER),
        await authenticators.passkeys('acme'),
        await authenticators.recoveryKeys('acme'),
        (await authenticators.removedPasskeys(ada.id, LATER)).map(({ id }) => id),
        await authenticators.removedPasskeys(ada.id, new Date(Date.parse(LATER) + 1).toISOString()),
        (await authenticators.passkey(passkey.id))?.removedAt,
      ];
    });
    expect(removed).toEqual([[key], true, false, true, [], [], [passkey.id], [], LATER]);
    const ofOthers = ({ authenticators }: ReadUnit) => authenticators.removedPasskeys(ada.id, LATER);
    expect(await bench.store.readForTenant('globex', ofOthers)).toEqual([]);
  });

  test('P12: versions only come after one another; the newest of the newest chain counts', async () => {
    const versions = [
      aTrustVersion(ada),
      aTrustVersion(ada, { document: aTrustDocument(ada, { seq: 2, prev: freshDigest() }) }),
      aTrustVersion(ada, { chain: 2 }),
    ];
    for (const [index, version] of versions.entries()) {
      await inAcme((unit) => unit.trust.adopt(version));
      const chain = await bench.store.readForTenant('acme', (unit) => unit.trust.chain('acme'));
      expect(chain).toEqual(index === 2 ? [version] : versions.slice(0, index + 1));
    }
    expect(await bench.store.readForTenant('acme', (unit) => unit.trust.current('acme'))).toEqual(
      versions[2],
    );
    expect(await bench.store.readForTenant('globex', (unit) => unit.trust.chain('acme'))).toEqual([]);
    expect(await bench.store.readAsVendor((unit) => unit.trust.chains())).toEqual([versions[2]]);
    const again = inAcme((unit) => unit.trust.adopt(aTrustVersion(ada, { chain: 2 })));
    await expect(again).rejects.toThrow(conflict);
    for (const sql of ["UPDATE trust_versions SET document = '{}'", 'DELETE FROM trust_versions'])
      expect(await raw(sql)).toContain('trust_versions is append-only');
  });

  test('P8: one proposal is open at a time in any race, and a key signs it once', async () => {
    const raced = await Promise.allSettled(
      Array.from({ length: 8 }, () => inAcme((unit) => unit.trust.propose(aProposal(ada)))),
    );
    expect(raced.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    const open = await bench.store.readForTenant('acme', (unit) => unit.trust.openProposal('acme'));
    if (open === null) throw new Error('none is open');
    const signature = aSignature(open);
    await inAcme((unit) => unit.trust.sign(signature));
    await expect(inAcme((unit) => unit.trust.sign(signature))).rejects.toThrow(conflict);
    const seen = (slug: string) =>
      bench.store.readForTenant(slug, async ({ trust }) => [
        await trust.signatures(open.id),
        await trust.openProposal('acme'),
        await trust.proposal(open.id),
      ]);
    expect(await seen('acme')).toEqual([[signature], open, open]);
    expect(await seen('globex')).toEqual([[], null, null]);
    const ended = endProposal(open, 'withdrawn', LATER);
    expect(await inAcme((unit) => unit.trust.updateProposal(ended))).toBe(true);
    expect(await inAcme((unit) => unit.trust.updateProposal(ended))).toBe(false);
    expect(await raw("UPDATE trust_proposals SET state = 'open'")).toContain('no such transition');
    await inAcme((unit) => unit.trust.propose(aProposal(ada)));
  });

  test('a reminder is noted once for each version and distance', async () => {
    const { hash } = aTrustVersion(ada);
    const noted = await inAcme(async ({ trust }) => [
      await trust.remind(hash, 60, LATER),
      await trust.remind(hash, 60, LATER),
      await trust.remind(hash, 30, LATER),
    ]);
    expect(noted).toEqual([true, false, true]);
  });

  test('those in force that end soon are found by their end, until someone is reminded', async () => {
    const version = aTrustVersion(ada);
    await inAcme((unit) => unit.trust.adopt(version));
    const ending = (after: string, by: string) =>
      bench.store.readAsVendor((unit) => unit.trust.ending({ after, by }, 30));
    const whole = () => ending('2027-04-01T00:00:00Z', '2027-05-01T00:00:00Z');
    expect(await whole()).toEqual([version]);
    expect(await ending('2027-04-01T00:00:00Z', '2027-04-30T23:59:59Z')).toEqual([]);
    expect(await ending('2027-05-01T00:00:00Z', '2027-06-01T00:00:00Z')).toEqual([]);
    await inAcme((unit) => unit.trust.remind(version.hash, 60, LATER));
    expect(await whole()).toEqual([version]);
    await inAcme((unit) => unit.trust.remind(version.hash, 30, LATER));
    expect(await whole()).toEqual([]);
    const next = aTrustVersion(ada, { document: aTrustDocument(ada, { seq: 2, prev: version.hash }) });
    await inAcme((unit) => unit.trust.adopt(next));
    expect(await whole()).toEqual([next]);
    await inAcme((unit) =>
      unit.trust.adopt(
        aTrustVersion(ada, {
          document: aTrustDocument(ada, { seq: 3, prev: next.hash, validUntil: '2027-06-01T00:00:00Z' }),
        }),
      ),
    );
    expect(await whole()).toEqual([]);
  });

  test('a stop stands until it is lifted, and the same stop is set once', async () => {
    const stop = aStop(ada);
    await inAcme((unit) => unit.stops.insert(stop));
    await expect(inAcme((unit) => unit.stops.insert(stop))).rejects.toThrow(conflict);
    expect(await bench.store.readAsVendor((unit) => unit.stops.all())).toEqual([stop]);
    expect(await bench.store.readForTenant('globex', (unit) => unit.stops.find(stop.hash))).toBeNull();
    const standing = (tenants: string[]) => bench.store.readAsVendor((unit) => unit.stops.standing(tenants));
    expect(await standing(['globex', 'acme'])).toEqual([stop]);
    expect([await standing(['globex']), await standing([])]).toEqual([[], []]);
    const statement = { ...stop.signature.statement, type: 'countersign/lift/v1' as const, stop: stop.hash };
    const lifted = { ...stop, lift: { ...stop.signature, statement }, liftedBy: ada.id, liftedAt: LATER };
    expect(await inAcme((unit) => unit.stops.lift(lifted))).toBe(true);
    expect(await inAcme((unit) => unit.stops.lift(lifted))).toBe(false);
    expect(await inAcme((unit) => unit.stops.standing(['acme']))).toEqual([]);
    expect(await inAcme((unit) => unit.stops.find(stop.hash))).toEqual(lifted);
  });

  test('P9: what a gateway passes on stands in its tenant until it is removed there, and is told while that one is not revoked', async () => {
    const aGateway = (name: string) =>
      enrolledGateway({ id: uuidV7Ids.next('gtw'), name, publicKey: 'k', createdAt: LATER });
    const [one, two] = [aGateway('eu-1'), aGateway('eu-2')];
    await bench.store.asVendor(async ({ gateways }) => {
      for (const gateway of [one, two]) await gateways.insert(gateway);
    });
    const [first, second] = [LATER, '2026-11-24T17:00:00.000Z'].map((at) =>
      aRelayedStop(ada, { gateway: one.id, at }),
    ) as [RelayedStop, RelayedStop];
    const other = aRelayedStop(gwen, { gateway: two.id });
    await inAcme(async ({ relayed }) => {
      for (const stop of [second, first]) await relayed.insert(stop);
      await expect(relayed.insert(other)).rejects.toThrow(
        expect.objectContaining({ code: 'foreign_tenant' }),
      );
    });
    await bench.store.forTenant('globex', ({ relayed }) => relayed.insert(other));
    expect(await inAcme(({ relayed }) => relayed.list('acme'))).toEqual([first, second]);
    expect(await inAcme(({ relayed }) => relayed.find(other.id))).toBeNull();
    const by = (gateway: string) => bench.store.asVendor((unit) => unit.relayed.by(gateway));
    expect([await by(one.id), await by(two.id)]).toEqual([[first, second], [other]]);
    const told = () => bench.store.readAsVendor((unit) => unit.relayed.ofEnrolled());
    expect(await told()).toEqual([other, first, second]);
    await bench.store.asVendor(({ gateways }) => gateways.revoke(one.id, LATER));
    expect(await told()).toEqual([other]);
    await inAcme(async ({ relayed }) => {
      for (const { id } of [first, other]) await relayed.remove(id);
    });
    expect([await by(one.id), await by(two.id)]).toEqual([[second], [other]]);
  });
});
