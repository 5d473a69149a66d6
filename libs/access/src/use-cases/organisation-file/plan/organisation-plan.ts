import { canonicalJson } from '@countersign/contract';
import {
  endpointHash,
  type Organisation,
  type SlackPlace,
  type WebhookSettings,
} from '../../../domain/organisation.js';
import type { WholeOrganisation } from '../../../ports/index.js';
import type { Deps } from '../../shared/deps.js';
import { type OrganisationChange, type OrganisationStep, same } from './organisation-step.js';
import { personSteps } from './person-steps.js';
import { serviceSteps } from './service-steps.js';
import { domainsOf, goneTenants, providerOf, tenantSteps } from './tenant-steps.js';

/** The steps that make the stored organisation match the file. No step: they match already. */
export function planOrganisation(
  deps: Deps,
  file: Organisation,
  stored: WholeOrganisation,
): OrganisationStep[] {
  return [
    ...vendorSteps(deps, file, stored),
    ...coverageSteps(file, stored),
    ...file.tenants.flatMap((tenant) => tenantSteps(tenant, stored)),
    ...goneTenants(file, stored),
    ...serviceSteps(deps, file, stored),
    ...personSteps(deps, file, stored),
  ];
}

function vendorSteps(deps: Deps, file: Organisation, stored: WholeOrganisation): OrganisationStep[] {
  const { name, oidc, webhooks, slack, signals, scim, canaries, domains } = file.vendor;
  const after = {
    name,
    oidc,
    webhooks,
    ...slackOf(slack),
    ...providerOf({ signals, scim }),
    ...domainsOf(domains),
    ...(canaries === undefined ? {} : { canaries }),
    policy: file.accessPolicy,
  };
  const before =
    stored.vendorName === null
      ? null
      : {
          name: stored.vendorName,
          oidc: stored.vendorOidc,
          webhooks: stored.vendorWebhooks,
          ...slackOf(stored.vendorSlack),
          ...providerOf({ signals: stored.vendorSignals, scim: stored.vendorScim }),
          ...domainsOf(stored.vendorDomains),
          ...(stored.vendorCanaries === null ? {} : { canaries: stored.vendorCanaries }),
          policy: stored.policy,
        };
  if (same(before, after)) return [];
  const change: OrganisationChange = {
    action: before === null ? 'add' : 'change',
    kind: 'vendor',
    name: file.vendor.name,
    before,
    after,
  };
  return [
    {
      change,
      async apply(unit, at) {
        await unit.organisation.saveVendor(after);
        await unit.log.append({
          type: 'vendor.applied',
          at,
          actor: 'host',
          data: { before: before && publicPart(before), after: publicPart(after) },
          personal: { settings: canonicalJson(loggable(deps, after)) },
        });
      },
    },
  ];
}

/** The vendor's list of other ways to the data. Every tenant may read it, because the daily statements of standing access refer to it. */
function coverageSteps({ vendor }: Organisation, stored: WholeOrganisation): OrganisationStep[] {
  const [before, after] = [stored.coverage, vendor.coverage ?? null];
  if (same(before, after)) return [];
  const action = before === null ? 'add' : after === null ? 'remove' : 'change';
  return [
    {
      change: { action, kind: 'coverage', name: vendor.name, before, after },
      async apply(unit, at) {
        await unit.organisation.saveCoverage(after);
        await unit.log.append({ type: 'coverage.stated', at, actor: 'host', data: { coverage: after } });
      },
    },
  ];
}

/** Absent if there is none, as in older leaves. */
const slackOf = (slack: SlackPlace | null | undefined): { slack?: SlackPlace } =>
  slack == null ? {} : { slack };

/** Every tenant reads this log. The name, and the policy that binds their requests, are plain text; the rest is for the vendor alone. */
const publicPart = ({ name, policy }: { name: string; policy: object | null }) => ({ name, policy });

/** A webhook's address may be a secret (P11), so its hash is logged instead. */
const loggable = <T extends { webhooks: WebhookSettings[]; policy: unknown }>(
  { hashing }: Deps,
  { policy: _public, ...vendor }: T,
) => ({
  ...vendor,
  webhooks: vendor.webhooks.map(({ url, ...rest }) => ({
    endpoint: endpointHash(hashing, { url }),
    ...rest,
  })),
});
