import type { SupervisionCount } from '@countersign/access';
import type { ReviewSide } from '@countersign/contract';
import { Column, Entity, PrimaryColumn } from 'typeorm';
import { jsonText, milliseconds } from './column-types.js';

/** What one rule of supervision has counted of one engineer in one tenant. One row, however many calls there are. */
@Entity('supervision_counts')
export class SupervisionCountEntity {
  @PrimaryColumn('varchar')
  tenant!: string;

  @PrimaryColumn('varchar')
  side!: ReviewSide;

  @PrimaryColumn('varchar')
  rule!: string;

  @PrimaryColumn('varchar')
  person!: string;

  @Column('text', { transformer: jsonText })
  spans!: Pick<SupervisionCount, 'spanMs' | 'spans'>;

  @Column('varchar', { nullable: true, transformer: milliseconds })
  since!: string | null;

  @Column('varchar', { name: 'quiet_until', nullable: true, transformer: milliseconds })
  quietUntil!: string | null;
}
