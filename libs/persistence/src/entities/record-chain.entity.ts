import { Column, Entity, PrimaryColumn } from 'typeorm';
import { bigInteger } from './instants.js';

/** The last record taken of a gateway's chain, one chain per (tenant, gateway, boot). */
@Entity('record_chains')
export class RecordChainEntity {
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
}
