import type {
  AccessPolicy,
  Coverage,
  MailReader,
  OidcSettings,
  OrganisationRepository,
  OrganisationView,
  OwnedDomain,
  Person,
  ScimSettings,
  ServiceRecord,
  SignalSettings,
  SlackPlace,
  TenantRecord,
  WebhookSettings,
  WholeOrganisation,
} from '@countersign/access';
import { isForTenant } from '@countersign/access';
import type { ServiceDefinition, TenantRole, VendorRole } from '@countersign/contract';
import { type EntityManager, IsNull } from 'typeorm';
import {
  RouteMapEntity,
  ServiceEntity,
  TenantEntity,
  VendorEntity,
} from '../entities/organisation.entity.js';
import { PersonEntity, VENDOR_SIDE } from '../entities/person.entity.js';
import { ScimUserEntity } from '../entities/scim.entity.js';
import { StoreError } from '../errors.js';
import type { RowAccess } from './bound.js';
import { inChunks } from './many-rows.js';
import type { OrganisationCache, OrganisationVersion } from './organisation-cache.js';
import { forgetPersonal } from './personal.js';
import { among, query, selectRows, THE_DEPLOYMENT } from './plain-rows.js';
import { ScimGroups } from './scim.js';
import { Widenings } from './widenings.js';

const THE_VENDOR = 1;

/**
 * The organisation as one side sees it. The vendor's policy, services and staff are everybody's to know;
 * of tenants and their people, a tenant's unit of work sees its own alone (P9). Reads come from what the process has
 * kept of this version of the organisation; a unit that changes the organisation itself reads for itself.
 */
export class OrganisationReader implements OrganisationView {
  #version: Promise<OrganisationVersion> | undefined;

  constructor(
    protected readonly manager: EntityManager,
    private readonly reach: RowAccess,
    private readonly cache: OrganisationCache | null,
  ) {}

  tenant(slug: string): Promise<TenantRecord | null> {
    if (!this.sees(slug)) return Promise.resolve(null);
    return this.cached(`tenant ${slug}`, async () => {
      const row = await this.manager.findOneBy(TenantEntity, { slug, removedAt: IsNull() });
      return row === null ? null : toTenant(row);
    });
  }

  async service(name: string): Promise<ServiceRecord | null> {
    // Kept once for all tenants: a route map can be large.
    const record = await this.cached(`service ${name}`, async () => {
      const row = await this.manager.findOneBy(ServiceEntity, { name, removedAt: IsNull() });
      return row === null ? null : toService(row);
    });
    const isSeen =
      record !== null && (this.reach === 'all-tenants' || isForTenant(record, this.reach.tenant));
    return isSeen ? record : null;
  }

  policy(): Promise<AccessPolicy> {
    return this.cached('policy', async () => {
      const row = await this.manager.findOneBy(VendorEntity, { id: THE_VENDOR });
      if (row === null)
        throw new StoreError(
          'no_organisation',
          'No organisation has been applied yet: run `countersign apply`.',
        );
      return row.policy;
    });
  }

  async rolesSince(id: string): Promise<string | null> {
    return (await this.manager.findOneBy(PersonEntity, { id }))?.rolesSince ?? null;
  }

  async person(id: string): Promise<Person | null> {
    return (await this.readers([id]))[0]?.person ?? null;
  }

  async readers(ids: readonly string[]): Promise<MailReader[]> {
    // Kept for each side by itself: what one does not see, another may.
    const side = this.reach === 'all-tenants' ? '' : this.reach.tenant;
    const found = await this.keptEach(
      ids.map((id) => `person ${side} ${id}`),
      (missing) => this.loadReaders(missing.map((index) => ids[index] as string)),
    );
    return found.flatMap((reader) => reader ?? []);
  }

  private async loadReaders(ids: readonly string[]): Promise<(MailReader | null)[]> {
    const { reach } = this;
    const [inReach, sides] =
      reach === 'all-tenants' ? ['', []] : ['AND side IN (?, ?)', [VENDOR_SIDE, reach.tenant]];
    const rows = await inChunks(ids, (chunk) => {
      const [those, parameters] = among(this.manager, 'id', chunk);
      return selectRows(this.manager, PersonEntity, `WHERE ${those} ${inReach}`, [...parameters, ...sides]);
    });
    const readers = new Map(
      rows.map((row) => [row.id, { person: toPerson(row), zone: row.chosenZone ?? row.zone ?? null }]),
    );
    return ids.map((id) => readers.get(id) ?? null);
  }

