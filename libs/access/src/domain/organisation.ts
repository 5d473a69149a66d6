import {
  type FactName,
  type Hashing,
  type ServiceDefinition,
  type TenantRole,
  type UpstreamSettings,
  utf8,
  type VendorRole,
  type Weekday,
} from '@countersign/contract';
import type { FactValues } from './person-facts.js';
import type { Place } from './places.js';
import type { PrivacyControls } from './privacy-controls.js';
import type { Coverage } from './standing.js';
import type { SupervisionRule } from './supervision.js';

/** When access may begin and tokens may be minted: wall clock of the zone, `HH:MM`, `from` inclusive, `to` exclusive. */
export interface AccessHours {
  days: Weekday[];
  from: string;
  /** `24:00` is the end of the day. */
  to: string;
  /** IANA name such as `Europe/Berlin`. */
  zone: string;
}

/** Tightens the policy for some services and actions (absent: for all). Durations in whole seconds. */
export interface AccessRule {
  services?: string[];
  actions?: string[];
  /** Only members of one of these groups are eligible. */
  groups?: string[];
  vendorReviews?: number;
  maxDuration?: number;
  ticketRequired?: boolean;
  hours?: AccessHours;
  /** A matching invitation replaces the vendor's reviews. */
  invitationSuffices?: boolean;
}

/** The vendor's policy. Durations in whole seconds. */
export interface AccessPolicy {
  vendorReviews: number;
  maxDuration: number;
  tokenTtl: number;
  requestTtl: number;
  /** Reasons that a request may state beside `REASON_CODES`. */
  reasonCodes?: string[];
  /** All rules that match a request apply together; absent: none. */
  rules?: AccessRule[];
  /** What is watched while access is open, in every tenant. */
  supervision?: SupervisionRule[];
  /** Networks by country, for rules of supervision. A tenant's own list takes precedence. */
  places?: Place[];
}

export interface OrganisationPerson<Role extends string> {
  /** As written in the file. `normaliseEmail` gives the form that identifies the person. */
  email: string;
  name: string;
  roles: Role[];
  /**
   * The groups that rules name: those of the access policy for vendor staff, those of the privacy controls for a tenant's
   * people. Absent: none for vendor staff; a tenant's person keeps those that they have.
   */
  groups?: string[];
  /** The place and employer that the file states; only for vendor staff. */
  facts?: FactValues;
}

/** The identity provider of one side. The client's secret is read from its file when it is used. */
export interface OidcSettings {
  issuer: string;
  clientId: string;
  clientSecretFile: string;
  /** Accepted ways of signing in (`acr`); absent: any. */
  acr?: string[];
  /** The greatest age of the sign-in at the provider, in seconds. */
  maxAge?: number;
  /** If roles come from the provider's groups: the claim that lists the groups, and the roles that each group gives. */
  groups?: { claim: string; roles: Record<string, (VendorRole | TenantRole)[]> };
  /**
   * Only for the vendor: the claims that contain facts about a person. A claim inside another one is written with a dot, such as
   * `address.country`. A fact that is not named here does not come from sign-ins.
   */
  claims?: { [Name in FactName]?: string };
}

/** How a side's provider reports changes of its accounts: a transmitter of OpenID SSF 1.0 that pushes signed events. */
export interface SignalSettings {
  issuer: string;
  /** What its events name as `aud`; absent: the address that it pushes to. */
  audience?: string;
  /** Where its keys are; absent: where its OpenID metadata says. */
  jwksUri?: string;
}

/** The groups of a side's SCIM client (RFC 7643) that give roles, by display name. */
export interface ScimSettings {
  groups: Record<string, (VendorRole | TenantRole)[]>;
  /** Only for the vendor: whether place and employer are read from the client's users. Absent: they are ignored. */
  facts?: true;
}

/** A program that receives notices (Standard Webhooks). The file with its `whsec_` secret is read when it is used. */
export interface WebhookSettings {
  url: string;
  secretFile: string;
}

