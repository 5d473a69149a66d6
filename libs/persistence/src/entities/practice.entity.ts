import type { PracticePasskey, PracticeRequest, PracticeState, PracticeTask } from '@countersign/access';
import type { PracticeResult } from '@countersign/contract';
import { Column, Entity, Index, PrimaryColumn, Unique } from 'typeorm';
import { jsonText, wholeSeconds } from './column-types.js';

/** In which quarter a tenant's approvers practise next. */
@Entity('practice_schedules')
@Index('practice_schedules_due', ['nextQuarter', 'tenant'])
export class PracticeScheduleEntity {
  @PrimaryColumn('varchar')
  tenant!: string;

  @Column('varchar', { name: 'next_quarter' })
  nextQuarter!: string;
}

/** A practice of all approvers. A state follows another only as `legal_transitions` says, by trigger. */
@Entity('practices')
@Index('practices_list', ['openedAt', 'id'])
@Index('practices_list_tenant', ['tenant', 'openedAt', 'id'])
@Index('practices_due', ['state', 'dueAt'])
@Unique('practices_one_an_occasion', ['tenant', 'occasion'])
export class PracticeEntity {
  @PrimaryColumn('varchar')
  id!: string;

  @Column('varchar')
  tenant!: string;

  @Column('varchar')
  occasion!: string;

  @Column('text', { transformer: jsonText })
  missed!: string[];

  @Column('varchar', { name: 'opened_by' })
  openedBy!: string;

  @Column('varchar')
  state!: PracticeState;

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
}

/** One approver's part. Its result is set once, by trigger. */
@Entity('practice_requests')
export class PracticeRequestEntity {
  @PrimaryColumn('varchar')
  practice!: string;

  @PrimaryColumn('varchar')
  person!: string;

  @Column('varchar')
  tenant!: string;

  @Column('text', { transformer: jsonText })
  task!: PracticeTask;

  @Column('varchar', { nullable: true })
  result!: PracticeResult | null;

  @Column('varchar', { nullable: true })
  decision!: PracticeRequest['decision'];

  @Column('varchar', { nullable: true })
  channel!: PracticeRequest['channel'];

  @Column('varchar', { nullable: true })
  passkey!: PracticePasskey | null;

  @Column('varchar', { name: 'settled_at', nullable: true, transformer: wholeSeconds })
  settledAt!: string | null;
}
