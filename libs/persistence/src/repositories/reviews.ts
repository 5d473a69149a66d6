import type { Review, ReviewRepository } from '@countersign/access';
import { type EntityManager, In } from 'typeorm';
import { RequestEntity } from '../entities/request.entity.js';
import { ReviewEntity } from '../entities/review.entity.js';
import { VoidedReviewEntity } from '../entities/voided-review.entity.js';
import { BoundRepository, type Reach } from './bound.js';
import { inChunks } from './chunks.js';
import { orConflict } from './conflict.js';
import { OPEN_STATES } from './requests.js';

export class Reviews extends BoundRepository<ReviewEntity> implements ReviewRepository {
  constructor(manager: EntityManager, reach: Reach) {
    super(manager, reach, ReviewEntity);
  }

  async ofRequests(requests: readonly string[]): Promise<Review[]> {
    const rows = await inChunks(requests, (chunk) =>
      this.rows().andWhere('row.request IN (:...chunk)', { chunk }).getMany(),
    );
    return this.withVoids(rows);
  }

  /** This person's reviews that count towards open requests, in any tenant. */
  async openOf(person: string): Promise<Review[]> {
    const rows = await this.rows()
      .innerJoin(RequestEntity, 'request', 'request.id = row.request')
      .andWhere('row.person = :person AND request.state IN (:...open)', { person, open: OPEN_STATES })
      .getMany();
    return (await this.withVoids(rows)).filter((review) => review.voidedAt === null);
  }

  async void(review: Review, at: string): Promise<void> {
    await this.manager.insert(VoidedReviewEntity, { review: review.id, tenant: this.own(review), at });
  }

  private async withVoids(rows: ReviewEntity[]): Promise<Review[]> {
    const voids = await inChunks(
      rows.map(({ id }) => id),
      (chunk) => this.manager.findBy(VoidedReviewEntity, { review: In(chunk) }),
    );
    const at = new Map(voids.map((row) => [row.review, row.at]));
    return rows.map((row) => toReview(row, at.get(row.id) ?? null)).sort(oldestFirst);
  }

  async insert(review: Review): Promise<void> {
    this.own(review);
    await orConflict(
      this.manager.insert(ReviewEntity, toRow(review)),
      'This person has decided these terms already.',
    );
  }
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