/** A channel of a Slack workspace. */
export interface SlackPlace {
  /** `T…`, or `E…` for a Grid. */
  teamId: string;
  /** `C…` or `G…` */
  channelId: string;
}

/** Where a tenant's notices go in Slack. */
interface TenantSlack extends SlackPlace {
  /**
   * The workspace in which its people have their accounts (`T…` or `E…`), if that is not the channel's, as when the channel
   * is shared from elsewhere. Absent: `teamId`.
   */
  peopleTeamId?: string;
  /** Members of its own workspace whose address Slack has verified need not sign in with Slack; absent: they must. */
  matchEmail?: boolean;
}

export interface OrganisationTenant {
  slug: string;
  name: string;
  people: OrganisationPerson<TenantRole>[];
  privacyControls: PrivacyControls;
  oidc: OidcSettings | null;
  slack: TenantSlack | null;
  webhooks: WebhookSettings[];
  signals?: SignalSettings;
  scim?: ScimSettings;
  /** Its addresses belong to this tenant alone. */
  domains?: string[];
}

/** The organisation file (docs/contract.md, Organisation file): parsed, checked as a whole, with its defaults filled in. */
export interface Organisation {
  vendor: {
    name: string;
    oidc: OidcSettings | null;
    webhooks: WebhookSettings[];
    /** Where reviewers are notified; absent: each by direct message. */
    slack?: SlackPlace;
    signals?: SignalSettings;
    scim?: ScimSettings;
    /** Its addresses belong to the vendor alone. */
    domains?: string[];
    /** Every way to customers' data; absent: not stated. */
    coverage?: Coverage;
    /** Slugs of the two tenants of the isolation test; absent: it is not made. */
    canaries?: [string, string];
    staff: OrganisationPerson<VendorRole>[];
  };
  services: OrganisationService[];
  accessPolicy: AccessPolicy;
  tenants: OrganisationTenant[];
}

/** A tenant as stored. */
export interface TenantRecord {
  slug: string;
  name: string;
  controls: PrivacyControls;
  oidc: OidcSettings | null;
  slack: TenantSlack | null;
  webhooks: WebhookSettings[];
  signals?: SignalSettings;
  scim?: ScimSettings;
  /** Absent: none. */
  domains?: string[];
  removedAt: string | null;
}

/** How addresses, commands and logs name the vendor's side. No tenant may have this slug. */
export const VENDOR_SLUG = 'vendor';

/** The tenant of a side that an address or a command names; null for the vendor. */
export const tenantOfSide = (side: string): string | null => (side === VENDOR_SLUG ? null : side);

/** A service of the organisation file. `tenants` and the settings of its upstream are not part of its route map. */
export interface OrganisationService extends ServiceDefinition, UpstreamSettings {
  /** The tenants that it is for; absent: for all. To others it does not exist. */
  tenants?: string[];
}

/** True if the service is for this tenant. */
export const isForTenant = ({ tenants }: Pick<ServiceRecord, 'tenants'>, tenant: string): boolean =>
  tenants === undefined || tenants.includes(tenant);

/** A data service with the hash of its current route map. */
export interface ServiceRecord {
  definition: ServiceDefinition;
  routes: string;
  /** The tenants that it is for; absent: for all. */
  tenants?: string[];
  /** Absent: nothing is set. */
  upstream?: UpstreamSettings;
  removedAt: string | null;
}

const HASH_BYTES = 8;

/**
 * Identifies a webhook to readers other than its owner: the first 8 bytes of the SHA-256 of its address, hex. The
 * address itself is often a secret.
 */
export const endpointHash = (hashing: Hashing, { url }: Pick<WebhookSettings, 'url'>): string =>
  Array.from(hashing.sha256(utf8(url)).subarray(0, HASH_BYTES), (byte) =>
    byte.toString(16).padStart(2, '0'),
  ).join('');
