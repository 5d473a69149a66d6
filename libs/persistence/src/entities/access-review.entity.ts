import type { AccessReviewState, ReviewedItem } from '@countersign/access';
import type { KeptReason, ReviewOutcome } from '@countersign/contract';
import { Column, Entity, Index, PrimaryColumn, Unique } from 'typeorm';
import { jsonText, wholeSeconds } from './column-types.js';

/** Which quarter's review of a tenant is opened next. */
@Entity('access_review_schedules')
@Index('access_review_schedules_due', ['nextQuarter', 'tenant'])
export class AccessReviewScheduleEntity {
  @PrimaryColumn('varchar')
  tenant!: string;

  @Column('varchar', { name: 'next_quarter' })
  nextQuarter!: string;
}

/** The review of one quarter. A state follows another only as `legal_transitions` says, by trigger. */
@Entity('access_reviews')
@Index('access_reviews_list', ['openedAt', 'id'])
@Index('access_reviews_list_tenant', ['tenant', 'openedAt', 'id'])
@Index('access_reviews_due', ['state', 'dueAt'])
@Unique('access_reviews_one_a_quarter', ['tenant', 'quarter'])
export class AccessReviewEntity {
  @PrimaryColumn('varchar')
  id!: string;

  @Column('varchar')
  tenant!: string;

  @Column('varchar')
  quarter!: string;

  @Column('varchar')
  state!: AccessReviewState;

  @Column('integer')
  version!: number;

  @Column('varchar', { name: 'opened_at', transformer: wholeSeconds })
  openedAt!: string;

  @Column('varchar', { name: 'due_at', transformer: wholeSeconds })
  dueAt!: string;

  @Column('varchar', { name: 'reminded_at', nullable: true, transformer: wholeSeconds })
  remindedAt!: string | null;

  @Column('varchar', { name: 'closed_at', nullable: true, transformer: wholeSeconds })
  closedAt!: string | null;

  @Column('text', { transformer: jsonText })
  missed!: string[];
}

/** One thing that a review lists. Its outcome is set once, by trigger. */
@Entity('access_review_items')
export class AccessReviewItemEntity {
  @PrimaryColumn('varchar')
  review!: string;

  @PrimaryColumn('varchar')
  item!: string;

  @Column('varchar')
  tenant!: string;

  /** Its place in the list. */
  @Column('integer')
  number!: number;

  @Column('text', { transformer: jsonText })
  facts!: ReviewedItem;

  @Column('varchar', { nullable: true })
  outcome!: ReviewOutcome | null;

  @Column('varchar', { nullable: true })
  reason!: KeptReason | null;

  @Column('varchar', { name: 'decided_by', nullable: true })
  by!: string | null;

  @Column('varchar', { name: 'decided_at', nullable: true, transformer: wholeSeconds })
  at!: string | null;
}
