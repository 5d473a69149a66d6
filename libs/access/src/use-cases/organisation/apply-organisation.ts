import { routeMapHash, type ServiceDefinition } from '@countersign/contract';
import type {
  Organisation,
  OrganisationPerson,
  OrganisationTenant,
  ServiceRecord,
  SlackPlace,
  TenantRecord,
  WebhookSettings,
} from '../../domain/organisation.js';
import { endpointHash } from '../../domain/organisation.js';
import { hasRole, isVendorStaff, normaliseEmail, type Person } from '../../domain/person.js';
import { narrowsPerson, narrowsTenant, wasRemovedWithTenant } from '../../domain/tenant-changes.js';
import type { VendorUnit, WholeOrganisation } from '../../ports/index.js';
import { endGrantsIn } from '../grants/end-grant.js';
import type { Deps } from '../shared/deps.js';
import { requireUnclaimed, type Widening } from '../trust/claimed-tenants.js';
import { proposeWidenings } from '../trust/propose-widening.js';
import { changePersonIn, groupsOf } from './change-person.js';

/** One difference between the file and what stands. `before` and `after` are plain data, null if there is nothing. */
export interface OrganisationChange {
  /** `propose`: the tenant's own people have to sign it first; until then nothing of it counts. */
  action: 'add' | 'change' | 'remove' | 'propose';
  kind: 'vendor' | 'person' | 'service' | 'tenant';
  /** What it is called: an e-mail (with its tenant), a service's name, a tenant's slug. */
  name: string;
  before: unknown;
  after: unknown;
}

export interface Step {
  change: OrganisationChange;
  /** Set where it gives a tenant more than it had: not the host's to do once the tenant is claimed. */
  widens?: Widening;
  /** A tenant as it stands and as the file has it. */
  tenant?: { before: TenantRecord; after: TenantRecord };
  /** A person as it would be. */
  person?: Person;
  apply(unit: VendorUnit, at: string): Promise<void>;
}

/**
 * Makes the organisation what the file says: all of it or nothing, with an event for each difference. What
 * the file no longer names is marked removed, never deleted, and grants that rested on it end. Of what it opens in a
 * claimed tenant, the tenant's own people are asked to sign what their trust document can say.
 *
 * @param organisation already checked as a whole (@countersign/config)
 * @returns the differences; with `dryRun` nothing is written
 * @throws AccessError `tenant_claimed` if it would open more of a claimed tenant than its people could sign
 */
export async function applyOrganisation(
  deps: Deps,
  organisation: Organisation,
  options: { dryRun: boolean },
): Promise<OrganisationChange[]> {
  if (options.dryRun) {
    return deps.store.readAsVendor(async (unit) => {
      const planned = plan(deps, organisation, await unit.organisation.everything());
      const steps = await proposeWidenings(deps, planned, () => unit);
      await requireUnclaimed(unit.trust, wideningsOf(steps));
      return steps.map((each) => each.change);
    });
  }
  return deps.store.asVendor(async (unit) => {
    const at = deps.clock.now().toISOString();
    const planned = plan(deps, organisation, await unit.organisation.everything());
    const steps = await proposeWidenings(deps, planned, (tenant) => unit.tenant(tenant));
    await requireUnclaimed(unit.trust, wideningsOf(steps));
    for (const each of steps) await each.apply(unit, at);
    if (steps.length > 0) await endGrantsWithoutBasis(unit, at);
    return steps.map((each) => each.change);
  });
}

const wideningsOf = (steps: readonly Step[]): Widening[] => steps.flatMap(({ widens }) => widens ?? []);

function plan(deps: Deps, file: Organisation, standing: WholeOrganisation): Step[] {
  return [
    ...vendorSteps(deps, file, standing),
    ...file.tenants.flatMap((tenant) => tenantSteps(tenant, standing)),
    ...goneTenants(file, standing),
    ...serviceSteps(deps, file, standing),
    ...personSteps(deps, file, standing),
  ];
}

/** Key order says nothing; undefined and absent are one. */
const same = (a: unknown, b: unknown): boolean => JSON.stringify(sorted(a)) === JSON.stringify(sorted(b));

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, each]) => each !== undefined)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, each]) => [key, sorted(each)]),
  );
}