  async people(tenant: string): Promise<Person[]> {
    if (!this.sees(tenant)) return [];
    const rows = await this.manager.find(PersonEntity, { where: { side: tenant }, order: { id: 'ASC' } });
    return rows.map(toPerson);
  }

  async vendorName(): Promise<string> {
    return (await this.manager.findOneBy(VendorEntity, { id: THE_VENDOR }))?.name ?? '';
  }

  async coverage(): Promise<Coverage | null> {
    return this.cached(
      'coverage',
      async () => (await this.manager.findOneBy(VendorEntity, { id: THE_VENDOR }))?.coverage ?? null,
    );
  }

  async canaries(): Promise<[string, string] | null> {
    return (await this.manager.findOneBy(VendorEntity, { id: THE_VENDOR }))?.canaries ?? null;
  }

  async countWithRole(tenant: string | null, role: VendorRole | TenantRole, except: string): Promise<number> {
    return (await this.withRole(tenant, role)).filter(({ id }) => id !== except).length;
  }

  /** Everybody (not removed) who holds the role on that side, by id. */
  withRole(tenant: string | null, role: VendorRole | TenantRole): Promise<Person[]> {
    if (tenant !== null && !this.sees(tenant)) return Promise.resolve([]);
    return this.cached(`role ${tenant ?? VENDOR_SIDE} ${role}`, async () => {
      // Roles are a JSON list of plain words: the quotes make it the whole word.
      const rows = await selectRows(
        this.manager,
        PersonEntity,
        'WHERE side = ? AND removed_at IS NULL AND roles LIKE ? ORDER BY id',
        [tenant ?? VENDOR_SIDE, `%"${role}"%`],
      );
      return rows.map(toPerson);
    });
  }

  /** Reads the version of the organisation now, so that it shares a round trip with what is read beside it. */
  async prefetch(): Promise<void> {
    if (this.cache === null) return;
    this.#version ??= this.version();
    await this.#version;
  }

  protected async cached<T>(key: string, load: () => Promise<T>): Promise<T> {
    const [value] = await this.keptEach([key], async () => [await load()]);
    return value as T;
  }

  /** @param load by their places, those that are not kept */
  private async keptEach<T>(
    keys: readonly string[],
    load: (missing: readonly number[]) => Promise<T[]>,
  ): Promise<T[]> {
    if (this.cache === null) return load([...keys.keys()]);
    this.#version ??= this.version();
    return this.cache.read(await this.#version, keys, load);
  }

  private async version(): Promise<OrganisationVersion> {
    const [row] = await query<{ epoch: number; version: string | number }>(
      this.manager,
      `SELECT epoch, organisation_version AS version FROM deployment WHERE ${THE_DEPLOYMENT}`,
      [],
    );
    return { epoch: Number(row?.epoch), version: Number(row?.version) };
  }

  private sees(slug: string): boolean {
    return this.reach === 'all-tenants' || this.reach.tenant === slug;
  }
}

/** The whole of it, removed ones included, and its changes. */
export class OrganisationWriter extends OrganisationReader implements OrganisationRepository {
  /**
   * @param cache null in a unit that may change the organisation
   * @param beforeChange called before anything is saved; the locks that it takes last as long as the unit
   */
  constructor(
    manager: EntityManager,
    cache: OrganisationCache | null,
    private readonly beforeChange: () => Promise<void> = () => Promise.resolve(),
  ) {
    super(manager, 'all-tenants', cache);
  }

