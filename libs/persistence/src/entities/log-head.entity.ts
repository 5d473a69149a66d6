import { Column, Entity, PrimaryColumn } from 'typeorm';
import { hashList } from './hash-list.js';
import { bigInteger } from './instants.js';

/** How far a log has grown. A writing unit bumps `units` before it reads anything: that orders the tenant's units. */
@Entity('log_heads')
export class LogHeadEntity {
  @PrimaryColumn('varchar')
  tenant!: string;

  /** Number of leaves; never shrinks, by trigger. */
  @Column('bigint', { transformer: bigInteger })
  size!: number;

  @Column('bigint', { transformer: bigInteger })
  units!: number;

  /** The tree's compact range (RFC 6962): what it takes to append a leaf and to tell the root. */
  @Column('text', { nullable: true, transformer: hashList })
  range!: Uint8Array[];
}
