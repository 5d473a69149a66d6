import type { Call } from '@countersign/authorization';
import { type OperationCall, readOperation } from '@countersign/contract';
import type { FeedGrant } from '@countersign/gateway-protocol';
import { pino } from 'pino';
import { DigestLedger } from '../authorize/digest-ledger.js';
import { GatewayState } from '../authorize/gateway-state.js';
import { BrowserSessions } from '../browser/browser-sessions.js';
import { Budgets, type LeaseRequester } from '../budget/budgets.js';
import { systemClock } from '../clock.js';
import { FeedLiveness } from '../feed/feed-liveness.js';
import { SharedHistory } from '../feed/shared-history.js';
import { FileLinks } from '../files/file-links.js';
import { valuesOf } from '../http1/fields.js';
import { applyUpdate, type Shared } from './apply-update.js';
import type { Update } from './messages.js';
import { SharedState } from './shared-state.js';
import { SpentChanges } from './spent-changes.js';
import { WorkerLedger } from './worker-ledger.js';
import { WorkerRules } from './worker-rules.js';

const T0 = Date.parse('2026-11-24T15:00:00Z');
const HOUR = 3_600_000;
const instant = (time: number) => new Date(time).toISOString().replace('.000', '');
const digest = `sha256:${'d'.repeat(64)}`;
const calls = { onGrantEnded: () => undefined, onNarrowed: () => undefined };

/** Listed by a broker that states a life of one hour, although the terms can be opened for longer. */
const grant = (change: Partial<FeedGrant> = {}): FeedGrant => ({
  ...{ id: 'grt_0199f0a0-7b2c-7004-8000-000000000004', digest, tenant: 'acme', service: 'billing' },
  ...{ startsAt: instant(T0), endsAt: instant(T0 + HOUR), budget: null, until: instant(T0 + HOUR) },
  ...change,
});
const snapshotOf = (...grants: FeedGrant[]) => ({
  ...{ issuer: 'https://broker.example', services: [], routeMaps: [], keys: [] },
  ...{ grants, tenants: [], locks: [], trust: [], stops: [], lifts: [] },
});

const noBroker = () => Promise.reject(new Error('there is no broker'));

/** A broker that leases one call. */
const leaseOne: LeaseRequester = async () => ({ held: { calls: 1, bytes: null }, elsewhere: false });

/** The parts of a worker that its primary updates. */
function workerWith(ledger: WorkerLedger) {
  const parts = {
    state: new GatewayState({ ...calls, ledger }),
    budgets: new Budgets(leaseOne, systemClock),
    liveness: new FeedLiveness(systemClock),
    fileLinks: new FileLinks(() => 0),
    sessions: new BrowserSessions({ broker: { postSigned: noBroker }, clock: systemClock }),
    history: new SharedHistory(pino({ level: 'silent' })),
  };
  const rules = new WorkerRules({
    ...{ pinnedOnly: false, clock: systemClock, submit: noBroker },
    ...{ onTrust: () => undefined, onStop: () => undefined },
  });
  const shared: Shared = { ledger, rules, otherLanes: {}, lanes: 2, isReady: false };
  return { ...parts, shared, ledger, follow: (update: Update) => applyUpdate(update, parts, shared) };
}

/** A worker that starts now. */
function begin(primary: SharedState): Worker {
  const worker = workerWith(new WorkerLedger(() => Promise.resolve()));
  worker.ledger.adopt(primary.digests);
  if (primary.all !== undefined) worker.state.applySnapshot(primary.all, T0);
  return worker;
}

type Worker = ReturnType<typeof workerWith>;

/** A primary with two workers, whose messages arrive at once. */
function fleet() {
  const workers: Worker[] = [];
  const share = (update: Update) => {
    for (const worker of workers) worker.follow(update);
  };
  const ledger = DigestLedger.inMemory();
  const changes = new SpentChanges(ledger, share);
  const primary = new SharedState({ ...calls, ledger }, share, () => changes.prune());
  for (const process of [{}, {}])
    workers.push(workerWith(new WorkerLedger((request) => changes.take(request, process))));
  const [one, two] = workers as [Worker, Worker];
  return { primary, changes, workers, one, two };
}

