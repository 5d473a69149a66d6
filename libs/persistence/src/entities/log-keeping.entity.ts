import type { DailyStatement, ReviewSide } from '@countersign/contract';
import { Column, Entity, PrimaryColumn } from 'typeorm';
import { bigInteger, milliseconds } from './column-types.js';

/** How a tenant's log is kept, if its admin has changed the defaults. */
@Entity('log_settings')
export class LogSettingsEntity {
  @PrimaryColumn('varchar')
  tenant!: string;

  @Column('integer', { name: 'erasure_after_days' })
  erasureAfterDays!: number;

  /** Null: leaves are never pruned. */
  @Column('integer', { name: 'retention_days', nullable: true })
  retentionDays!: number | null;

  @Column('varchar', { name: 'daily_statement', default: 'off' })
  dailyStatement!: DailyStatement;

  /** The UTC day whose statement is the next; null while none is wanted. */
  @Column('varchar', { name: 'next_statement', nullable: true })
  nextStatement!: string | null;
}

/** A statement of one UTC day's accesses. Append-only, by trigger. */
@Entity('statements')
export class StatementEntity {
  @PrimaryColumn('varchar')
  tenant!: string;

  @PrimaryColumn('varchar')
  day!: string;

  @Column('integer', { name: 'is_complete' })
  isComplete!: number;

  @Column('bigint', { transformer: bigInteger })
  accesses!: number;

  @Column('bigint', { transformer: bigInteger })
  size!: number;

  @Column('varchar')
  root!: string;

  @Column('text')
  note!: string;

  @Column('varchar', { name: 'made_at', transformer: milliseconds })
  madeAt!: string;
}

/** A log in which gateways are asked to sign their chains after this instant, also if nothing has happened. */
@Entity('head_wants')
export class HeadWantEntity {
  @PrimaryColumn('varchar')
  tenant!: string;

  @Column('varchar', { transformer: milliseconds })
  after!: string;
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
