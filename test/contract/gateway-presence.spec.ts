/** @soak */

import { closeVanishedGateways, recordContact, VANISHED_AFTER_MS } from '@countersign/access';
import { systemHashing, systemRandomness, uuidV7Ids } from '@countersign/persistence';
import { enrolledGateway } from '../factories/enrolled-gateway.js';
import { describeOn } from './support/describe-store.js';

const START = Date.parse('2026-11-24T15:00:00.000Z');
const BOOT = '0199f0a0-7b2c-4003-8000-000000000003';
const at = (ms: number) => new Date(START + ms).toISOString();

describeOn('SQLite', 'gateways that come and go', (bench) => {
  let now: number;
  const deps = () => ({
    store: bench.store,
    clock: { now: () => new Date(now) },
    ids: uuidV7Ids,
    random: systemRandomness,
    hashing: systemHashing,
  });
  let gateway: string;
  const head = { seq: 3, hash: 'sha256:3', at: at(0), signature: 'sig' };
  const started = new Date(START);

  const move = (tenant: string, seq: number, boot = BOOT, more = {}) =>
    bench.store.forTenant(tenant, (unit) =>
      unit.records.moveCursors(
        [{ gateway, boot, seq, hash: `sha256:${seq}`, head: null, ...more }],
        new Date(now).toISOString(),
      ),
    );
  const logged = async (tenant: string) => {
    const { items } = await bench.store.readForTenant(tenant, (unit) =>
      unit.events.list({}, { cursor: null, limit: 50 }),
    );
    return items
      .map(({ leaf }) => JSON.parse(leaf) as { type: string; data: Record<string, unknown> })
      .filter(({ type }) => type.startsWith('gateway.'))
      .reverse();
  };
  const close = () => closeVanishedGateways(deps(), started);

  beforeEach(async () => {
    now = START;
    gateway = uuidV7Ids.next('gtw');
    await bench.store.asVendor((unit) =>
      unit.gateways.insert(enrolledGateway({ id: gateway, publicKey: 'k', createdAt: at(0) })),
    );
    await move('acme', 2, '0199f0a0-7b2c-4003-8000-000000000001');
    now += 1_000;
    await move('acme', 4, BOOT, { head });
    await move('globex', 1);
    await recordContact(deps(), [gateway]);
  });

  test('P5: one that is silent for 15 minutes is closed in each log that it wrote to, once, with its last head', async () => {
    now += VANISHED_AFTER_MS;
    expect(await close()).toBe(0);
    now += 1;
    const turns = await Promise.all(Array.from({ length: 5 }, close));
    expect(turns.reduce((sum, closed) => sum + closed, 0)).toBe(1);
    expect(await close()).toBe(0);
    const closed = { gateway, reason: 'silent', lastSeenAt: at(1_000), boot: BOOT };
    expect(await logged('acme')).toMatchObject([
      { type: 'gateway.closed', actor: 'job', data: { ...closed, seq: 4, hash: 'sha256:4', head } },
    ]);
    expect(await logged('globex')).toMatchObject([
      { type: 'gateway.closed', data: { ...closed, seq: 1, hash: 'sha256:1', head: null } },
    ]);
    expect(await logged('deployment')).toMatchObject([
      { type: 'gateway.closed', data: { gateway, reason: 'silent', boot: null, seq: null } },
    ]);
  });

  test('P5: one that returns is open again, which is an event, and may vanish once more', async () => {
    now += VANISHED_AFTER_MS + 1;
    await close();
    await recordContact(deps(), [gateway]);
    await recordContact(deps(), [gateway]);
    expect((await logged('deployment')).map(({ type }) => type)).toEqual([
      'gateway.closed',
      'gateway.returned',
    ]);
    const cursors = await bench.store.forTenant('acme', (unit) =>
      unit.records.cursors([{ gateway, boot: BOOT }]),
    );
    expect(cursors).toMatchObject([{ seq: 4, closedAt: at(1_000 + VANISHED_AFTER_MS + 1) }]);
    await move('acme', 5);
    now += VANISHED_AFTER_MS + 1;
    expect(await close()).toBe(1);
    expect((await logged('acme')).map(({ data }) => data['seq'])).toEqual([4, 5]);
    expect(await logged('globex')).toHaveLength(1);
  });

  test('silence from before this broker was there to hear says nothing; a revoked one is closed at once', async () => {
    now += 10 * VANISHED_AFTER_MS;
    expect(await closeVanishedGateways(deps(), new Date(now))).toBe(0);
    await bench.store.asVendor((unit) => unit.gateways.revoke(gateway, new Date(now).toISOString()));
    await recordContact(deps(), [gateway]);
    expect(await closeVanishedGateways(deps(), new Date(now))).toBe(1);
    expect(await logged('acme')).toMatchObject([
      { type: 'gateway.closed', data: { reason: 'revoked', head } },
    ]);
  });

  test('one that was enrolled and never came is no vanished one', async () => {
    const other = uuidV7Ids.next('gtw');
    await bench.store.asVendor((unit) =>
      unit.gateways.insert(enrolledGateway({ id: other, name: 'eu-2', createdAt: at(0) })),
    );
    now += VANISHED_AFTER_MS + 1;
    expect(await close()).toBe(1);
    expect((await logged('deployment')).map(({ data }) => data['gateway'])).toEqual([gateway]);
  });
});