describe('P12: a broker that is taken over lists a digest with too short a life, ends it, and lists it again', () => {
  const known = { id: grant().id, digest, startsAt: T0 };
  const again = grant({ startsAt: instant(T0 + 2 * HOUR), endsAt: instant(T0 + 3 * HOUR) });

  /** One worker has verified the countersignatures, which say how long the terms can be opened. The other has had no call. */
  async function afterEnd() {
    const { primary, one, two } = fleet();
    primary.applySnapshot(snapshotOf(), T0);
    primary.applyChange({ grants: [grant()] }, T0);
    one.ledger.extend(known, T0 + 9 * HOUR);
    await one.ledger.flush();
    primary.applyChange({ endedGrants: [{ digest, reason: 'revoked', until: instant(T0 + HOUR) }] }, T0);
    primary.forgetDigests(T0 + 2 * HOUR);
    return { primary, one, two };
  }

  test('no worker forgets the end of a digest while its terms can be opened', async () => {
    const { one, two } = await afterEnd();
    expect([one, two].map(({ ledger }) => ledger.hasEnded(digest))).toEqual([true, true]);
  });

  test.each([
    ['a change', (primary: SharedState) => primary.applyChange({ grants: [again] }, T0 + 2 * HOUR)],
    ['a snapshot', (primary: SharedState) => primary.applySnapshot(snapshotOf(again), T0 + 2 * HOUR)],
  ])('no worker opens it again after %s, even one that remembers nothing of it', async (_what, list) => {
    const { primary, one, two } = await afterEnd();
    two.ledger.forget(T0 + 99 * HOUR);
    expect(two.ledger.hasEnded(digest)).toBe(false);
    list(primary);
    expect([one, two].map(({ state }) => state.grants.get(digest))).toEqual([undefined, undefined]);
    // Nor does a worker that starts now.
    expect(primary.all?.grants).toEqual([]);
  });
});

test('a grant that is listed again with another window stays open as it was, at every worker', () => {
  const { primary, one, two } = fleet();
  primary.applySnapshot(snapshotOf(grant()), T0);
  const moved = grant({ startsAt: instant(T0 + HOUR) });
  primary.applyChange({ grants: [moved] }, T0);
  primary.applySnapshot(snapshotOf(moved), T0);
  for (const state of [primary, one.state, two.state])
    expect(state.grants.get(digest)).toMatchObject({ startsAt: T0 });
  expect(primary.all?.grants).toEqual([grant()]);
});

describe('a worker that starts', () => {
  const other = grant({ digest: `sha256:${'e'.repeat(64)}` });

  test('serves a grant whose beginning was being written when it started', () => {
    const { primary, workers } = fleet();
    primary.applySnapshot(snapshotOf(grant()), T0);
    // The feed has brought a grant, which is listed once its beginning is on disk.
    primary.ledger.begin([other]);
    const started = begin(primary);
    workers.push(started);
    primary.applyChange({ grants: [other] }, T0);
    for (const { digest: each } of [grant(), other]) {
      expect(started.state.grants.get(each)).toMatchObject({ startsAt: T0 });
      expect(started.ledger.hasEnded(each)).toBe(false);
    }
  });

  test('knows what has ended, and before the first snapshot also what was open when the gateway stopped', () => {
    const { primary } = fleet();
    primary.ledger.begin([grant(), other]);
    expect([...begin(primary).ledger.open()]).toEqual([digest, other.digest]);
    primary.applySnapshot(snapshotOf(other), T0);
    const { ledger } = begin(primary);
    expect([ledger.hasEnded(digest), ledger.hasEnded(other.digest)]).toEqual([true, false]);
  });

  test('has a tenant only if the primary has it, although a change both adds and removes it', () => {
    const { primary } = fleet();
    primary.applySnapshot(snapshotOf(), T0);
    primary.applyChange({ tenants: [{ slug: 'acme', forbid: [] }], removedTenants: ['acme'] }, T0);
    const { state } = begin(primary);
    expect([primary.forbidden('acme'), state.forbidden('acme')]).toEqual([undefined, undefined]);
  });
});

test('the worker of a spent change is forgotten with the change, and not before', async () => {
  const { primary, changes, one } = fleet();
  one.ledger.spend({ id: grant().id, digest, startsAt: T0 }, T0 + HOUR);
  await one.ledger.flush();
  primary.forgetDigests(T0 + HOUR);
  expect(changes.size).toBe(1);
  primary.forgetDigests(T0 + HOUR + 1);
  expect(changes.size).toBe(0);
});

