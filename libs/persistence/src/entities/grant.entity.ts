import type { Basis, GrantEndReason, GrantState } from '@countersign/contract';
import { Column, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm';
import { bigInteger, wholeSeconds } from './column-types.js';
import { FilterIndices } from './filter-indices.js';
import { RequestEntity } from './request.entity.js';

@Entity('grants')
@FilterIndices('grants', ['createdAt', 'id'])
@Index('grants_legal', ['createdAt', 'id'], { where: "basis = 'legal'" })
export class GrantEntity {
  @PrimaryColumn('varchar')
  id!: string;

  @Index('grants_one_per_request', { unique: true })
  @ForeignKey(() => RequestEntity, { name: 'grants_request_fk' })
  @Column('varchar', { name: 'request_id' })
  request!: string;

  @Column('varchar')
  tenant!: string;

  @Column('varchar')
  service!: string;

  @Column('varchar')
  requester!: string;

  @Index('grants_one_per_digest', { unique: true })
  @Column('varchar')
  digest!: string;

  /** As in the terms. */
  @Column('varchar')
  basis!: Basis;

  @Column('varchar')
  state!: GrantState;

  @Column('integer')
  version!: number;

  /** Digest of the grant that this one extends. */
  @Index('grants_extends')
  @Column('varchar', { nullable: true })
  extends!: string | null;

  @Column('varchar', { name: 'created_at', transformer: wholeSeconds })
  createdAt!: string;

  @Column('varchar', { name: 'starts_at', nullable: true, transformer: wholeSeconds })
  startsAt!: string | null;

  @Column('varchar', { name: 'ends_at', nullable: true, transformer: wholeSeconds })
  endsAt!: string | null;

  @Column('varchar', { name: 'use_by', nullable: true, transformer: wholeSeconds })
  useBy!: string | null;

  @Column('varchar', { name: 'warned_at', nullable: true, transformer: wholeSeconds })
  warnedAt!: string | null;

  /** When the clock's job must look at it next (`dueAt`); null once it has ended. */
  @Index('grants_due')
  @Column('varchar', { name: 'due_at', nullable: true, transformer: wholeSeconds })
  dueAt!: string | null;

  @Column('varchar', { name: 'ended_at', nullable: true, transformer: wholeSeconds })
  endedAt!: string | null;

  @Column('varchar', { name: 'end_reason', nullable: true })
  endReason!: GrantEndReason | null;

  /** The person who ended it; null where time, a rule or the host did. */
  @Column('varchar', { name: 'ended_by', nullable: true })
  endedBy!: string | null;

  @Column('bigint', { name: 'used_calls', transformer: bigInteger })
  usedCalls!: number;

  @Column('bigint', { name: 'used_bytes', transformer: bigInteger })
  usedBytes!: number;

  @Column('bigint', { name: 'refused_calls', transformer: bigInteger })
  refusedCalls!: number;
}
