import type { Review, ReviewWrites } from '@countersign/access';
import type { EntityManager } from 'typeorm';
import { ReviewEntity } from '../entities/review.entity.js';
import { BoundRepository, type Reach } from './bound.js';
import { inChunks } from './chunks.js';
import { orConflict } from './conflict.js';

export class Reviews extends BoundRepository<ReviewEntity> implements ReviewWrites {
  constructor(manager: EntityManager, reach: Reach) {
    super(manager, reach, ReviewEntity);
  }

  async ofRequests(requests: readonly string[]): Promise<Review[]> {
    const rows = await inChunks(requests, (chunk) =>
      this.rows().andWhere('row.request IN (:...chunk)', { chunk }).getMany(),
    );
    return rows.map(toReview).sort(oldestFirst);
  }

  async insert(review: Review): Promise<void> {
    this.own(review);
    await orConflict(
      this.manager.insert(ReviewEntity, toRow(review)),
      'This person has decided these terms already.',
    );
  }
}

const toReview = ({ offered, offeredTerms, ...row }: ReviewEntity): Review => ({
  ...row,
  offer: offered === null || offeredTerms === null ? null : { digest: offered, terms: offeredTerms },
});

const toRow = ({ offer, ...review }: Review): ReviewEntity => ({
  ...review,
  offered: offer?.digest ?? null,
  offeredTerms: offer?.terms ?? null,
});

function oldestFirst(a: Review, b: Review): number {
  if (a.at !== b.at) return a.at < b.at ? -1 : 1;
  return a.id < b.id ? -1 : 1;
}
