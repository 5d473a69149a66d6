import { Column, Entity, ForeignKey, PrimaryColumn } from 'typeorm';
import { milliseconds } from './instants.js';
import { ReviewEntity } from './review.entity.js';

/** Reviews that no longer count. Append-only, by trigger. */
@Entity('voided_reviews')
export class VoidedReviewEntity {
  @ForeignKey(() => ReviewEntity, { name: 'voided_reviews_review_fk' })
  @PrimaryColumn('varchar')
  review!: string;

  @Column('varchar')
  tenant!: string;

  @Column('varchar', { transformer: milliseconds })
  at!: string;
}
