import type { Invitation } from '../domain/invitation.js';
import type {
  OidcSettings,
  ServiceRecord,
  SlackPlace,
  TenantRecord,
  TenantRole,
  VendorRole,
  WebhookSettings,
} from '../domain/organisation.js';
import type { Person } from '../domain/person.js';
import type { Review } from '../domain/review.js';
import type { RelayedStop, Stop } from '../domain/trust/stop.js';
import type { TrustVersion } from '../domain/trust/trust-version.js';
import type {
  ApiKeyReads,
  ApiKeyWrites,
  GatewayReads,
  GatewayWrites,
  KeyReads,
  KeyWrites,
} from './credentials.js';
import type { DeliveryReads, DeliveryWrites } from './deliveries.js';
import type { FeedReads, OutboxReads } from './delivery.js';
import type { LeaseReads, LeaseWrites } from './leases.js';
import type {
  EventLog,
  EventReads,
  FeedChanges,
  FeedEpochs,
  GrantReads,
  GrantWrites,
  InvitationReads,
  InvitationWrites,
  LockReads,
  LockWrites,
  OpeningReads,
  OpeningWrites,
  OrganisationReads,
  OrganisationWrites,
  Outbox,
  RecordReads,
  RecordWrites,
  RequestReads,
  RequestWrites,
  ReviewReads,
  ReviewWrites,
  WholeOrganisation,
} from './repositories.js';
import type {
  IdentityReads,
  IdentityWrites,
  SessionReads,
  SessionWrites,
  SignInAttempts,
} from './sign-in.js';
import type {
  SlackAccountReads,
  SlackAccountWrites,
  SlackInstallationReads,
  SlackInstallationWrites,
  SlackPostReads,
  SlackUnit,
} from './slack.js';
import type {
  RelayedStopReads,
  RelayedStopWrites,
  SigningMeansReads,
  SigningMeansWrites,
  StopReads,
  StopWrites,
  TrustReads,
  TrustWrites,
} from './trust.js';

/** Reads of one tenant (or, from `readAsVendor`, of all of them). */
export interface ReadUnit {
  requests: RequestReads;
  reviews: ReviewReads;
  grants: GrantReads;
  invitations: InvitationReads;
  openings: OpeningReads;
  organisation: OrganisationReads;
  locks: LockReads;
  events: EventReads;
  records: RecordReads;
  signingMeans: SigningMeansReads;
  trust: TrustReads;
  stops: StopReads;
  relayed: RelayedStopReads;
}

export interface VendorReadUnit extends ReadUnit {
  apiKeys: ApiKeyReads;
  sessions: SessionReads;
  identities: IdentityReads;
  attempts: Pick<SignInAttempts, 'find' | 'ofBrowser'>;
  gateways: GatewayReads;
  keys: KeyReads;
  outbox: OutboxReads;
  deliveries: DeliveryReads;
  slack: { installations: SlackInstallationReads; accounts: SlackAccountReads; posts: SlackPostReads };
  feed: FeedReads;
  leases: LeaseReads;
  idempotency: {
    /** What was kept under the key, expired or not. */
    find(principal: string, route: string, key: string): Promise<KeptAnswer | null>;
  };
  /** Open requests past `lapsesAt` or long undecided, grants whose `dueAt` has come, locks and invitations that expire: what the clock's job has to look at. */
  due(
    now: string,
    limit: number,
  ): Promise<{
    requests: DueObject[];
    /** Requests of which somebody has to be reminded. */
    reminders: DueObject[];
    grants: DueObject[];
    locks: (DueObject | { id: string; tenant: null })[];
    invitations: DueObject[];
  }>;
  /** The chain that counts of each claimed tenant, oldest version first. */
  trustChains(): Promise<TrustVersion[]>;
  /** Versions in force that end in this window, and of which nobody was reminded at that distance. */
  trustEnding(window: { after: string; by: string }, days: number): Promise<TrustVersion[]>;
  /** Every stop, lifted ones too, oldest first. */
  allStops(): Promise<Stop[]>;
  /** Passed on by gateways that are not revoked, and not judged yet, oldest first. */
  relayedStops(): Promise<RelayedStop[]>;
  everything(): Promise<WholeOrganisation>;
  /** Services that are not removed, by name. */
  services(): Promise<ServiceRecord[]>;
  /** Tenants that are not removed, by slug. */
  tenants(): Promise<TenantRecord[]>;
  /** True for every tenant that ever was, removed ones included: its log stays open for late records. */
  knowsTenant(slug: string): Promise<boolean>;
  /** Everybody (not removed) who holds the role on that side. */
  withRole(tenant: string | null, role: VendorRole | TenantRole): Promise<Person[]>;
  /** Where one side's programs are told; null for the vendor's. */
  webhooks(tenant: string | null): Promise<WebhookSettings[]>;
  /** The channel in which reviewers are told; null where there is none. */
  vendorSlack(): Promise<SlackPlace | null>;
  /** How one side's people sign in; null where it has no provider, or does not exist. Null names the vendor. */
  oidc(tenant: string | null): Promise<OidcSettings | null>;
  /** Everybody, removed ones too, whose normalised e-mail this is. */
  persons(email: string): Promise<Person[]>;
}

