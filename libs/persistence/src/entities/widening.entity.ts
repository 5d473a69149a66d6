import type { ControlsWidening, WideningState } from '@countersign/access';
import { Column, Entity, Index, PrimaryColumn } from 'typeorm';
import { jsonText, milliseconds } from './column-types.js';

/** A widening of privacy controls. A state follows another only as `legal_transitions` says, by trigger. */
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

  /** The tenant while it waits, so that the index keeps it the only one. */
  @Index('widenings_one_waits', { unique: true })
  @Column('varchar', { name: 'open_for', nullable: true })
  openFor!: string | null;

  @Column('varchar', { name: 'proposed_by' })
  by!: string;

  @Column('text', { name: 'controls_before', transformer: jsonText })
  before!: ControlsWidening['before'];

  @Column('text', { name: 'controls_after', transformer: jsonText })
  after!: ControlsWidening['after'];

  @Column('text', { transformer: jsonText })
  waits!: ControlsWidening['waits'];

  @Column('varchar', { nullable: true })
  proposal!: string | null;

  @Column('text', { transformer: jsonText })
  admins!: string[];

  @Column('text', { nullable: true, transformer: jsonText })
  confirmation!: ControlsWidening['confirmation'];

  @Column('varchar', { name: 'created_at', transformer: milliseconds })
  createdAt!: string;

  @Column('varchar', { name: 'due_at', transformer: milliseconds })
  dueAt!: string;

  @Column('varchar', { name: 'ended_at', nullable: true, transformer: milliseconds })
  endedAt!: string | null;
}
