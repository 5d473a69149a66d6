import type { Opening, ServiceDefinition } from '@countersign/contract';
import type { AccessRequest } from '../domain/access-request.js';
import type { Grant } from '../domain/grant.js';
import type { Invitation } from '../domain/invitation.js';
import type { Lock } from '../domain/lock.js';
import type {
  AccessPolicy,
  ServiceRecord,
  SlackPlace,
  TenantRecord,
  TenantRole,
  VendorRole,
  WebhookSettings,
} from '../domain/organisation.js';
import type { Person } from '../domain/person.js';
import type { Review } from '../domain/review.js';

/** Keyset page: newest first by id; `cursor` is the id after which the page begins. */
export interface PageQuery {
  cursor: string | null;
  /** 1 to 200. */
  limit: number;
}

export interface Page<T> {
  items: T[];
  /** Null at the end. */
  next: string | null;
}

/** Filters of CONTRACT §5; absent means any. `from` (inclusive) and `to` (exclusive) are instants. */
export interface ListFilter {
  state?: string;
  tenant?: string;
  service?: string;
  requester?: string;
  grant?: string;
  request?: string;
  person?: string;
  decision?: string;
  from?: string;
  to?: string;
}

export interface RequestReads {
  find(id: string): Promise<AccessRequest | null>;
  /** Those of these ids that there are, in no order. */
  findAll(ids: readonly string[]): Promise<AccessRequest[]>;
  list(filter: ListFilter, page: PageQuery): Promise<Page<AccessRequest>>;
  /** Open ones whose terms name this invitation (by the hash of its statement). */
  openUnder(invitation: string): Promise<AccessRequest[]>;
  /** Requests of this requester in this tenant that are not yet decided. */
  countOpen(tenant: string, requester: string): Promise<number>;
}

export interface ReviewReads {
  /** Oldest first. */
  ofRequests(requests: readonly string[]): Promise<Review[]>;
}

export interface GrantReads {
  find(id: string): Promise<Grant | null>;
  /** Those of these ids that there are, in no order. */
  findAll(ids: readonly string[]): Promise<Grant[]>;
  findByDigest(digest: string): Promise<Grant | null>;
  /** Grants that follow this digest in time, whatever their state. */
  extending(digest: string): Promise<Grant[]>;
  /** Scheduled and active ones whose terms name this invitation (by the hash of its statement). */
  liveUnder(invitation: string): Promise<Grant[]>;
  list(filter: ListFilter, page: PageQuery): Promise<Page<Grant>>;
}

export interface LockReads {
  /** Whatever its state. */
  find(id: string): Promise<Lock | null>;
  /** In force, newest first: those that bind the tenant at hand and those that bind all. */
  list(page: PageQuery): Promise<Page<Lock>>;
  /** In force, and blocking this person's access to this tenant's data in this service. */
  binding(to: { tenant: string; person: string; service: string }): Promise<Lock[]>;
}

export interface LockWrites extends LockReads {
  insert(lock: Lock): Promise<void>;
  /** False where it was lifted already. */
  lift(id: string, at: string): Promise<boolean>;
}

export interface InvitationReads {
  /** Whatever its state. */
  find(id: string): Promise<Invitation | null>;
  /** By the hash of its statement. */
  findByHash(hash: string): Promise<Invitation | null>;
  /** Those of these hashes that there are, in no order. */
  findAll(hashes: readonly string[]): Promise<Invitation[]>;
  /** Ids by the hashes of their statements. */
  idsOf(hashes: readonly string[]): Promise<Map<string, string>>;
  list(filter: ListFilter, page: PageQuery): Promise<Page<Invitation>>;
  /** Those that a request for this service may lean on, the first to end first; at most `limit`. */
  open(tenant: string, service: string, limit: number): Promise<Invitation[]>;
}

/** `update` is compare-and-swap on `version - 1`: false where somebody was faster. */
export interface InvitationWrites extends InvitationReads {
  insert(invitation: Invitation): Promise<void>;
  update(invitation: Invitation): Promise<boolean>;
}

export interface OpeningReads {
  /** The values that stand beside commitments, by commitment; erased ones are missing. */
  find(commitments: readonly string[]): Promise<Map<string, Opening>>;
}