  async everything(): Promise<WholeOrganisation> {
    const vendor = await this.manager.findOneBy(VendorEntity, { id: THE_VENDOR });
    const people = await this.manager.find(PersonEntity, { order: { id: 'ASC' } });
    const services = await this.manager.find(ServiceEntity, { order: { name: 'ASC' } });
    const tenants = await this.manager.find(TenantEntity, { order: { slug: 'ASC' } });
    return {
      vendorName: vendor?.name ?? null,
      vendorOidc: vendor?.oidc ?? null,
      vendorWebhooks: vendor?.webhooks ?? [],
      vendorSlack: vendor?.slack ?? null,
      vendorSignals: vendor?.signals ?? null,
      vendorScim: vendor?.scim ?? null,
      vendorDomains: vendor?.domains ?? null,
      policy: vendor?.policy ?? null,
      coverage: vendor?.coverage ?? null,
      vendorCanaries: vendor?.canaries ?? null,
      people: people.map(toPerson),
      services: services.map(toService),
      tenants: tenants.map(toTenant),
      provisioned: await this.provisioned(),
      waiting: await new Widenings(this.manager, 'all-tenants').waitingForPeople(),
    };
  }

  services(): Promise<ServiceRecord[]> {
    return this.cached('services', async () => {
      const where = { removedAt: IsNull() };
      const rows = await this.manager.find(ServiceEntity, { where, order: { name: 'ASC' } });
      return rows.map(toService);
    });
  }

  tenants(): Promise<TenantRecord[]> {
    return this.cached('tenants', async () => {
      const where = { removedAt: IsNull() };
      const rows = await this.manager.find(TenantEntity, { where, order: { slug: 'ASC' } });
      return rows.map(toTenant);
    });
  }

  async side(tenant: string | null): Promise<Person[]> {
    const where = { side: tenant ?? VENDOR_SIDE };
    return (await this.manager.find(PersonEntity, { where, order: { id: 'ASC' } })).map(toPerson);
  }

  async ofSide(tenant: string | null, ids: readonly string[]): Promise<Person[]> {
    const rows = await inChunks(ids, (chunk) => {
      const [those, parameters] = among(this.manager, 'id', chunk);
      const rest = `WHERE ${those} AND side = ? ORDER BY id`;
      return selectRows(this.manager, PersonEntity, rest, [...parameters, tenant ?? VENDOR_SIDE]);
    });
    return rows.map(toPerson);
  }

  countSide(tenant: string | null): Promise<number> {
    return this.manager.countBy(PersonEntity, { side: tenant ?? VENDOR_SIDE });
  }

  async persons(email: string): Promise<Person[]> {
    const rows = await this.manager.find(PersonEntity, { where: { email }, order: { id: 'ASC' } });
    return rows.map(toPerson);
  }

  private async provisioned(): Promise<WholeOrganisation['provisioned']> {
    const users = await this.manager.find(ScimUserEntity, { order: { person: 'ASC' } });
    if (users.length === 0) return [];
    const groups = await new ScimGroups(this.manager).all();
    return users.map(({ person }) => ({
      person,
      groups: groups.filter(({ members }) => members.includes(person)).map(({ name }) => name),
    }));
  }

  async webhooks(tenant: string | null): Promise<WebhookSettings[]> {
    if (tenant !== null) return (await this.tenant(tenant))?.webhooks ?? [];
    return this.cached(
      'vendor webhooks',
      async () => (await this.manager.findOneBy(VendorEntity, { id: THE_VENDOR }))?.webhooks ?? [],
    );
  }

  async oidc(tenant: string | null): Promise<OidcSettings | null> {
    if (tenant !== null) return (await this.tenant(tenant))?.oidc ?? null;
    const vendor = await this.manager.findOneBy(VendorEntity, { id: THE_VENDOR });
    return (vendor?.oidc as OidcSettings | null | undefined) ?? null;
  }

  async signals(tenant: string | null): Promise<SignalSettings | null> {
    if (tenant !== null) return (await this.tenant(tenant))?.signals ?? null;
    return (await this.manager.findOneBy(VendorEntity, { id: THE_VENDOR }))?.signals ?? null;
  }

  async scim(tenant: string | null): Promise<ScimSettings | null> {
    if (tenant !== null) return (await this.tenant(tenant))?.scim ?? null;
    return (await this.manager.findOneBy(VendorEntity, { id: THE_VENDOR }))?.scim ?? null;
  }

