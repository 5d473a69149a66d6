import { canonicalJson, utcDay } from '@countersign/contract';
import type { LegalHold, LogSettings } from '../../domain/log-settings.js';
import type { Principal } from '../../domain/person.js';
import { requireOwnKey } from '../shared/claimed-tenant.js';
import type { Deps } from '../shared/deps.js';
import { requireOwnTenant, requireTenantAccess } from '../shared/tenant-access.js';
import { requireTenant } from '../shared/visible-objects.js';

/** A tenant's settings of its log, and who holds it. */
interface LogSettingsView extends LogSettings {
  holds: LegalHold[];
}

/** @throws AccessError `forbidden`, `not_found` */
export async function getLogSettings(
  deps: Deps,
  principal: Principal,
  tenant: string,
): Promise<LogSettingsView> {
  requireTenantAccess(principal, 'log-settings.read', tenant);
  await requireTenant(deps, tenant);
  return deps.store.readForTenant(tenant, async ({ logSettings }) => ({
    ...(await logSettings.read()),
    holds: await logSettings.holds(),
  }));
}

/**
 * The tenant's admin replaces the settings.
 *
 * @throws AccessError `forbidden`, `not_found`
 */
export function setLogSettings(
  deps: Deps,
  principal: Principal,
  tenant: string,
  after: LogSettings,
): Promise<LogSettingsView> {
  return deps.store.forTenant(tenant, async (unit) => {
    const { actor } = await requireOwnTenant(unit, principal, 'log-settings.write', tenant);
    await requireOwnKey(unit, principal);
    const before = await unit.logSettings.read();
    if (canonicalJson(before) !== canonicalJson(after)) {
      await unit.logSettings.save(after);
      if (before.dailyStatement === 'off' || after.dailyStatement === 'off')
        // The first statement is that of the day on which it was turned on.
        await unit.statements.expect(after.dailyStatement === 'off' ? null : utcDay(deps.clock.now()));
      const at = deps.clock.now().toISOString();
      await unit.log.append({ type: 'log.settings', at, actor: actor.id, data: { before, after } });
    }
    return { ...after, holds: await unit.logSettings.holds() };
  });
}
