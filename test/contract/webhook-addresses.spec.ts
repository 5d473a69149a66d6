/** @soak */

import { applyOrganisation, endpointHash, type Organisation } from '@countersign/access';
import { systemHashing } from '@countersign/persistence';
import { smallOrganisation } from '../factories/small-organisation.js';
import { describeUseCase } from './support/describe-store.js';
import { startWorkflow } from './support/workflow.js';

const SECRET_PATH = 'T0ACME-B0HOOK-9f3kdk2h';
const hook = (name: string) => ({
  url: `https://hooks.example/${SECRET_PATH}/${name}`,
  secretFile: `./data/${name}`,
});

/** An organisation whose every side is told at an address that is a secret. */
function withHooks(suffix: string): Organisation {
  const file = smallOrganisation();
  file.vendor.webhooks = [hook(`vendor-${suffix}`)];
  for (const tenant of file.tenants) tenant.webhooks = [hook(`${tenant.slug}-${suffix}`)];
  return file;
}

describeUseCase('SQLite', 'addresses of webhooks', (bench) => {
  test('P11: no log says one, as they are set and as they change; the vendor’s says that they did', async () => {
    const flow = await startWorkflow(bench, withHooks('old'));
    const file = withHooks('new');
    // What tenants’ leaves do say changes along with the addresses.
    for (const tenant of file.tenants) tenant.privacyControls.maxDuration = 60;
    await applyOrganisation(flow.deps, file, { dryRun: false });
    await applyOrganisation(flow.deps, { ...file, tenants: [] }, { dryRun: false });

    const logs = await Promise.all(['deployment', 'acme', 'globex'].map(flow.leaves));
    expect(logs.map((leaves) => leaves.filter(({ type }) => type.startsWith('tenant.')).length)).toEqual([
      0, 3, 3,
    ]);
    expect(JSON.stringify(logs)).not.toContain(SECRET_PATH);
    const [deployment = []] = logs;
    const settings = deployment.flatMap(({ type, commitments }) =>
      type === 'vendor.applied' ? [String(commitments['settings'])] : [],
    );
    const openings = await bench.store.readAsVendor((unit) => unit.openings.find(settings));
    const seen = settings.map((commitment) => JSON.parse(openings.get(commitment)?.value ?? '') as unknown);
    const said = (suffix: string) => ({
      webhooks: [
        {
          endpoint: endpointHash(systemHashing, hook(`vendor-${suffix}`)),
          secretFile: `./data/vendor-${suffix}`,
        },
      ],
    });
    expect(seen).toMatchObject([said('old'), said('new')]);
    for (const tenant of ['deployment', 'acme'])
      expect(await bench.store.readForTenant(tenant, (unit) => unit.openings.find(settings))).toEqual(
        new Map(),
      );
  });
});
