import type { Basis } from '@countersign/contract';
import type { ContinuityRepositories } from './continuity.js';
import type { DemandRepositories } from './demands.js';
import type { ExportRepositories } from './exports.js';
import type { FeedChanges, FeedEpochs, FeedReads, GatewayRepositories } from './gateways.js';
import type { IncidentRepository } from './incidents.js';
import type { IsolationRepositories } from './isolation.js';
import type { CheckpointRepository, EventLog, EventReads, LogRepositories } from './log.js';
import type { DueDay } from './log-days.js';
import type { NoticeRepositories, Outbox } from './notices.js';
import type { OrganisationRepositories, OrganisationView } from './organisation.js';
import type { PersonalRepositories } from './personal.js';
import type { ReportRepositories } from './reports.js';
import type { AllOf, Entry, Located, ReadsOf } from './repository.js';
import type { ScimRepositories } from './scim.js';
import type { SignInRepositories } from './sign-in.js';
import type { SlackRepositories } from './slack.js';
import type { StandingRepositories } from './standing.js';
import type { TrustRepositories } from './trust.js';
import type { WideningRepositories } from './widenings.js';
import type { LockRepository, WorkflowRepositories } from './workflow.js';

/**
 * The registry of repositories whose rows belong to tenants. A unit of one tenant has them all, bound to that tenant; a
 * unit across tenants reads them.
 *
 * A new repository is one line in a registry of its port file, a class in libs/persistence/src/repositories, and one
 * line in libs/persistence/src/units/registry.ts.
 */
export interface TenantRepositories
  extends WorkflowRepositories,
    LogRepositories,
    TrustRepositories,
    WideningRepositories {}

/** The registry of repositories whose rows belong to the deployment. Only units across tenants have them. */
export interface DeploymentRepositories
  extends OrganisationRepositories,
    SignInRepositories,
    ScimRepositories,
    GatewayRepositories,
    NoticeRepositories,
    PersonalRepositories,
    ExportRepositories,
    DemandRepositories,
    SlackRepositories,
    StandingRepositories,
    IsolationRepositories,
    ReportRepositories,
    ContinuityRepositories {
  directory: Entry<DirectoryRepository>;
  incidents: Entry<IncidentRepository, 'insert' | 'addTenant'>;
  checkpoints: Entry<CheckpointRepository, 'advance' | 'addSignatures' | 'keepSeen' | 'keepWitnessState'>;
  schedule: Entry<ScheduleRepository>;
  idempotency: Entry<IdempotencyRepository, 'clearExpired'>;
}

/** The tenant, the requester and the ground of an object. None of them ever changes. */
export interface Owner {
  tenant: string;
  requester: string;
  basis: Basis;
}

/** Finds the tenant of an object by its id, and nothing else of it. */
export interface DirectoryRepository {
  ownerOf(kind: 'request' | 'grant', id: string): Promise<Owner | null>;
}

/** What the clock's job has to handle, at most `limit` of each kind. */
export interface DueObjects {
  /** Open requests past `lapsesAt`. */
  requests: Located[];
  /** Requests whose reminder is due. */
  reminders: Located[];
  /** Grants that begin, end soon or end. */
  grants: Located[];
  /** Locks that expire; null for those that bind all tenants. */
  locks: (Located | { id: string; tenant: null })[];
  /** Invitations that expire. */
  invitations: Located[];
  /** Requests whose customer is being notified, due or not. Each lapses within half an hour, so they are few. */
  notifying: Located[];
  /** Disclosures whose term is over. */
  disclosures: Located[];
  /** Widenings that take effect, or lapse. */
  widenings: Located[];
}

export interface ScheduleRepository {
  due(now: string, limit: number): Promise<DueObjects>;
  /** Tenants that lack the sealed leaf of a day before this one: by day, then by slug, after this position. */
  toSeal(before: string, after: DueDay | null, limit: number): Promise<DueDay[]>;
  /** Tenants with a review of this quarter's day or an earlier one to open, in the same order as `toSeal`. */
  reviewsToOpen(through: string, after: DueDay | null, limit: number): Promise<DueDay[]>;
  /** Tenants whose next practice is for a quarter that begins on this day or earlier, in the same order as `toSeal`. */
  practicesToOpen(through: string, after: DueDay | null, limit: number): Promise<DueDay[]>;
  /** See `PracticeRepository.due`. */
  practicesDue(now: string, reminder: string, limit: number): Promise<Located[]>;
  /** See `AccessReviewRepository.due`. */
  reviewsDue(now: string, reminder: string, limit: number): Promise<Located[]>;
  /** Tenants whose leaves are pruned, after this slug, and after how many days. */
  toPrune(after: string, limit: number): Promise<{ tenant: string; days: number }[]>;
  /** Tenants that lack the statement of a day before this one, in the same order. */
  toState(before: string, after: DueDay | null, limit: number): Promise<DueDay[]>;
  /** Tenants with a closed seal of this day or an earlier one, in the same order. */
  toOpen(through: string, after: DueDay | null, limit: number): Promise<DueDay[]>;
}

export interface IdempotencyRepository {
  /** Deletes every answer that is kept no longer. @returns how many */
  clearExpired(now: string): Promise<number>;
}

/** Reads in one snapshot: of one tenant, or (from `readAsVendor`) of all of them. */
export interface ReadUnit extends ReadsOf<TenantRepositories> {
  organisation: OrganisationView;
  /** The tenant's log; across tenants, the deployment's. */
  events: EventReads;
}

/** Repositories bound to one transaction and one tenant. */
export interface TenantUnit extends AllOf<TenantRepositories> {
  tenant: string;
  organisation: OrganisationView;
  log: EventLog;
  outbox: Outbox;
  feed: FeedChanges;
}

/** Reads across tenants in one snapshot. */
export interface VendorReadUnit extends ReadsOf<TenantRepositories>, ReadsOf<DeploymentRepositories> {
  events: EventReads;
  feed: FeedReads;
}

/**
 * Repositories bound to one transaction, across tenants: for the host, the jobs and the deployment's own log. It reads
 * every tenant's rows, and writes them through `tenant`.
 */
export interface VendorUnit
  extends Omit<ReadsOf<TenantRepositories>, 'locks'>,
    AllOf<DeploymentRepositories> {
  /** The same transaction, narrowed to one tenant. */
  tenant(slug: string): Promise<TenantUnit>;
  /** The log of one side in this transaction; null for the vendor's own, which no customer reads. */
  logOf(side: string | null): Promise<EventLog>;
  /** Notices to one side's people in this transaction; null for the vendor's. */
  outboxOf(side: string | null): Outbox;
  /** Those that bind all tenants. */
  locks: LockRepository;
  /** The deployment's log. */
  log: EventLog;
  feed: FeedChanges & FeedEpochs;
}

/** What setting and lifting a lock needs. A tenant's unit has it, and so has the port `locks`. */
export type LockUnit = Pick<TenantUnit, 'locks' | 'log' | 'feed'> & Pick<ReadUnit, 'organisation' | 'trust'>;
