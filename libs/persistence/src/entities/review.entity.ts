import type {
  ApprovalStatement,
  Assurance,
  Channel,
  ReviewDecision,
  ReviewSide,
  Signature,
  Terms,
} from '@countersign/contract';
import { Column, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm';
import { jsonText, milliseconds, wholeSeconds } from './column-types.js';
import { RequestEntity } from './request.entity.js';

/** Append-only, by trigger. */
@Entity('reviews')
@Index('reviews_one_per_person_and_digest', ['person', 'digest'], { unique: true })
@Index('reviews_of_request', ['request', 'at', 'id'])
@Index('reviews_one_offer_per_digest', ['offered'], { unique: true })
export class ReviewEntity {
  @PrimaryColumn('varchar')
  id!: string;

  @ForeignKey(() => RequestEntity, { name: 'reviews_request_fk' })
  @Column('varchar', { name: 'request_id' })
  request!: string;

  @Column('varchar')
  tenant!: string;

  @Column('varchar')
  person!: string;

  @Column('varchar')
  side!: ReviewSide;

  @Column('varchar')
  decision!: ReviewDecision;

  @Column('varchar')
  digest!: string;

  @Column('text', { nullable: true })
  reason!: string | null;

  @Column('varchar')
  channel!: Channel;

  @Column('varchar')
  assurance!: Assurance;

  @Column('varchar', { transformer: wholeSeconds })
  at!: string;

  /** Digest of a counter-offer's terms. */
  @Column('varchar', { nullable: true })
  offered!: string | null;

  @Column('text', { name: 'offered_terms', nullable: true, transformer: jsonText })
  offeredTerms!: Terms | null;

  /** The stage in which it counts; NULL if the request had none. */
  @Column('varchar', { nullable: true })
  stage!: string | null;

  @Column('text', { nullable: true, transformer: jsonText })
  countersignature!: Signature<ApprovalStatement> | null;
}

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
