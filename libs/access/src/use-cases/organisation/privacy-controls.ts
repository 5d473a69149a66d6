import { canonicalJson, type Hashing, sha256Digest } from '@countersign/contract';
import { isForTenant } from '../../domain/organisation.js';
import type { Principal } from '../../domain/person.js';
import type { PrivacyControls } from '../../domain/privacy-controls.js';
import { AccessError, notFound } from '../../errors.js';
import { notifyingOutdated } from '../evaluation/reevaluate.js';
import { requireOwnKey } from '../shared/claimed-tenant.js';
import type { Deps } from '../shared/deps.js';
import { requireOwnTenant, requireTenantAccess } from '../shared/tenant-access.js';
import { readAsPerson } from '../shared/visible-objects.js';
import { changeControlsIn } from './change-controls.js';
import { type WideningView, wideningView } from './widenings.js';

/** A tenant's current controls; `version` identifies exactly this content. */
export interface ControlsView {
  version: string;
  controls: PrivacyControls;
}

/** The facts by which controls are validated: the services that they may name, and the groups of each approver. */
export interface ControlsFacts {
  services: string[];
  approvers: string[][];
}

const viewOf = (hashing: Hashing, controls: PrivacyControls): ControlsView => ({
  version: sha256Digest(hashing, canonicalJson(controls)),
  controls,
});

/** @throws AccessError `forbidden`, `not_found` */
export async function getPrivacyControls(
  deps: Deps,
  principal: Principal,
  slug: string,
): Promise<ControlsView> {
  requireTenantAccess(principal, 'controls.read', slug);
  return readAsPerson(deps, principal.person, async (unit) => {
    const tenant = await unit.organisation.tenant(slug);
    if (tenant === null) throw notFound('tenant');
    return viewOf(deps.hashing, tenant.controls);
  });
}

/** The controls after a change, and the part of it that waits. */
export interface ControlsChangeView extends ControlsView {
  /** Null: all of it applies. */
  widening: WideningView | null;
}

/**
 * The tenant's admin changes its controls. They apply to every evaluation from now on, and gateways learn at once what they
 * forbid. Live grants that they no longer allow end. If the controls say what a widening waits for, only the narrowing part
 * applies now, and the rest waits.
 *
 * @param version the version that the change is based on
 * @param parse parses the new controls strictly, by the rules of the organisation file; throws if they are invalid
 * @throws AccessError `forbidden`, `not_found`, `conflict` if the controls have changed meanwhile, or a widening waits already
 */
export function setPrivacyControls(
  deps: Deps,
  principal: Principal,
  slug: string,
  version: string,
  parse: (facts: ControlsFacts) => PrivacyControls,
): Promise<ControlsChangeView> {
  return deps.store.controls.write(async (unit) => {
    const { tenant, actor } = await requireOwnTenant(unit, principal, 'controls.write', slug);
    const own = await unit.tenant(slug);
    await requireOwnKey(own, principal);
    const services = await unit.organisation.services();
    const after = parse({
      services: services
        .filter((service) => isForTenant(service, slug))
        .map(({ definition }) => definition.name),
      approvers: (await unit.organisation.withRole(slug, 'approver')).map(({ groups = [] }) => groups),
    });
    const before = viewOf(deps.hashing, tenant.controls);
    if (before.version !== version)
      throw new AccessError('conflict', 'The controls have changed meanwhile. Read them again.');
    const now = deps.clock.now();
    const change = { actor: actor.id, at: now.toISOString(), proposal: null };
    const widening = await notifyingOutdated(own, now, () =>
      changeControlsIn(deps, unit, tenant, after, change),
    );
    return {
      ...viewOf(deps.hashing, widening?.before ?? after),
      widening: widening && (await wideningView(own, widening, widening.before)),
    };
  });
}
