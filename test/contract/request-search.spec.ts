/** @soak */

import { listRequests, type Principal } from '@countersign/access';
import { describeUseCase } from './support/describe-store.js';
import { startWorkflow, type Workflow } from './support/workflow.js';

describeUseCase('SQLite', 'the search for requests', (bench) => {
  let flow: Workflow;
  let erin: Principal;
  let max: Principal;
  let ada: Principal;
  beforeEach(async () => {
    flow = await startWorkflow(bench);
    [erin, max, ada] = [
      await flow.as('erin@northwind.example'),
      await flow.as('max@northwind.example'),
      await flow.as('ada@acme.example'),
    ];
  });

  type Search = Parameters<typeof listRequests>[2];
  const ask = async (by: Principal, change: Parameters<Workflow['ask']>[1]) => {
    flow.clock.forward(1);
    return (await flow.ask(by, change)).request.id;
  };
  /** Every request that fits, through pages of this size. */
  async function found(by: Principal, search: Search, limit = 50): Promise<string[]> {
    const ids: string[] = [];
    for (let cursor: string | null = null; ; ) {
      const page: Awaited<ReturnType<typeof listRequests>> = await listRequests(flow.deps, by, search, {
        cursor,
        limit,
      });
      ids.push(...page.items.map(({ request }) => request.id));
      if (page.next === null) return ids;
      cursor = page.next;
    }
  }

  test('finds whole words of the reason and the ticket, in any case, newest first', async () => {
    const one = await ask(erin, { justification: 'Refund of invoice 17', ticket: 'CASE-4711' });
    const two = await ask(erin, { justification: 'The REFUND is late, see case 4711', ticket: 'INV-9' });
    await ask(erin, { justification: 'Refunds are slow' });
    expect(await found(max, { text: 'refund' })).toEqual([two, one]);
    expect(await found(max, { text: 'late Refund' })).toEqual([two]);
    expect(await found(max, { text: 'case-4711' })).toEqual([two, one]);
    expect(await found(max, { ticket: 'case-4711' })).toEqual([one]);
    expect(await found(max, { ticket: 'CASE-4711', text: 'late' })).toEqual([]);
    expect(await found(max, { text: 'nothing' })).toEqual([]);
    for (const limit of [1, 2]) expect(await found(max, { text: '4711' }, limit)).toEqual([two, one]);
  });

  test('goes together with every filter of the list', async () => {
    const [one, two] = [
      await ask(erin, { justification: 'Same words' }),
      await ask(max, { justification: 'Same words', tenant: 'globex' }),
    ];
    const text = 'same';
    expect(await found(max, { text, tenant: 'globex' })).toEqual([two]);
    expect(await found(max, { text, requester: erin.person.id })).toEqual([one]);
    expect(await found(max, { text, state: 'denied' })).toEqual([]);
    expect(await found(max, { text, state: 'awaiting_vendor', service: 'billing' })).toEqual([two, one]);
    expect(await found(max, { text, from: '2026-11-24T15:00:02Z' })).toEqual([two]);
    expect(await found(max, { text, to: '2026-11-24T15:00:02Z' })).toEqual([one]);
  });

  test('P9: finds nothing of another tenant, and for an engineer nothing of a colleague', async () => {
    const own = await ask(erin, { justification: 'Secret word' });
    await ask(max, { justification: 'Secret word', tenant: 'globex' });
    expect(await found(ada, { text: 'secret' })).toEqual([own]);
    expect(await found(ada, { text: 'secret', tenant: 'globex' })).toEqual([]);
    // Not even that there is more: the page is the last one.
    const page = await listRequests(flow.deps, erin, { text: 'secret' }, { cursor: null, limit: 1 });
    expect([page.items.map(({ request }) => request.id), page.next]).toEqual([[own], own]);
    expect(await listRequests(flow.deps, erin, { text: 'secret' }, { cursor: own, limit: 1 })).toEqual({
      items: [],
      next: null,
    });
  });

  test('refuses a search without a word, and a cursor that leads nowhere', async () => {
    const page = { cursor: null, limit: 1 };
    await expect(listRequests(flow.deps, max, { text: ' – ' }, page)).rejects.toMatchObject({
      code: 'invalid_request',
      pointer: '/text',
    });
    await expect(
      listRequests(flow.deps, max, { text: 'x' }, { cursor: 'req_of_nobody', limit: 1 }),
    ).rejects.toMatchObject({ code: 'invalid_request', pointer: '/cursor' });
  });
});
