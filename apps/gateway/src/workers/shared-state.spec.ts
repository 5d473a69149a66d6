import type { FeedGrant } from '@countersign/gateway-protocol';
import { DigestLedger } from '../authorize/digest-ledger.js';
import { GatewayState } from '../authorize/gateway-state.js';
import type { Update } from './messages.js';
import { SharedState } from './shared-state.js';
import { SpentChanges } from './spent-changes.js';
import { WorkerLedger } from './worker-ledger.js';

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

/** A worker that starts now. */
function begin(primary: SharedState): Worker {
  const ledger = new WorkerLedger(() => Promise.resolve());
  const state = new GatewayState({ ...calls, ledger });
  ledger.adopt(primary.digests);
  if (primary.all !== undefined) state.applySnapshot(primary.all, T0);
  return { ledger, state };
}

type Worker = { ledger: WorkerLedger; state: GatewayState };

function follow({ ledger, state }: Worker, update: Update): void {
  if (update.type === 'snapshot') state.applySnapshot(update.data, update.now);
  else if (update.type === 'change') state.applyChange(update.data, update.now);
  else if (update.type === 'extended') ledger.followLife(update.grant, update.until);
  else if (update.type === 'spent') ledger.follow(update.grant, update.until, update.isSpent);
  else if (update.type === 'forget') state.forgetDigests(update.now);
}

/** A primary with two workers, whose messages arrive at once. */
function fleet() {
  const workers: Worker[] = [];
  const share = (update: Update) => {
    for (const worker of workers) follow(worker, update);
  };
  const ledger = DigestLedger.inMemory();
  const changes = new SpentChanges(ledger, share);
  const primary = new SharedState({ ...calls, ledger }, share, () => changes.prune());
  for (const process of [{}, {}]) {
    const own = new WorkerLedger((request) => changes.take(request, process));
    workers.push({ ledger: own, state: new GatewayState({ ...calls, ledger: own }) });
  }
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
