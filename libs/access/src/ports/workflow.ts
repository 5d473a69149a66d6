import type { Opening } from '@countersign/contract';
import type { AccessRequest } from '../domain/access-request.js';
import type { BrowserSession } from '../domain/browser-session.js';
import type { Lease } from '../domain/budget-lease.js';
import type { Disclosure } from '../domain/disclosure.js';
import type { Grant } from '../domain/grant.js';
import type { Invitation } from '../domain/invitation.js';
import type { Lock, LockedAccess } from '../domain/lock.js';
import type { RequestNote } from '../domain/request-note.js';
import type { Review } from '../domain/review.js';
import type { SupervisionCount } from '../domain/supervision.js';
import type { AccessReviewRepository } from './access-reviews.js';
import type { BypassReportRepository } from './bypass-reports.js';
import type { NoticeAddressRepository } from './notice-addresses.js';
import type { PracticeRepository } from './practices.js';
import type { Entry, ListFilter, Located, Page, PageQuery } from './repository.js';

/** Requests, reviews, grants and what they depend on. Each belongs to one tenant. */
export interface WorkflowRepositories {
  requests: Entry<RequestRepository, 'insert' | 'update'>;
  requestWords: Entry<RequestWordRepository, 'insert'>;
  reviews: Entry<ReviewRepository, 'insert' | 'void'>;
  grants: Entry<GrantRepository, 'insert' | 'update' | 'addUse'>;
  invitations: Entry<InvitationRepository, 'insert' | 'update'>;
  openings: Entry<OpeningRepository, 'save'>;
  notes: Entry<RequestNoteRepository, 'insert'>;
  disclosures: Entry<DisclosureRepository, 'insert' | 'update'>;
  accessReviews: Entry<AccessReviewRepository, 'insert' | 'decide' | 'update' | 'begin' | 'advance'>;
  bypassReports: Entry<BypassReportRepository, 'insert'>;
  noticeAddresses: Entry<NoticeAddressRepository, 'insert' | 'update'>;
  practices: Entry<PracticeRepository, 'insert' | 'settle' | 'update' | 'begin' | 'advance'>;
  locks: Entry<LockRepository, 'insert' | 'lift'>;
  leases: Entry<LeaseRepository, 'save' | 'addUse'>;
  supervision: Entry<SupervisionRepository, 'save'>;
  browserSessions: Entry<BrowserSessionRepository, 'insert' | 'open' | 'drop' | 'dropOf'>;
}

/** `update` is compare-and-swap on `version - 1`: it returns false if another unit of work was faster. */
export interface RequestRepository {
  find(id: string): Promise<AccessRequest | null>;
  /** Those of these ids that exist, in no order. */
  findAll(ids: readonly string[]): Promise<AccessRequest[]>;
  list(filter: ListFilter, page: PageQuery): Promise<Page<AccessRequest>>;
  /** Open ones whose terms name this invitation (by the hash of its statement). */
  openUnder(invitation: string): Promise<AccessRequest[]>;
  /** Requests of this requester that are not yet decided, in every tenant in reach. */
  openOf(requester: string): Promise<Located[]>;
  /** Requests of this requester in this tenant that are not yet decided. */
  countOpen(tenant: string, requester: string): Promise<number>;
  insert(request: AccessRequest): Promise<void>;
  update(request: AccessRequest): Promise<boolean>;
}

/** A text of a request by its commitment, with the words that it is found by. */
export interface SearchedText {
  commitment: string;
  words: readonly string[];
}

/** A request's place in the order of lists. */
export interface FoundRequest {
  request: string;
  createdAt: string;
}

/** The words of requests' texts. Erasing a text erases its words. */
export interface RequestWordRepository {
  /**
   * Requests with this word, newest first, after this place. Of the filter it takes tenant, requester, times and `sealed`. A
   * request comes once for each of its texts that has the word.
   */
  find(word: string, filter: ListFilter, after: FoundRequest | null, limit: number): Promise<FoundRequest[]>;
  insert(
    request: Pick<AccessRequest, 'id' | 'tenant' | 'requester' | 'createdAt'>,
    texts: readonly SearchedText[],
  ): Promise<void>;
}

/** Browsers that engineers opened with grants. They are deleted when their grant ends. */
export interface BrowserSessionRepository {
  /** Oldest first. */
  ofGrant(grant: string): Promise<BrowserSession[]>;
  insert(session: BrowserSession): Promise<void>;
  /**
   * Exchanges the code for the secret. Compare-and-swap on the code: false if it was exchanged already.
   *
   * @param secretHash SHA-256 of the secret, hex
   */
  open(session: BrowserSession, secretHash: string): Promise<boolean>;
  drop(ids: readonly string[]): Promise<void>;
  dropOf(grant: string): Promise<void>;
}

export interface ReviewRepository {
  /** Oldest first. */
  ofRequests(requests: readonly string[]): Promise<Review[]>;
  /** This person's reviews that count towards requests that are still open. */
  openOf(person: string): Promise<Review[]>;
  /** @throws AccessError `conflict` if this person has decided these terms already */
  insert(review: Review): Promise<void>;
  /** From now on it does not count. */
  void(review: Review, at: string): Promise<void>;
}

