import { authenticateApiKey, createApiKey, requestAccess, reviewRequest } from '@countersign/access';
import pg from 'pg';
import { describeStore } from './support/describe-store.js';
import { anAsk, startWorkflow } from './support/workflow.js';

/** Counts transactions that begin on PostgreSQL while the work runs. */
async function transactionsOf(work: () => Promise<unknown>): Promise<number> {
  const { query } = pg.Client.prototype;
  let begun = 0;
  pg.Client.prototype.query = function (this: pg.Client, ...parameters: unknown[]) {
    if (typeof parameters[0] === 'string' && parameters[0].startsWith('BEGIN')) begun += 1;
    return Reflect.apply(query, this, parameters);
  } as typeof query;
  try {
    await work();
  } finally {
    pg.Client.prototype.query = query;
  }
  return begun;
}

describeStore('transactions', (bench) => {
  test('a request and a review take one to authenticate and one to decide, whatever is cached', async () => {
    const flow = await startWorkflow(bench.store);
    const keyOf = async (email: string) =>
      (await createApiKey(flow.deps, { email, tenant: null, ttl: 3600 })).key;
    const [erin, max] = [await keyOf('erin@northwind.example'), await keyOf('max@northwind.example')];
    const sent = (key: string) => ({ principal: 'usr_1', route: 'POST /x', key, bodyHash: 'h' });
    /** As a broker that has just started. */
    const fresh = async () => ({ ...flow.deps, store: await bench.database.open() });
    const asked = await fresh();
    const request = async () => {
      const principal = await authenticateApiKey(asked, erin);
      if (principal === null || principal === 'asleep') throw new Error('the key counts');
      return requestAccess(asked, principal, anAsk, { idempotency: sent('ask') });
    };
    let view: Awaited<ReturnType<typeof request>> | undefined;
    const asking = await transactionsOf(async () => {
      view = await request();
    });
    if (view === undefined) throw new Error('there is a request');
    const { id, digest } = view.request;
    const reviewed = await fresh();
    const deciding = await transactionsOf(async () => {
      const principal = await authenticateApiKey(reviewed, max);
      if (principal === null || principal === 'asleep') throw new Error('the key counts');
      const input = { decision: 'approve', digest, reason: null } as const;
      await reviewRequest(reviewed, principal, id, input, { idempotency: sent('review') });
    });
    const most = bench.database.url.startsWith('postgres') ? 2 : 0;
    expect([asking, deciding]).toEqual([most, most]);
  });
});
