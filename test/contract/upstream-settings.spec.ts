/** @soak */

import { applyOrganisation } from '@countersign/access';
import { smallOrganisation } from '../factories/small-organisation.js';
import { describeUseCase } from './support/describe-store.js';
import { startWorkflow } from './support/workflow.js';

describeUseCase('SQLite', 'how gateways connect to an upstream', (bench) => {
  test('is kept beside the route map, logged for the vendor alone, and leaves the map’s hash as it is', async () => {
    const file = smallOrganisation();
    const [billing] = file.services;
    const flow = await startWorkflow(bench, file);
    const stored = () =>
      bench.store.readAsVendor(async (unit) => await unit.organisation.service(billing?.name ?? ''));
    const apply = () => applyOrganisation(flow.deps, file, { dryRun: false });
    const logged = async () =>
      (await flow.leaves('deployment')).filter(({ type }) => type === 'service.upstream');
    const before = await stored();
    expect([before?.upstream, await logged()]).toEqual([undefined, []]);

    const tls = { caFile: 'ca.pem', serverName: 'billing.internal' };
    file.services[0] = { ...billing!, tls };
    expect(await apply()).toMatchObject([{ action: 'change', kind: 'service', after: { tls } }]);
    expect(await stored()).toMatchObject({ upstream: { tls }, routes: before?.routes });
    expect(await apply()).toEqual([]);
    const [leaf] = await logged();
    expect(leaf?.data).toEqual({ service: billing?.name, context: 'ed25519' });
    const commitment = String(leaf?.commitments['upstream']);
    const opened = async (tenant: string) =>
      (await bench.store.readForTenant(tenant, (unit) => unit.openings.find([commitment]))).get(commitment);
    expect([await opened('acme'), await opened('deployment')]).toEqual([undefined, undefined]);
    const vendors = await bench.store.readAsVendor((unit) => unit.openings.find([commitment]));
    expect(vendors.get(commitment)?.value).toBe(
      '{"tls":{"caFile":"ca.pem","serverName":"billing.internal"}}',
    );

    file.services[0] = { ...billing!, tls, context: 'hmac' };
    await apply();
    expect(await stored()).toMatchObject({ upstream: { tls, context: 'hmac' }, routes: before?.routes });
    expect((await logged()).at(-1)?.data).toEqual({ service: billing?.name, context: 'hmac' });
    // What gateways do without it is no setting.
    file.services[0] = { ...billing!, tls, context: 'ed25519' };
    await apply();
    expect((await stored())?.upstream).toEqual({ tls });

    file.services[0] = billing!;
    await apply();
    expect([(await stored())?.upstream, (await logged()).length]).toEqual([undefined, 4]);
  });
});
