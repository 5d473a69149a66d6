import { Column, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm';
import { bigInteger } from './column-types.js';
import { GrantEntity } from './grant.entity.js';

/** A part of a grant's budget in the hands of one boot of one gateway, with what its records prove. */
@Entity('budget_leases')
@Index('budget_leases_gateway', ['gateway', 'boot', 'closedAt'])
export class BudgetLeaseEntity {
  @ForeignKey(() => GrantEntity, { name: 'budget_leases_grant_fk' })
  @PrimaryColumn('varchar', { name: 'grant_id' })
  grant!: string;

  @PrimaryColumn('varchar')
  gateway!: string;

  @PrimaryColumn('varchar')
  boot!: string;

  @Column('varchar')
  tenant!: string;

  @Column('bigint', { transformer: bigInteger })
  turn!: number;

  @Column('bigint', { name: 'held_calls', transformer: bigInteger })
  heldCalls!: number;

  @Column('bigint', { name: 'held_bytes', transformer: bigInteger })
  heldBytes!: number;

  @Column('bigint', { name: 'used_calls', transformer: bigInteger })
  usedCalls!: number;

  @Column('bigint', { name: 'used_bytes', transformer: bigInteger })
  usedBytes!: number;

  @Column('bigint', { name: 'ended_calls', transformer: bigInteger })
  endedCalls!: number;

  @Column('bigint', { name: 'lost_calls', transformer: bigInteger })
  lostCalls!: number;

  @Column('varchar', { name: 'closed_at', nullable: true })
  closedAt!: string | null;
}
