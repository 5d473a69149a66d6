/** @soak */

import { listLocks, requestAccess, setLock } from '@countersign/access';
import { describeUseCase } from './support/describe-store.js';
import { anAsk, startWorkflow, type Workflow } from './support/workflow.js';

const DAY = 24 * 3600;

describeUseCase('SQLite', 'answers that are remembered under a key', (bench) => {
  let flow: Workflow;
  beforeEach(async () => {
    flow = await startWorkflow(bench);
  });

  test('after 24 hours a key may come again, in another tenant too', async () => {
    const erin = await flow.as('erin@northwind.example');
    const ask = (tenant: string) =>
      requestAccess(
        flow.deps,
        erin,
        { ...anAsk, tenant },
        {
          idempotency: {
            principal: erin.person.id,
            route: 'POST /requests',
            key: 'monday',
            bodyHash: tenant,
          },
        },
      );
    await ask('acme');
    flow.clock.forward(DAY);
    const again = await ask('globex');
    expect(again.request.tenant).toBe('globex');
    expect((await ask('globex')).request.id).toBe(again.request.id);
    expect(await bench.database.raw('SELECT tenant FROM idempotent_answers')).toEqual([{ tenant: 'globex' }]);
  });

  test('until then a key that was used in one tenant is known in every other', async () => {
    const keyed = (tenant: string, bodyHash: string) =>
      bench.store.forTenant(tenant, async ({ tenant: own }) => ({ own }), {
        idempotency: {
          ...{ principal: 'usr_1', route: 'POST /requests', key: 'monday', bodyHash },
          now: flow.clock.now(),
        },
      });
    expect(await keyed('acme', 'h')).toEqual({ own: 'acme' });
    expect(await keyed('globex', 'h')).toEqual({ own: 'acme' });
    await expect(keyed('globex', 'other')).rejects.toMatchObject({ code: 'idempotency_key_reused' });
    expect(await bench.database.raw('SELECT tenant FROM idempotent_answers')).toEqual([{ tenant: 'acme' }]);
  });

  test('a lock that binds all tenants is set once, however often it is asked for under one key', async () => {
    const sam = await flow.as('sam@northwind.example');
    const lock = () =>
      setLock(
        flow.deps,
        sam,
        { kind: 'service', name: 'billing', reason: 'an audit', seconds: null },
        { idempotency: { principal: sam.person.id, route: 'POST /locks', key: 'stop', bodyHash: 'h' } },
      );
    const locks = await Promise.all(Array.from({ length: 10 }, lock));
    expect(new Set(locks.map(({ id }) => id)).size).toBe(1);
    const { items } = await listLocks(flow.deps, sam, { cursor: null, limit: 50 });
    expect(items).toHaveLength(1);
  });
});