  domains(): Promise<OwnedDomain[]> {
    return this.cached('domains', async () => {
      const vendor = await this.manager.findOneBy(VendorEntity, { id: THE_VENDOR });
      const sides = [
        { domains: vendor?.domains, tenant: null },
        ...(await this.tenants()).map(({ domains, slug }) => ({ domains, tenant: slug })),
      ];
      return sides.flatMap(({ domains, tenant }) => (domains ?? []).map((domain) => ({ domain, tenant })));
    });
  }

  async vendorSlack(): Promise<SlackPlace | null> {
    return (await this.manager.findOneBy(VendorEntity, { id: THE_VENDOR }))?.slack ?? null;
  }

  knowsTenant(slug: string): Promise<boolean> {
    return this.manager.existsBy(TenantEntity, { slug });
  }

  async saveVendor(vendor: Parameters<OrganisationRepository['saveVendor']>[0]): Promise<void> {
    await this.beforeChange();
    const {
      name,
      oidc,
      webhooks,
      slack = null,
      signals = null,
      scim = null,
      domains = null,
      canaries = null,
      policy,
    } = vendor;
    const row = {
      ...{
        id: THE_VENDOR,
        name,
        oidc: oidc as object,
        webhooks,
        slack,
        signals,
        scim,
        domains,
        canaries,
        policy,
      },
    };
    await this.manager.upsert(VendorEntity, row, ['id']);
  }

  async saveCoverage(coverage: Coverage | null): Promise<void> {
    await this.beforeChange();
    await this.manager.update(VendorEntity, { id: THE_VENDOR }, { coverage });
  }

  async savePerson(person: Person, rolesSince?: string): Promise<void> {
    await this.beforeChange();
    const { id, tenant, email, address = null, name, roles, groups = null, facts = null, removedAt } = person;
    const row = { id, side: tenant ?? VENDOR_SIDE, email, address, name, roles, groups, facts, removedAt };
    const since = rolesSince === undefined ? {} : { rolesSince };
    const zone = removedAt === null ? {} : { zone: null, chosenZone: null };
    await this.manager.upsert(PersonEntity, { ...row, ...since, ...zone }, ['id']);
    if (removedAt !== null) await forgetPersonal(this.manager, id);
  }

  async saveTenant(tenant: TenantRecord): Promise<void> {
    await this.beforeChange();
    const { signals = null, scim = null, domains = null, ...rest } = tenant;
    const { slug, name, controls, oidc, slack, webhooks, removedAt } = rest;
    const row = { slug, name, controls, oidc, slack, webhooks, signals, scim, domains, removedAt };
    await this.manager.upsert(TenantEntity, row, ['slug']);
  }

  async saveService(service: ServiceRecord): Promise<void> {
    await this.beforeChange();
    const { definition, routes, tenants = null, upstream = null, removedAt } = service;
    const row = { name: definition.name, definition, routes, tenants, upstream, removedAt };
    await this.manager.upsert(ServiceEntity, row, ['name']);
  }

  async saveRouteMap(hash: string, definition: ServiceDefinition, at: string): Promise<void> {
    await this.beforeChange();
    await this.manager
      .createQueryBuilder()
      .insert()
      .into(RouteMapEntity)
      .values({ hash, definition, at })
      .orIgnore()
      .execute();
  }
}

export const toPerson = ({
  side,
  address,
  groups,
  facts,
  rolesSince: _since,
  zone: _zone,
  chosenZone: _chosenZone,
  ...row
}: PersonEntity): Person => ({
  ...row,
  ...(address === null ? {} : { address }),
  ...(groups === null ? {} : { groups }),
  ...(facts === null ? {} : { facts }),
  tenant: side === VENDOR_SIDE ? null : side,
});

/** A setting that is not there is absent, as in a parsed file. */
const toTenant = ({ signals, scim, domains, ...row }: TenantEntity): TenantRecord => ({
  ...row,
  ...(domains === null ? {} : { domains }),
  ...(signals === null ? {} : { signals }),
  ...(scim === null ? {} : { scim }),
});

const toService = ({ definition, routes, tenants, upstream, removedAt }: ServiceEntity): ServiceRecord => ({
  definition,
  routes,
  ...(tenants === null ? {} : { tenants }),
  ...(upstream === null ? {} : { upstream }),
  removedAt,
});
