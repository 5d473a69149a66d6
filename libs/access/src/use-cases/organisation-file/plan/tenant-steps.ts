import { utcDay } from '@countersign/contract';
import { nextQuarter, quarterOf } from '../../../domain/access-review.js';
import type {
  Organisation,
  OrganisationTenant,
  ScimSettings,
  SignalSettings,
  TenantRecord,
} from '../../../domain/organisation.js';
import { narrowsTenant } from '../../../domain/tenant-changes.js';
import { tenantDay } from '../../../policy/stage-in-charge.js';
import type { WholeOrganisation } from '../../../ports/index.js';
import { endUnfitGrantsIn } from '../../organisation/end-unfit-grants.js';
import { type OrganisationStep, same } from './organisation-step.js';

/** The step that adds or changes this tenant; none if it is stored like this already. */
export function tenantSteps(tenant: OrganisationTenant, stored: WholeOrganisation): OrganisationStep[] {
  const record: TenantRecord = {
    slug: tenant.slug,
    name: tenant.name,
    controls: tenant.privacyControls,
    oidc: tenant.oidc,
    slack: tenant.slack,
    webhooks: tenant.webhooks,
    ...providerOf(tenant),
    ...domainsOf(tenant.domains),
    removedAt: null,
  };
  const before = stored.tenants.find((each) => each.slug === tenant.slug) ?? null;
  if (same(before, record)) return [];
  return [tenantStep(before, record, before === null || before.removedAt !== null ? 'add' : 'change')];
}

/** The steps that remove the tenants that the file no longer has. */
export function goneTenants(file: Organisation, stored: WholeOrganisation): OrganisationStep[] {
  return stored.tenants
    .filter((each) => each.removedAt === null && !file.tenants.some(({ slug }) => slug === each.slug))
    .map((each) => tenantStep(each, each, 'remove'));
}

/** @param after as in the file. If the tenant is removed, the stored one */
export function tenantStep(
  before: TenantRecord | null,
  after: TenantRecord,
  action: 'add' | 'change' | 'remove',
): OrganisationStep {
  return {
    change: {
      action,
      kind: 'tenant',
      name: after.slug,
      before,
      after: action === 'remove' ? null : after,
    },
    ...(action === 'remove' || narrowsTenant(before, after)
      ? {}
      : { widens: { tenant: after.slug, what: 'settings or controls' } }),
    ...(before === null || action === 'remove' ? {} : { tenant: { before, after } }),
    async apply(unit, at) {
      await unit.organisation.saveTenant({ ...after, removedAt: action === 'remove' ? at : null });
      const { log, days, accessReviews, practices } = await unit.tenant(after.slug);
      if (before === null) {
        await days.begin(utcDay(new Date(at)));
        const quarter = nextQuarter(quarterOf(tenantDay(after.controls, new Date(at))));
        await accessReviews.begin(quarter);
        await practices.begin(quarter);
      }
      const data = { tenant: after.slug, before: before?.controls ?? null, after: after.controls };
      await log.append({ type: `tenant.${action}`, at, actor: 'host', data });
      await unit.feed.changed('tenant', after.slug);
      if (action === 'change') await endUnfitGrantsIn(unit, after.slug, { actor: 'host', at });
    },
  };
}

/** What a side's provider may send: security events (`signals`) and people (`scim`). An absent member: nothing of it. */
export const providerOf = ({
  signals,
  scim,
}: {
  signals?: SignalSettings | null | undefined;
  scim?: ScimSettings | null | undefined;
}): { signals?: SignalSettings; scim?: ScimSettings } => ({
  ...(signals == null ? {} : { signals }),
  ...(scim == null ? {} : { scim }),
});

/** The domains of a side; absent if it lists none. */
export const domainsOf = (domains: string[] | null | undefined): { domains?: string[] } =>
  domains == null || domains.length === 0 ? {} : { domains };