/** `update` is compare-and-swap on `version - 1`: it returns false if another unit of work was faster. */
export interface GrantRepository {
  find(id: string): Promise<Grant | null>;
  /** Those of these ids that exist, in no order. */
  findAll(ids: readonly string[]): Promise<Grant[]>;
  findByDigest(digest: string): Promise<Grant | null>;
  /** Grants that extend the one with this digest, in any state. */
  extending(digest: string): Promise<Grant[]>;
  /** Scheduled and active ones whose terms name this invitation (by the hash of its statement). */
  liveUnder(invitation: string): Promise<Grant[]>;
  /** Scheduled and active ones that depend on any of these, however many others there are. */
  liveOf(basis: GrantBasis): Promise<Located[]>;
  list(filter: ListFilter, page: PageQuery): Promise<Page<Grant>>;
  /** @throws AccessError `conflict` if these terms have a grant already */
  insert(grant: Grant): Promise<void>;
  /** Does not touch what was used and refused: `addUse` counts that beside the versions. */
  update(grant: Grant): Promise<boolean>;
  /** Adds to what each of these grants has used; no grant twice. */
  addUse(uses: readonly GrantUse[]): Promise<void>;
}

/** What grants depend on: ids of engineers, slugs, names of services. */
export interface GrantBasis {
  requesters: readonly string[];
  tenants: readonly string[];
  services: readonly string[];
}

/** What calls have used of a grant: how many, and bytes of response bodies; and how many were refused. */
export interface GrantUse {
  grant: string;
  calls: number;
  bytes: number;
  refused?: number;
}

/** `update` is compare-and-swap on `version - 1`: it returns false if another unit of work was faster. */
export interface InvitationRepository {
  /** In any state. */
  find(id: string): Promise<Invitation | null>;
  /** By the hash of its statement. */
  findByHash(hash: string): Promise<Invitation | null>;
  /** Those of these hashes that exist, in no order. */
  findAll(hashes: readonly string[]): Promise<Invitation[]>;
  /** Ids by the hashes of their statements. */
  idsOf(hashes: readonly string[]): Promise<Map<string, string>>;
  list(filter: ListFilter, page: PageQuery): Promise<Page<Invitation>>;
  /** Those that a request for this service may use, the first to end first; at most `limit`. */
  open(tenant: string, service: string, limit: number): Promise<Invitation[]>;
  /** This person's invitations that are not over. */
  standingOf(person: string): Promise<Invitation[]>;
  insert(invitation: Invitation): Promise<void>;
  update(invitation: Invitation): Promise<boolean>;
}

export interface RequestNoteRepository {
  /** In the order of their numbers. */
  ofRequests(requests: readonly string[]): Promise<RequestNote[]>;
  /** @throws AccessError `conflict` if the request has a note of this number already */
  insert(note: RequestNote): Promise<void>;
}

/** By the id of the grant. `update` is compare-and-swap on `version - 1`. */
export interface DisclosureRepository {
  find(id: string): Promise<Disclosure | null>;
  list(filter: ListFilter, page: PageQuery): Promise<Page<Disclosure>>;
  insert(disclosure: Disclosure): Promise<void>;
  update(disclosure: Disclosure): Promise<boolean>;
}

export interface OpeningRepository {
  /** The values that open commitments, by commitment. Erased ones are missing. */
  find(commitments: readonly string[]): Promise<Map<string, Opening>>;
  /** An opening that is stored already stays as it is. */
  save(openings: readonly NamedOpening[]): Promise<void>;
}

/** The value and salt that open a commitment, with the name of the member that holds the commitment. */
export interface NamedOpening {
  commitment: string;
  name: string;
  opening: Opening;
}

export interface LockRepository {
  /** In any state. */
  find(id: string): Promise<Lock | null>;
  /** Active ones, newest first: those that bind this tenant and those that bind all tenants. */
  list(page: PageQuery): Promise<Page<Lock>>;
  /** Active ones that block at least one of these, by id. */
  binding(accesses: readonly LockedAccess[]): Promise<Lock[]>;
  /** Locks in force of these grants: their pauses, oldest first. */
  pausesOf(grants: readonly string[]): Promise<Lock[]>;
  insert(lock: Lock): Promise<void>;
  /** @returns false if it was lifted already */
  lift(id: string, at: string): Promise<boolean>;
}

export interface LeaseRepository {
  ofGrant(grant: string): Promise<Lease[]>;
  /** Leases of these boots of a gateway that are not closed. */
  openOf(gateway: string, boots: readonly string[]): Promise<Lease[]>;
  /** Inserts it, or replaces the one of the same grant, gateway and boot. */
  save(lease: Lease): Promise<void>;
  /**
   * Counts what records prove. Uses that have no lease are ignored: every grant without a budget has none.
   *
   * @returns those of the grants that have leases
   */
  addUse(uses: readonly LeaseUse[]): Promise<string[]>;
}

/** What records add to a lease: `ended` calls have an outcome; the outcome of the `lost` ones among them is unknown. */
export interface LeaseUse {
  grant: string;
  gateway: string;
  boot: string;
  calls: number;
  bytes: number;
  ended: number;
  lost: number;
}

/** What rules of supervision have counted. A tenant's units run one after the other, so that no count is lost. */
export interface SupervisionRepository {
  /** Everything that was counted of these persons. */
  ofPeople(people: readonly string[]): Promise<SupervisionCount[]>;
  save(counts: readonly SupervisionCount[]): Promise<void>;
}