/** What policy needs of the organisation. Removed tenants and services are null. */
export interface OrganisationReads {
  tenant(slug: string): Promise<TenantRecord | null>;
  service(name: string): Promise<ServiceRecord | null>;
  policy(): Promise<AccessPolicy>;
  person(id: string): Promise<Person | null>;
  /** Everybody of one tenant who is in sight, removed ones too. */
  people(tenant: string): Promise<Person[]>;
  /** The vendor’s name; empty before an organisation is applied. */
  vendorName(): Promise<string>;
  /** Persons (not removed) with the role, on one side; `except` is left out. */
  countWithRole(tenant: string | null, role: VendorRole | TenantRole, except: string): Promise<number>;
}

/** One leaf of a tenant's log, as the API gives it. `leaf` is the canonical JSON text. */
export interface StoredEvent {
  index: number;
  hash: string;
  leaf: string;
}

/** One call at the gateway as the API gives it (CONTRACT §5): the allowed or refused record merged with its outcome. */
export interface AccessRecordView {
  id: string;
  at: string;
  tenant: string;
  grant: string;
  digest: string;
  request: string;
  service: string;
  person: string;
  method: string;
  path: string | null;
  route: string | null;
  resource: string | null;
  action: string | null;
  decision: 'allowed' | 'refused';
  code: string | null;
  count: number;
  mode: 'gateway' | 'authz' | 'middleware';
  trust: string | null;
  status: number | null;
  bytes: number | null;
  bodySha256: string | null;
  durationMs: number | null;
  outcome: 'completed' | 'cut' | 'failed' | 'unknown' | null;
  gateway: string;
  boot: string;
  seq: number;
}

export interface EventReads {
  /** Newest first; the cursor is an index. Filters narrow to leaves that name this request, grant, requester. */
  list(
    filter: { requester?: string; request?: string; grant?: string; from?: string; to?: string },
    page: PageQuery,
  ): Promise<Page<StoredEvent>>;
  head(): Promise<LogHead>;
}

export interface RecordReads {
  list(filter: ListFilter, page: PageQuery): Promise<Page<AccessRecordView>>;
  /** Slugs of those, in reach, who have an open chain with this gateway. */
  tenantsOfOpenChains(gateway: string): Promise<string[]>;
}

/** Writes of one tenant. `update` is compare-and-swap on `version - 1`: false where somebody was faster. */
export interface RequestWrites extends RequestReads {
  insert(request: AccessRequest): Promise<void>;
  update(request: AccessRequest): Promise<boolean>;
}

export interface GrantWrites extends GrantReads {
  insert(grant: Grant): Promise<void>;
  update(grant: Grant): Promise<boolean>;
  /** Adds to what each of these grants has used; no grant twice. */
  addUse(uses: readonly GrantUse[]): Promise<void>;
}

/** What calls have used of a grant: how many, and bytes of response bodies; and how many were refused. */
export interface GrantUse {
  grant: string;
  calls: number;
  bytes: number;
  refused?: number;
}

export interface ReviewWrites extends ReviewReads {
  insert(review: Review): Promise<void>;
  /** From now on it does not count. */
  void(review: Review, at: string): Promise<void>;
}

export interface OpeningWrites extends OpeningReads {
  /** Ones that are there already stay as they are. */
  save(openings: readonly NamedOpening[]): Promise<void>;
}

/** A value with its salt beside the commitment that it opens, and the member's name. */
export interface NamedOpening {
  commitment: string;
  name: string;
  opening: Opening;
}

/** An event before it becomes a leaf. Personal values are given in `personal` and become salted commitments. */
export interface EventDraft {
  type: string;
  /** RFC 3339 UTC. */
  at: string;
  /** `usr_…`, `gtw_…`, `job` or `host`. */
  actor: string;
  data: Record<string, unknown>;
  /** Commitments that exist already (their openings are saved elsewhere), by name. */
  commitments?: Record<string, string>;
  personal?: Record<string, string>;
}

/** Where a log stands: what a signed statement commits to. */
export interface LogHead {
  /** 1, and one more after each restore from a backup. */
  epoch: number;
  /** Number of leaves. */
  size: number;
  /** RFC 6962 root of them, padded base64 as in a checkpoint. */
  root: string;
}

