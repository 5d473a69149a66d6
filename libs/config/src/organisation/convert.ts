import type { AccessRule, Organisation, OrganisationTenant } from '@countersign/access';
import { parseDuration, type ServiceDefinition } from '@countersign/scope';
import type { AccessRuleEntry, OrganisationFile, ServiceEntry } from './schema.js';

const DEFAULT_POLICY = { vendorReviews: 1, maxDuration: 'PT4H', tokenTtl: 'PT5M', requestTtl: 'PT12H' };

/** A service as the file writes it, with the defaults of CONTRACT §8 filled in. */
export function serviceDefinition(entry: ServiceEntry): ServiceDefinition {
  return {
    name: entry.name,
    upstream: entry.upstream,
    audience: entry.audience ?? entry.name,
    tenantFrom: entry.tenantFrom ?? 'path',
    ...(entry.tenantHeader === undefined ? {} : { tenantHeader: entry.tenantHeader }),
    routes: entry.routes.map(({ query, ...route }) => (query === undefined ? route : { ...route, query })),
  };
}

/** The checked file as the domain knows it: seconds instead of durations, nothing left to default. */
export function toOrganisation(file: OrganisationFile): Organisation {
  const policy = { ...DEFAULT_POLICY, ...file.accessPolicy };
  return {
    vendor: {
      name: file.vendor.name,
      oidc: file.vendor.oidc ?? null,
      webhooks: file.vendor.webhooks ?? [],
      staff: file.vendor.staff.map(({ groups, ...member }) => ({ ...member, ...present({ groups }) })),
    },
    services: file.services.map(serviceDefinition),
    accessPolicy: {
      vendorReviews: policy.vendorReviews ?? DEFAULT_POLICY.vendorReviews,
      maxDuration: seconds(policy.maxDuration ?? DEFAULT_POLICY.maxDuration),
      tokenTtl: seconds(policy.tokenTtl ?? DEFAULT_POLICY.tokenTtl),
      requestTtl: seconds(policy.requestTtl ?? DEFAULT_POLICY.requestTtl),
      ...(policy.rules === undefined ? {} : { rules: policy.rules.map(toRule) }),
    },
    tenants: file.tenants.map(toTenant),
  };
}

/** A rule keeps what it says; its duration in seconds. */
function toRule({ maxDuration, ...rule }: AccessRuleEntry): AccessRule {
  return present({ ...rule, maxDuration: maxDuration === undefined ? undefined : seconds(maxDuration) });
}

/** Without the members that are undefined: absent is absent. */
function present<T extends object>(given: T): { [Member in keyof T]: Exclude<T[Member], undefined> } {
  const entries = Object.entries(given).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries) as { [Member in keyof T]: Exclude<T[Member], undefined> };
}

function toTenant(entry: OrganisationFile['tenants'][number]): OrganisationTenant {
  const controls = entry.privacyControls ?? {};
  return {
    slug: entry.slug,
    name: entry.name,
    people: entry.people,
    privacyControls: {
      approvals: controls.approvals ?? 1,
      maxDuration: controls.maxDuration === undefined ? null : seconds(controls.maxDuration),
      countersign: controls.countersign ?? [],
      slackMayApprove: controls.slackMayApprove ?? [],
      forbid: controls.forbid ?? [],
    },
    oidc: entry.oidc ?? null,
    slack: entry.slack ?? null,
    webhooks: entry.webhooks ?? [],
  };
}

/** The schema has let through durations alone; anything else here is a mistake of ours. */
function seconds(duration: string): number {
  const parsed = parseDuration(duration);
  if (parsed === undefined) throw new TypeError('a duration got past the schema');
  return parsed;
}
