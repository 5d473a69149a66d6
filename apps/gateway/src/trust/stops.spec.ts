/** @soak */

import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { statementHash, toInstant } from '@countersign/contract';
import { hashing } from '../../../../test/factories/grant-token.js';
import { AT, nextTrust } from '../../../../test/factories/trust.js';
import { BOB, ClaimedWorld } from '../../../../test/fakes/claimed-world.js';
import { until } from '../../../../test/fakes/until.js';
import { Authenticator } from '../../../../test/support/authenticator.js';
import { onlyInSoak } from '../../../../test/support/samples.js';

describe('P12: a customer’s own stop', () => {
  let claimed: ClaimedWorld;
  beforeEach(async () => {
    claimed = await ClaimedWorld.start();
  });
  afterEach(() => claimed.world.stop());

  const broker = () => claimed.world.broker;
  const approved = async () => {
    const grant = broker().grant();
    await claimed.feedApplied();
    return { grant, token: broker().forge(grant, { countersignatures: claimed.approvals(grant) }) };
  };
  const restart = async () => {
    await claimed.world.gateway.close();
    await claimed.world.startGateway();
    await until(() => claimed.world.gateway.isInTouch());
  };
  const refusal = async (answer: Response) => {
    const { code, reason } = (await answer.json()) as { code: string; reason?: string };
    return [answer.status, code, reason];
  };

  test('submitted at the gateway, stops the tenant until its lift, over restarts and whatever the broker says', async () => {
    const { token } = await approved();
    expect(await claimed.read(token)).toBe('200');
    const stop = claimed.stop();
    expect((await claimed.submit(stop)).status).toBe(204);
    expect(await claimed.read(token)).toBe('locked');
    await restart();
    expect(await claimed.read(token)).toBe('locked');
    expect((await claimed.submit(claimed.lift(stop))).status).toBe(204);
    expect(await claimed.read(token)).toBe('200');
    await restart();
    expect(await claimed.read(token)).toBe('200');
  });

  test('is accepted while the broker is unreachable', async () => {
    const { token } = await approved();
    expect(await claimed.read(token)).toBe('200');
    await broker().stop();
    expect((await claimed.submit(claimed.stop())).status).toBe(204);
    await broker().start();
    await until(async () => (await claimed.read(token)) === 'locked');
  });

  test('is relayed to the broker, and its lift after it, once the broker is reachable, even after a restart', async () => {
    await approved();
    broker().takesNews = false;
    const stop = claimed.stop();
    const lift = claimed.lift(stop);
    expect((await claimed.submit(stop)).status).toBe(204);
    expect((await claimed.submit(lift)).status).toBe(204);
    await until(() => claimed.world.logLines.join('').includes('rejects a stop'));
    await claimed.world.gateway.close();
    broker().takesNews = true;
    await claimed.world.startGateway();
    await until(() => broker().handed.length === 2);
    await restart();
    const another = claimed.stop();
    expect((await claimed.submit(another)).status).toBe(204);
    // A stop whose answer was lost with the restart is sent again.
    const passed = () => [...new Set(broker().handed.map(({ signature }) => signature))];
    await until(() => passed().length === 3);
    expect(passed()).toEqual([stop, lift, another].map(({ signature }) => signature));
  });

  test('that someone else submits again, unsigned, is refused and does not replace the signed one on its way to the broker', async () => {
    await approved();
    broker().takesNews = false;
    const stop = claimed.stop();
    expect((await claimed.submit(stop)).status).toBe(204);
    const copied = { ...stop, signature: claimed.stop().signature };
    expect(await refusal(await claimed.submit(copied))).toEqual([403, 'not_countersigned', 'bad_signature']);
    broker().takesNews = true;
    await restart();
    await until(() => broker().handed.length > 0);
    expect(broker().handed.map(({ signature }) => signature)).toEqual([stop.signature]);
  });

  test('that is replayed costs nothing: known, it is neither written nor relayed again; so is its lift', async () => {
    await approved();
    const folder = join(claimed.world.spoolDir, 'trust');
    const files = async () => {
      const names = (await readdir(folder)).filter((name) => name.endsWith('.jsonl'));
      return Promise.all(names.map((name) => readFile(join(folder, name), 'utf8')));
    };
    const stop = claimed.stop();
    for (const [signature, relayed] of [
      [stop, 1],
      [claimed.lift(stop), 2],
    ] as const) {
      expect((await claimed.submit(signature)).status).toBe(204);
      await until(() => broker().handed.length === relayed);
      await until(async () => (await files()).join('').split('"told"').length >= 2 * relayed);
      const before = await files();
      for (let time = 0; time < 20; time++) expect((await claimed.submit(signature)).status).toBe(204);
      // Something new is relayed after anything that waits.
      const other = claimed.stop({ digest: `sha256:${String(relayed).repeat(64)}` });
      expect(await files()).toEqual(before);
      expect((await claimed.submit(other)).status).toBe(204);
      await until(() => broker().handed.length > relayed);
      expect(broker().handed.map((each) => each.signature)).toEqual(
        [stop, ...(relayed === 2 ? [signature] : []), other].map((each) => each.signature),
      );
      broker().handed.splice(relayed);
    }
  });

  test('of one grant stops only that grant', async () => {
    const [one, other] = [await approved(), await approved()];
    expect((await claimed.submit(claimed.stop({ digest: one.grant.digest }))).status).toBe(204);
    expect(await claimed.read(one.token)).toBe('locked');
    expect(await claimed.read(other.token)).toBe('200');
  });

  test('cuts open calls', async () => {
    const { token } = await approved();
    claimed.world.upstream.answer = (_request, response) => {
      response.writeHead(200).write('the beginning');
    };
    const open = await claimed.world.send({ token });
    const reading = open.text().then(
      () => 'whole',
      () => 'cut',
    );
    expect((await claimed.submit(claimed.stop())).status).toBe(204);
    expect(await reading).toBe('cut');
  });

  test('counts once: submitted again it stays in force, and after its lift it does not return', async () => {
    const { token } = await approved();
    const stop = claimed.stop();
    for (let time = 0; time < 2; time++) expect((await claimed.submit(stop)).status).toBe(204);
    expect((await claimed.submit(claimed.lift(stop))).status).toBe(204);
    expect(await refusal(await claimed.submit(stop))).toEqual([
      403,
      'not_countersigned',
      'duplicate_signature',
    ]);
    broker().change({ stops: [stop] });
    await claimed.feedApplied();
    expect(await claimed.read(token)).toBe('200');
    await restart();
    expect(await refusal(await claimed.submit(stop))).toEqual([
      403,
      'not_countersigned',
      'duplicate_signature',
    ]);
  });

  test('arrives by the feed as well, and so does its lift', async () => {
    const { token } = await approved();
    const stop = claimed.stop({ notBefore: '2026-01-01T00:00:00Z', notAfter: '2026-01-01T00:05:00Z' });
    broker().change({ stops: [stop] });
    await claimed.feedApplied();
    expect(await claimed.read(token)).toBe('locked');
    broker().change({ lifts: [claimed.lift(stop)] });
    await claimed.feedApplied();
    expect(await claimed.read(token)).toBe('200');
  });

  test('of the feed that no one of the tenant has signed has no effect; nor has another tenant’s lift', async () => {
    const { token } = await approved();
    broker().change({ stops: [{ ...claimed.stop(), signature: claimed.stop().signature }] });
    await claimed.feedApplied();
    expect(await claimed.read(token)).toBe('200');
    const stop = claimed.stop();
    expect((await claimed.submit(stop)).status).toBe(204);
    const [foreign, other] = [{ tenant: 'globex' }, { trust: `sha256:${'0'.repeat(64)}` }];
    broker().change({ lifts: [claimed.lift(stop, foreign), claimed.lift(stop, other)] });
    await claimed.feedApplied();
    expect(await claimed.read(token)).toBe('locked');
  });

  test('that arrived before the tenant was pinned here takes effect with the pin', async () => {
    await claimed.world.stop();
    claimed = await ClaimedWorld.start({ pinned: false });
    const { token } = await approved();
    broker().change({ stops: [claimed.stop()] });
    await claimed.feedApplied();
    await claimed.pin();
    await until(async () => (await claimed.read(token)) === 'locked');
  });

  test('that the feed brings before the version that it names takes effect with that version', async () => {
    const { token } = await approved();
    const next = nextTrust(claimed.genesis.document, {});
    const stop = claimed.stop({ trust: statementHash(hashing, next) });
    // Someone else’s signature over the same statement does not replace the first.
    broker().change({ stops: [stop] });
    broker().change({ stops: [{ ...stop, signature: claimed.stop().signature }] });
    await claimed.feedApplied();
    expect(await claimed.read(token)).toBe('200');
    claimed.adopt({});
    await claimed.feedApplied();
    expect(await claimed.read(token)).toBe('locked');
  });

  onlyInSoak(() => {
    test('that the feed brings before the version that lists its signer takes effect with that version', async () => {
      const { token } = await approved();
      const eve = new Authenticator();
      broker().change({ stops: [eve.sign(claimed.stop({ person: BOB }).statement, AT)] });
      await claimed.feedApplied();
      expect(await claimed.read(token)).toBe('200');
      const [ada, bob] = claimed.genesis.document.people;
      const people = [ada!, { person: BOB, passkeys: [...bob!.passkeys, eve.passkey] }];
      claimed.adopt({ people }, [claimed.ada, claimed.bob, eve]);
      await claimed.feedApplied();
      expect(await claimed.read(token)).toBe('locked');
    });
  });

  test('whose body does not arrive is answered in time, and delays no one', async () => {
    await claimed.world.stop();
    claimed = await ClaimedWorld.start({ options: { callTimes: { clientIdleMs: 200 } } });
    const answer = await claimed.world.raw(
      'POST /countersign/stop HTTP/1.1\r\nHost: gateway.test\r\nContent-Length: 100\r\n\r\n{',
      true,
    );
    expect(answer.status).toBe(408);
    expect(answer.body).toContain('request_timeout');
  });

  describe('P13: is refused', () => {
    test.each<[string, () => unknown, [number, string, string | undefined]]>([
      [
        'before its time',
        () => claimed.stop({ notBefore: toInstant(new Date(Date.now() + 60_000)) }),
        [403, 'not_countersigned', 'outside_window'],
      ],
      [
        'after its time',
        () => claimed.stop({ notBefore: '2026-01-01T00:00:00Z', notAfter: '2026-01-01T00:05:00Z' }),
        [403, 'not_countersigned', 'outside_window'],
      ],
      [
        'by a stranger’s key',
        () => new Authenticator().sign(claimed.stop().statement, AT),
        [403, 'not_countersigned', 'unknown_key'],
      ],
      [
        'in another person’s name',
        () => claimed.stop({ person: BOB }),
        [403, 'not_countersigned', 'unknown_key'],
      ],
      [
        'for a tenant that is not pinned',
        () => claimed.stop({ tenant: 'globex' }),
        [403, 'not_countersigned', 'not_pinned'],
      ],
      [
        'for another deployment',
        () => claimed.stop({ deployment: 'dep_0199f0a0-7b2c-7001-8000-000000000009' }),
        [403, 'not_countersigned', 'wrong_deployment'],
      ],
      ['as a trust document', () => claimed.genesis.signatures[0], [400, 'invalid_request', undefined]],
      ['with a member more', () => ({ ...claimed.stop(), more: 1 }), [400, 'invalid_request', undefined]],
      ['as nothing', () => null, [400, 'invalid_request', undefined]],
    ])('%s', async (_what, countersignature, expected) => {
      expect(await refusal(await claimed.submit(countersignature()))).toEqual(expected);
    });

    test('in another body, or by another method', async () => {
      const post = (body: string | Uint8Array<ArrayBuffer>) =>
        claimed.world.send({ method: 'POST', path: '/countersign/stop', body });
      for (const body of [
        '',
        'x',
        '[]',
        '{}',
        JSON.stringify({ countersignature: claimed.stop(), more: 1 }),
        ' '.repeat(16_385),
        // Two readers could read two stops in these.
        JSON.stringify({ countersignature: claimed.stop() }).replace('{', '{"countersignature":{},'),
        Buffer.from(
          JSON.stringify({ countersignature: claimed.stop() }).replace('"person":"', '"person":"\xff'),
          'latin1',
        ),
      ])
        expect((await post(body)).status).toBe(400);
      expect((await claimed.world.send({ path: '/countersign/stop' })).status).toBe(404);
      expect(
        (await claimed.world.send({ method: 'POST', path: '/countersign/stop/', body: '{}' })).status,
      ).toBe(404);
    });
  });
});
