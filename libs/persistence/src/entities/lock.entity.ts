import type { LockKind, ReviewSide } from '@countersign/contract';
import { Column, Entity, Index, PrimaryColumn } from 'typeorm';
import { wholeSeconds } from './column-types.js';

@Entity('locks')
@Index('locks_binding', ['kind', 'name', 'liftedAt'])
@Index('locks_list', ['liftedAt', 'createdAt', 'id'])
@Index('locks_list_tenant', ['tenant', 'liftedAt', 'createdAt', 'id'])
@Index('locks_due', ['liftedAt', 'expiresAt'])
export class LockEntity {
  @PrimaryColumn('varchar')
  id!: string;

  @Column('varchar')
  kind!: LockKind;

  @Column('varchar')
  name!: string;

  /** The tenant that it binds; `deployment` if it binds all. */
  @Column('varchar')
  tenant!: string;

  @Column('varchar')
  side!: ReviewSide;

  @Column('text')
  reason!: string;

  /** `job` if a rule did. */
  @Column('varchar')
  person!: string;

  /** The rule of supervision that set it. */
  @Column('varchar', { nullable: true })
  rule!: string | null;

  @Column('varchar', { name: 'created_at', transformer: wholeSeconds })
  createdAt!: string;

  @Column('varchar', { name: 'expires_at', nullable: true, transformer: wholeSeconds })
  expiresAt!: string | null;

  @Column('varchar', { name: 'lifted_at', nullable: true, transformer: wholeSeconds })
  liftedAt!: string | null;
}
