import { Column, Entity, PrimaryColumn } from 'typeorm';

/** A broker that runs. One that was killed leaves its row behind, until another one starts. */
@Entity('broker_leases')
export class BrokerLeaseEntity {
  /** `brk_…` */
  @PrimaryColumn('varchar')
  id!: string;

  @Column('varchar', { name: 'started_at' })
  startedAt!: string;

  /** The broker moves it on as long as it runs. */
  @Column('varchar', { name: 'expires_at' })
  expiresAt!: string;
}

/** One row: whether this database continues what gateways and logs have seen of it. */
@Entity('continuity')
export class ContinuityEntity {
  @PrimaryColumn('varchar')
  id!: string;

  /** A time during which at least one broker ran without a break: the current one, or the last. Null before the first. */
  @Column('varchar', { nullable: true })
  uptime!: string | null;

  /** Since when gateways are refused that have received more than this database has; null if none was since the last restore. */
  @Column('varchar', { name: 'parted_at', nullable: true })
  partedAt!: string | null;

  /** When the last `countersign restore` was. */
  @Column('varchar', { name: 'restored_at', nullable: true })
  restoredAt!: string | null;
}
