import type { Review, ReviewRepository } from '@countersign/access';
import type { EntityManager } from 'typeorm';
import { RequestEntity } from '../entities/request.entity.js';
import { ReviewEntity, VoidedReviewEntity } from '../entities/review.entity.js';
import { BoundRepository, type RowAccess, type SharedWithUnit } from './bound.js';
import { orConflict } from './conflict.js';
import { inChunks } from './many-rows.js';
import { among, insertRow, selectRows } from './plain-rows.js';
import { OPEN_STATES } from './requests.js';

export class Reviews extends BoundRepository<ReviewEntity> implements ReviewRepository {
  constructor(manager: EntityManager, reach: RowAccess, { writes }: SharedWithUnit = {}) {
    super(manager, reach, ReviewEntity, writes);
  }

  async ofRequests(requests: readonly string[]): Promise<Review[]> {
    const { manager } = this;
    const [rows, voids] = await Promise.all([
      inChunks(requests, (chunk) => this.select(...among(manager, 'request_id', chunk))),
      inChunks(requests, (chunk) => this.voidsWhere(...among(manager, 'request_id', chunk))),
    ]);
    return withVoids(rows, voids);
  }

  /** This person's reviews that count towards open requests, in any tenant. */
  async openOf(person: string): Promise<Review[]> {
    const rows = await this.rows()
      .innerJoin(RequestEntity, 'request', 'request.id = row.request')
      .andWhere('row.person = :person AND request.state IN (:...open)', { person, open: OPEN_STATES })
      .getMany();
    const voids = await inChunks(
      rows.map(({ id }) => id),
      (chunk) => this.voidsWhere(...among(this.manager, 'id', chunk)),
    );
    return withVoids(rows, voids).filter((review) => review.voidedAt === null);
  }

  async void(review: Review, at: string): Promise<void> {
    await this.manager.insert(VoidedReviewEntity, {
      review: review.id,
      tenant: this.requireOwnTenant(review),
      at,
    });
  }

  /** Of reviews by a condition on them. */
  private voidsWhere(condition: string, parameters: unknown[]): Promise<VoidedReviewEntity[]> {
    const those = `SELECT id FROM reviews WHERE ${condition}`;
    return selectRows(this.manager, VoidedReviewEntity, `WHERE review IN (${those})`, parameters);
  }

  async insert(review: Review): Promise<void> {
    this.requireOwnTenant(review);
    await this.send(
      orConflict(
        insertRow(this.manager, ReviewEntity, toRow(review)),
        'This person has decided these terms already.',
      ),
    );
  }
}

function withVoids(rows: readonly ReviewEntity[], voids: readonly VoidedReviewEntity[]): Review[] {
  const at = new Map(voids.map((row) => [row.review, row.at]));
  return rows.map((row) => toReview(row, at.get(row.id) ?? null)).sort(oldestFirst);
}

const toReview = ({ offered, offeredTerms, ...row }: ReviewEntity, voidedAt: string | null): Review => ({
  ...row,
  voidedAt,
  offer: offered === null || offeredTerms === null ? null : { digest: offered, terms: offeredTerms },
});

const toRow = ({ offer, voidedAt: _voidedAt, ...review }: Review): ReviewEntity => ({
  ...review,
  offered: offer?.digest ?? null,
  offeredTerms: offer?.terms ?? null,
});

function oldestFirst(a: Review, b: Review): number {
  if (a.at !== b.at) return a.at < b.at ? -1 : 1;
  return a.id < b.id ? -1 : 1;
}
