import { Column, Entity, Index, PrimaryColumn } from 'typeorm';
import { bigInteger, milliseconds } from './instants.js';

/** A leaf of a tenant's log, with the columns that lists filter by. Append-only, by trigger. */
@Entity('events')
@Index('events_of_grant', ['tenant', 'grant', 'seq'])
@Index('events_of_request', ['tenant', 'request', 'seq'])
@Index('events_of_requester', ['tenant', 'requester', 'seq'])
@Index('events_of_time', ['tenant', 'at', 'seq'])
export class EventEntity {
  @PrimaryColumn('varchar')
  tenant!: string;

  /** Leaf index from 0, gap-free. */
  @PrimaryColumn('bigint', { transformer: bigInteger })
  seq!: number;

  @Column('varchar')
  type!: string;

  @Column('varchar', { transformer: milliseconds })
  at!: string;

  /** RFC 6962 leaf hash, `sha256:` + hex. */
  @Column('varchar')
  hash!: string;

  /** Canonical JSON of leaf v1. */
  @Column('text')
  leaf!: string;

  @Column('varchar', { name: 'request_id', nullable: true })
  request!: string | null;

  @Column('varchar', { name: 'grant_id', nullable: true })
  grant!: string | null;

  @Column('varchar', { nullable: true })
  requester!: string | null;
}
