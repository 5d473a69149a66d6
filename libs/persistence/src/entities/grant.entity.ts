import type { GrantEndReason, GrantState } from '@countersign/access';
import { Column, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm';
import { FilterIndices } from './filter-indices.js';
import { bigInteger, wholeSeconds } from './instants.js';
import { RequestEntity } from './request.entity.js';

@Entity('grants')
@FilterIndices('grants', ['startsAt', 'id'])
@Index('grants_due', ['state', 'endsAt'])
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

  @Column('varchar')
  state!: GrantState;

  @Column('integer')
  version!: number;

  @Column('varchar', { name: 'starts_at', transformer: wholeSeconds })
  startsAt!: string;

  @Column('varchar', { name: 'ends_at', transformer: wholeSeconds })
  endsAt!: string;

  @Column('varchar', { name: 'ended_at', nullable: true, transformer: wholeSeconds })
  endedAt!: string | null;

  @Column('varchar', { name: 'end_reason', nullable: true })
  endReason!: GrantEndReason | null;

  @Column('bigint', { name: 'used_calls', transformer: bigInteger })
  usedCalls!: number;

  @Column('bigint', { name: 'used_bytes', transformer: bigInteger })
  usedBytes!: number;
}