function vendorSteps(deps: Deps, file: Organisation, standing: WholeOrganisation): Step[] {
  const { name, oidc, webhooks, slack } = file.vendor;
  const after = { name, oidc, webhooks, ...slackOf(slack), policy: file.accessPolicy };
  const before =
    standing.vendorName === null
      ? null
      : {
          name: standing.vendorName,
          oidc: standing.vendorOidc,
          webhooks: standing.vendorWebhooks,
          ...slackOf(standing.vendorSlack),
          policy: standing.policy,
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
        const told = { before: before && loggable(deps, before), after: loggable(deps, after) };
        await unit.log.append({ type: 'vendor.applied', at, actor: 'host', data: told });
      },
    },
  ];
}

/** Absent if there is none, as in the leaves from before there was any. */
const slackOf = (slack: SlackPlace | null | undefined): { slack?: SlackPlace } =>
  slack == null ? {} : { slack };

/** Every tenant reads this log, and an address may be a secret (P11): its hash says that it changed. */
const loggable = <T extends { webhooks: WebhookSettings[] }>({ hashing }: Deps, vendor: T) => ({
  ...vendor,
  webhooks: vendor.webhooks.map(({ url, ...rest }) => ({
    endpoint: endpointHash(hashing, { url }),
    ...rest,
  })),
});

function tenantSteps(tenant: OrganisationTenant, standing: WholeOrganisation): Step[] {
  const record: TenantRecord = {
    slug: tenant.slug,
    name: tenant.name,
    controls: tenant.privacyControls,
    oidc: tenant.oidc,
    slack: tenant.slack,
    webhooks: tenant.webhooks,
    removedAt: null,
  };
  const before = standing.tenants.find((each) => each.slug === tenant.slug) ?? null;
  if (same(before, record)) return [];
  return [tenantStep(before, record, before === null || before.removedAt !== null ? 'add' : 'change')];
}

function goneTenants(file: Organisation, standing: WholeOrganisation): Step[] {
  return standing.tenants
    .filter((each) => each.removedAt === null && !file.tenants.some(({ slug }) => slug === each.slug))
    .map((each) => tenantStep(each, each, 'remove'));
}

export function tenantStep(
  before: TenantRecord | null,
  after: TenantRecord,
  action: OrganisationChange['action'],
): Step {
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
      const { log } = await unit.tenant(after.slug);
      const data = { tenant: after.slug, before: before?.controls ?? null, after: after.controls };
      await log.append({ type: `tenant.${action}`, at, actor: 'host', data });
      await unit.feed.changed('tenant', after.slug);
    },
  };
}

function serviceSteps(deps: Deps, file: Organisation, standing: WholeOrganisation): Step[] {
  const wanted = file.services.map((definition) => serviceStep(deps, definition, standing));
  const gone = standing.services
    .filter(
      (each) => each.removedAt === null && !file.services.some(({ name }) => name === each.definition.name),
    )
    .map(
      (each): Step => ({
        change: {
          action: 'remove',
          kind: 'service',
          name: each.definition.name,
          before: each.definition,
          after: null,
        },
        async apply(unit, at) {
          await saveService(unit, { ...each, removedAt: at }, 'service.removed', at);
        },
      }),
    );
  return [...wanted.filter((step) => step !== null), ...gone];
}

function serviceStep(deps: Deps, definition: ServiceDefinition, standing: WholeOrganisation): Step | null {
  const before = standing.services.find((each) => each.definition.name === definition.name) ?? null;
  const routes = routeMapHash(deps.hashing, definition);
  if (before !== null && before.removedAt === null && same(before.definition, definition)) return null;
  const action = before === null || before.removedAt !== null ? 'add' : 'change';
  return {
    change: {
      action,
      kind: 'service',
      name: definition.name,
      before: before?.definition ?? null,
      after: definition,
    },
    async apply(unit, at) {
      await unit.organisation.saveRouteMap(routes, definition, at);
      await saveService(unit, { definition, routes, removedAt: null }, 'service.applied', at);
    },
  };
}

/** Every version of a route map is logged whole: what an action meant at any time can be read again. */
async function saveService(unit: VendorUnit, record: ServiceRecord, type: string, at: string): Promise<void> {
  await unit.organisation.saveService(record);
  await unit.log.append({
    type,
    at,
    actor: 'host',
    data: { service: record.definition.name, routes: record.routes, definition: record.definition },
  });
  await unit.feed.changed('services', record.definition.name);
}

