import type { PrivacyControls } from '@countersign/access/policy';
import { nodeCountersignPorts, nodeEd25519, nodeHashing } from '@countersign/authorization';
import { Warnings } from '../faults.js';
import { LeafData, type LeafOf } from '../leaf-data.js';
import { TenantHistory } from './tenant-history.js';
import { TrustHistory } from './trust-history.js';

const PORTS = {
  hashing: nodeHashing,
  check: nodeEd25519,
  signed: <T>(compute: (ports: typeof nodeCountersignPorts) => T): T => compute(nodeCountersignPorts),
};

const NO_WIDENINGS = { takeApplied: () => undefined, takeAssigned: () => undefined };

const controlsOf = (maxDuration: number) => ({ maxDuration, approvals: 1 }) as never as PrivacyControls;

const change = (actor: string, data: object) =>
  new LeafData(9, {
    ...{ v: 1, type: 'tenant.change', actor: actor as 'job', tenant: 'acme', seq: 9, commitments: {} },
    ...{ at: '2026-11-24T10:00:00.000Z', data: { ...data } },
  }) as LeafOf<'tenant.change'>;

test('P10: controls that a trust document brought are not brought once more after the tenant has changed them', () => {
  const [signed, narrowed] = [controlsOf(7_200), controlsOf(600)];
  const trust = new TrustHistory(PORTS, { pin: null, warnings: new Warnings(), mayBeNamed: () => true });
  trust.state.controls.set('tpr_1', signed);
  trust.state.versions.push({ at: 0, value: { hash: '', document: {} as never, chain: 1 } });
  const tenant = new TenantHistory('acme', trust, {
    widenings: NO_WIDENINGS,
    now: () => 0,
    isStaff: () => false,
  });
  tenant.state.controls.push({ at: 0, value: controlsOf(3_600) });
  tenant.state.people.set('usr_admin', { roles: ['admin'], removedAt: null });
  const brought = (before: PrivacyControls) =>
    tenant.take(change('job', { before, after: signed, proposal: 'tpr_1' }));
  brought(controlsOf(3_600));
  tenant.take(change('usr_admin', { before: signed, after: narrowed }));
  expect(() => brought(narrowed)).toThrow(expect.objectContaining({ code: 'widened_by_host', index: 9 }));
});
