import type { DemandCounts } from './demands.js';
import type { OrganisationRepository } from './organisation.js';
import type { UnitOptions } from './store.js';
import type { LockUnit, TenantUnit, VendorReadUnit, VendorUnit } from './units.js';

/**
 * Opens units of work across the deployment that hand out a few repositories and nothing else: enough for one purpose,
 * and no rows of tenants. Code that needs more opens a unit of one tenant.
 */
interface ReadPort<Reads> {
  read<T>(work: (unit: Reads) => Promise<T>): Promise<T>;
}

interface Port<Reads, Writes> extends ReadPort<Reads> {
  write<T>(work: (unit: Writes) => Promise<T>, options?: UnitOptions): Promise<T>;
}

type Reads<Name extends keyof VendorReadUnit> = Pick<VendorReadUnit, Name>;
type Writes<Name extends keyof VendorUnit> = Pick<VendorUnit, Name>;

/** Looks people and organisations up. */
type People = {
  organisation: Pick<OrganisationRepository, 'person' | 'persons' | 'tenant' | 'tenants' | 'vendorSlack'>;
};

/** Reads about the organisation that every side may make, or that precede the choice of a tenant. */
type DirectoryUnit = Reads<'directory'> & {
  organisation: Omit<VendorReadUnit['organisation'], 'everything' | 'people' | 'withRole' | 'countWithRole'>;
};

/** What is needed to find out where a notice goes. */
export type NoticesReadUnit = Reads<
  | 'outbox'
  | 'deliveries'
  | 'deliveryQueues'
  | 'preferences'
  | 'pushSubscriptions'
  | 'slackPosts'
  | 'slackAccounts'
> & {
  organisation: Pick<VendorReadUnit['organisation'], 'tenant' | 'vendorSlack' | 'webhooks'>;
  slackInstallations: Pick<VendorReadUnit['slackInstallations'], 'find'>;
};

/** What the publisher of the gateways' feed reads. The feed is about all tenants. */
export type FeedUnit = Reads<
  | 'feed'
  | 'gateways'
  | 'keys'
  | 'checkpoints'
  | 'requests'
  | 'grants'
  | 'locks'
  | 'trust'
  | 'stops'
  | 'relayed'
> & { organisation: Pick<VendorReadUnit['organisation'], 'service' | 'services' | 'tenant' | 'tenants'> };

/** Starting and ending sessions, with the event in the log of the person's side. */
export type SessionsUnit = Writes<'sessions' | 'attempts' | 'logOf'> & {
  pushSubscriptions: Pick<VendorUnit['pushSubscriptions'], 'followSession'>;
} & People;

export type ApiKeysUnit = Writes<'apiKeys' | 'logOf' | 'outboxOf'> &
  People & { trust: Pick<VendorUnit['trust'], 'current'> };

/** Tokens of SCIM clients, with the event in the log of their side. */
export type ScimTokensUnit = Writes<'scimTokens' | 'logOf'> & {
  organisation: Pick<OrganisationRepository, 'tenant' | 'scim'>;
};

/** Changing a tenant's privacy controls, with its events and the end of what no longer fits. */
export type ControlsUnit = Writes<'feed'> &
  Reads<'grants'> & {
    organisation: Pick<
      VendorUnit['organisation'],
      'person' | 'rolesSince' | 'saveTenant' | 'services' | 'tenant' | 'withRole'
    >;
    tenant(slug: string): Promise<TenantUnit>;
  };

/** Enrolment and contact of gateways. In a tenant, only what a gateway's own events need. */
export type GatewaysUnit = Writes<'gateways' | 'log' | 'feed'> &
  Reads<'keys'> & {
    organisation: Pick<OrganisationRepository, 'tenant' | 'service'>;
    tenant(
      slug: string,
    ): Promise<Pick<TenantUnit, 'log' | 'outbox'> & { records: Pick<TenantUnit['records'], 'closeChains'> }>;
  };

/** Enrolling a passkey: a challenge of the deployment, and the tenant's authenticators. */
export type PasskeysUnit = SessionsUnit & {
  tenant(slug: string): Promise<Pick<TenantUnit, 'tenant' | 'authenticators' | 'trust' | 'log' | 'outbox'>>;
};

/** What people keep for themselves. The log has only that they changed their choices, and they are notified of it. */
export type PersonalUnit = Writes<'templates' | 'preferences' | 'pushSubscriptions' | 'logOf' | 'outboxOf'> &
  Reads<'sessions'> &
  People;

/** Installations and links of Slack, with their events. */
export type SlackSetupUnit = Writes<'slackInstallations' | 'slackAccounts' | 'logOf' | 'outboxOf'> & People;

/** Setting up where logs are streamed to, with the event in the log of the side. */
export type ExportSetupUnit = Writes<'exportTargets' | 'logOf'> & People;

/** Every way in: what is open to tenants' data, and the credentials of people and gateways. */
export type StandingUnit = Reads<
  'credentials' | 'gateways' | 'grants' | 'requests' | 'invitations' | 'trust' | 'locks' | 'stops'
