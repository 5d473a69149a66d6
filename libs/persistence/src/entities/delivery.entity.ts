import type { FeedChangeKind } from '@countersign/access';
import type { NoticeKind } from '@countersign/contract';
import { Column, Entity, Index, PrimaryColumn } from 'typeorm';
import { bigInteger, jsonText, milliseconds } from './column-types.js';

/** The outbox. */
@Entity('notices')
@Index('notices_due', ['state', 'nextAt', 'id'])
export class NoticeEntity {
  @PrimaryColumn('varchar')
  id!: string;

  @Column('varchar')
  tenant!: string;

  @Column('varchar')
  kind!: NoticeKind;

  @Column('varchar')
  subject!: string;

  @Column('text', { transformer: jsonText })
  audience!: string[];

  @Column('varchar')
  at!: string;

  /** From when a notice was tried as a whole; deliveries count their own. */
  @Column('integer')
  attempts!: number;

  /** `delivered` to the rows of `deliveries`, which say how it goes on. */
  @Column('varchar')
  state!: 'due' | 'delivered';

  /** No attempt before this instant. */
  @Column('varchar', { name: 'next_at', transformer: milliseconds })
  nextAt!: string;

  @Column('varchar', { name: 'delivered_at', nullable: true })
  deliveredAt!: string | null;
}

/** What gateways must be told of. Append-only, by trigger. */
@Entity('feed_changes')
export class FeedChangeEntity {
  /** Gap-free from 1 over the whole deployment. */
  @PrimaryColumn('bigint', { transformer: bigInteger })
  seq!: number;

  @Column('varchar')
  kind!: FeedChangeKind;

  @Column('varchar')
  ref!: string;

  /** Random. */
  @Column('varchar')
  mark!: string;
}

@Entity('idempotent_answers')
@Index('idempotent_answers_expiry', ['expiresAt'])
export class IdempotentAnswerEntity {
  @PrimaryColumn('varchar')
  principal!: string;

  @PrimaryColumn('varchar')
  route!: string;

  @PrimaryColumn('varchar')
  key!: string;

  @Column('varchar')
  tenant!: string;

  @Column('varchar', { name: 'body_hash' })
  bodyHash!: string;

  @Column('text')
  result!: string;

  @Column('varchar', { name: 'expires_at', transformer: milliseconds })
  expiresAt!: string;
}
