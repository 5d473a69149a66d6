import type { EventType } from '@countersign/contract';
import { Column, Entity, Index, PrimaryColumn } from 'typeorm';
import { bigInteger, hashList, milliseconds } from './column-types.js';

/** Types of leaves with an index of their own. */
export const MARKS = [
  'gateway.gap',
  'gateway.head',
  'gateway.mismatch',
  'log.sealed',
  'log.unsealed',
  'standing.stated',
  'tenant.add',
  'tenant.change',
] as const satisfies readonly EventType[];

/**
 * A leaf of a tenant's log, with the columns that lists filter by. Append-only, by trigger: only leaves before
 * `log_heads.pruned_before` can be deleted.
 */
@Entity('events')
@Index('events_of_grant', ['tenant', 'grant', 'seq'])
@Index('events_of_request', ['tenant', 'request', 'seq'])
@Index('events_of_requester', ['tenant', 'requester', 'seq'])
@Index('events_of_time', ['tenant', 'at', 'seq'])
// Few leaves in a log of calls: those that statements look for.
@Index('events_marks', ['tenant', 'type', 'at'], {
  where: `type IN (${MARKS.map((type) => `'${type}'`).join(', ')})`,
})
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

  /** The tree's compact range (RFC 6962): all that is needed to append a leaf and to compute the root. */
  @Column('text', { transformer: hashList })
  range!: Uint8Array[];

  /** Number of leaves up to and including the newest one that grants depend on. In the deployment's log only. */
  @Column('bigint', { name: 'relied_on', nullable: true, transformer: bigInteger })
  reliedOn!: number | null;

  /** Leaves before this index have been pruned; null: none. A multiple of 256; never shrinks, by trigger. */
  @Column('bigint', { name: 'pruned_before', nullable: true, transformer: bigInteger })
  prunedBefore!: number | null;

  /** The time of the newest leaf that was pruned; null: none. */
  @Column('varchar', { name: 'pruned_until', nullable: true })
  prunedUntil!: string | null;

  /** The uptime of brokers in which leaves were appended last (`ContinuityEntity`); null: none since the last restore. */
  @Column('varchar', { nullable: true })
  uptime!: string | null;

  /** Number of leaves that there were before the first one of that uptime. */
  @Column('bigint', { name: 'uptime_from', nullable: true, transformer: bigInteger })
  uptimeFrom!: number | null;
}

/**
 * The hash of a full tile of a log (C2SP tlog-tiles): a hash of the tile on the level above. The leaves' own hashes are
 * in `events`. Append-only, by trigger.
 */
@Entity('log_nodes')
export class LogNodeEntity {
  @PrimaryColumn('varchar')
  tenant!: string;

  /** Of the tile that has this hash in it, from 1. */
  @PrimaryColumn('integer')
  level!: number;

  @PrimaryColumn('bigint', { name: 'node', transformer: bigInteger })
  index!: number;

  /** RFC 6962 node hash, `sha256:` + hex. */
  @Column('varchar')
  hash!: string;
}

/** The newest checkpoint of a log that was signed. A log never signs two roots at one size, nor goes back. */
@Entity('log_checkpoints')
export class LogCheckpointEntity {
  /** The tenant's slug, or `deployment`. */
  @PrimaryColumn('varchar')
  tenant!: string;

  @PrimaryColumn('integer')
  epoch!: number;

  /** Never shrinks, by trigger. */
  @Column('bigint', { transformer: bigInteger })
  size!: number;

  /** Padded base64. */
  @Column('varchar')
  root!: string;

  /** The C2SP signed note. Cosignatures of witnesses are added to it. */
  @Column('text')
  note!: string;

  @Column('varchar', { name: 'signed_at', transformer: milliseconds })
  signedAt!: string;
}

/** A log that has the leaf `log.key` of a key. Append-only, by trigger: no log has two. */
@Entity('log_hand_overs')
export class LogHandOverEntity {
  @PrimaryColumn('varchar')
  tenant!: string;

  @PrimaryColumn('varchar')
  kid!: string;

  /** The leaf's index. */
  @Column('bigint', { transformer: bigInteger })
  seq!: number;
}

/** The largest checkpoint that a log's own key signed and this database does not have: it went back, or was changed. */
@Entity('log_sightings')
export class LogSightingEntity {
  @PrimaryColumn('varchar')
  tenant!: string;

  @Column('integer')
  epoch!: number;

  @Column('bigint', { transformer: bigInteger })
  size!: number;

  /** Padded base64. */
  @Column('varchar')
  root!: string;

  /** The C2SP signed note. */
  @Column('text')
  note!: string;

  @Column('varchar', { name: 'seen_at', transformer: milliseconds })
  seenAt!: string;
}

/** What a witness of a log signed last, and why not more. */
@Entity('witness_states')
export class WitnessStateEntity {
  @PrimaryColumn('varchar')
  tenant!: string;

  /** The witness's verifier key. */
  @PrimaryColumn('varchar')
  vkey!: string;

  @Column('integer')
  epoch!: number;

  @Column('bigint', { nullable: true, transformer: bigInteger })
  size!: number | null;

  @Column('varchar', { name: 'signed_at', nullable: true })
  signedAt!: string | null;

  @Column('varchar', { nullable: true })
  error!: string | null;

  /** The checkpoint with its cosignature, a C2SP signed note. */
  @Column('text', { nullable: true })
  note!: string | null;

  @Column('varchar', { name: 'alarmed_at', nullable: true })
  alarmedAt!: string | null;
}

/** The personal value behind a commitment, with its salt. Deleting a row erases the value; the log stays whole. */
@Entity('openings')
export class OpeningEntity {
  @PrimaryColumn('varchar')
  commitment!: string;

  @PrimaryColumn('varchar')
  tenant!: string;

  @Column('varchar')
  name!: string;

  @Column('text')
  value!: string;

  @Column('varchar')
  salt!: string;
}