export interface DueObject {
  id: string;
  tenant: string;
}

/** What grants rest on: ids of engineers, slugs, names of services. */
export interface GrantBasis {
  requesters: readonly string[];
  tenants: readonly string[];
  services: readonly string[];
}

export interface IdempotentAnswer {
  bodyHash: string;
  /** JSON of the use case's result. */
  result: string;
}

export interface KeptAnswer extends IdempotentAnswer {
  expiresAt: string;
}

export interface IdempotencyWrites {
  /** @throws AccessError `conflict` where the key was used meanwhile */
  save(
    principal: string,
    route: string,
    key: string,
    answer: IdempotentAnswer,
    kept: { now: string; expiresAt: string },
  ): Promise<void>;
}

/** Repositories bound to one transaction and one tenant. */
export interface TenantUnit {
  tenant: string;
  requests: RequestWrites;
  reviews: ReviewWrites;
  grants: GrantWrites;
  invitations: InvitationWrites;
  openings: OpeningWrites;
  organisation: OrganisationReads;
  locks: LockWrites;
  records: RecordWrites;
  leases: LeaseWrites;
  signingMeans: SigningMeansWrites;
  trust: TrustWrites;
  stops: StopWrites;
  relayed: RelayedStopWrites;
  log: EventLog;
  outbox: Outbox;
  feed: FeedChanges;
  idempotency: IdempotencyWrites;
}

/** What setting and lifting a lock needs: a tenant's unit has it, and so has the vendor's. */
export type LockUnit = Pick<TenantUnit, 'locks' | 'log' | 'feed' | 'organisation'> & Pick<ReadUnit, 'trust'>;

/** Repositories bound to one transaction, across tenants: for the host, the jobs and the deployment's own log. */
export interface VendorUnit {
  /** The same transaction, narrowed to one tenant. */
  tenant(slug: string): Promise<TenantUnit>;
  organisation: OrganisationWrites;
  /** Those that bind all tenants. */
  locks: LockWrites;
  apiKeys: ApiKeyWrites;
  sessions: SessionWrites;
  identities: IdentityWrites;
  attempts: SignInAttempts;
  gateways: GatewayWrites;
  keys: KeyWrites;
  deliveries: DeliveryWrites & Pick<DeliveryReads, 'find'>;
  slack: { installations: SlackInstallationWrites; accounts: SlackAccountWrites };
  trust: TrustReads;
  /** This person's reviews that count towards requests which are still open, in any tenant. */
  openReviewsOf(person: string): Promise<Review[]>;
  /** This person's invitations that are not over, in any tenant. */
  invitationsOf(person: string): Promise<Invitation[]>;
  /** Scheduled and active ones that rest on any of these, however many others there are. */
  liveGrantsOf(basis: GrantBasis): Promise<DueObject[]>;
  /** What this gateway has passed on and could not be judged yet, of any tenant. */
  relayedBy(gateway: string): Promise<RelayedStop[]>;
  /** The deployment log. */
  log: EventLog;
  feed: FeedChanges & FeedEpochs;
  idempotency: IdempotencyWrites & {
    /**
     * Of all tenants: a key may come again in another tenant, whose own unit does not see the old answer.
     * @returns how many
     */
    clearExpired(now: string): Promise<number>;
  };
}

/**
 * The store. A unit of work is opened for one tenant or as the vendor (P9); inside, code is handed only
 * repositories bound to that transaction. A unit that throws leaves nothing behind. Writing units of one
 * tenant never interleave.
 */
export interface Store {
  /** `dep_…` */
  readonly deployment: string;
  forTenant<T>(slug: string, work: (unit: TenantUnit) => Promise<T>): Promise<T>;
  asVendor<T>(work: (unit: VendorUnit) => Promise<T>): Promise<T>;
  /** Notes when a session was last used: one row, and no log is opened, for whose head others would have to wait. */
  touchSession(id: string, at: string): Promise<void>;
  /** One transaction on what only Slack's side keeps; no log is opened either. */
  forSlack<T>(work: (unit: SlackUnit) => Promise<T>): Promise<T>;
  readForTenant<T>(slug: string, work: (unit: ReadUnit) => Promise<T>): Promise<T>;
  readAsVendor<T>(work: (unit: VendorReadUnit) => Promise<T>): Promise<T>;
}
