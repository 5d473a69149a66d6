import type { OidcSettings, Organisation, OrganisationTenant, PrivacyControls } from '@countersign/access';
import { parseDuration, type ServiceDefinition } from '@countersign/scope';
import type { ControlsEntry, OrganisationFile, ServiceEntry } from './schema.js';

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
      oidc: toOidc(file.vendor.oidc),
      webhooks: file.vendor.webhooks ?? [],
      staff: file.vendor.staff,
    },
    services: file.services.map(serviceDefinition),
    accessPolicy: {
      vendorReviews: policy.vendorReviews ?? DEFAULT_POLICY.vendorReviews,
      maxDuration: seconds(policy.maxDuration ?? DEFAULT_POLICY.maxDuration),
      tokenTtl: seconds(policy.tokenTtl ?? DEFAULT_POLICY.tokenTtl),
      requestTtl: seconds(policy.requestTtl ?? DEFAULT_POLICY.requestTtl),
    },
    tenants: file.tenants.map(toTenant),
  };
}

function toTenant(entry: OrganisationFile['tenants'][number]): OrganisationTenant {
  return {
    slug: entry.slug,
    name: entry.name,
    people: entry.people,
    privacyControls: toControls(entry.privacyControls ?? {}),
    oidc: toOidc(entry.oidc),
    slack: entry.slack ?? null,
    webhooks: entry.webhooks ?? [],
  };
}

type OidcEntry = OrganisationFile['vendor']['oidc'] | OrganisationFile['tenants'][number]['oidc'];

function toOidc(entry: OidcEntry): OidcSettings | null {
  if (entry === undefined) return null;
  const { issuer, clientId, clientSecretFile, acr, maxAge, groups } = entry;
  return {
    issuer,
    clientId,
    clientSecretFile,
    ...(acr === undefined ? {} : { acr }),
    ...(maxAge === undefined ? {} : { maxAge: seconds(maxAge) }),
    ...(groups === undefined ? {} : { groups }),
  };
}

/** A tenant's policy with nothing left to default. */
export function toControls(entry: ControlsEntry): PrivacyControls {
  return {
    approvals: entry.approvals ?? 1,
    maxDuration: entry.maxDuration === undefined ? null : seconds(entry.maxDuration),
    countersign: entry.countersign ?? [],
    slackMayApprove: entry.slackMayApprove ?? [],
    forbid: entry.forbid ?? [],
  };
}

/** The schema has let through durations alone; anything else here is a mistake of ours. */
function seconds(duration: string): number {
  const parsed = parseDuration(duration);
  if (parsed === undefined) throw new TypeError('a duration got past the schema');
  return parsed;
}
