import { Column, Entity, PrimaryColumn } from 'typeorm';

/** A published transparency report. Append-only, by trigger. */
@Entity('transparency_reports')
export class PublishedReportEntity {
  /** `2026-H2` */
  @PrimaryColumn('varchar')
  period!: string;

  @Column('text')
  document!: string;

  @Column('text')
  note!: string;

  @Column('varchar', { name: 'published_at' })
  publishedAt!: string;
}
