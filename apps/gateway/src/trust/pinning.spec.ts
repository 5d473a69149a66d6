import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { pinsPath } from '@countersign/gateway-protocol';
import { statementHash } from '@countersign/scope';
import { hashing } from '../../../../test/factories/grant-token.js';
import { AT, sampleTrust, signedTrust } from '../../../../test/factories/trust.js';
import { ADA, ClaimedWorld } from '../../../../test/fakes/claimed-world.js';
import { SteppedClock } from '../../../../test/fakes/stepped-clock.js';
import { until } from '../../../../test/fakes/until.js';
import { Authenticator } from '../../../../test/support/authenticator.js';
import type { Readiness } from '../server/own-pages.js';

const DAY = 86_400_000;

describe('P12: pins on a gateway’s own host', () => {
  let claimed: ClaimedWorld;
  afterEach(() => claimed.world.stop());

  const ready = async () =>
    ((await (await fetch(`${claimed.world.gateway.url}/readyz`)).json()) as Readiness).pins;
  const signed = async () => {
    const grant = claimed.world.broker.grant();
    await claimed.heard();
    return claimed.world.broker.forge(grant, { countersignatures: claimed.yes(grant) });
  };

  test('a running gateway takes one without a restart, and says so to whoever asks and to the broker', async () => {
    claimed = await ClaimedWorld.start({ pinned: false });
    const token = await signed();
    expect(await claimed.read(token)).toBe('not_countersigned not_pinned');
    await claimed.pin();
    await until(async () => (await claimed.read(token)) === '200');
    const pins = [{ tenant: 'acme', pinned: claimed.trust, current: claimed.trust }];
    expect(await ready()).toEqual(pins);
    await until(() => JSON.stringify(claimed.world.broker.pins.at(-1)) === JSON.stringify(pins));
  });

  test('of another document than the feed brings: nothing opens, and the broker hears that nothing leads there', async () => {
    claimed = await ClaimedWorld.start({ pinned: false });
    const pinned = `sha256:${'0'.repeat(64)}`;
    await claimed.pin(pinned);
    await until(async () => (await ready()).length === 1);
    expect(await ready()).toEqual([{ tenant: 'acme', pinned, current: null }]);
    expect(await claimed.read(await signed())).toBe('not_countersigned not_pinned');
    expect(claimed.world.logLines.join('')).toContain('wrong_pin');
  });

  test('that cannot be read any more: those that were are kept', async () => {
    claimed = await ClaimedWorld.start();
    const token = await signed();
    await writeFile(pinsPath(claimed.world.spoolDir), '{');
    await until(() => claimed.world.logLines.join('').includes('the pins cannot be read'));
    expect(await claimed.read(token)).toBe('200');
  });

  test('a chain on disk that does not follow any more keeps the gateway from starting', async () => {
    claimed = await ClaimedWorld.start();
    expect(await claimed.read(await signed())).toBe('200');
    await claimed.world.gateway.close();
    const path = `${claimed.world.spoolDir}/trust/chains/acme.${claimed.trust.slice(7)}.json`;
    const stored = JSON.parse(await readFile(path, 'utf8'));
    stored.versions[0].document.approvals = 1;
    for (const signature of stored.versions[0].signatures) signature.statement.approvals = 1;
    await writeFile(path, JSON.stringify(stored));
    await expect(claimed.world.startGateway()).rejects.toThrow('do not follow');
  });

  test('P12: never back: one that goes and comes back goes on from where its chain was, over restarts too', async () => {
    claimed = await ClaimedWorld.start();
    const { world } = claimed;
    const [ada] = claimed.genesis.document.people;
    claimed.adopt({ people: [ada!], approvals: 1, threshold: 1 });
    const grant = world.broker.grant();
    await claimed.heard();
    const [byAda, byBob] = claimed
      .yes(grant)
      .map((signature) => world.broker.forge(grant, { countersignatures: [signature] })) as [string, string];
    expect(await claimed.read(byAda)).toBe('200');
    world.broker.trust = [{ tenant: 'acme', chain: [claimed.genesis] }];
    for (const restarts of [false, true]) {
      await rm(pinsPath(world.spoolDir));
      await until(async () => (await claimed.read(byAda)) === 'not_countersigned not_pinned');
      if (restarts) await world.gateway.close();
      if (restarts) await world.startGateway();
      world.broker.change({ trust: world.broker.trust });
      await claimed.pin();
      await until(async () => (await claimed.read(byAda)) === '200');
      expect(await claimed.read(byBob)).toBe('not_countersigned unknown_person');
    }
  });

  test('whose documents could not be written is tried again, without the feed saying them anew', async () => {
    claimed = await ClaimedWorld.start({ pinned: false });
    const { world } = claimed;
    const token = await signed();
    const chains = `${world.spoolDir}/trust/chains`;
    await rename(chains, `${chains}-away`);
    await claimed.pin();
    await until(() => world.logLines.join('').includes('to be tried again'));
    expect(await claimed.read(token)).toBe('not_countersigned not_pinned');
    await rename(`${chains}-away`, chains);
    await until(async () => (await claimed.read(token)) === '200');
    expect(world.broker.resumes).toHaveLength(1);
  });

  test('a new version cuts what is open, and the next call is judged by it', async () => {
    claimed = await ClaimedWorld.start();
    const token = await signed();
    expect(await claimed.read(token)).toBe('200');
    claimed.adopt({ forbid: [{ service: 'billing', resource: 'invoices/7', actions: ['*'] }] });
    await claimed.heard();
    expect(await claimed.read(token)).toBe('insufficient_scope forbidden');
  });

  test('a reset waits 72 hours, said aloud, and then a new first document alone counts', async () => {
    const clock = new SteppedClock();
    claimed = await ClaimedWorld.start({ options: { clock } });
    const { world } = claimed;
    const { broker } = world;
    const [ada, spare] = [new Authenticator(), new Authenticator()];
    const document = sampleTrust(
      { [ADA]: [ada, spare] },
      {
        deployment: broker.deployment,
        validUntil: claimed.genesis.document.validUntil,
      },
    );
    const anew = statementHash(hashing, document);
    broker.claim('acme', [signedTrust(document, [ada, spare])]);
    await claimed.pin(anew);
    await until(() => broker.pins.at(-1)?.[0]?.next?.pinned === anew);
    expect(await ready()).toMatchObject([
      { pinned: claimed.trust, current: claimed.trust, next: { pinned: anew } },
    ]);
    expect(world.logLines.join('')).toContain('another pin is to take the place of the one in force');
    const old = broker.grant();
    await claimed.heard();
    expect(await claimed.read(broker.forge(old, { countersignatures: claimed.yes(old) }))).toBe('200');

    await world.advance(clock, 3 * DAY + 5_000);
    await until(async () => (await ready())[0]?.current === anew);
    const later = broker.grant({ startsIn: (3 * DAY) / 1_000 });
    await claimed.heard();
    const stale = claimed.ada.sign(claimed.approval(later, ADA, { notAfter: later.endsAt }), AT);
    expect(await claimed.read(broker.forge(later, { countersignatures: [stale] }))).toBe(
      'not_countersigned wrong_trust',
    );
    const fresh = ada.sign(claimed.approval(later, ADA, { trust: anew, notAfter: later.endsAt }), AT);
    expect(await claimed.read(broker.forge(later, { countersignatures: [fresh] }))).toBe('200');
    await until(() => broker.pins.at(-1)?.[0]?.current === anew);
    expect(broker.pins.at(-1)).toEqual([{ tenant: 'acme', pinned: anew, current: anew }]);
  });
});
