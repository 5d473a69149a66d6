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
  const primary = new SharedState({ ...calls, ledger }, share);
  const changes = new SpentChanges(ledger, share);
  for (const process of [{}, {}]) {
    const own = new WorkerLedger((request) => changes.take(request, process));
    workers.push({ ledger: own, state: new GatewayState({ ...calls, ledger: own }) });
  }
  const [one, two] = workers as [Worker, Worker];
  return { primary, one, two };
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
