import type { ExportContent, ExportKind } from '@countersign/contract';
import { Column, Entity, Index, PrimaryColumn } from 'typeorm';
import { bigInteger, milliseconds } from './column-types.js';

/** Where a log is streamed to, and how far. */
@Entity('export_targets')
@Index('export_targets_of_log', ['side', 'log', 'id'])
@Index('export_targets_due', ['nextAt'])
export class ExportTargetEntity {
  @PrimaryColumn('varchar')
  id!: string;

  /** A tenant's slug, or `VENDOR_SIDE`. */
  @Column('varchar')
  side!: string;

  @Column('varchar')
  log!: string;

  @Column('varchar')
  kind!: ExportKind;

  @Column('text')
  name!: string;

  @Column('text')
  address!: string;

  @Column('varchar')
  content!: ExportContent;

  @Column('varchar', { name: 'splunk_index', nullable: true })
  splunkIndex!: string | null;

  @Column('text', { nullable: true })
  ca!: string | null;

  /** Token or signing secret, sealed under the master key; empty if there is none. */
  @Column('text', { name: 'sealed_secret' })
  sealedSecret!: string;

  /** The first leaf that was not acknowledged. */
  @Column('bigint', { name: 'next_index', transformer: bigInteger })
  next!: number;

  @Column('integer')
  claims!: number;

  @Column('integer')
  failures!: number;

  @Column('varchar', { name: 'next_at', transformer: milliseconds })
  nextAt!: string;

  @Column('varchar', { name: 'sent_at', nullable: true, transformer: milliseconds })
  sentAt!: string | null;

  @Column('varchar', { name: 'last_error', nullable: true })
  lastError!: string | null;

  @Column('varchar', { name: 'failed_at', nullable: true, transformer: milliseconds })
  failedAt!: string | null;

  @Column('varchar', { name: 'created_at', transformer: milliseconds })
  createdAt!: string;

  @Column('varchar', { name: 'created_by' })
  createdBy!: string;
}
