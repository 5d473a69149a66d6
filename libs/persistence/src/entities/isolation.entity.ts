import type { IsolationReport } from '@countersign/access';
import { Column, Entity, PrimaryColumn } from 'typeorm';
import { jsonText } from './column-types.js';

/** The isolation test of one UTC day. */
@Entity('isolation_runs')
export class IsolationRunEntity {
  @PrimaryColumn('varchar')
  day!: string;

  /** Until when one broker has the test for itself; milliseconds, so that it compares as text. Empty: no one has had it. */
  @Column('varchar', { name: 'claimed_until' })
  claimedUntil!: string;

  /** NULL until the test has ended. */
  @Column('text', { nullable: true, transformer: jsonText })
  report!: IsolationReport | null;

  @Column('varchar', { name: 'ended_at', nullable: true })
  endedAt!: string | null;

  /** The slug of the last tenant whose log has the result. Empty: none. */
  @Column('varchar', { name: 'stated_through' })
  statedThrough!: string;
}
