import type { Widening } from '@countersign/access';
import type { WideningState } from '@countersign/contract';
import { Column, Entity, Index, PrimaryColumn } from 'typeorm';
import { jsonText, milliseconds } from './column-types.js';

/** A widening of privacy controls, or of who decides. A state follows another only as `legal_transitions` says, by trigger. */
@Entity('widenings')
@Index('widenings_list_tenant', ['tenant', 'createdAt', 'id'])
@Index('widenings_list_tenant_state', ['tenant', 'state', 'createdAt', 'id'])
@Index('widenings_due', ['state', 'dueAt'])
export class WideningEntity {
  @PrimaryColumn('varchar')
  id!: string;

  @Column('varchar')
  tenant!: string;

  @Column('varchar')
  state!: WideningState;

  @Column('integer')
  version!: number;

  /** Whom it is about while it waits, the person or the tenant, so that the index keeps it the only one. */
  @Index('widenings_one_waits', { unique: true })
  @Column('varchar', { name: 'open_for', nullable: true })
  openFor!: string | null;

  /** NULL: it is about the tenant's controls. */
  @Column('varchar', { nullable: true })
  person!: string | null;

  @Column('varchar', { name: 'proposed_by' })
  by!: string;

  @Column('text', { name: 'controls_before', transformer: jsonText })
  before!: Widening['before'];

  @Column('text', { name: 'controls_after', transformer: jsonText })
  after!: Widening['after'];

  @Column('text', { transformer: jsonText })
  waits!: Widening['waits'];

  @Column('varchar', { nullable: true })
  proposal!: string | null;

  @Column('text', { transformer: jsonText })
  admins!: string[];

  @Column('text', { nullable: true, transformer: jsonText })
  confirmation!: Widening['confirmation'];

  @Column('varchar', { name: 'created_at', transformer: milliseconds })
  createdAt!: string;

  @Column('varchar', { name: 'due_at', transformer: milliseconds })
  dueAt!: string;

  @Column('varchar', { name: 'ended_at', nullable: true, transformer: milliseconds })
  endedAt!: string | null;
}
