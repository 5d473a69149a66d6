/** @soak */

import { verify } from 'node:crypto';
import { mkdir, readFile, rename, rm, truncate, writeFile } from 'node:fs/promises';
import {
  checkPinsStatement,
  type SignedTrustDocument,
  statementHash,
  type TrustDocument,
} from '@countersign/contract';
import {
  importEd25519PublicKey,
  NO_VERSION,
  pinsPath,
  readPins,
  setPin,
  writePins,
} from '@countersign/gateway-protocol';
import { hashing } from '../../../../test/factories/grant-token.js';
import { AT, nextTrust, sampleTrust, signedTrust } from '../../../../test/factories/trust.js';
import { ADA, ClaimedWorld } from '../../../../test/fakes/claimed-world.js';
import { SteppedClock } from '../../../../test/fakes/stepped-clock.js';
import { until } from '../../../../test/fakes/until.js';
import { Authenticator } from '../../../../test/support/authenticator.js';
import { onlyInSoak, rowsOfEachKind } from '../../../../test/support/samples.js';
import type { Readiness } from '../http/own-pages.js';

const DAY = 86_400_000;

describe('P12: pins on a gateway’s own host', () => {
  let claimed: ClaimedWorld;
  afterEach(() => claimed.world.stop());

  const ready = async () =>
    ((await (await fetch(`${claimed.world.gateway.adminUrl}/readyz`)).json()) as Readiness).pins;
  const signed = async () => {
    const grant = claimed.world.broker.grant();
    await claimed.feedApplied();
    return claimed.world.broker.forge(grant, { countersignatures: claimed.approvals(grant) });
  };

  test('a running gateway accepts a pin without a restart, and reports it in /readyz and to the broker', async () => {
    claimed = await ClaimedWorld.start({ pinned: false });
    const token = await signed();
    expect(await claimed.read(token)).toBe('not_countersigned not_pinned');
    await claimed.pin();
    await until(async () => (await claimed.read(token)) === '200');
    const pins = [{ tenant: 'acme', pinned: claimed.trust, current: claimed.trust }];
    expect(await ready()).toEqual(pins);
    await until(() => JSON.stringify(claimed.world.broker.pins.at(-1)) === JSON.stringify(pins));
  });

  test('a pin of another document than the feed brings: nothing opens, and the report says that no chain leads there', async () => {
    claimed = await ClaimedWorld.start({ pinned: false });
    const pinned = `sha256:${'0'.repeat(64)}`;
    await claimed.pin(pinned);
    await until(async () => (await ready()).length === 1);
    expect(await ready()).toEqual([{ tenant: 'acme', pinned, current: null }]);
    expect(await claimed.read(await signed())).toBe('not_countersigned not_pinned');
    expect(claimed.world.logLines.join('')).toContain('wrong_pin');
  });

  test('if the pins cannot be read any more, the last ones are kept', async () => {
    claimed = await ClaimedWorld.start();
    const token = await signed();
    await writeFile(pinsPath(claimed.world.spoolDir), '{');
    await until(() => claimed.world.logLines.join('').includes('the pins cannot be read'));
    expect(await claimed.read(token)).toBe('200');
  });

  test('a stored chain that does not follow prevents the start', async () => {
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

  type Spoiling = [how: string, (path: string) => Promise<unknown>, RegExp];
  const SPOILINGS: Spoiling[] = [
    ['is huge', (path) => truncate(path, 2 ** 40), /larger than/],
    ['is a folder', (path) => rm(path).then(() => mkdir(path)), /is not a regular file/],
    ['is empty', (path) => truncate(path, 0), /is not JSON/],
    ['was cut short', (path) => truncate(path, 1_000), /is not JSON/],
    ['is of another form', (path) => writeFile(path, '{"v":2}'), /v/],
  ];
  test.each(rowsOfEachKind(SPOILINGS, ([, , why]) => why.source))(
    'P13: a chain on disk that %s keeps the gateway from starting, by name and within moments',
    async (_, spoil, why) => {
      claimed = await ClaimedWorld.start();
      await claimed.feedApplied();
      await claimed.world.gateway.close();
      const file = `trust/chains/acme.${claimed.trust.slice(7)}.json`;
      await spoil(`${claimed.world.spoolDir}/${file}`);
      const before = process.memoryUsage().rss;
      const started = claimed.world.startGateway();
      await expect(started).rejects.toMatchObject({
        code: 'trust_unreadable',
        message: expect.stringContaining(file),
      });
      await expect(started).rejects.toThrow(why);
      expect(process.memoryUsage().rss - before).toBeLessThan(256 * 1024 * 1024);
    },
  );

  test('the gateway itself states what it has pinned, signed by its own key and bound to a nonce', async () => {
    claimed = await ClaimedWorld.start();
    await claimed.feedApplied();
    const { url } = claimed.world.gateway;
    const { broker } = claimed.world;
    const asked = async (path: string) => {
      const answer = await fetch(`${url}/countersign/pins/${path}`);
      return { status: answer.status, headers: answer.headers, text: await answer.text() };
    };
    const stated = async (tenant: string, nonce: string) => {
      const { status, headers, text } = await asked(`${tenant}?nonce=${nonce}`);
      expect([status, headers.get('content-type'), headers.get('access-control-allow-origin')]).toEqual([
        ...[200, 'application/jwt', '*'],
      ]);
      const expected = { nonce, tenant, now: Date.now(), publicKeyOf: () => broker.publicKey };
      return checkPinsStatement(text, expected, (key, message, signature) =>
        verify(null, message, importEd25519PublicKey(key), signature),
      );
    };
    const hash = claimed.trust;
    const nothing = { iss: broker.gateway, pinned: null, atLeast: [], current: null };
    expect(await stated('acme', 'one-1_~.')).toMatchObject({
      ok: true,
      statement: { ...nothing, nonce: 'one-1_~.', tenant: 'acme', pinned: hash, current: hash },
    });
    const least = `sha256:${'0'.repeat(64)}`;
    await claimed.pin(hash, { atLeast: least });
    await until(async () => (await ready())[0]?.behind !== undefined);
    expect(await stated('acme', 'two')).toMatchObject({
      statement: { pinned: hash, atLeast: [least], current: null },
    });
    expect(await stated('globex', 'three')).toMatchObject({ statement: { ...nothing, tenant: 'globex' } });
    for (const wrong of [
      'acme',
      'acme?nonce=',
      `acme?nonce=${'x'.repeat(129)}`,
      'acme?nonce=a&nonce=b',
      'acme?other=a',
      'Acme?nonce=a',
      'deployment?nonce=a',
    ])
      expect((await asked(wrong)).status).toBe(400);
    expect((await asked('acme/more?nonce=a')).status).toBe(404);
    expect((await fetch(`${url}/countersign/pins/acme?nonce=a`, { method: 'POST' })).status).toBe(404);
  });

  describe('removing or editing pins.json lifts no delay', () => {
    const evil = `sha256:${'e'.repeat(64)}`;
    const attacks: [string, 'missing' | 'replaced', (spoolDir: string) => Promise<void>][] = [
      ['removes the file', 'missing', (spoolDir) => rm(pinsPath(spoolDir))],
      ['empties the list', 'missing', (spoolDir) => writePins(spoolDir, {})],
      [
        'removes the file and pins another fingerprint, as if it were the first',
        'replaced',
        async (spoolDir) => {
          await rm(pinsPath(spoolDir));
          await writePins(spoolDir, { acme: setPin(undefined, evil, Date.now()).pin });
        },
      ],
      [
        'writes another fingerprint into the file',
        'replaced',
        async (spoolDir) => {
          const { acme } = await readPins(spoolDir);
          await writePins(spoolDir, { acme: { ...acme!, pinned: evil } });
        },
      ],
    ];
    test.each(rowsOfEachKind(attacks, ([, alarm]) => alarm))(
      '%s: the old pin stays in force, over restarts, and the alarm is raised',
      async (_how, alarm, attack) => {
        claimed = await ClaimedWorld.start();
        const { world } = claimed;
        const token = await signed();
        expect(await claimed.read(token)).toBe('200');
        await attack(world.spoolDir);
        const root = { tenant: 'acme', pinned: claimed.trust, current: claimed.trust, alarm };
        await until(() => world.broker.pins.at(-1)?.[0]?.alarm === alarm);
        for (const restarts of [false, true]) {
          if (restarts) await world.gateway.close();
          if (restarts) await world.startGateway();
          await until(() => world.gateway.isInTouch());
          expect(await claimed.read(await signed())).toBe('200');
          expect(await ready()).toMatchObject([root]);
          const metrics = await (await fetch(`${world.gateway.adminUrl}/metrics`)).text();
          expect(metrics).toContain('countersign_gateway_pin_alarms 1');
        }
        const [pin] = world.broker.pins.at(-1) ?? [];
        const waits = Date.parse(pin?.next?.from ?? '') - Date.now();
        if (alarm === 'replaced') expect([pin?.next?.pinned, Math.round(waits / DAY)]).toEqual([evil, 3]);
        else expect(pin?.next).toBeUndefined();
        expect(world.logLines.join('')).toContain(`"alarm":"${alarm}"`);
        // Setting the pin in force again ends the alarm.
        await claimed.pin(claimed.trust);
        await until(() => world.broker.pins.at(-1)?.[0]?.alarm === undefined);
        expect(await ready()).toEqual([{ tenant: 'acme', pinned: claimed.trust, current: claimed.trust }]);
      },
    );

    test.each([
      ['{}', (path: string) => writeFile(path, '{}')],
      ['a folder', (path: string) => rm(path).then(() => mkdir(path))],
    ])('%s in place of the file raises the alarm too', async (_what, replace) => {
      claimed = await ClaimedWorld.start();
      const { world } = claimed;
      const token = await signed();
      const file = await readPins(world.spoolDir);
      await replace(pinsPath(world.spoolDir));
      const root = { tenant: 'acme', pinned: claimed.trust, current: claimed.trust };
      await until(() => world.broker.pins.at(-1)?.[0]?.alarm === 'missing');
      expect(await ready()).toEqual([{ ...root, alarm: 'missing' }]);
      expect(await claimed.read(token)).toBe('200');
      await rm(pinsPath(world.spoolDir), { recursive: true });
      await writePins(world.spoolDir, file);
      await until(() => world.broker.pins.at(-1)?.[0]?.alarm === undefined);
      expect(await ready()).toEqual([root]);
    });

    test('a pin goes on waiting while the file cannot be read', async () => {
      claimed = await ClaimedWorld.start();
      const { world } = claimed;
      await claimed.pin(evil);
      await until(() => world.broker.pins.at(-1)?.[0]?.next?.pinned === evil);
      const [before] = await ready();
      await writeFile(pinsPath(world.spoolDir), '{}');
      await until(async () => (await ready())[0]?.alarm === 'missing');
      expect(await ready()).toEqual([{ ...before, alarm: 'missing' }]);
    });

    test('shortens the wait of a pin: it waits 72 hours from when the gateway saw it', async () => {
      claimed = await ClaimedWorld.start();
      const { world } = claimed;
      const { acme } = await readPins(world.spoolDir);
      const from = (seconds: number) => new Date(Date.now() + seconds * 1_000).toISOString();
      await writePins(world.spoolDir, { acme: { ...acme!, next: { pinned: evil, from: from(1) } } });
      await until(() => world.broker.pins.at(-1)?.[0]?.next?.pinned === evil);
      const seen = world.broker.pins.at(-1)?.[0]?.next?.from ?? '';
      expect(Math.round((Date.parse(seen) - Date.now()) / DAY)).toBe(3);
      // Nor does an edit later on, nor one while the gateway is down.
      await world.gateway.close();
      await writePins(world.spoolDir, { acme: { ...acme!, next: { pinned: evil, from: from(-1) } } });
      await world.startGateway();
      expect(await ready()).toMatchObject([
        { pinned: claimed.trust, next: { pinned: evil, from: seen }, alarm: 'replaced' },
      ]);
    });
  });

  test('P12: never back: a pin that is removed and set again continues its chain, even over restarts', async () => {
    claimed = await ClaimedWorld.start();
    const { world } = claimed;
    const [ada] = claimed.genesis.document.people;
    claimed.adopt({ people: [ada!], approvals: 1, threshold: 1 });
    const grant = world.broker.grant();
    await claimed.feedApplied();
    const [byAda, byBob] = claimed
      .approvals(grant)
      .map((signature) => world.broker.forge(grant, { countersignatures: [signature] })) as [string, string];
    expect(await claimed.read(byAda)).toBe('200');
    world.broker.trust = [{ tenant: 'acme', chain: [claimed.genesis] }];
    for (const restarts of [false, true]) {
      await rm(pinsPath(world.spoolDir));
      await until(async () => (await ready())[0]?.alarm === 'missing');
      expect(await claimed.read(byAda)).toBe('200');
      if (restarts) await world.gateway.close();
      if (restarts) await world.startGateway();
      world.broker.change({ trust: world.broker.trust });
      await claimed.pin();
      await until(async () => (await claimed.read(byAda)) === '200');
      expect(await claimed.read(byBob)).toBe('not_countersigned unknown_person');
    }
  });

  test('a chain that could not be written is tried again, without a new event of the feed', async () => {
    claimed = await ClaimedWorld.start({ pinned: false });
    const { world } = claimed;
    const token = await signed();
    const chains = `${world.spoolDir}/trust/chains`;
    await rename(chains, `${chains}-away`);
    await claimed.pin();
    await until(() => world.logLines.join('').includes('this is tried again'));
    expect(await claimed.read(token)).toBe('not_countersigned not_pinned');
    await rename(`${chains}-away`, chains);
    await until(async () => (await claimed.read(token)) === '200');
    expect(world.broker.resumes).toHaveLength(1);
  });

  test('a new version cuts open calls, and applies to the next call', async () => {
    claimed = await ClaimedWorld.start();
    const token = await signed();
    expect(await claimed.read(token)).toBe('200');
    const { upstream } = claimed.world;
    const whole = upstream.answer;
    upstream.answer = (_request, response) => void response.writeHead(200).write('the beginning');
    const open = await claimed.world.send({ token });
    upstream.answer = whole;
    claimed.adopt({ forbid: [{ service: 'billing', resource: 'invoices/7', actions: ['*'] }] });
    await expect(open.text()).rejects.toThrow();
    await claimed.feedApplied();
    expect(await claimed.read(token)).toBe('insufficient_scope forbidden');
  });

  describe('pins that require a version', () => {
    const hashOf = ({ document }: { document: TrustDocument }) => statementHash(hashing, document);
    /** Only Ada's, so that Bob's signature shows which version applies to a call. */
    const onlyAda = () => {
      const [ada] = claimed.genesis.document.people;
      return claimed.adopt({ people: [ada!], approvals: 1, threshold: 1 });
    };
    const feed = (...chain: SignedTrustDocument[]) => claimed.world.broker.claim('acme', chain);
    const both = async () => {
      const grant = claimed.world.broker.grant();
      await claimed.feedApplied();
      const [byAda, byBob] = claimed
        .approvals(grant)
        .map((signature) => claimed.world.broker.forge(grant, { countersignatures: [signature] }));
      return { byAda: byAda as string, byBob: byBob as string };
    };

    test('a new gateway that is fed an older chain opens nothing and reports why, until the version arrives', async () => {
      claimed = await ClaimedWorld.start({ pinned: false });
      const { world } = claimed;
      const newest = onlyAda();
      const [older, least] = [hashOf(claimed.genesis), hashOf(newest)];
      feed(claimed.genesis);
      await claimed.feedApplied();
      await claimed.pin(claimed.trust, { atLeast: least });
      await until(async () => (await ready())[0]?.behind !== undefined);
      const { byAda, byBob } = await both();
      const all = await signed();
      for (const token of [byAda, byBob, all])
        expect(await claimed.read(token)).toBe('not_countersigned not_pinned');
      const behind = { tenant: 'acme', pinned: older, atLeast: [least], current: null, behind: older };
      expect(await ready()).toEqual([behind]);
      await until(() => JSON.stringify(world.broker.pins.at(-1)) === JSON.stringify([behind]));
      const said = world.logLines
        .filter((line) => line.includes('behind_pin'))
        .map((line) => JSON.parse(line));
      expect(said[0]).toMatchObject({ tenant: 'acme', held: older, atLeast: [least] });

      feed(claimed.genesis, newest);
      await until(async () => (await claimed.read(byAda)) === '200');
      expect(await claimed.read(byBob)).toBe('not_countersigned unknown_person');
      const reached = { tenant: 'acme', pinned: older, atLeast: [least], current: least };
      await until(() => JSON.stringify(world.broker.pins.at(-1)) === JSON.stringify([reached]));
    });

    onlyInSoak(() => {
      test('over restarts too: an older copy of the folder is not enough', async () => {
        claimed = await ClaimedWorld.start();
        const { world } = claimed;
        const { byAda } = await both();
        const token = await signed();
        expect(await claimed.read(token)).toBe('200');
        const least = hashOf(onlyAda());
        feed(claimed.genesis);
        await world.gateway.close();
        const chain = `${world.spoolDir}/trust/chains/acme.${claimed.trust.slice(7)}.json`;
        const text = JSON.stringify({ v: 1, pinned: claimed.trust, versions: [claimed.genesis] });
        await writeFile(chain, text);
        await claimed.pin(claimed.trust, { atLeast: least });
        await world.startGateway();
        await until(() => world.gateway.isInTouch());
        expect(world.logLines.join('')).toContain('behind_pin');
        for (const each of [token, byAda])
          expect(await claimed.read(each)).toBe('not_countersigned not_pinned');
        feed(...claimed.chain);
        await until(async () => (await claimed.read(byAda)) === '200');
      });

      test('a longer chain without that version is never enough', async () => {
        claimed = await ClaimedWorld.start({ pinned: false });
        const newest = onlyAda();
        const aside = signedTrust(nextTrust(claimed.genesis.document, { threshold: 1 }), [
          claimed.ada,
          claimed.bob,
        ]);
        const further = signedTrust(nextTrust(aside.document, { threshold: 2 }), [claimed.ada]);
        feed(claimed.genesis, aside, further);
        // With the pin the gateway takes the chain that it has then, and no other one after it.
        await claimed.feedApplied();
        await claimed.pin(claimed.trust, { atLeast: hashOf(newest) });
        await until(async () => (await ready())[0]?.behind === hashOf(further));
        expect(await claimed.read(await signed())).toBe('not_countersigned not_pinned');
        feed(...claimed.chain);
        await claimed.feedApplied();
        expect(await claimed.read(await signed())).toBe('not_countersigned not_pinned');
      });
    });

    test('a requirement that is added later cuts open calls and closes at once; only removing it opens again', async () => {
      claimed = await ClaimedWorld.start();
      const { world } = claimed;
      const token = await signed();
      world.upstream.answer = (_request, response) => {
        response.writeHead(200).write('the beginning');
      };
      const open = await world.send({ token });
      const reading = open.text().then(
        () => 'whole',
        () => 'cut',
      );
      await claimed.pin(claimed.trust, { atLeast: `sha256:${'0'.repeat(64)}` });
      expect(await reading).toBe('cut');
      await until(async () => (await claimed.read(token)) === 'not_countersigned not_pinned');
      await claimed.pin();
      await until(async () => (await ready())[0]?.behind === claimed.trust);
      world.upstream.answer = (_request, response) => response.end();
      await claimed.pin(claimed.trust, { atLeast: NO_VERSION });
      await until(async () => (await claimed.read(token)) === '200');
    });
  });

  test('a reset waits 72 hours and is announced; then only the new first document counts', async () => {
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
    const renewed = statementHash(hashing, document);
    broker.claim('acme', [signedTrust(document, [ada, spare])]);
    await claimed.pin(renewed);
    await until(() => broker.pins.at(-1)?.[0]?.next?.pinned === renewed);
    expect(await ready()).toMatchObject([
      { pinned: claimed.trust, current: claimed.trust, next: { pinned: renewed } },
    ]);
    expect(world.logLines.join('')).toContain('another pin will replace the one in force');
    const old = broker.grant();
    await claimed.feedApplied();
    expect(await claimed.read(broker.forge(old, { countersignatures: claimed.approvals(old) }))).toBe('200');

    await world.advance(clock, 3 * DAY + 5_000);
    await until(async () => (await ready())[0]?.current === renewed);
    const later = broker.grant({ startsIn: (3 * DAY) / 1_000 });
    await claimed.feedApplied();
    const stale = claimed.ada.sign(claimed.approval(later, ADA, { notAfter: later.endsAt }), AT);
    expect(await claimed.read(broker.forge(later, { countersignatures: [stale] }))).toBe(
      'not_countersigned wrong_trust',
    );
    const fresh = ada.sign(claimed.approval(later, ADA, { trust: renewed, notAfter: later.endsAt }), AT);
    expect(await claimed.read(broker.forge(later, { countersignatures: [fresh] }))).toBe('200');
    await until(() => broker.pins.at(-1)?.[0]?.current === renewed);
    expect(broker.pins.at(-1)).toEqual([{ tenant: 'acme', pinned: renewed, current: renewed }]);
  });
});