describe('a worker follows', () => {
  const { tenant, service } = grant();

  test('a link that another worker keeps', () => {
    const { two } = fleet();
    const body = `{"documentId":"sha256:${'a'.repeat(64)}","variables":{"id":7,"org":"acme"}}`;
    const headerFields = [['content-type', 'application/json'] as const, ['x-org', 'acme'] as const];
    const headerValues = (name: string) => valuesOf(headerFields, name.toLowerCase());
    const request = { method: 'POST', path: '/graphql', query: '' };
    const operation = readOperation({ ...request, headerValues, body: Buffer.from(body) });
    if ('reason' in operation) throw new Error(operation.detail);
    const call: Call = {
      ...{ mode: 'gateway', service, ...request, queryNames: [], host: 'gateway.example' },
      ...{ headerValues, headerFields, operation },
      ...{ hasBody: true, bodySha256: undefined, bodyLength: body.length, bodyIsArriving: false },
    };
    const link = {
      ...{ digest, tenant, service, origin: 'https://files.example', target: '/8812.pdf?signed' },
      ...{ from: 'rec_1', call },
    };
    // As between processes, where functions cannot be sent, and objects arrive without their methods.
    const one = new FileLinks(
      () => 0,
      (...[id, sent, until]) => two.follow(structuredClone({ type: 'link', id, link: sent, until })),
    );
    const id = one.add(link) ?? '';
    expect(two.fileLinks.find(id, digest, service)).toEqual({
      ...link,
      until: 300_000,
      call: { ...call, headerValues: expect.any(Function) },
    });
    const found = two.fileLinks.find(id, digest, service)?.call;
    expect(found?.headerValues('X-Org')).toEqual(['acme']);
    const read = found?.operation as OperationCall;
    expect([read.variable('/id'), [...read.texts()]]).toEqual(['7', ['id', '7', 'org', 'acme']]);
  });

  test('the release of a browser session at another worker', async () => {
    const { two } = fleet();
    const keys: string[] = [];
    const broker = { postSigned: async () => undefined };
    const releasing = new BrowserSessions({
      broker,
      clock: systemClock,
      onReleased: (key) => keys.push(key),
    });
    const own = { session: `grt_${'0'.repeat(36)}.${'s'.repeat(43)}`, service };
    expect(await two.sessions.token(own)).toEqual({ refused: 'unreachable' });
    await releasing.release(own);
    for (const key of keys) two.follow({ type: 'released', key });
    expect(await two.sessions.token(own)).toEqual({ refused: 'unknown' });
  });

  test('whether the gateway is in touch, whether it serves, and how many lanes it has', () => {
    const { two } = fleet();
    const liveness = new FeedLiveness(systemClock);
    liveness.start(systemClock.now(), systemClock.monotonic());
    liveness.tick();
    two.liveness.tick();
    expect(two.liveness.isInTouch()).toBe(false);
    two.follow({ type: 'liveness', liveness: liveness.share() });
    expect(two.liveness.isInTouch()).toBe(true);
    two.follow({ type: 'ready', isReady: true, lanes: 3 });
    expect(two.shared).toMatchObject({ isReady: true, lanes: 3 });
  });

  test('which tenants are pinned', () => {
    const { two } = fleet();
    const none = { trust: undefined, hash: null, pin: undefined, stops: [], lifted: [] };
    two.follow({ type: 'rules', tenants: [{ tenant, isPinned: true, ...none }] });
    expect([...(two.shared.rules?.pinnedTenants ?? [])]).toEqual([tenant]);
  });

  test('how much of the ended digests to forget', () => {
    const { two } = fleet();
    two.ledger.end([{ digest, reason: 'revoked', until: instant(T0 + HOUR) }], T0);
    two.follow({ type: 'forget', now: T0 + 2 * HOUR });
    expect(two.ledger.hasEnded(digest)).toBe(false);
  });

  test('P12: a snapshot of a broker that may have lost its leases: what is unused is no longer held', async () => {
    const { primary, two } = fleet();
    const own = { id: grant().id, tenant, service, startsAt: T0, endsAt: T0 + HOUR, budget: { calls: 9 } };
    await two.budgets.requestMore(digest, own, { calls: 1, bytes: 0 });
    expect(two.budgets.hasLeft(digest, own)).toBe(true);
    primary.applySnapshot(snapshotOf(grant()), T0);
    expect(two.budgets.hasLeft(digest, own)).toBe(false);
  });
});

test('a worker that does not know an update throws, so that it never confirms it', () => {
  const { one } = fleet();
  expect(() => one.follow({ type: 'narrowed' } as never)).toThrow('unknown kind');
});
