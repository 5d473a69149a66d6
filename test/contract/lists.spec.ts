import type { AccessRequest, ListFilter, Page } from '@countersign/access';
import { describeStore } from './support/describe-store.js';
import { aGrant, aRecord, aRequest, NOW } from './support/rows.js';

describeStore('lists', (bench) => {
  async function fill() {
    const requests = Array.from({ length: 25 }, (_, index) =>
      aRequest({
        service: index % 2 === 0 ? 'billing' : 'crm',
        state: index % 5 === 0 ? 'denied' : 'awaiting_vendor',
        requester: `usr_${index % 3}`,
        // Several in one second: ids break the tie.
        createdAt: `2026-11-24T15:00:${String(Math.floor(index / 4)).padStart(2, '0')}Z`,
      }),
    );
    await bench.store.forTenant('acme', async (unit) => {
      for (const request of requests) await unit.requests.insert(request);
    });
    return requests.toReversed();
  }

  async function walk(filter: ListFilter, limit: number): Promise<string[]> {
    const ids: string[] = [];
    let at: string | null = null;
    do {
      const cursor: string | null = at;
      const page: Page<AccessRequest> = await bench.store.readForTenant('acme', (unit) =>
        unit.requests.list(filter, { cursor, limit }),
      );
      expect(page.items.length).toBeLessThanOrEqual(limit);
      ids.push(...page.items.map((item) => item.id));
      at = page.next;
    } while (at !== null);
    return ids;
  }

  test('pages go through everything once, newest first, whatever their size', async () => {
    const ids = (await fill()).map((request) => request.id);
    for (const limit of [1, 4, 24, 25, 26, 200]) expect(await walk({}, limit)).toEqual(ids);
  });

  test('every combination of filters gives what fits and nothing else', async () => {
    const requests = await fill();
    const filters: ListFilter[] = [
      {},
      { state: 'denied' },
      { service: 'crm' },
      { requester: 'usr_1' },
      { service: 'billing', state: 'awaiting_vendor' },
      { requester: 'usr_2', service: 'crm', state: 'awaiting_vendor' },
      { from: '2026-11-24T15:00:02Z', to: '2026-11-24T15:00:04Z' },
      { requester: 'usr_0', from: '2026-11-24T15:00:02Z' },
      { state: 'approved' },
    ];
    for (const { from = '', to = '~', ...equal } of filters) {
      const fits = requests.filter(
        (request) =>
          Object.entries(equal).every(([name, value]) => request[name as 'state'] === value) &&
          request.createdAt >= from &&
          request.createdAt < to,
      );
      const filter = { ...equal, ...(from === '' ? {} : { from }), ...(to === '~' ? {} : { to }) };
      expect([filter, await walk(filter, 3)]).toEqual([filter, fits.map((request) => request.id)]);
    }
  });

  test('grants and access records are found by grant, request, person, decision and time', async () => {
    const request = aRequest();
    const other = aRequest();
    const [grant, second] = [aGrant(request), aGrant(other)];
    const early = aRecord(grant);
    const late = {
      ...aRecord(grant),
      at: '2026-11-24T15:10:01.000Z',
      decision: 'refused' as const,
      code: 'locked',
    };
    const foreign = aRecord(second);
    await bench.store.forTenant('acme', async (unit) => {
      for (const each of [request, other]) await unit.requests.insert(each);
      for (const each of [grant, second]) await unit.grants.insert(each);
      // Not in the order of their times: gateways send late.
      await unit.records.insert([late, early, foreign]);
    });
    const page = { cursor: null, limit: 10 };
    const grants = (filter: ListFilter) =>
      bench.store.readForTenant('acme', async (unit) => (await unit.grants.list(filter, page)).items);
    const records = (filter: ListFilter) =>
      bench.store.readForTenant('acme', async (unit) => (await unit.records.list(filter, page)).items);
    expect(await grants({ request: request.id })).toEqual([grant]);
    expect(await grants({ grant: second.id, state: 'active' })).toEqual([second]);
    expect(await records({ grant: grant.id })).toEqual([late, early]);
    expect(await records({ request: other.id })).toEqual([foreign]);
    expect(await records({ person: request.requester, decision: 'allowed' })).toEqual([early]);
    expect(await records({ decision: 'refused' })).toEqual([late]);
    expect(
      await records({ to: '2026-11-24T15:10:01Z', from: '2026-11-24T15:10:00Z', grant: grant.id }),
    ).toEqual([early]);
  });

  test('an outcome is merged into its allowed record', async () => {
    const request = aRequest();
    const grant = aGrant(request);
    const record = aRecord(grant);
    const refused = aRecord(grant, { decision: 'refused', code: 'locked' });
    const outcome = {
      status: 200,
      bytes: 5_000_000_000,
      bodySha256: null,
      sentSha256: `sha256:${'5'.repeat(64)}`,
      durationMs: 12,
      outcome: 'completed' as const,
      maskedFields: 3,
      withheld: 'malformed',
    };
    const merged = await bench.store.forTenant('acme', async (unit) => {
      await unit.requests.insert(request);
      await unit.grants.insert(grant);
      await unit.records.insert([record, refused]);
      expect(await unit.records.allowed(['rec_of_nobody', refused.id])).toEqual([]);
      const { gateway, boot } = record;
      expect(await unit.records.cursors([{ gateway, boot }])).toEqual([]);
      const head = { seq: 1, hash: 'h1', at: NOW, signature: 's' };
      const other = { gateway, boot: 'another run' };
      await unit.records.moveCursors([{ gateway, boot, seq: 1, hash: 'h1', head: null }], NOW);
      await unit.records.moveCursors(
        [
          { gateway, boot, seq: 2, hash: 'h2', head },
          { ...other, seq: 1, hash: 'h3', head: null },
        ],
        NOW,
      );
      const cursor = { gateway, boot, seq: 2, hash: 'h2', head, movedAt: NOW, closedAt: null };
      const crossed = { gateway: 'another gateway', boot };
      expect(await unit.records.cursors([{ gateway, boot }, crossed])).toEqual([cursor]);
      expect(await unit.records.cursors([other, { gateway, boot }])).toHaveLength(2);
      await unit.records.complete([record, refused].map(({ id }) => ({ id, ...outcome })));
      return (await unit.records.list({}, { cursor: null, limit: 10 })).items;
    });
    expect(merged).toEqual([refused, { ...record, ...outcome }]);
  });
});
