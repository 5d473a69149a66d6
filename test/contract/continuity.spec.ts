import {
  type Deps,
  EVERYTHING,
  endBrokerLease,
  type IncomingRecord,
  ingestRecords,
  noteParted,
  renewBrokerLease,
  restoreLogs,
  sizesInBackup,
  takeBrokerLease,
} from '@countersign/access';
import { logOrigin } from '@countersign/audit-log';
import {
  type OpenedStore,
  openStore,
  rotateMasterKey,
  systemHashing,
  systemRandomness,
  uuidV7Ids,
} from '@countersign/persistence';
import { filler } from '../factories/filler.js';
import { optionsFor } from '../support/migrated-database.js';
import { describeStore } from './support/describe-store.js';

const START = Date.parse('2026-11-24T15:00:00.000Z');
const SECOND = 1_000;
const DAY = 86_400_000;
const NEW = new Uint8Array(32).fill(9);
const refused = (code: string) => expect.objectContaining({ name: 'StoreError', code });

describeStore('whether a database continues what was seen of it', (bench) => {
  let now: number;
  const opened: OpenedStore[] = [];
  const depsOf = (store: OpenedStore): Deps => ({
    store,
    clock: { now: () => new Date(now) },
    ids: uuidV7Ids,
    random: systemRandomness,
    hashing: systemHashing,
  });
  /** Another process on the same database. */
  const process = async () => {
    const store = await openStore(optionsFor(bench.database.url));
    opened.push(store);
    return depsOf(store);
  };
  const append = ({ store }: Deps, log = 'acme') =>
    store.forTenant(log, ({ log: own }) => own.append(filler(new Date(now).toISOString())));
  const restore = (deps: Deps) =>
    restoreLogs(deps, [], (log, epoch) => logOrigin(deps.store.deployment, log, epoch));
  /** How many leaves of acme's log are of the backup, as far as the store knows. */
  const inBackup = async () => (await sizesInBackup(await process())).get('acme');

  beforeEach(() => {
    now = START;
  });
  afterEach(async () => {
    await Promise.all(opened.splice(0).map((store) => store.close()));
  });

  describe('brokers that run', () => {
    const rotate = () =>
      rotateMasterKey({
        ...optionsFor(bench.database.url),
        newMasterKey: NEW,
        clock: { now: () => new Date(now) },
      });

    test('the master key is not rotated while one runs, nor soon after one was killed', async () => {
      const [one, two] = [await process(), await process()];
      const { lease } = await takeBrokerLease(one);
      const { lease: other } = await takeBrokerLease(two);
      await expect(rotate()).rejects.toThrow(refused('brokers_running'));
      await endBrokerLease(one, lease);
      now += 15 * SECOND;
      await renewBrokerLease(two, other);
      now += 15 * SECOND;
      await expect(rotate()).rejects.toThrow('Stop it first');
      // It was killed: it ends nothing and renews nothing.
      now += 6 * SECOND;
      expect(await rotate()).toMatchObject({ secrets: expect.any(Number) });
    });

    test('one that was away from the database while the key was rotated learns it with its next renewal, and no broker starts with the old key', async () => {
      const [one, two] = [await process(), await process()];
      const { lease } = await takeBrokerLease(one);
      now += 30 * SECOND;
      await rotate();
      await expect(renewBrokerLease(one, lease)).rejects.toThrow(refused('master_key_mismatch'));
      await expect(takeBrokerLease(two)).rejects.toThrow(refused('master_key_mismatch'));
    });

    test('a broker that starts learns how many others did not give up their leases', async () => {
      const deps = await process();
      const { lease } = await takeBrokerLease(deps);
      await takeBrokerLease(deps);
      await endBrokerLease(deps, lease);
      now += 21 * SECOND;
      expect(await takeBrokerLease(deps)).toMatchObject({ unended: 1 });
      expect(await takeBrokerLease(deps)).toMatchObject({ unended: 0 });
    });
  });

  describe('what brokers have written since they were started', () => {
    test('counts from the first of several brokers that run without a break, and for those who write beside them', async () => {
      const before = await process();
      await append(before);
      await append(before);
      const [one, two] = [await process(), await process()];
      await takeBrokerLease(one);
      expect(await inBackup()).toBeUndefined();
      await append(one);
      await takeBrokerLease(two);
      await append(two);
      await append(await process());
      expect(await inBackup()).toBe(2);
    });

    test('is not asked for if no broker runs and no gateway has met one: the backup was put in place of a database that brokers used', async () => {
      const deps = await process();
      await append(deps);
      await takeBrokerLease(deps);
      await append(deps);
      now += 30 * SECOND;
      expect(await inBackup()).toBeUndefined();
    });

    test('counts from the first start on the backup, however often brokers are started again once gateways are refused', async () => {
      const one = await process();
      await append(one);
      const { lease } = await takeBrokerLease(one);
      await append(one);
      expect([await noteParted(one), await noteParted(one)]).toEqual([true, false]);
      await endBrokerLease(one, lease);
      const two = await process();
      await takeBrokerLease(two);
      await append(two);
      expect(await inBackup()).toBe(1);
    });

    test('begins again after a restore, and with brokers that start in order', async () => {
      const deps = await process();
      await append(deps);
      const { lease } = await takeBrokerLease(deps);
      await append(deps);
      await noteParted(deps);
      await restore(deps);
      expect(await inBackup()).toBeUndefined();
      await append(deps);
      // Two leaves, and that of the restore.
      expect(await inBackup()).toBe(3);
      await endBrokerLease(deps, lease);
      await takeBrokerLease(deps);
      await append(deps);
      expect(await inBackup()).toBe(4);
    });
  });

  describe('P10: records of a gateway that a broker has confirmed before', () => {
    const gateway = uuidV7Ids.next('gtw');
    const [boot, later] = ['0199f0a0-7b2c-4003-8000-000000000003', '0199f0a0-7b2c-4003-8000-000000000004'];
    const head = (seq: number, more: Partial<IncomingRecord> = {}): IncomingRecord => ({
      ...{ tenant: 'acme', kind: 'head', id: uuidV7Ids.next('rec'), signature: 's', signed: true },
      ...{ seq, hash: `h${seq}`, prev: seq === 1 ? null : `h${seq - 1}`, at: new Date(now).toISOString() },
      ...(more as object),
    });
    const take = async (
      deps: Deps,
      records: readonly IncomingRecord[],
      { run = boot, complete = true, whose = gateway } = {},
    ) => {
      const batch = { gateway: whose, boot: run, binding: EVERYTHING, records, complete };
      return (await ingestRecords(deps, [batch]))[0];
    };
    const gaps = async ({ store }: Deps) => {
      const { items } = await store.readForTenant('acme', (unit) =>
        unit.events.list({}, { cursor: null, limit: 50 }),
      );
      return items.filter(({ leaf }) => leaf.includes('"gateway.gap"')).length;
    };

    beforeEach(() =>
      bench.store.asVendor(({ organisation }) =>
        organisation.saveTenant({
          ...{ slug: 'acme', name: 'Acme', oidc: null, slack: null, webhooks: [], removedAt: null },
          controls: { approvals: 1, maxDuration: null, countersign: [], slackMayApprove: [], forbid: [] },
        }),
      ),
    );

    test('that were sent before those before them have come are not taken, and are no gap', async () => {
      const deps = await process();
      const ahead = { gateway, boot, binding: EVERYTHING, records: [head(3)], follows: true };
      expect(await ingestRecords(deps, [ahead])).toEqual(['early']);
      expect(await take(deps, [head(1), head(2)])).toEqual({ acme: 2 });
      expect(await ingestRecords(deps, [ahead])).toEqual([{ acme: 3 }]);
      expect(await gaps(deps)).toBe(0);
    });

    test('are missed: nothing is taken, and others are not affected', async () => {
      const deps = await process();
      expect(await take(deps, [head(1), head(2)])).toEqual({ acme: 2 });
      const batch = { gateway, boot, binding: EVERYTHING, records: [head(5)], complete: true };
      const other = { ...batch, gateway: uuidV7Ids.next('gtw'), records: [head(1)] };
      expect(await ingestRecords(deps, [batch, other])).toEqual(['lost', { acme: 1 }]);
      expect(await gaps(deps)).toBe(0);
      // A run that the database never had, and its end.
      const previous = { boot, seq: 4, hash: 'h4' };
      expect(await take(deps, [head(1, { previous })], { run: later })).toBe('lost');
      expect(await take(deps, [head(3)])).toEqual({ acme: 3 });
    });

    test('are missed, but the gateway has lost records itself: that is an event, as before', async () => {
      const deps = await process();
      await take(deps, [head(1)]);
      expect(await take(deps, [head(3)], { complete: false })).toEqual({ acme: 3 });
      expect(await gaps(deps)).toBe(1);
    });

    test('are missed after a restore: once in each chain, also of one that the backup does not have, for 30 days', async () => {
      const deps = await process();
      await take(deps, [head(1)]);
      now += SECOND;
      await restore(deps);
      now += SECOND;
      expect(await take(deps, [head(4)])).toEqual({ acme: 4 });
      expect(await take(deps, [head(6)])).toBe('lost');
      now += 29 * DAY;
      const previous = { boot: later, seq: 9, hash: 'h9' };
      const fresh = '0199f0a0-7b2c-4003-8000-000000000005';
      expect(await take(deps, [head(1, { previous })], { run: fresh })).toEqual({ acme: 1 });
      now += 2 * DAY;
      expect(await take(deps, [head(7)], { run: '0199f0a0-7b2c-4003-8000-000000000006' })).toBe('lost');
      expect(await gaps(deps)).toBe(2);
    });
  });
});
