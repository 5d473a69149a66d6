/** @soak */

import {
  type AccessError,
  cancelRequest,
  type IdempotencyKey,
  type IncidentBoard,
  type IncidentInput,
  listIncidents,
  openIncident,
  type Principal,
  type Store,
} from '@countersign/access';
import { smallOrganisation } from '../factories/small-organisation.js';
import { describeUseCase } from './support/describe-store.js';
import { outcome } from './support/outcome.js';
import { anAsk, startWorkflow, type Workflow } from './support/workflow.js';

const { tenant: _tenant, ...access } = anAsk;
const INCIDENT: IncidentInput = { ...access, title: 'Wrong totals', tenants: ['acme', 'globex', 'nowhere'] };

describeUseCase('SQLite', 'one incident, many tenants', (bench) => {
  let flow: Workflow;
  let erin: Principal;
  let key: IdempotencyKey;

  beforeEach(async () => {
    flow = await startWorkflow(bench, smallOrganisation());
    erin = await flow.as('erin@northwind.example');
    key = { principal: erin.person.id, route: 'POST /api/v1/incidents', key: 'one', bodyHash: 'h' };
  });

  const open = (store: Store = bench.store, sent: Partial<IdempotencyKey> = {}) =>
    openIncident({ ...flow.deps, store }, erin, INCIDENT, { idempotency: { ...key, ...sent } });
  const created = async (tenant: string) =>
    (await flow.leaves(tenant))
      .filter(({ type }) => type === 'request.created')
      .map(({ data }) => data['request']);
  const requestsOf = ({ tenants }: IncidentBoard) => tenants.map(({ tenant, request }) => [tenant, request]);

  /** A store whose broker stops at the `stopAt`th write of an incident or of a tenant. */
  function stopping(stopAt: number): Store {
    let writes = 0;
    const counted = <T>(work: () => Promise<T>): Promise<T> => {
      writes += 1;
      return writes === stopAt ? Promise.reject(new Error('stopped')) : work();
    };
    const { incidents } = bench.store;
    const stopped: Pick<Store, 'incidents' | 'forTenant'> = {
      incidents: { read: incidents.read, write: (...of) => counted(() => incidents.write(...of)) },
      forTenant: (...of) => counted(() => bench.store.forTenant(...of)),
    };
    return new Proxy(bench.store, {
      get: (target, name) => {
        const member: unknown = Reflect.get(name in stopped ? stopped : target, name);
        return typeof member === 'function' && !(name in stopped) ? member.bind(target) : member;
      },
    });
  }

  test('an interrupted one is completed by the same call with the same key, from wherever it stopped', async () => {
    // The incident, then the request and the line of each tenant; `nowhere` has only a line.
    for (let stopAt = 1; stopAt <= 6; stopAt += 1) {
      const before = [await created('acme'), await created('globex')];
      const sent = { key: `stop ${stopAt}` };
      await expect(open(stopping(stopAt), sent)).rejects.toThrow('stopped');
      const board = await open(bench.store, sent);
      expect(await open(bench.store, sent)).toEqual(board);
      const [acme, globex] = [await created('acme'), await created('globex')];
      expect(acme).toHaveLength(before[0]!.length + 1);
      expect(globex).toHaveLength(before[1]!.length + 1);
      expect(requestsOf(board)).toEqual([
        ['acme', acme.at(-1)],
        ['globex', globex.at(-1)],
        ['nowhere', null],
      ]);
      for (const id of [acme, globex].map((ids) => String(ids.at(-1))))
        await cancelRequest(flow.deps, erin, id);
    }
  });

  test('the same call many times at once opens one incident with one request for each tenant', async () => {
    const other = await bench.database.open();
    const boards = await Promise.all(
      Array.from({ length: 8 }, (_, index) => open(index % 2 === 0 ? bench.store : other)),
    );
    const [acme, globex] = [await created('acme'), await created('globex')];
    expect([acme.length, globex.length]).toEqual([1, 1]);
    for (const board of boards)
      expect(requestsOf(board)).toEqual([
        ['acme', acme[0]],
        ['globex', globex[0]],
        ['nowhere', null],
      ]);
    const all = await bench.store.incidents.read((unit) =>
      unit.incidents.list({}, { cursor: null, limit: 10 }),
    );
    expect(all.items).toHaveLength(1);
  });

  test('are listed by person and days; an engineer finds their own alone, whatever they ask for', async () => {
    const [rita, max] = [await flow.as('rita@northwind.example'), await flow.as('max@northwind.example')];
    await open();
    const found = async (who: Principal, filter: Parameters<typeof listIncidents>[2]) =>
      (await listIncidents(flow.deps, who, filter, { cursor: null, limit: 10 })).items.length;
    expect(await found(rita, { person: erin.person.id })).toBe(1);
    expect(await found(rita, { person: max.person.id })).toBe(0);
    expect(await found(rita, { from: '2026-11-25T00:00:00Z' })).toBe(0);
    expect(await found(rita, { from: '2026-11-24T00:00:00Z', to: '2026-11-25T00:00:00Z' })).toBe(1);
    const other = { ...max, person: { ...max.person, roles: ['engineer' as const] } };
    expect(await found(other, {})).toBe(0);
    expect(await found(other, { person: erin.person.id })).toBe(0);
    expect(await found(erin, {})).toBe(1);
  });

  test('the same key with another body is refused, and what is malformed opens nothing', async () => {
    await open();
    expect(await outcome(open(bench.store, { bodyHash: 'other' }))).toBe('idempotency_key_reused');
    const malformed = openIncident(flow.deps, erin, { ...INCIDENT, startsOn: 'first-use' });
    await expect(malformed).rejects.toMatchObject({ code: 'invalid_request' } satisfies Partial<AccessError>);
    expect(await created('acme')).toHaveLength(1);
  });
});
