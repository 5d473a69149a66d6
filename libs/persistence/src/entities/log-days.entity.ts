import { Column, Entity, Index, PrimaryColumn } from 'typeorm';
import { bigInteger } from './column-types.js';

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