interface Wanted {
  tenant: string | null;
  person: OrganisationPerson<Person['roles'][number]>;
  email: string;
  /** Roles come from the provider's groups: the file's count until the first sign-in. */
  provided: boolean;
}

function personSteps(deps: Deps, file: Organisation, standing: WholeOrganisation): Step[] {
  const wanted: Wanted[] = [
    { tenant: null, people: file.vendor.staff, oidc: file.vendor.oidc },
    ...file.tenants.map(({ slug, people, oidc }) => ({ tenant: slug, people, oidc })),
  ].flatMap(({ tenant, people, oidc }) =>
    people.map((person) => ({
      tenant,
      person,
      email: normaliseEmail(person.email) ?? person.email,
      provided: oidc?.groups !== undefined,
    })),
  );
  const keyed = new Map(standing.people.map((each) => [personKey(each.tenant, each.email), each]));
  const tenants = new Map<string | null, TenantRecord>(standing.tenants.map((each) => [each.slug, each]));
  const steps = wanted.map((each) => {
    const before = keyed.get(personKey(each.tenant, each.email));
    return personStep(deps, each, before, tenants.get(each.tenant) ?? null);
  });
  const named = new Set(wanted.map((each) => personKey(each.tenant, each.email)));
  const gone = standing.people
    .filter((each) => each.removedAt === null && !named.has(personKey(each.tenant, each.email)))
    .map((each) => savePersonStep(each, each, 'remove', null));
  return [...steps.filter((step) => step !== null), ...gone];
}

/** Any instant will do: it only says that they leave. */
const REMOVED = new Date(0).toISOString();

const personKey = (tenant: string | null, email: string): string => `${tenant ?? ''}\n${email}`;

function personStep(
  deps: Deps,
  wanted: Wanted,
  before: Person | undefined,
  tenant: TenantRecord | null,
): Step | null {
  const after: Person = {
    id: before?.id ?? deps.ids.next('usr'),
    tenant: wanted.tenant,
    email: wanted.email,
    name: wanted.person.name,
    roles:
      wanted.provided && before !== undefined && before.removedAt === null
        ? before.roles
        : [...wanted.person.roles].sort(),
    ...groupsOf(wanted.person),
    removedAt: null,
  };
  if (same(before, after)) return null;
  const action = before === undefined || before.removedAt !== null ? 'add' : 'change';
  return savePersonStep(before ?? null, after, action, tenant);
}

/** `tenant` as it stood before. */
function savePersonStep(
  before: Person | null,
  after: Person,
  action: OrganisationChange['action'],
  tenant: TenantRecord | null,
): Step {
  const withTenant = action === 'add' && before !== null && wasRemovedWithTenant(before, tenant);
  const shown = (person: Person | null) =>
    person === null ? null : { name: person.name, roles: person.roles, ...groupsOf(person) };
  return {
    change: {
      action,
      kind: 'person',
      name: after.tenant === null ? after.email : `${after.email} (${after.tenant})`,
      before: shown(before),
      after: action === 'remove' ? null : shown(after),
    },
    person: { ...after, removedAt: action === 'remove' ? REMOVED : null },
    ...(after.tenant === null || action === 'remove' || narrowsPerson(before, after, tenant)
      ? {}
      : { widens: { tenant: after.tenant, what: after.email } }),
    async apply(unit, at) {
      const made = { ...after, removedAt: action === 'remove' ? at : null };
      await changePersonIn(unit, before, made, { actor: 'host', at, withTenant });
    },
  };
}

/** A grant rests on its engineer, its tenant and its service; where one is gone, access ends with it. */
async function endGrantsWithoutBasis(unit: VendorUnit, at: string): Promise<void> {
  const { people, tenants, services } = await unit.organisation.everything();
  const without = await unit.grants.liveOf({
    requesters: people
      .filter((each) => isVendorStaff(each) && !hasRole(each, 'engineer'))
      .map((each) => each.id),
    tenants: tenants.filter((each) => each.removedAt !== null).map((each) => each.slug),
    services: services.filter((each) => each.removedAt !== null).map((each) => each.definition.name),
  });
  for (const { tenant, ...grant } of without)
    await endGrantsIn(await unit.tenant(tenant), [grant], { reason: 'revoked', actor: 'host', at });
}
