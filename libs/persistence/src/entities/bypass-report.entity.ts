import type { BypassedCall } from '@countersign/access';
import { Column, Entity, Index, PrimaryColumn, Unique } from 'typeorm';
import { jsonText, wholeSeconds } from './column-types.js';

/** A report of calls that bypassed the gateway. It is only added. */
@Entity('bypass_reports')
@Unique('bypass_reports_once', ['tenant', 'digest'])
@Index('bypass_reports_newest', ['tenant', 'id'])
export class BypassReportEntity {
  @PrimaryColumn('varchar')
  id!: string;

  @Column('varchar')
  tenant!: string;

  @Column('varchar')
  service!: string;

  @Column('varchar', { name: 'span_from', transformer: wholeSeconds })
  from!: string;

  @Column('varchar', { name: 'span_to', transformer: wholeSeconds })
  to!: string;

  @Column('integer')
  passed!: number;

  @Column('integer')
  refused!: number;

  @Column('text', { transformer: jsonText })
  calls!: BypassedCall[];

  @Column('varchar')
  digest!: string;

  @Column('varchar', { name: 'reported_by' })
  reportedBy!: string;

  @Column('varchar', { name: 'reported_at', transformer: wholeSeconds })
  reportedAt!: string;
}
