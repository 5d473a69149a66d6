import {
  canonicalJson,
  DEPLOYMENT_SLUG,
  routeMapHash,
  type UpstreamSettings,
  utcDay,
} from '@countersign/contract';
import { nextQuarter, quarterOf } from '../../domain/access-review.js';
import {
  endpointHash,
  isForTenant,
  type Organisation,
  type OrganisationPerson,
  type OrganisationService,
  type OrganisationTenant,
  type ScimSettings,
  type ServiceRecord,
  type SignalSettings,
  type SlackPlace,
  type TenantRecord,
  VENDOR_SLUG,
  type WebhookSettings,
} from '../../domain/organisation.js';
import { type Person, readAddress } from '../../domain/person.js';
import { factsUnder, type PersonFacts } from '../../domain/person-facts.js';
import { rolesOfGroups } from '../../domain/provisioning.js';
import { narrowsPerson, narrowsTenant, wasRemovedWithTenant } from '../../domain/tenant-changes.js';
import { AccessError } from '../../errors.js';
import { tenantDay } from '../../policy/stage-in-charge.js';
import type { EventDraft, VendorUnit, WholeOrganisation } from '../../ports/index.js';
import { endGrantsIn } from '../grants/end-grant.js';
import type { Deps } from '../shared/deps.js';
import type { HostWidening } from '../trust/claimed-tenant.js';
import { changePersonIn, groupsOf } from './change-person.js';
import { endUnfitGrantsIn } from './end-unfit-grants.js';

/** One difference between the file and the store. `before` and `after` are plain data; null if there is nothing. */
export interface OrganisationChange {
  /** `propose`: the tenant's own people have to sign it first; until then it has no effect. */
  action: 'add' | 'change' | 'remove' | 'propose';
  kind: 'vendor' | 'coverage' | 'person' | 'service' | 'tenant';
  /** An e-mail address (with its tenant), a service's name, or a tenant's slug. */
  name: string;
  before: unknown;
  after: unknown;
}

export interface OrganisationStep {
  change: OrganisationChange;
  /** Set if the step widens a tenant, which the host may not do to a claimed tenant. */
  widens?: HostWidening;
  /** The tenant as stored, and as in the file. */
  tenant?: { before: TenantRecord; after: TenantRecord };
  /** The person after the step. */
  person?: Person;
  apply(unit: VendorUnit, at: string): Promise<void>;
}

/** The steps that make the stored organisation match the file. */
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

/** Ignores the order of keys, and treats undefined as absent. */
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

