import type { ServiceDefinition, TenantRole, VendorRole } from '@countersign/contract';
import type {
  AccessPolicy,
  OidcSettings,
  ScimSettings,
  ServiceRecord,
  SignalSettings,
  SlackPlace,
  TenantRecord,
  WebhookSettings,
} from '../domain/organisation.js';
import type { OwnedDomain } from '../domain/owned-domains.js';
import type { Person } from '../domain/person.js';
import type { Coverage } from '../domain/standing.js';
import type { PersonWidening } from '../domain/widening.js';
import type { Entry } from './repository.js';

/** The whole organisation, for units across tenants. Units of one tenant have an `OrganisationView`. */
export interface OrganisationRepositories {
  organisation: Entry<
    OrganisationRepository,
    'saveVendor' | 'saveCoverage' | 'savePerson' | 'saveTenant' | 'saveService' | 'saveRouteMap'
  >;
}

/** A person, and the time zone that they have chosen, else that of their browser: an IANA name; null if neither is known. */
export interface MailReader {
  person: Person;
  zone: string | null;
}

/**
 * The organisation as one side sees it: the vendor's policy, services and staff, and of tenants and their people those
 * in reach. Removed tenants and services are null.
 */
export interface OrganisationView {
  tenant(slug: string): Promise<TenantRecord | null>;
  service(name: string): Promise<ServiceRecord | null>;
  policy(): Promise<AccessPolicy>;
  person(id: string): Promise<Person | null>;
  /**
   * When the person last gained a role, came or came back, if their own side did it (its admin, its SCIM client, its
   * provider). Null if the host did.
   */
  rolesSince(id: string): Promise<string | null>;
  /** Those of these persons who are in reach, with the clocks of their mail. */
  readers(ids: readonly string[]): Promise<MailReader[]>;
  /** Everyone of one tenant in reach, removed ones too. */
  people(tenant: string): Promise<Person[]>;
  /** The vendor’s list of ways to customers’ data; null if it has stated none. */
  coverage(): Promise<Coverage | null>;
  /** The vendor’s name; empty before an organisation is applied. */
  vendorName(): Promise<string>;
  /** Persons (not removed) who hold the role on that side, by id. Null names the vendor. */
  withRole(tenant: string | null, role: VendorRole | TenantRole): Promise<Person[]>;
  /** How many persons (not removed) hold the role on one side, without `except`. */
  countWithRole(tenant: string | null, role: VendorRole | TenantRole, except: string): Promise<number>;
}

/** All of the organisation, removed ones included: what `apply` compares the file with. */
export interface WholeOrganisation {
  vendorName: string | null;
  vendorOidc: unknown;
  vendorWebhooks: WebhookSettings[];
  vendorSlack: SlackPlace | null;
  vendorSignals: SignalSettings | null;
  vendorScim: ScimSettings | null;
  vendorDomains: string[] | null;
  policy: AccessPolicy | null;
  coverage: Coverage | null;
  /** See `canaries`. */
  vendorCanaries: [string, string] | null;
  people: Person[];
  services: ServiceRecord[];
  tenants: TenantRecord[];
  /** People whom their side's SCIM client manages, with the names of their groups. */
  provisioned: { person: string; groups: string[] }[];
  /** What waits because it lets a person decide more. */
  waiting: PersonWidening[];
}

/** Every tenant's part of the organisation, and its changes. */
export interface OrganisationRepository extends OrganisationView {
  everything(): Promise<WholeOrganisation>;
  /** The two tenants of the isolation test; null if there are none. */
  canaries(): Promise<[string, string] | null>;
  /** Services that are not removed, by name. */
  services(): Promise<ServiceRecord[]>;
  /** Tenants that are not removed, by slug. */
  tenants(): Promise<TenantRecord[]>;
  /** True for every tenant that ever was, removed ones included: its log stays open for late records. */
  knowsTenant(slug: string): Promise<boolean>;
  /** Everyone of one side, removed ones too, by id. Null names the vendor. */
  side(tenant: string | null): Promise<Person[]>;
  /** Those of one side among these ids, removed ones too, by id. For many ids: none of them is kept in the process. */
  ofSide(tenant: string | null, ids: readonly string[]): Promise<Person[]>;
  /** How many people a side has, removed ones too. */
  countSide(tenant: string | null): Promise<number>;
  /** Everyone, removed ones too, who has this normalised e-mail. */
  persons(email: string): Promise<Person[]>;
  /** How one side's people sign in; null if it has no provider, or does not exist. Null names the vendor. */
  oidc(tenant: string | null): Promise<OidcSettings | null>;
  /** How one side's provider sends security events; null if it sends none. Null names the vendor. */
  signals(tenant: string | null): Promise<SignalSettings | null>;
  /** What one side's SCIM client may change; null if it may do nothing. Null names the vendor. */
  scim(tenant: string | null): Promise<ScimSettings | null>;
  /** The domains of every side. */
  domains(): Promise<OwnedDomain[]>;
  /** Where one side's programs are notified; null names the vendor. */
  webhooks(tenant: string | null): Promise<WebhookSettings[]>;
  /** The channel in which reviewers are notified; null if there is none. */
  vendorSlack(): Promise<SlackPlace | null>;
  saveVendor(vendor: {
    name: string;
    oidc: unknown;
    webhooks: WebhookSettings[];
    slack?: SlackPlace;
    signals?: SignalSettings;
    scim?: ScimSettings;
    domains?: string[];
    canaries?: [string, string];
    policy: AccessPolicy;
  }): Promise<void>;
  saveCoverage(coverage: Coverage | null): Promise<void>;
  /** @param rolesSince now, if they gain a role or come by someone else than the host; absent: it stays */
  savePerson(person: Person, rolesSince?: string): Promise<void>;
  saveTenant(tenant: TenantRecord): Promise<void>;
  saveService(service: ServiceRecord): Promise<void>;
  /** Every version of a route map is kept, by its hash. */
  saveRouteMap(hash: string, definition: ServiceDefinition, at: string): Promise<void>;
}
