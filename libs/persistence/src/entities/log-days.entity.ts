import { Column, Entity, Index, PrimaryColumn } from 'typeorm';
import { bigInteger, milliseconds } from './column-types.js';

/** How far a tenant's daily leaves are written. Days are UTC, `YYYY-MM-DD`, so that they compare as text. */
@Entity('log_days')
@Index('log_days_to_seal', ['nextDay', 'tenant'])
@Index('log_days_to_open', ['nextOpening', 'tenant'])
export class LogDaysEntity {
  @PrimaryColumn('varchar')
  tenant!: string;

  /** The first day without its sealed leaf; never goes back, by trigger. */
  @Column('varchar', { name: 'next_day' })
  nextDay!: string;

  /** The first day whose seal is closed. */
  @Column('varchar', { name: 'next_opening' })
  nextOpening!: string;

  /** The size of the deployment's log that the tenant's newest `deployment.checkpoint` leaf names. */
  @Column('bigint', { transformer: bigInteger })
  recorded!: number;

  /** The tenant's key for closed seals, sealed under the master key. Null until the first seal. */
  @Column('text', { name: 'sealed_key', nullable: true })
  sealedKey!: string | null;

  /** How many leaves of the sealed sub-log the seals that are open cover; null before the first that covers any. */
  @Column('bigint', { name: 'opened_size', nullable: true, transformer: bigInteger })
  openedSize!: number | null;
}

/** What the sealed leaf of one day commits to. Deleted when the seal opens: from then on it is an opening. */
@Entity('day_seals')
export class DaySealEntity {
  @PrimaryColumn('varchar')
  tenant!: string;

  @PrimaryColumn('varchar')
  day!: string;

  /** Index of the leaf. */
  @Column('bigint', { transformer: bigInteger })
  leaf!: number;

  @Column('varchar')
  commitment!: string;

  /**
   * Salt and value, encrypted under the tenant's own key (`log_days.sealed_key`), not under the master key: a rotation leaves
   * it as it is. The same length on every day.
   */
  @Column('text')
  content!: string;
}

/** A leaf of a tenant's sealed sub-log. Append-only, by trigger. */
@Entity('sealed_leaves')
@Index('sealed_leaves_of_demand', ['tenant', 'demand', 'seq'])
export class SealedLeafEntity {
  @PrimaryColumn('varchar')
  tenant!: string;

  /** The sub-log's own counter, from 0. */
  @PrimaryColumn('bigint', { transformer: bigInteger })
  seq!: number;

  @Column('varchar')
  demand!: string;

  @Column('varchar', { transformer: milliseconds })
  at!: string;

  /** RFC 6962 leaf hash. */
  @Column('varchar')
  hash!: string;

  /** The leaf with its openings, encrypted under the tenant's own key. */
  @Column('text')
  content!: string;
}

/** A leaf of the sealed sub-log that stands in the tenant's log by now. Append-only, by trigger. */
@Entity('opened_leaves')
export class OpenedLeafEntity {
  @PrimaryColumn('varchar')
  tenant!: string;

  @PrimaryColumn('bigint', { transformer: bigInteger })
  seq!: number;

  /** Its index in the tenant's log. */
  @Column('bigint', { transformer: bigInteger })
  leaf!: number;
}
