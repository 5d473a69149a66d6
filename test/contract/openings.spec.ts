import { readOpenings, readOpeningsFrom, setLock } from '@countersign/access';
import { billing } from '../factories/organisation.js';
import { smallOrganisation } from '../factories/small-organisation.js';
import { describeUseCase } from './support/describe-store.js';
import { outcome } from './support/outcome.js';
import { startWorkflow } from './support/workflow.js';

describeUseCase('SQLite', 'commitments of the deployment’s log', (bench) => {
  const readBy = async (tenant: string, commitment: string) =>
    (await bench.store.readForTenant(tenant, (unit) => unit.openings.find([commitment]))).get(commitment)
      ?.value;
  const readByVendor = async (commitment: string) =>
    (await bench.store.readAsVendor((unit) => unit.openings.find([commitment]))).get(commitment)?.value;

  test('P9: a route map is open to the tenants that the service is for; which they are, to the vendor', async () => {
    const file = smallOrganisation();
    const shared = file.services[0]?.name;
    file.services.push({ ...billing('http://globex.internal.example'), name: 'ledger', tenants: ['globex'] });
    const flow = await startWorkflow(bench, file);
    const leaves = await flow.leaves('deployment');
    const of = (type: string, service: string | undefined, name: string) =>
      String(
        leaves.find((leaf) => leaf.type === type && leaf.data['service'] === service)?.commitments[name],
      );

    const ledger = of('service.applied', 'ledger', 'definition');
    expect(await readBy('globex', ledger)).toContain('http://globex.internal.example');
    expect([await readBy('acme', ledger), await readBy('deployment', ledger)]).toEqual([
      undefined,
      undefined,
    ]);
    expect(await readByVendor(ledger)).toContain('http://globex.internal.example');
    expect(await readBy('deployment', of('service.applied', shared, 'definition'))).toContain(
      'localhost:4200',
    );
    const tenants = of('service.tenants', 'ledger', 'tenants');
    expect(await readByVendor(tenants)).toBe('["globex"]');
    expect([await readBy('globex', tenants), await readBy('deployment', tenants)]).toEqual([
      undefined,
      undefined,
    ]);
  });

  test('the reason of the vendor’s lock stays with the vendor, also in the log of the tenant that it locks', async () => {
    const flow = await startWorkflow(bench, smallOrganisation());
    const input = { kind: 'tenant', name: 'acme', reason: 'They did not pay', seconds: null } as const;
    await setLock(flow.deps, await flow.as('sam@northwind.example'), input);
    const leaf = (await flow.leaves('acme')).find(({ type }) => type === 'lock.set');
    const reason = String(leaf?.commitments['reason']);
    expect(await readBy('acme', reason)).toBeUndefined();
    expect(await readByVendor(reason)).toBe('They did not pay');
  });

  test('the values of many leaves at once are those of each leaf, in as many answers as their length takes', async () => {
    const flow = await startWorkflow(bench, smallOrganisation());
    const size = (await flow.leaves('acme')).length;
    const long = 'x'.repeat(2_500_000);
    await bench.store.forTenant('acme', (unit) =>
      unit.log.appendAll(
        [0, 1, 2].map((nth) => ({
          ...{ type: 'notice.retried', at: '2026-11-24T15:00:00Z', actor: 'job', data: {} },
          ...(nth === 1 ? {} : { personal: { path: long } }),
        })),
      ),
    );
    const ada = await flow.as('ada@acme.example');
    const pages: Awaited<ReturnType<typeof readOpeningsFrom>>[] = [];
    for (let next = 0; next < size + 3; next = pages.at(-1)?.next ?? size)
      pages.push(await readOpeningsFrom(flow.deps, ada, 'acme', next));
    expect(pages.map(({ next }) => next)).toEqual([size + 2, size + 3]);
    const leaves = pages.flatMap((page) => page.leaves);
    const withValues = (await flow.leaves('acme')).flatMap(({ commitments }, index) =>
      Object.keys(commitments).length > 0 ? [index] : [],
    );
    expect(leaves.map(({ index }) => index)).toEqual(withValues);
    for (const { index, ...values } of leaves)
      expect(await readOpenings(flow.deps, ada, 'acme', index)).toEqual(values);
    expect(leaves.at(-1)?.openings['path']?.value).toHaveLength(long.length);
    for (const [who, log, index] of [
      ['ada@acme.example', 'acme', size + 3],
      ['gwen@globex.example', 'acme', 0],
    ] as const)
      expect(await outcome(readOpeningsFrom(flow.deps, await flow.as(who), log, index))).toBe('not_found');
  });
});