function vendorSteps(deps: Deps, file: Organisation, stored: WholeOrganisation): OrganisationStep[] {
  const { name, oidc, webhooks, slack, signals, scim, canaries } = file.vendor;
  const after = {
    name,
    oidc,
    webhooks,
    ...slackOf(slack),
    ...providerOf({ signals, scim }),
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

/** Every tenant reads the list: it is what the daily statements of standing access are read with. */
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

/** What a side's provider may send; absent members: nothing. */
const providerOf = ({
  signals,
  scim,
}: {
  signals?: SignalSettings | null | undefined;
  scim?: ScimSettings | null | undefined;
}): { signals?: SignalSettings; scim?: ScimSettings } => ({
  ...(signals == null ? {} : { signals }),
  ...(scim == null ? {} : { scim }),
});

/** Every tenant reads this log: what binds its requests is plain, and the rest is opened to the vendor alone. */
const publicPart = ({ name, policy }: { name: string; policy: unknown }) => ({ name, policy });

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

function tenantSteps(tenant: OrganisationTenant, stored: WholeOrganisation): OrganisationStep[] {
  const record: TenantRecord = {
    slug: tenant.slug,
    name: tenant.name,
    controls: tenant.privacyControls,
    oidc: tenant.oidc,
    slack: tenant.slack,
    webhooks: tenant.webhooks,
    ...providerOf(tenant),
    removedAt: null,
  };
  const before = stored.tenants.find((each) => each.slug === tenant.slug) ?? null;
  if (same(before, record)) return [];
  return [tenantStep(before, record, before === null || before.removedAt !== null ? 'add' : 'change')];
}

function goneTenants(file: Organisation, stored: WholeOrganisation): OrganisationStep[] {
  return stored.tenants
    .filter((each) => each.removedAt === null && !file.tenants.some(({ slug }) => slug === each.slug))
    .map((each) => tenantStep(each, each, 'remove'));
}

export function tenantStep(
  before: TenantRecord | null,
  after: TenantRecord,
  action: OrganisationChange['action'],
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

function serviceSteps(deps: Deps, file: Organisation, stored: WholeOrganisation): OrganisationStep[] {
  const wanted = file.services.map((definition) => serviceStep(deps, definition, stored));
  const gone = stored.services
    .filter(
      (each) => each.removedAt === null && !file.services.some(({ name }) => name === each.definition.name),
    )
    .map(
      (each): OrganisationStep => ({
        change: {
          action: 'remove',
          kind: 'service',
          name: each.definition.name,
          before: describeService(each),
          after: null,
        },
        async apply(unit, at) {
          await saveService(unit, each, { ...each, removedAt: at }, at);
        },
      }),
    );
  return [...wanted.filter((step) => step !== null), ...gone];
}

function serviceStep(
  deps: Deps,
  { tenants, tls, context, origin, overlay, ...definition }: OrganisationService,
  stored: WholeOrganisation,
): OrganisationStep | null {
  const before = stored.services.find((each) => each.definition.name === definition.name) ?? null;
  const routes = routeMapHash(deps.hashing, definition);
  const after: ServiceRecord = {
    definition,
    routes,
    ...(tenants === undefined ? {} : { tenants: [...tenants].sort() }),
    ...upstreamOf({ tls, context, origin, overlay }),
    removedAt: null,
  };
  if (before !== null && same(before, after)) return null;
  const action = before === null || before.removedAt !== null ? 'add' : 'change';
  return {
    change: {
      action,
      kind: 'service',
      name: definition.name,
      before: before === null ? null : describeService(before),
      after: describeService(after),
    },
    async apply(unit, at) {
      await unit.organisation.saveRouteMap(routes, definition, at);
      await saveService(unit, before, after, at);
    },
  };
}

/** Nothing is kept of a service without settings. `ed25519` is what gateways do anyway. */
function upstreamOf({
  tls,
  context,
  origin,
  overlay,
}: { [Name in keyof UpstreamSettings]: UpstreamSettings[Name] | undefined }) {
  const upstream: UpstreamSettings = {
    ...(tls === undefined ? {} : { tls }),
    ...(context === undefined || context === 'ed25519' ? {} : { context }),
    ...(origin === undefined ? {} : { origin }),
    ...(overlay === undefined ? {} : { overlay }),
  };
  return Object.keys(upstream).length === 0 ? {} : { upstream };
}

/** A service as the file has it. */
const describeService = ({ definition, tenants, upstream }: ServiceRecord): OrganisationService => ({
  ...definition,
  ...(tenants === undefined ? {} : { tenants }),
  ...upstream,
});

/**
 * Every version of a route map is logged whole, so that the past meaning of an action can be looked up: by its hash for
 * everyone, and its content by the tenants that the service is for.
 */
async function saveService(
  unit: VendorUnit,
  before: ServiceRecord | null,
  after: ServiceRecord,
  at: string,
): Promise<void> {
  const { definition, routes, tenants, removedAt } = after;
  await unit.organisation.saveService(after);
  await unit.log.append({
    type: removedAt === null ? 'service.applied' : 'service.removed',
    at,
    actor: 'host',
    data: { service: definition.name, routes },
    personal: { definition: canonicalJson(definition) },
    openTo: [...(tenants ?? [DEPLOYMENT_SLUG]), VENDOR_SLUG],
  });
  if (tenants !== undefined) await unit.log.append(servedTenants(after, at));
  const settings = after.upstream ?? {};
  if (!same(before?.upstream ?? {}, settings))
    await unit.log.append(upstreamSettings(definition.name, settings, at));
  await unit.feed.changed('services', definition.name);
  await endUnservedGrants(unit, before, after, at);
}

/** Whom a service is for is the vendor's to know: its list names other customers. */
const servedTenants = ({ definition, tenants = [] }: ServiceRecord, at: string): EventDraft => ({
  type: 'service.tenants',
  at,
  actor: 'host',
  data: { service: definition.name },
  personal: { tenants: canonicalJson(tenants) },
});

/** Which files of their hosts gateways use is the vendor's to know. How calls are signed is for all to know. */
const upstreamSettings = (service: string, settings: UpstreamSettings, at: string): EventDraft => ({
  type: 'service.upstream',
  at,
  actor: 'host',
  data: { service, context: settings.context ?? 'ed25519' },
  personal: { upstream: canonicalJson(settings) },
});

/** A grant depends on its service. If the service is no longer for the tenant, the grant ends. */
async function endUnservedGrants(
  unit: VendorUnit,
  before: ServiceRecord | null,
  after: ServiceRecord,
  at: string,
): Promise<void> {
  if (before === null || after.tenants === undefined || after.removedAt !== null) return;
  const services = [after.definition.name];
  const live = await unit.grants.liveOf({ requesters: [], tenants: [], services });
  for (const { tenant, id } of live)
    if (!isForTenant(after, tenant))
      await endGrantsIn(await unit.tenant(tenant), [{ id }], { reason: 'revoked', actor: 'host', at });
}

interface Wanted {
  tenant: string | null;
  person: OrganisationPerson<Person['roles'][number]>;
  address: Pick<Person, 'email' | 'address'>;
  /** True if roles come from the provider's groups. The file's roles apply until the first sign-in. */
  provided: boolean;
}

/** With what is known about their place and employer once the file is applied; absent: nothing. */
type WantedWithFacts = Wanted & { facts: PersonFacts | undefined };

/**
 * A person whom their side's SCIM client manages, as the file leaves them: the file changes neither whether they are here
 * nor their name, and their roles only if it says otherwise about their groups. Null if the client does not manage them, or
 * the file no longer accepts one.
 */
function keptByClient(
  file: Organisation,
  { provisioned }: WholeOrganisation,
  person: Person | undefined,
): Person | null {
  const groups = provisioned.find((each) => each.person === person?.id)?.groups;
  if (person === undefined || groups === undefined) return null;
  const side = person.tenant === null ? file.vendor : file.tenants.find(({ slug }) => slug === person.tenant);
  if (side?.scim === undefined) return null;
  const isGiven = person.removedAt === null && groups.length > 0;
  return isGiven ? { ...person, roles: rolesOfGroups(side.scim, groups) } : person;
}

function personSteps(deps: Deps, file: Organisation, stored: WholeOrganisation): OrganisationStep[] {
  const wanted: Wanted[] = [
    { tenant: null, people: file.vendor.staff, oidc: file.vendor.oidc },
    ...file.tenants.map(({ slug, people, oidc }) => ({ tenant: slug, people, oidc })),
  ].flatMap(({ tenant, people, oidc }) =>
    people.map((person) => ({
      tenant,
      person,
      address: readAddress(person.email) ?? { email: person.email },
      provided: oidc?.groups !== undefined,
    })),
  );
  refuseOtherSide(file, stored, wanted);
  const keyed = new Map(stored.people.map((each) => [personKey(each.tenant, each.email), each]));
  const tenants = new Map<string | null, TenantRecord>(stored.tenants.map((each) => [each.slug, each]));
  const steps = wanted.map((each) => {
    const before = keyed.get(personKey(each.tenant, each.address.email));
    const kept = keptByClient(file, stored, before);
    const facts = factsAfter(deps, file, each, before);
    return personStep(deps, { ...each, facts }, before, kept, tenants.get(each.tenant) ?? null);
  });
  const named = new Set(wanted.map((each) => personKey(each.tenant, each.address.email)));
  const gone = stored.people
    .filter((each) => each.removedAt === null && !named.has(personKey(each.tenant, each.email)))
    .flatMap((each) => {
      const client = keptByClient(file, stored, each);
      const kept = client === null ? null : withoutStated(deps, file, client);
      if (kept === null) return [savePersonStep(each, each, 'remove', null)];
      return same(each, kept) ? [] : [savePersonStep(each, kept, 'change', tenants.get(each.tenant) ?? null)];
    });
  return [...steps.filter((step) => step !== null), ...gone];
}

/** P2: nor may the file make vendor staff of a person whom a customer's SCIM client has made, or the other way round. */
function refuseOtherSide(file: Organisation, stored: WholeOrganisation, wanted: readonly Wanted[]): void {
  const isVendor = new Map(wanted.map(({ address, tenant }) => [address.email, tenant === null]));
  const taken = stored.people.filter(
    (each) =>
      each.removedAt === null &&
      isVendor.has(each.email) &&
      isVendor.get(each.email) !== (each.tenant === null) &&
      keptByClient(file, stored, each) !== null,
  );
  if (taken.length > 0)
    throw new AccessError(
      'conflict',
      `Vendor staff hold no customer role, and a SCIM client has made this person on the other side: ${taken.map(({ email }) => email).join(', ')}.`,
    );
}

/** Any instant will do: it only marks that they are removed. */
const REMOVED = new Date(0).toISOString();

const personKey = (tenant: string | null, email: string): string => `${tenant ?? ''}\n${email}`;

function personStep(
  deps: Deps,
  wanted: WantedWithFacts,
  before: Person | undefined,
  kept: Person | null,
  tenant: TenantRecord | null,
): OrganisationStep | null {
  // Whom the client has deactivated the file does not bring back.
  if (kept !== null && kept.removedAt !== null) return null;
  const facts = wanted.facts === undefined ? {} : { facts: wanted.facts };
  const after: Person = keptWithGroups(kept, wanted) ?? {
    id: before?.id ?? deps.ids.next('usr'),
    tenant: wanted.tenant,
    ...wanted.address,
    name: wanted.person.name,
    roles:
      wanted.provided && before !== undefined && before.removedAt === null
        ? before.roles
        : [...wanted.person.roles].sort(),
    ...wantedGroups(wanted, before),
    ...facts,
    removedAt: null,
  };
  if (same(before, after)) return null;
  const action = before === undefined || before.removedAt !== null ? 'add' : 'change';
  return savePersonStep(before ?? null, after, action, tenant);
}

/** The groups of vendor staff are in the file alone. A tenant's person keeps theirs if the file says nothing about them. */
const wantedGroups = ({ person, tenant }: Wanted, before: Person | undefined): Pick<Person, 'groups'> =>
  groupsOf(tenant !== null && person.groups === undefined ? (before ?? {}) : person);

function keptWithGroups(kept: Person | null, wanted: WantedWithFacts): Person | null {
  if (kept === null) return null;
  const { groups: _old, facts: _before, ...rest } = kept;
  const { facts } = wanted;
  return { ...rest, ...wantedGroups(wanted, kept), ...(facts === undefined ? {} : { facts }) };
}

/** The file states facts of vendor staff, and says which of the provider's count. */
const factsAfter = (
  { clock }: Deps,
  { vendor }: Organisation,
  { person, tenant }: Wanted,
  before: Person | undefined,
): PersonFacts | undefined =>
  tenant === null
    ? factsUnder(vendor, before?.facts, person.facts ?? {}, clock.now().toISOString())
    : undefined;

/** A person that only the SCIM client knows: the file states nothing about them. */
function withoutStated({ clock }: Deps, { vendor }: Organisation, person: Person): Person {
  if (person.tenant !== null || person.facts === undefined) return person;
  const { facts: before, ...rest } = person;
  const facts = factsUnder(vendor, before, {}, clock.now().toISOString());
  return { ...rest, ...(facts === undefined ? {} : { facts }) };
}

/** `tenant` is the tenant before the change. */
function savePersonStep(
  before: Person | null,
  after: Person,
  action: OrganisationChange['action'],
  tenant: TenantRecord | null,
): OrganisationStep {
  const withTenant = action === 'add' && before !== null && wasRemovedWithTenant(before, tenant);
  const shown = (person: Person | null) =>
    person === null
      ? null
      : {
          ...{ name: person.name, address: person.address, roles: person.roles },
          ...groupsOf(person),
          ...(person.facts === undefined ? {} : { facts: person.facts }),
        };
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