export interface EventLog {
  /** Appends in the transaction of the change; the index is gap-free per tenant. */
  append(draft: EventDraft): Promise<{ index: number }>;
  /** Many, in this order. */
  appendAll(drafts: readonly EventDraft[]): Promise<void>;
  /** As of now, what this unit has appended included. */
  head(): Promise<LogHead>;
}

/** What people are told, later and at least once (P7). `audience` lists person ids. */
export interface NoticeDraft {
  kind: string;
  subject: string;
  audience: string[];
  at: string;
}

export interface Outbox {
  add(notice: NoticeDraft): Promise<void>;
}

/** What gateways must hear of. `ref` is an id, a slug, a name or a hash, by kind. */
export type FeedChangeKind =
  | 'grant'
  | 'services'
  | 'keys'
  | 'tenant'
  | 'gateway'
  | 'lock'
  | 'trust'
  | 'stop'
  | 'relayed';

export interface FeedChanges {
  changed(kind: FeedChangeKind, ref: string): Promise<void>;
}

/** The feed's history: one epoch for each time that the store was restored from a backup. */
export interface FeedEpochs {
  /** Begins the next epoch; every gateway is shown everything anew. @returns the epoch, and the place that it follows */
  openEpoch(): Promise<{ epoch: number; after: { epoch: number; seq: number } }>;
}

/** How a call ended, by the id of its record. */
export type RecordOutcome = Pick<
  AccessRecordView,
  'id' | 'status' | 'bytes' | 'bodySha256' | 'durationMs' | 'outcome'
>;

/** A gateway's records as the domain stores them: the leaf's data plus what the API shows. Always many at once. */
export interface RecordWrites extends RecordReads {
  insert(records: readonly AccessRecordView[]): Promise<void>;
  /** Those of these records that were allowed. */
  allowed(ids: readonly string[]): Promise<AccessRecordView[]>;
  /** Merges outcomes into their allowed records; one of no such record is passed over. */
  complete(outcomes: readonly RecordOutcome[]): Promise<void>;
  /** Where these chains stand in this tenant; one of which nothing was taken yet is left out. */
  cursors(names: readonly ChainName[]): Promise<(RecordChain & ChainName)[]>;
  /** Moves chains' ends and last heads. A closed chain is open again. */
  moveCursors(
    moved: readonly (ChainName & Pick<RecordChain, 'seq' | 'hash' | 'head'>)[],
    at: string,
  ): Promise<void>;
  /** Closes all open chains of a gateway in this tenant. @returns the one that moved last; null where none is open */
  closeChains(gateway: string, at: string): Promise<RecordChain | null>;
}

/** The last record that a gateway's identity signed: its place, its hash, when, and the signature (base64url). */
export type ChainVouch = { seq: number; hash: string; at: string; signature: string };

/** Whose chain it is: each run of a gateway has one in each tenant. */
export type ChainName = { gateway: string; boot: string };

/** A chain of records as far as it was taken; `closedAt` once its gateway has vanished. */
export interface RecordChain {
  boot: string;
  seq: number;
  hash: string;
  head: ChainVouch | null;
  closedAt: string | null;
}

/** All of the organisation, removed ones included: what `apply` compares the file with. */
export interface WholeOrganisation {
  vendorName: string | null;
  vendorOidc: unknown;
  vendorWebhooks: WebhookSettings[];
  vendorSlack: SlackPlace | null;
  policy: AccessPolicy | null;
  people: Person[];
  services: ServiceRecord[];
  tenants: TenantRecord[];
}

export interface OrganisationWrites extends OrganisationReads {
  everything(): Promise<WholeOrganisation>;
  /** Services that are not removed, by name. */
  services(): Promise<ServiceRecord[]>;
  /** Everybody, removed ones too, whose normalised e-mail this is. */
  persons(email: string): Promise<Person[]>;
  saveVendor(vendor: {
    name: string;
    oidc: unknown;
    webhooks: WebhookSettings[];
    slack?: SlackPlace;
    policy: AccessPolicy;
  }): Promise<void>;
  savePerson(person: Person): Promise<void>;
  saveTenant(tenant: TenantRecord): Promise<void>;
  saveService(service: ServiceRecord): Promise<void>;
  /** Every version of a route map is kept, by its hash. */
  saveRouteMap(hash: string, definition: ServiceDefinition, at: string): Promise<void>;
}
