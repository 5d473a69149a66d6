/** @soak */

import type { ClaimedMessage, DeliveryOutcome, MessageDraft, MessagePart, Notice } from '@countersign/access';
import { endOf, fanOut } from './support/attempts.js';
import { describeOn } from './support/describe-store.js';
import { NOW } from './support/rows.js';

const LATER = '2026-11-24T15:01:00.000Z';
const mail = (recipient: string, orderKey = 'req_1', others: string[] = []): MessageDraft => ({
  channel: 'mail',
  recipient,
  others,
  orderKey,
});
const DELIVERED: DeliveryOutcome = { state: 'delivered', at: NOW };
const AGAIN: DeliveryOutcome = { state: 'due', nextAt: LATER, error: 'smtp_unreachable' };
const DEAD: DeliveryOutcome = { state: 'dead', at: NOW, error: 'smtp_550' };

describeOn('SQLite', 'where notices go', (bench) => {
  async function told(subject: string, tenant = 'acme'): Promise<Notice> {
    await bench.store.forTenant(tenant, (unit) =>
      unit.outbox.add({ kind: 'request.awaiting_vendor', subject, audience: [], at: NOW }),
    );
    const waiting = await bench.store.readAsVendor((unit) => unit.outbox.due(NOW, 50));
    return waiting.find((each) => each.subject === subject)!;
  }
  /** A notice that goes to these, in this order of notices. */
  async function sent(subject: string, ...drafts: MessageDraft[]): Promise<Notice> {
    const notice = await told(subject);
    await fanOut(bench.store, notice, drafts, NOW);
    return notice;
  }
  const claim = (now = NOW, limit = 10) =>
    bench.store.notices.write(({ deliveryQueues }) =>
      deliveryQueues.claim('mail', limit, { now, until: LATER }),
    );
  const settle = (...ended: ReturnType<typeof endOf>[]) =>
    bench.store.notices.write(({ deliveryQueues }) => deliveryQueues.settle('mail', ended, NOW));
  const end = (message: ClaimedMessage | undefined, outcome: DeliveryOutcome) =>
    settle(endOf(message!, outcome));
  const inParts = (message: ClaimedMessage | undefined, ...parts: MessagePart[]) =>
    settle({ message: message!, parts, instead: [] });
  const find = async (id: string) =>
    (await bench.store.readAsVendor((unit) => unit.deliveries.find(id)))!.deliveries;
  /** Which notice goes to whom, sorted. */
  const names = (messages: readonly ClaimedMessage[]) =>
    messages.map(({ notice, recipient, others }) => [notice.subject, recipient, ...others].join(' ')).sort();

  test('P7: a notice is fanned out once, however many try', async () => {
    const notice = await told('req_1');
    const done = await Promise.all([
      fanOut(bench.store, notice, [mail('usr_1')], NOW),
      fanOut(bench.store, notice, [mail('usr_2')], NOW),
    ]);
    expect(done.sort()).toEqual([false, true]);
    expect(await find(notice.id)).toHaveLength(1);
    expect(await bench.store.readAsVendor((unit) => unit.outbox.due(LATER, 10))).toEqual([]);
  });

  test('P7: an attempt is claimed by one; if it never ends, it is due again when the claim is over', async () => {
    const notice = await sent('req_1', mail('usr_1'));
    const claimed = (await Promise.all([claim(), claim()])).flat();
    expect(claimed).toMatchObject([
      { notice: { id: notice.id, tenant: 'acme' }, recipient: 'usr_1', attempts: 0 },
    ]);
    expect(await claim()).toEqual([]);
    expect(await claim(LATER)).toMatchObject([{ notice: { id: notice.id }, attempts: 1 }]);
    expect(await find(notice.id)).toMatchObject([{ state: 'due', attempts: 2 }]);
  });

  test('a late end of an attempt says nothing about the one that has begun since', async () => {
    const notice = await sent('req_1', mail('usr_1'));
    const [first] = await claim();
    const [second] = await claim(LATER);
    await end(first, DEAD);
    expect(await find(notice.id)).toMatchObject([{ state: 'due', attempts: 2, lastError: null }]);
    expect(await claim()).toEqual([]);
    await end(second, DELIVERED);
    expect(await find(notice.id)).toMatchObject([{ state: 'delivered' }]);
  });

  test('P7: what goes out in place of a message is stored with its end, once; a delivery that is there already stays as it is', async () => {
    const notice = await sent('req_1', mail('usr_1'), {
      channel: 'slack',
      recipient: 'U:usr_1',
      orderKey: 'req_1',
    });
    const [message] = await claim();
    const instead = [
      { channel: 'slack' as const, recipient: 'U:usr_1', orderKey: 'req_1' },
      { channel: 'slack' as const, recipient: 'U:usr_2', orderKey: 'req_1' },
    ];
    await settle({ ...endOf(message!, DEAD), instead });
    await settle({ ...endOf(message!, DEAD), instead: [mail('usr_3')] });
    expect(await find(notice.id)).toMatchObject([
      { channel: 'mail', recipient: 'usr_1', state: 'dead' },
      { recipient: 'U:usr_1', state: 'due', attempts: 0 },
      { recipient: 'U:usr_2', tenant: 'acme', orderKey: 'req_1', state: 'due', attempts: 0 },
    ]);
  });

  test('order is kept for one recipient and request, and for no others', async () => {
    await sent('req_1', mail('usr_1'), mail('usr_2'));
    await sent('grt_1', mail('usr_1'));
    await sent('req_2', mail('usr_1', 'req_2'));
    const claimed = await claim();
    // One at a time to each recipient.
    expect(names(claimed)).toEqual(['req_1 usr_1', 'req_1 usr_2']);
    await end(
      claimed.find(({ recipient }) => recipient === 'usr_1'),
      AGAIN,
    );
    // The other request is not behind it; what concerns the same request is.
    const [other] = await claim();
    expect(names([other!])).toEqual(['req_2 usr_1']);
    await end(other, DELIVERED);
    expect(await claim()).toEqual([]);
    const [again] = await claim(LATER);
    expect(again).toMatchObject({ notice: { subject: 'req_1' }, recipient: 'usr_1', attempts: 1 });
    await end(again, DELIVERED);
    expect(names(await claim())).toEqual(['grt_1 usr_1']);
  });

  test('one that waits for an earlier one has no time of its own', async () => {
    await sent('req_1', mail('usr_1'));
    const behind = await sent('grt_1', mail('usr_1'));
    expect(await find(behind.id)).toMatchObject([{ state: 'due', nextAt: null }]);
    await end((await claim())[0], DEAD);
    expect(await find(behind.id)).toMatchObject([{ nextAt: new Date(NOW).toISOString() }]);
  });

  describe('a message to several', () => {
    const [A, B, C] = ['usr_a', 'usr_b', 'usr_c'];
    const all = (orderKey = 'req_1') => mail(A, orderKey, [B, C]);

    test('is one attempt, and each recipient has a delivery of their own', async () => {
      const notice = await sent('req_1', all());
      const claimed = await claim();
      expect(claimed).toMatchObject([{ recipient: A, others: [B, C] }]);
      expect(await find(notice.id)).toMatchObject(
        [A, B, C].map((recipient) => ({ recipient, state: 'due' })),
      );
      await end(claimed[0], DELIVERED);
      const deliveries = await find(notice.id);
      expect(deliveries).toMatchObject([A, B, C].map((recipient) => ({ recipient, state: 'delivered' })));
      expect(Object.keys(deliveries[0]!)).not.toEqual(expect.arrayContaining(['others']));
    });

    test('about other requests goes out meanwhile', async () => {
      await sent('req_1', all());
      await sent('req_2', all('req_2'));
      expect(names(await claim())).toEqual([`req_1 ${A} ${B} ${C}`, `req_2 ${A} ${B} ${C}`]);
    });

    test('if it fails as a whole, it stays together, and the next one waits for it', async () => {
      await sent('req_1', all());
      await sent('grt_1', all());
      await end((await claim())[0], AGAIN);
      expect(await claim()).toEqual([]);
      const [again] = await claim(LATER);
      expect(again).toMatchObject({ others: [B, C], attempts: 1, lastError: 'smtp_unreachable' });
      await end(again, DELIVERED);
      expect(names(await claim())).toEqual([`grt_1 ${A} ${B} ${C}`]);
    });

    test('what fails for one recipient is attempted again for them alone, and no one else waits for it', async () => {
      const first = await sent('req_1', all());
      await sent('grt_1', all());
      const [message] = await claim();
      await inParts(message, { recipients: [A], outcome: AGAIN }, { recipients: [B, C], outcome: DELIVERED });
      expect(await find(first.id)).toMatchObject([
        { recipient: A, state: 'due', attempts: 1, lastError: 'smtp_unreachable' },
        { recipient: B, state: 'delivered' },
        { recipient: C, state: 'delivered' },
      ]);
      // The next one goes to the others at once, and to that recipient after the first.
      const rest = await claim();
      expect(names(rest)).toEqual([`grt_1 ${B} ${C}`]);
      await end(rest[0], DELIVERED);
      const [own] = await claim(LATER);
      expect(names([own!])).toEqual([`req_1 ${A}`]);
      await end(own, DELIVERED);
      expect(names(await claim(LATER))).toEqual([`grt_1 ${A}`]);
    });

    test('what ends for one recipient only ends for them alone', async () => {
      const notice = await sent('req_1', all());
      await inParts(
        (await claim())[0],
        { recipients: [C], outcome: DEAD },
        { recipients: [A], outcome: { state: 'skipped', error: 'superseded' } },
        { recipients: [B], outcome: DELIVERED },
      );
      expect((await find(notice.id)).map(({ recipient, state }) => [recipient, state])).toEqual([
        [A, 'skipped'],
        [B, 'delivered'],
        [C, 'dead'],
      ]);
      expect(await claim(LATER)).toEqual([]);
    });

    test('a message to one of them waits for it', async () => {
      await sent('req_1', all());
      await sent('grt_1', mail(B));
      const [together, ...more] = await claim();
      expect(more).toEqual([]);
      await end(together, DELIVERED);
      expect(names(await claim())).toEqual([`grt_1 ${B}`]);
    });
  });

  test('P7: two that end and fan out at once leave nothing that no one is told of', async () => {
    const other = await bench.database.open();
    for (let round = 0; round < 20; round += 1) {
      const key = `req_${round}`;
      await sent(key, mail('usr_1', key, ['usr_2']));
      const [message] = await claim();
      const next = await told(`grt_${round}`);
      await Promise.all([end(message, DELIVERED), fanOut(other, next, [mail('usr_1', key, ['usr_2'])], NOW)]);
      const [following] = await claim();
      expect([round, following?.notice.id]).toEqual([round, next.id]);
      await end(following, DELIVERED);
    }
    expect(await bench.database.raw('SELECT * FROM delivery_queues')).toEqual([]);
    await other.close();
  });

  test('P7: a claim takes no more than its limit, though its plan was made when nothing waited', async () => {
    // As on a quiet site: the statistics say that nothing waits, and a plan that was made by them is kept.
    await sent('req_0', mail('usr_0'));
    await end((await claim())[0], DELIVERED);
    await bench.database.raw('ANALYZE');
    for (let times = 0; times < 12; times += 1) expect(await claim()).toEqual([]);
    const many = Array.from({ length: 300 }, (_, index) => mail(`usr_${index}`));
    await sent('req_1', ...many);
    expect(await claim(NOW, 8)).toHaveLength(8);
    expect(await claim(NOW, 1)).toHaveLength(1);
    const claimed = await bench.database.raw('SELECT * FROM delivery_queues WHERE claimed_until IS NOT NULL');
    expect(claimed).toHaveLength(9);
  });

  test('the age of what is due counts from its notice, and the lag of a channel from when it was due', async () => {
    const read = () =>
      bench.store.notices.read(async ({ deliveries, deliveryQueues }) => [
        await deliveries.oldestDue(),
        await deliveryQueues.dueSince(),
      ]);
    expect(await read()).toEqual([null, {}]);
    await sent('req_1', mail('usr_1'));
    expect(await read()).toEqual([NOW, { mail: new Date(NOW).toISOString() }]);
    await end((await claim())[0], AGAIN);
    expect(await read()).toEqual([NOW, { mail: LATER }]);
    await end((await claim(LATER))[0], DEAD);
    expect(await read()).toEqual([null, {}]);
  });

  test('what is dead is listed, blocks nothing, and comes again with all its attempts when it is retried', async () => {
    const [first, second] = [await told('req_1'), await told('req_2', 'globex')];
    for (const notice of [first, second])
      await fanOut(
        bench.store,
        notice,
        [mail(`usr_1${notice.subject}`, notice.subject), mail(`usr_2${notice.subject}`, notice.subject)],
        NOW,
      );
    await settle(
      ...(await claim()).map((each) => endOf(each, each.recipient.startsWith('usr_1') ? DEAD : AGAIN)),
    );
    const dead = (filter: { tenant?: string } = {}, cursor: string | null = null) =>
      bench.store.readAsVendor((unit) =>
        unit.deliveries.list({ ...filter, state: 'dead' }, { cursor, limit: 1 }),
      );
    const page = await dead();
    expect(page).toMatchObject({ items: [{ notice: { id: second.id, tenant: 'globex' } }], next: second.id });
    expect(page.items[0]?.deliveries).toMatchObject([
      { recipient: 'usr_1req_2', state: 'dead', deadAt: NOW, lastError: 'smtp_550', attempts: 1 },
      { recipient: 'usr_2req_2', state: 'due', deadAt: null, lastError: 'smtp_unreachable' },
    ]);
    expect((await dead({}, page.next)).items.map(({ notice }) => notice.id)).toEqual([first.id]);
    expect((await dead({ tenant: 'acme' })).items.map(({ notice }) => notice.id)).toEqual([first.id]);
    expect(await bench.store.readAsVendor((unit) => unit.deliveries.count('dead', 10))).toBe(2);
    expect(await bench.store.readAsVendor((unit) => unit.deliveries.count('dead', 1))).toBe(1);
    const retry = () => bench.store.asVendor((unit) => unit.deliveryQueues.retry(first.id, NOW));
    expect([await retry(), await retry()]).toEqual([1, 0]);
    expect(await claim()).toMatchObject([{ notice: { id: first.id }, recipient: 'usr_1req_1', attempts: 0 }]);
    expect((await find(second.id))[0]?.state).toBe('dead');
  });
});
