import { sampleControls } from '../../../../test/factories/domain.js';
import type { TenantRecord } from './organisation.js';
import type { SupervisionRule } from './supervision.js';
import { narrowsTenant } from './tenant-changes.js';

const bulk: SupervisionRule = { name: 'bulk', count: 'calls', over: 100, within: 300, do: 'pause' };
const tenant = (supervision?: SupervisionRule[]): TenantRecord => ({
  ...{ slug: 'acme', name: 'Acme', oidc: null, slack: null, webhooks: [], removedAt: null },
  controls: { ...sampleControls, ...(supervision === undefined ? {} : { supervision }) },
});

test.each<[string, SupervisionRule[] | undefined, SupervisionRule[] | undefined, boolean]>([
  ['adds a rule of supervision', undefined, [bulk], true],
  ['takes one away', [bulk], undefined, false],
  ['raises what one allows', [bulk], [{ ...bulk, over: 101 }], false],
  ['lowers what one allows', [bulk], [{ ...bulk, over: 99 }], true],
  ['lets one stop', [bulk], [{ ...bulk, do: 'stop' }], true],
  ['lets one notify alone', [bulk], [{ ...bulk, do: 'notify' }], false],
  ['adds a stricter one beside it', [bulk], [bulk, { ...bulk, name: 'stop', do: 'stop' }], true],
])('whether it narrows a claimed tenant if the host %s', (_what, before, after, expected) => {
  expect(narrowsTenant(tenant(before), tenant(after))).toBe(expected);
});
