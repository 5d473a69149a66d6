import type {
  AccessRequest,
  Pause,
  RequestOrigin,
  ReviewNeeds,
  StageProgress,
  Wait,
} from '@countersign/access';
import type { Basis, RequestState, Terms } from '@countersign/contract';
import { Column, Entity, Index, PrimaryColumn } from 'typeorm';
import { jsonText, wholeSeconds } from './column-types.js';
import { FilterIndices } from './filter-indices.js';

@Entity('requests')
@FilterIndices('requests', ['createdAt', 'id'])
@Index('requests_due', ['state', 'lapsesAt'])
@Index('requests_invitation', ['invitation', 'state'])
@Index('requests_legal', ['createdAt', 'id'], { where: "basis = 'legal'" })
export class RequestEntity implements Omit<AccessRequest, 'demand'> {
  @PrimaryColumn('varchar')
  id!: string;

  @Column('varchar')
  tenant!: string;

  @Column('varchar')
  service!: string;

  @Column('varchar')
  requester!: string;

  @Column('varchar')
  state!: RequestState;

  @Column('integer')
  version!: number;

  @Column('varchar')
  digest!: string;

  @Column('text', { transformer: jsonText })
  terms!: Terms;

  @Column('text', { transformer: jsonText })
  needs!: ReviewNeeds;

  @Column('text', { transformer: jsonText })
  asked!: RequestOrigin;

  /** The kind of reason that the requester stated. */
  @Column('varchar', { name: 'reason_code', nullable: true })
  reasonCode!: string | null;

  @Column('varchar', { name: 'created_at', transformer: wholeSeconds })
  createdAt!: string;

  @Column('varchar', { name: 'lapses_at', transformer: wholeSeconds })
  lapsesAt!: string;

  @Column('varchar', { name: 'ended_at', nullable: true, transformer: wholeSeconds })
  endedAt!: string | null;

  /** The stage that it waits for, with its times. */
  @Column('text', { nullable: true, transformer: jsonText })
  stage!: StageProgress | null;

  @Column('integer')
  reminders!: number;

  /** When the next reminder is due (`nextReminderAt`); null if none will be. */
  @Index('requests_remind')
  @Column('varchar', { name: 'remind_at', nullable: true, transformer: wholeSeconds })
  remindAt!: string | null;

  @Index('requests_grant')
  @Column('varchar', { name: 'grant_id', nullable: true })
  grant!: string | null;

  @Column('text', { transformer: jsonText })
  waits!: Wait[];

  @Column('text', { nullable: true, transformer: jsonText })
  pause!: Pause | null;

  /** As in the terms. */
  @Column('varchar')
  basis!: Basis;

  /** The government demand that it answers (`dem_…`). */
  @Column('varchar', { nullable: true })
  demand!: string | null;
  /** See `AccessRequest`. */
  @Column('varchar', { nullable: true })
  notice!: string | null;

  /** Hash of the invitation's statement. */
  @Column('varchar', { nullable: true })
  invitation!: string | null;
}
