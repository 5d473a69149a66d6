import { MOST_LISTED } from '@countersign/contract';
import type { LeafData, LeafOf } from '../leaf-data.js';
import type { GrantHistory } from './grant-history.js';
import type { RequestHistory } from './request-history.js';
import type { StandingHistory } from './standing-history.js';
import type { TenantHistory } from './tenant-history.js';

type OpenReview = {
  quarter: string;
  /** Milliseconds since the epoch. */
  dueAt: number;
  /** Items of the leaf without an outcome, by kind, id and service. */
  left: Set<string>;
  /** False if the leaf did not list all of them. */
  isWhole: boolean;
};

export type AccessReviewState = {
  open: Map<string, OpenReview>;
  /** The newest quarter that had a review; empty if none had. */
  quarter: string;
};

/** What a review must give its tenant's admins, in milliseconds: 14 days. */
const TERM_MS = 14 * 86_400_000;
/** Two brokers' clocks may differ by this much. */
const CLOCK_MS = 5_000;
const DECIDED = ['confirmed', 'pruned', 'gone'];
const BY_JOB = ['lapsed', 'kept', 'gone'];

/**
 * The quarterly access reviews: each lists what is open and who has a role, its admins alone decide, nothing lapses before its term is
 * over, and what was pruned or lapsed has ended.
 */
export class AccessReviewHistory {
  constructor(
    private readonly grants: GrantHistory,
    private readonly requests: RequestHistory,
    private readonly tenant: TenantHistory,
    private readonly standing: StandingHistory,
    readonly state: AccessReviewState = { open: new Map(), quarter: '' },
  ) {}

  /** Takes `access-review.*`. @throws LogFault `wrong_access_review`, `role_not_held`, `self_review` */
  take(data: LeafOf): void {
    if (data.type === 'access-review.opened') this.takeOpened(data);
    if (data.type === 'access-review.decided') this.takeDecided(data);
    if (data.type === 'access-review.closed') this.takeClosed(data);
  }

  private takeOpened(data: LeafOf<'access-review.opened'>): void {
    const quarter = data.members.quarter;
    const dueAt = data.instant('dueAt');
    const listed = data.members.items;
    const isWhole = data.count('more') === 0;
    if (quarter <= this.state.quarter) throw wrong(data, 'this quarter has a review already.');
    if (dueAt < data.at + TERM_MS - CLOCK_MS) throw wrong(data, 'its term is shorter than 14 days.');
    const names = new Set(listed.map(({ kind, id, service }) => nameOf(kind, id, service)));
    const missing =
      names.size < MOST_LISTED.reviewItems ? this.expected(data).find((each) => !names.has(each)) : undefined;
    if (missing !== undefined) throw wrong(data, `it leaves out ${missing}.`);
    if (!isWhole && names.size < MOST_LISTED.reviewItems)
      throw wrong(data, `it counts others than it lists, and lists fewer than ${MOST_LISTED.reviewItems}.`);
    this.state.quarter = quarter;
    this.state.open.set(data.members.review, { quarter, dueAt, left: names, isWhole });
  }

  /** What the leaves before it lead to. Keys and sessions are not replayed. */
  private expected(data: LeafData): string[] {
    const people = [...this.tenant.state.people]
      .filter(([, { roles, removedAt }]) => removedAt === null && roles.length > 0)
      .map(([id]) => nameOf('person', id, null));
    return [...this.standing.reviewed(data.at), ...people];
  }

  private takeDecided(data: LeafOf<'access-review.decided'>): void {
    const review = this.state.open.get(data.members.review);
    if (review === undefined) throw wrong(data, 'its review was not opened, or is closed.');
    const [kind, id] = [data.members.kind, data.members.id];
    const outcome = data.members.outcome;
    const name = nameOf(kind, id, data.members.service ?? null);
    if (!review.left.delete(name) && review.isWhole)
      throw wrong(data, 'its review does not list this, or it was decided before.');
    const { actor } = data.leaf;
    const isJob = actor === 'job';
    if (!(isJob ? BY_JOB : DECIDED).includes(outcome)) throw wrong(data, `${actor} does not decide this.`);
    if (isJob && data.at < review.dueAt - CLOCK_MS) throw wrong(data, 'it lapsed before the term was over.');
    if (!isJob && !this.tenant.holds(actor, 'admin') && !(outcome === 'pruned' && id === actor))
      throw data.fault('role_not_held', `${actor} is no admin of the tenant.`);
    if (outcome === 'confirmed' && kind === 'person' && id === actor)
      throw data.fault('self_review', `${actor} confirmed their own roles.`);
    if ((outcome === 'pruned' || outcome === 'lapsed') && this.isActive(kind, id))
      throw wrong(data, 'what was to end is still active.');
  }

  private takeClosed(data: LeafOf<'access-review.closed'>): void {
    const review = this.state.open.get(data.members.review);
    if (review === undefined) throw wrong(data, 'it was not opened, or is closed.');
    if (review.left.size > 0) throw wrong(data, 'some of its items have no outcome.');
    if (data.at < review.dueAt - CLOCK_MS) throw wrong(data, 'its term is not over.');
    this.state.open.delete(data.members.review);
  }

  private isActive(kind: string, id: string): boolean {
    if (kind === 'grant') return this.grants.state.grants.get(id)?.endedAt === null;
    if (kind === 'person') return (this.tenant.state.people.get(id)?.roles.length ?? 0) > 0;
    if (kind !== 'invitation') return false;
    const state = this.requests.state.invitations.get(id)?.state;
    return state === 'open' || state === 'used_up';
  }
}

const nameOf = (kind: string, id: string, service: string | null): string =>
  kind === 'rule' ? `rule ${id} ${service ?? ''}` : `${kind} ${id}`;

const wrong = (data: LeafData, detail: string) => data.fault('wrong_access_review', detail);