> & { organisation: Pick<VendorReadUnit['organisation'], 'coverage' | 'tenants'> };
/** Government demands, with what each writes into the logs of the tenants that may learn of it. */
export type DemandsUnit = Writes<'demands' | 'sealedLogs' | 'logOf'> &
  Reads<'requests' | 'grants'> &
  People & { tenant(slug: string): Promise<TenantUnit> };

/** The isolation tests, and the leaf with the result in each tenant's log. */
type IsolationUnit = Writes<'isolation' | 'logOf'> & {
  organisation: Pick<OrganisationRepository, 'tenants'>;
  tenant(slug: string): Promise<Pick<TenantUnit, 'log'>>;
};

/** The narrow ports of the store. Those that log take the deployment's log for the whole unit; the others take no log. */
export interface DeploymentPorts {
  directory: ReadPort<DirectoryUnit>;
  sessions: Port<Reads<'sessions'> & People, SessionsUnit>;
  /** Noting when a session was last used: one row, in no one's way. */
  sessionUse: Port<Reads<'sessions'>, { sessions: Pick<VendorUnit['sessions'], 'touch'> }>;
  signInAttempts: Port<Reads<'attempts'>, Writes<'attempts'>>;
  apiKeys: Port<
    Reads<'apiKeys'> & { organisation: Pick<VendorReadUnit['organisation'], 'oidc'> },
    ApiKeysUnit
  >;
  passkeys: Port<Reads<'attempts'>, PasskeysUnit>;
  gateways: Port<
    Reads<'gateways' | 'keys'> & {
      records: Pick<VendorReadUnit['records'], 'tenantsOfOpenChains'>;
      leases: Pick<VendorReadUnit['leases'], 'openOf'>;
    },
    GatewaysUnit
  >;
  signingKeys: Port<Reads<'keys' | 'handOvers'>, Writes<'keys' | 'log' | 'feed'> & Reads<'handOvers'>>;
  /** Signed checkpoints. They are no events of a log, and wait for no one. */
  checkpoints: Port<Reads<'checkpoints' | 'keys' | 'trust'>, Writes<'checkpoints'>>;
  /** A log that went back: what it was shown, with the notice. Across brokers, one after the other. */
  logAlarms: Port<Reads<'checkpoints'>, Writes<'checkpoints' | 'outboxOf'>>;
  feed: Port<FeedUnit, Writes<'feed' | 'log' | 'logOf' | 'continuity'> & Reads<'checkpoints'>>;
  /** Which brokers run, and whether the database is a backup. No events of a log, and in no one's way. */
  continuity: Port<Reads<'continuity'>, Writes<'continuity'>>;
  locks: Port<Reads<'locks'>, LockUnit>;
  controls: Port<unknown, ControlsUnit>;
  scimTokens: Port<
    Reads<'scimTokens'> & { organisation: Pick<OrganisationRepository, 'scim'> },
    ScimTokensUnit
  >;
  provisioning: ReadPort<
    Reads<'scimUsers' | 'scimGroups'> & {
      organisation: Pick<OrganisationRepository, 'person' | 'persons' | 'ofSide'>;
    }
  >;
  notices: Port<NoticesReadUnit, Writes<'deliveries' | 'deliveryQueues'>>;
  noticeAdmin: Port<Reads<'deliveries'>, Reads<'deliveries'> & Writes<'deliveryQueues' | 'log'>>;
  schedule: ReadPort<Reads<'schedule'> & { trust: Pick<VendorReadUnit['trust'], 'ending'> }>;
  /** What people keep for themselves. */
  personal: Port<Reads<'templates' | 'preferences'>, PersonalUnit>;
  /** What push services answer, which is no event of a log. */
  push: Port<Reads<'pushSubscriptions' | 'keys'>, Writes<'pushSubscriptions'>>;
  /** Changes on Slack's side that are no events of a log. */
  slack: Port<
    Reads<'slackInstallations' | 'slackAccounts' | 'slackPosts'> & People,
    Writes<'slackInstallations' | 'slackPosts' | 'slackSeen'>
  >;
  slackSetup: Port<Reads<'slackInstallations' | 'slackAccounts'> & People, SlackSetupUnit>;
  /** Streams and their cursors, which are no events of a log. */
  exports: Port<Reads<'exportTargets'>, Writes<'exportTargets'>>;
  exportSetup: Port<Reads<'exportTargets'>, ExportSetupUnit>;
  standing: ReadPort<StandingUnit>;
  reports: Port<
    Reads<'reports'> & { organisation: Pick<OrganisationRepository, 'tenants' | 'vendorName'> },
    Writes<'reports' | 'log'>
  >;
  isolation: Port<
    Reads<'isolation' | 'outbox'> & { organisation: Pick<OrganisationRepository, 'canaries' | 'tenants'> },
    IsolationUnit
  >;
  incidents: Port<Reads<'incidents'>, Writes<'incidents' | 'logOf'> & People>;
  demands: Port<Reads<'demands' | 'sealedLogs'>, DemandsUnit>;
  /** What reports count of demands, and nothing else of them. */
  demandCounts: ReadPort<{ demands: DemandCounts }>;
  housekeeping: Port<Reads<'deliveries'>, Writes<'idempotency'>>;
}
