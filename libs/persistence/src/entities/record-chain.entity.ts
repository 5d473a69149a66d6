import type { ChainVouch, RecordChain } from '@countersign/access';
import { Column, Entity, Index, PrimaryColumn } from 'typeorm';
import { bigInteger, jsonText } from './column-types.js';

/** The last record taken of a gateway's chain, one chain per (tenant, gateway, boot), and the last signed one. */
@Entity('record_chains')
@Index('record_chains_open', ['gateway', 'closedAt', 'tenant'])
export class RecordChainEntity implements RecordChain {
  @PrimaryColumn('varchar')
  tenant!: string;

  @PrimaryColumn('varchar')
  gateway!: string;

  @PrimaryColumn('varchar')
  boot!: string;

  @Column('bigint', { transformer: bigInteger })
  seq!: number;

  @Column('varchar')
  hash!: string;

  @Column('text', { nullable: true, transformer: jsonText })
  head!: ChainVouch | null;

  @Column('varchar', { name: 'moved_at' })
  movedAt!: string;

  @Column('varchar', { name: 'closed_at', nullable: true })
  closedAt!: string | null;
}
