import type { DemandAction } from '@countersign/access';
import type { DemandKind, DemandState, RedirectOutcome } from '@countersign/contract';
import { Column, Entity, Index, PrimaryColumn } from 'typeorm';
import { bigInteger, milliseconds } from './column-types.js';

/** A government's demand. What reports count is plain; all else is sealed under a key of the demand. Append-only, by trigger. */
@Entity('demands')
@Index('demands_received', ['receivedAt'])
@Index('demands_gagged', ['gagUntil'])
export class DemandEntity {
  @PrimaryColumn('varchar')
  id!: string;

  @Column('varchar')
  country!: string;

  @Column('varchar')
  kind!: DemandKind;

  @Column('varchar', { name: 'received_at', transformer: milliseconds })
  receivedAt!: string;

  @Column('varchar', { name: 'due_at', nullable: true, transformer: milliseconds })
  dueAt!: string | null;

  /** As recorded at intake. Extensions are steps. */
  @Column('varchar', { name: 'gag_until', nullable: true, transformer: milliseconds })
  gagUntil!: string | null;

  /** How many accounts it names. */
  @Column('integer')
  accounts!: number;

  @Column('text')
  content!: string;

  @Column('varchar', { name: 'created_at', transformer: milliseconds })
  createdAt!: string;

  @Column('varchar', { name: 'created_by' })
  createdBy!: string;
}

/** The key of a demand, sealed under the master key. A rotation of the master key seals it again; nothing deletes it. */
@Entity('demand_keys')
export class DemandKeyEntity {
  @PrimaryColumn('varchar')
  demand!: string;

  @Column('text', { name: 'sealed_key' })
  sealedKey!: string;
}

/** A tenant that a demand is about. Append-only, by trigger. */
@Entity('demand_tenants')
@Index('demand_tenants_of', ['slug', 'demand'])
export class DemandTenantEntity {
  @PrimaryColumn('varchar')
  demand!: string;

  @PrimaryColumn('varchar')
  slug!: string;
}

/** A step of a demand. Append-only, by trigger, which also holds the state machine and the order. */
@Entity('demand_steps')
export class DemandStepEntity {
  @PrimaryColumn('varchar')
  demand!: string;

  @PrimaryColumn('integer')
  seq!: number;

  @Column('varchar')
  action!: DemandAction;

  @Column('varchar', { name: 'from_state', nullable: true })
  fromState!: DemandState | null;

  @Column('varchar', { name: 'to_state' })
  toState!: DemandState;

  @Column('varchar')
  person!: string;

  @Column('varchar', { transformer: milliseconds })
  at!: string;

  @Column('varchar', { nullable: true })
  outcome!: RedirectOutcome | null;

  @Column('integer', { name: 'with_content', nullable: true })
  withContent!: number | null;

  @Column('integer', { nullable: true })
  accounts!: number | null;

  @Column('varchar', { nullable: true, transformer: milliseconds })
  until!: string | null;

  @Column('varchar', { nullable: true })
  document!: string | null;

  @Column('varchar', { name: 'grant_id', nullable: true })
  grant!: string | null;

  /** Reason and scope, sealed. */
  @Column('text')
  content!: string;
}

/** A document of a demand, sealed. Append-only, by trigger. */
@Entity('demand_documents')
export class DemandDocumentEntity {
  @PrimaryColumn('varchar')
  demand!: string;

  @PrimaryColumn('varchar')
  sha256!: string;

  @Column('integer')
  bytes!: number;

  @Column('varchar', { transformer: milliseconds })
  at!: string;

  @Column('varchar')
  person!: string;

  /** Its name. */
  @Column('text')
  name!: string;

  @Column('text')
  content!: string;
}

/** A log that keeps the access of a demand under a gag apart from its tenant's log. */
@Entity('sealed_logs')
@Index('sealed_logs_of_demand', ['demand', 'tenant'], { unique: true })
@Index('sealed_logs_of_tenant', ['tenant', 'slug'])
export class SealedLogEntity {
  /** The log's name, which stands for the tenant in every row of that access. */
  @PrimaryColumn('varchar')
  slug!: string;

  @Column('varchar')
  tenant!: string;

  @Column('varchar')
  demand!: string;

  @Column('varchar', { name: 'created_at', transformer: milliseconds })
  createdAt!: string;

  /** Since when its tenant may read it. */
  @Column('varchar', { name: 'opened_at', nullable: true, transformer: milliseconds })
  openedAt!: string | null;

  /** How many leaves the newest head covers that the sealed sub-log or the tenant's log has of it. */
  @Column('bigint', { transformer: bigInteger })
  recorded!: number;
}
