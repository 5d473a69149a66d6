import type { ReviewSide } from '@countersign/access';
import { Column, Entity, PrimaryColumn } from 'typeorm';
import { bigInteger, milliseconds } from './column-types.js';

/** How a tenant's log is kept, if its admin has changed the defaults. */
@Entity('log_settings')
export class LogSettingsEntity {
  @PrimaryColumn('varchar')
  tenant!: string;

  @Column('integer', { name: 'erasure_after_days' })
  erasureAfterDays!: number;
}

/** A legal hold of one side. It is lifted by deleting the row; the log says when and by whom. */
@Entity('legal_holds')
export class LegalHoldEntity {
  @PrimaryColumn('varchar')
  tenant!: string;

  @PrimaryColumn('varchar')
  side!: ReviewSide;

  @Column('varchar')
  person!: string;

  @Column('varchar', { name: 'set_at', transformer: milliseconds })
  setAt!: string;
}

/** A value of a log that was erased. Append-only, by trigger. */
@Entity('erasures')
export class ErasureEntity {
  @PrimaryColumn('varchar')
  tenant!: string;

  @PrimaryColumn('varchar')
  commitment!: string;

  @Column('varchar')
  name!: string;

  /** Index of the leaf that was named. */
  @Column('bigint', { transformer: bigInteger })
  leaf!: number;

  /** Index of the leaf `opening.erased`. */
  @Column('bigint', { transformer: bigInteger })
  event!: number;

  @Column('varchar')
  person!: string;

  @Column('varchar', { transformer: milliseconds })
  at!: string;
}
