import type { Delivery, DeliveryDraft, Notice } from '@countersign/access';
import { describeOn } from './support/describe-store.js';
import { NOW } from './support/rows.js';

const LATER = '2026-11-24T15:01:00Z';
const mail = (recipient: string, orderKey = 'req_1'): DeliveryDraft => ({
  channel: 'mail',
  recipient,
  orderKey,
});

describeOn('SQLite', 'where notices go', (bench) => {
  async function told(subject: string, tenant = 'acme'): Promise<Notice> {
    await bench.store.forTenant(tenant, (unit) =>
      unit.outbox.add({ kind: 'request.awaiting_vendor', subject, audience: [], at: NOW }),
    );
    const waiting = await bench.store.readAsVendor((unit) => unit.outbox.due(NOW, 50));
    return waiting.find((each) => each.subject === subject)!;
  }
  const fanOut = (notice: Notice, drafts: DeliveryDraft[]) =>
    bench.store.asVendor((unit) => unit.deliveries.fanOut(notice, drafts, NOW));
  const due = (now = NOW, busy: string[] = []) =>
    bench.store.readAsVendor((unit) => unit.deliveries.due('mail', now, 10, busy));
  const claim = (delivery: Delivery) =>
    bench.store.asVendor((unit) => unit.deliveries.claim(delivery, LATER));
  const find = async (id: string) =>
    (await bench.store.readAsVendor((unit) => unit.deliveries.find(id)))!.deliveries;

  test('P7: a notice is fanned out once, however many try', async () => {
    const notice = await told('req_1');
    const done = await Promise.all([fanOut(notice, [mail('usr_1')]), fanOut(notice, [mail('usr_2')])]);
    expect(done.sort()).toEqual([false, true]);
    expect(await find(notice.id)).toHaveLength(1);
    expect(await bench.store.readAsVendor((unit) => unit.outbox.due(LATER, 10))).toEqual([]);
  });

  test('P7: an attempt is claimed by one; unsettled it is due again when the claim is over', async () => {
    const notice = await told('req_1');
    await fanOut(notice, [mail('usr_1')]);
    const [delivery] = await due();
    expect(delivery).toMatchObject({ notice: notice.id, tenant: 'acme', attempts: 0, state: 'due' });
    expect((await Promise.all([claim(delivery!), claim(delivery!)])).sort()).toEqual([false, true]);
    expect(await due()).toEqual([]);
    expect(await due(LATER)).toMatchObject([{ notice: notice.id, attempts: 1 }]);
  });

  test('a late end of an attempt says nothing about the one that has begun since', async () => {
    const notice = await told('req_1');
    await fanOut(notice, [mail('usr_1')]);
    const [first] = await due();
    await claim(first!);
    const [second] = await due(LATER);
    await bench.store.asVendor((unit) => unit.deliveries.claim(second!, LATER));
    await bench.store.asVendor(async ({ deliveries }) => {
      await deliveries.settle(first!, { state: 'dead', at: NOW, error: 'late' });
    });
    expect(await find(notice.id)).toMatchObject([{ state: 'due', attempts: 2, lastError: null }]);
  });

  test('P7: a notice that has gone out can go elsewhere too, once; a delivery that is there stays as it is', async () => {
    const notice = await told('req_1');
    await fanOut(notice, [mail('usr_1')]);
    const [first] = await due();
    await claim(first!);
    const add = () =>
      bench.store.asVendor((unit) => unit.deliveries.add(first!, [mail('usr_1'), mail('usr_2')], NOW));
    await Promise.all([add(), add()]);
    expect(await find(notice.id)).toMatchObject([
      { recipient: 'usr_1', attempts: 1 },
      { recipient: 'usr_2', tenant: 'acme', orderKey: 'req_1', state: 'due', attempts: 0 },
    ]);
  });

  test('order is kept for one recipient and request, and for no others', async () => {
    const [first, second, other] = [await told('req_1'), await told('grt_1'), await told('req_2')];
    await fanOut(first, [mail('usr_1'), mail('usr_2')]);
    await fanOut(second, [mail('usr_1')]);
    await fanOut(other, [mail('usr_1', 'req_2')]);
    const now = (await due()).map(({ notice, recipient }) => [notice, recipient]);
    expect(now).toEqual([
      [first.id, 'usr_1'],
      [first.id, 'usr_2'],
      [other.id, 'usr_1'],
    ]);
    expect((await due(NOW, ['usr_1'])).map(({ recipient }) => recipient)).toEqual(['usr_2']);
    const [delivery] = await due();
    await claim(delivery!);
    await bench.store.asVendor((unit) => unit.deliveries.settle(delivery!, { state: 'delivered', at: NOW }));
    expect((await due()).map(({ notice }) => notice)).toContain(second.id);
  });

  test('what is dead is listed, blocks nothing, and comes again with all its attempts when it is retried', async () => {
    const [first, second] = [await told('req_1'), await told('req_2', 'globex')];
    for (const notice of [first, second])
      await fanOut(notice, [mail('usr_1', notice.subject), mail('usr_2', notice.subject)]);
    for (const delivery of await due()) {
      await claim(delivery);
      await bench.store.asVendor((unit) =>
        unit.deliveries.settle(
          delivery,
          delivery.recipient === 'usr_1'
            ? { state: 'dead', at: NOW, error: 'smtp_550' }
            : { state: 'due', nextAt: LATER, error: 'smtp_unreachable' },
        ),
      );
    }
    const dead = (filter: { tenant?: string } = {}, cursor: string | null = null) =>
      bench.store.readAsVendor((unit) =>
        unit.deliveries.list({ ...filter, state: 'dead' }, { cursor, limit: 1 }),
      );
    const page = await dead();
    expect(page).toMatchObject({ items: [{ notice: { id: second.id, tenant: 'globex' } }], next: second.id });
    expect(page.items[0]?.deliveries).toMatchObject([
      { recipient: 'usr_1', state: 'dead', deadAt: NOW, lastError: 'smtp_550', attempts: 1 },
      { recipient: 'usr_2', state: 'due', deadAt: null, lastError: 'smtp_unreachable' },
    ]);
    expect((await dead({}, page.next)).items.map(({ notice }) => notice.id)).toEqual([first.id]);
    expect((await dead({ tenant: 'acme' })).items.map(({ notice }) => notice.id)).toEqual([first.id]);
    expect(await bench.store.readAsVendor((unit) => unit.deliveries.count('dead', 10))).toBe(2);
    expect(await bench.store.readAsVendor((unit) => unit.deliveries.count('dead', 1))).toBe(1);
    const retry = () => bench.store.asVendor((unit) => unit.deliveries.retry(first.id, NOW));
    expect([await retry(), await retry()]).toEqual([1, 0]);
    expect(await due()).toMatchObject([{ notice: first.id, recipient: 'usr_1', attempts: 0, deadAt: null }]);
    expect((await find(second.id))[0]?.state).toBe('dead');
  });
});
