import type { DisclosureAnswer, DisclosureContent } from '@countersign/access';
import type { DisclosureState } from '@countersign/contract';
import { Column, Entity, Index, PrimaryColumn } from 'typeorm';
import { jsonText, wholeSeconds } from './column-types.js';

/** The duty to explain an emergency. A state follows another only as `legal_transitions` says, by trigger. */
@Entity('disclosures')
@Index('disclosures_list', ['startedAt', 'id'])
@Index('disclosures_list_tenant', ['tenant', 'startedAt', 'id'])
@Index('disclosures_list_requester', ['requester', 'startedAt', 'id'])
@Index('disclosures_list_state', ['state', 'startedAt', 'id'])
@Index('disclosures_list_tenant_state', ['tenant', 'state', 'startedAt', 'id'])
@Index('disclosures_list_requester_state', ['requester', 'state', 'startedAt', 'id'])
@Index('disclosures_due', ['state', 'dueAt'])
export class DisclosureEntity {
  /** The grant. */
  @PrimaryColumn('varchar')
  id!: string;

  @Column('varchar')
  request!: string;

  @Column('varchar')
  tenant!: string;

  @Column('varchar')
  service!: string;

  @Column('varchar')
  requester!: string;

  @Column('text', { transformer: jsonText })
  reviewers!: string[];

  @Column('varchar')
  state!: DisclosureState;

  @Column('integer')
  version!: number;

  @Column('varchar', { name: 'started_at', transformer: wholeSeconds })
  startedAt!: string;

  @Column('varchar', { name: 'due_at', transformer: wholeSeconds })
  dueAt!: string;

  @Column('varchar', { name: 'late_at', nullable: true, transformer: wholeSeconds })
  lateAt!: string | null;

  @Column('text', { nullable: true, transformer: jsonText })
  content!: DisclosureContent | null;

  @Column('text', { nullable: true, transformer: jsonText })
  answer!: DisclosureAnswer | null;
}
