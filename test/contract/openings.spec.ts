/** @soak */

import { applyOrganisation, readOpenings, readOpeningsFrom, setLock } from '@countersign/access';
import { filler, personalFiller } from '../factories/filler.js';
import { billing } from '../factories/organisation.js';
import { smallOrganisation } from '../factories/small-organisation.js';
import { copiesOf, faultOf } from '../support/log-copy.js';
import { describeUseCase } from './support/describe-store.js';
import { outcome } from './support/outcome.js';
import { startWorkflow } from './support/workflow.js';

describeUseCase('SQLite', 'commitments of the deployment’s log', (bench) => {
  const readBy = async (tenant: string, commitment = '') =>
    (await bench.store.readForTenant(tenant, (unit) => unit.openings.find([commitment]))).get(commitment)
      ?.value;
  const readByVendor = async (commitment = '') =>
    (await bench.store.readAsVendor((unit) => unit.openings.find([commitment]))).get(commitment)?.value;

  test('P9: name, hash and map of a service are open to the tenants that it is for; which they are, to the vendor', async () => {
    const file = smallOrganisation();
    const upstream = 'http://globex.internal.example';
    const context = 'hmac' as const;
    file.services.push({ ...billing(upstream), name: 'globex-ledger', tenants: ['globex'], context });
    const flow = await startWorkflow(bench, file);
    const leaves = await flow.leaves('deployment');
    // Only that there is a service for some tenants.
    expect(JSON.stringify(leaves)).not.toContain('ledger');
    const applied = leaves.filter(({ type }) => type === 'service.applied');
    const shared = applied.filter(({ data }) => data['service'] !== undefined);
    const own = applied.filter(({ data }) => data['service'] === undefined);
    expect([shared.length, own.length]).toEqual([file.services.length - 1, 1]);
    const routes = (await bench.store.readAsVendor((unit) => unit.organisation.service('globex-ledger')))
      ?.routes;
    expect(shared.map(({ data }) => data['routes'])).not.toContain(routes);
    expect(own[0]?.data).toEqual({});
    const of = (type: string, name: string) =>
      String(leaves.find((leaf) => leaf.type === type && name in leaf.commitments)?.commitments[name]);

    for (const [commitment, value] of [
      [own[0]?.commitments['service'], 'globex-ledger'],
      [own[0]?.commitments['routes'], routes],
      [own[0]?.commitments['definition'], expect.stringContaining(upstream)],
      [of('service.upstream', 'service'), 'globex-ledger'],
      [of('service.upstream', 'context'), 'hmac'],
    ]) {
      expect([await readBy('globex', commitment), await readByVendor(commitment)]).toEqual([value, value]);
      expect([await readBy('acme', commitment), await readBy('deployment', commitment)]).toEqual([
        undefined,
        undefined,
      ]);
    }
    expect(await readBy('deployment', String(shared[0]?.commitments['definition']))).toContain(
      'localhost:4200',
    );
    for (const [commitment, value] of [
      [of('service.tenants', 'tenants'), '["globex"]'],
      [of('service.upstream', 'upstream'), '{"context":"hmac"}'],
    ] as const) {
      expect(await readByVendor(commitment)).toBe(value);
      expect([await readBy('globex', commitment), await readBy('deployment', commitment)]).toEqual([
        undefined,
        undefined,
      ]);
    }
  });

  test('a customer’s log is replayed with its own services, whoever else reads that there are some', async () => {
    const file = smallOrganisation();
    const [first] = file.services;
    if (first === undefined) throw new Error('there is a service');
    first.tenants = ['acme'];
    const flow = await startWorkflow(bench, file);
    const erin = await flow.as('erin@northwind.example');
    const request = async () => {
      const view = await flow.ask(erin);
      await flow.approve(await flow.as('max@northwind.example'), view);
      await flow.approve(await flow.as('ada@acme.example'), view);
    };
    await request();
    flow.clock.forward(120);
    const route = { ...first.routes[0]!, path: '/t/{tenant}/other' };
    first.routes = [...first.routes, route];
    await applyOrganisation(flow.deps, file, { dryRun: false });
    flow.clock.forward(120);
    await request();
    flow.clock.forward(120);
    await applyOrganisation(flow.deps, { ...file, services: file.services.slice(1) }, { dryRun: false });

    const honest = await copiesOf({ host: { store: bench.store } });
    expect(await faultOf(honest)).toBe('none');
    // What a server does not open to the customer is no service that access may be about.
    const { tenant } = honest;
    for (const nth of [0, 1]) {
      const deployment = honest.deployment.copy();
      deployment.openings[deployment.indexOf('service.applied', nth)] = {};
      const at = tenant.indexOf('request.created', nth);
      expect(await faultOf({ tenant, deployment })).toBe(`wrong_route ${at}`);
    }
    const globex = await copiesOf({ host: { store: bench.store } }, 'globex');
    expect(JSON.stringify(globex)).not.toContain(first.name);
    expect(await faultOf(globex)).toBe('none');
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
    const AT = '2026-11-24T15:00:00Z';
    const long = 'x'.repeat(2_500_000);
    await bench.store.forTenant('acme', (unit) =>
      unit.log.appendAll([personalFiller(AT, long), filler(AT), personalFiller(AT, long)]),
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
    expect(leaves.at(-1)?.openings['subject']?.value).toHaveLength(long.length);
    for (const [who, log, index] of [
      ['ada@acme.example', 'acme', size + 3],
      ['gwen@globex.example', 'acme', 0],
    ] as const)
      expect(await outcome(readOpeningsFrom(flow.deps, await flow.as(who), log, index))).toBe('not_found');
  });
});
