/** @soak */

import { type Deps, NOTICES_KEPT_DAYS, prune, SLACK_POSTS_KEPT_DAYS, type Store } from '@countersign/access';
import { systemHashing, systemRandomness, uuidV7Ids } from '@countersign/persistence';
import { attempt, fanOut } from './support/attempts.js';
import { describeOn } from './support/describe-store.js';
import { NOW } from './support/rows.js';
import { TestClock } from './support/workflow.js';

const DAY = 86_400;

describeOn('SQLite', 'pruning', (bench) => {
  const deps = (clock: TestClock, store: Store = bench.store): Deps => ({
    store,
    clock,
    ids: uuidV7Ids,
    random: systemRandomness,
    hashing: systemHashing,
  });

  /** A notice with one delivery in this state. */
  async function told(state: 'delivered' | 'skipped' | 'dead' | 'due', at = NOW): Promise<string> {
    await bench.store.forTenant('acme', (unit) =>
      unit.outbox.add({ kind: 'request.awaiting_vendor', subject: 'req_1', audience: [], at }),
    );
    const notice = (await bench.store.readAsVendor((unit) => unit.outbox.due(at, 50))).at(-1);
    if (notice === undefined) throw new Error('no notice waits');
    const drafts = [{ channel: 'mail' as const, recipient: notice.id, orderKey: notice.id }];
    await fanOut(bench.store, notice, drafts, at);
    if (state === 'due') return notice.id;
    await settle(notice.id, state);
    return notice.id;
  }
  async function settle(id: string, state: 'delivered' | 'skipped' | 'dead'): Promise<void> {
    await attempt(bench.store, 'mail', '2099-01-01T00:00:00.000Z', ({ recipient }) =>
      recipient === id ? { state, at: NOW, error: 'x' } : null,
    );
  }
  const isStored = (id: string) =>
    bench.store.readAsVendor(async (unit) => (await unit.deliveries.find(id)) !== null);

  test('deletes notices that are over after 30 days; what is due or dead stays, and so does what waits', async () => {
    const clock = new TestClock();
    const over = [await told('delivered'), await told('skipped')];
    const waiting = [await told('dead'), await told('due')];
    await bench.store.forTenant('acme', (unit) =>
      unit.outbox.add({ kind: 'request.awaiting_vendor', subject: 'req_2', audience: [], at: NOW }),
    );
    clock.forward(NOTICES_KEPT_DAYS * DAY);
    const young = await told('delivered', clock.now().toISOString());
    // To the second: not a moment before.
    expect(await prune(deps(clock))).toMatchObject({ notices: 0 });
    clock.forward(1);
    expect(await prune(deps(clock))).toMatchObject({ notices: 2 });
    for (const id of over) expect(await isStored(id)).toBe(false);
    for (const id of [...waiting, young]) expect(await isStored(id)).toBe(true);
    expect(await bench.store.readAsVendor((unit) => unit.outbox.due(NOW, 10))).toHaveLength(1);
    expect(await prune(deps(clock))).toMatchObject({ notices: 0 });
  });

  test('a dead letter that was retried and delivered goes with the others', async () => {
    const clock = new TestClock();
    const id = await told('dead');
    clock.forward(NOTICES_KEPT_DAYS * DAY + 1);
    await prune(deps(clock));
    expect(await isStored(id)).toBe(true);
    await bench.store.asVendor((unit) => unit.deliveryQueues.retry(id, NOW));
    await settle(id, 'delivered');
    expect(await prune(deps(clock))).toMatchObject({ notices: 1 });
    expect(await isStored(id)).toBe(false);
  });

  test('deletes expired answers of every tenant and no others', async () => {
    const clock = new TestClock();
    const { store } = bench;
    const later = new Date(clock.now().getTime() + (DAY * 1000) / 2);
    for (const tenant of ['acme', 'globex'])
      for (const [key, now] of Object.entries({ old: clock.now(), young: later }))
        await store.forTenant(tenant, async () => 1, {
          idempotency: { principal: 'usr_1', route: tenant, key, bodyHash: 'h', now },
        });
    clock.forward(DAY);
    expect(await prune(deps(clock, store))).toMatchObject({ idempotentAnswers: 2 });
    expect(await bench.database.raw('SELECT key FROM idempotent_answers')).toEqual([
      { key: 'young' },
      { key: 'young' },
    ]);
  });

  test('forgets Slack messages that have not changed for half a year, and what came in longer ago than it counts', async () => {
    const clock = new TestClock();
    const at = clock.now().toISOString();
    const message = { workspace: 'T1', channel: 'C1', ts: '1.1', shown: 'a', postedAt: at, updatedAt: at };
    await bench.store.slack.write(async ({ slackPosts, slackSeen }) => {
      await slackPosts.save({ request: 'req_1', recipient: 'C:acme', ...message });
      await slackSeen.note('h', at);
    });
    clock.forward(SLACK_POSTS_KEPT_DAYS * DAY);
    expect(await prune(deps(clock))).toMatchObject({ slackPosts: 0 });
    expect(await bench.store.slack.write(({ slackSeen }) => slackSeen.note('h', at))).toBe(true);
    clock.forward(1);
    expect(await prune(deps(clock))).toMatchObject({ slackPosts: 1 });
  });
});
