import { canonicalJson, DEPLOYMENT_SLUG, routeMapHash, type UpstreamSettings } from '@countersign/contract';
import {
  isForTenant,
  type Organisation,
  type OrganisationService,
  type ServiceRecord,
  VENDOR_SLUG,
} from '../../../domain/organisation.js';
import type { DraftOf, VendorUnit, WholeOrganisation } from '../../../ports/index.js';
import { endGrantsIn } from '../../ending/end-grant.js';
import type { Deps } from '../../shared/deps.js';
import { type OrganisationStep, same } from './organisation-step.js';

/** The steps that add, change and remove services. */
export function serviceSteps(deps: Deps, file: Organisation, stored: WholeOrganisation): OrganisationStep[] {
  const steps = file.services.map((definition) => serviceStep(deps, definition, stored));
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
  return [...steps.filter((step) => step !== null), ...gone];
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

/** Without settings nothing is stored. `ed25519` is not stored either: it is the gateways' default. */
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
 * Every version of a route map is logged whole, so that anyone can look up what an action meant in the past. Everyone reads its
 * hash; only the tenants that the service is for, and the vendor, read its content. If it is for some tenants, its name and
 * hash are theirs alone too: the others read that some service changed.
 */
async function saveService(
  unit: VendorUnit,
  before: ServiceRecord | null,
  after: ServiceRecord,
  at: string,
): Promise<void> {
  const { definition, routes, tenants, removedAt } = after;
  await unit.organisation.saveService(after);
  const type = removedAt === null ? 'service.applied' : 'service.removed';
  const read = { service: definition.name, routes };
  await unit.log.append({
    type,
    ...serviceEvent(after, at, read, { definition: canonicalJson(definition) }),
  });
  if (tenants !== undefined) await unit.log.append(servedTenants(after, at));
  const settings = after.upstream ?? {};
  if (!same(before?.upstream ?? {}, settings)) await unit.log.append(upstreamSettings(after, settings, at));
  await unit.feed.changed('services', definition.name);
  await endUnservedGrants(unit, before, after, at);
}

/**
 * A leaf about a service, without its type.
 *
 * @param read what the tenants read that the service is for
 * @param personal what they, or those named by `openTo`, open
 */
function serviceEvent<Read extends Record<string, string>>(
  { tenants }: ServiceRecord,
  at: string,
  read: Read,
  personal: Record<string, string>,
  openTo: readonly string[] = [...(tenants ?? [DEPLOYMENT_SLUG]), VENDOR_SLUG],
): {
  at: string;
  actor: string;
  data: Partial<Read>;
  personal: Record<string, string>;
  openTo: readonly string[] | Record<string, readonly string[]>;
} {
  const event = { at, actor: 'host' };
  if (tenants === undefined) return { ...event, data: read, personal, openTo };
  const sides = [...tenants, VENDOR_SLUG];
  const open = (names: object, to: readonly string[]) =>
    Object.fromEntries(Object.keys(names).map((name) => [name, to]));
  return {
    ...{ ...event, data: {}, personal: { ...read, ...personal } },
    openTo: { ...open(read, sides), ...open(personal, openTo) },
  };
}

/** Only the vendor may read which tenants a service is for: the list names other customers. */
const servedTenants = (
  { definition, tenants = [] }: ServiceRecord,
  at: string,
): DraftOf<'service.tenants'> => ({
  ...{ type: 'service.tenants', at, actor: 'host', data: {} },
  personal: { service: definition.name, tenants: canonicalJson(tenants) },
});

/** Only the vendor may read which files gateways use on their hosts. The service's tenants may read how calls are signed. */
const upstreamSettings = (
  service: ServiceRecord,
  settings: UpstreamSettings,
  at: string,
): DraftOf<'service.upstream'> => ({
  type: 'service.upstream',
  ...serviceEvent(
    service,
    at,
    { service: service.definition.name, context: settings.context ?? 'ed25519' },
    { upstream: canonicalJson(settings) },
    [VENDOR_SLUG],
  ),
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
