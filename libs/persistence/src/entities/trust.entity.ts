import type { EnrolledPasskey, RelayedStop, ResetState, TrustProposal } from '@countersign/access';
import type {
  LiftStatement,
  PasskeyJwk,
  ProposalState,
  RecoveryJwk,
  Signature,
  StopStatement,
  TrustDocument,
} from '@countersign/contract';
import { Column, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm';
import { jsonText, milliseconds } from './column-types.js';
import { PersonEntity } from './person.entity.js';

@Entity('passkeys')
@Index('passkeys_tenant', ['tenant', 'removedAt', 'person'])
export class PasskeyEntity {
  @PrimaryColumn('varchar')
  id!: string;

  @Column('varchar')
  tenant!: string;

  @ForeignKey(() => PersonEntity, { name: 'passkeys_person_fk' })
  @Column('varchar')
  person!: string;

  @Column('text')
  name!: string;

  @Column('text', { transformer: jsonText })
  jwk!: PasskeyJwk;

  @Column('text', { name: 'client_data_json' })
  clientDataJson!: string;

  @Column('text', { name: 'attestation_object' })
  attestationObject!: string;

  @Column('varchar', { name: 'rp_id' })
  rpId!: string;

  @Column('varchar', { name: 'active_from', nullable: true })
  activeFrom!: string | null;

  @Column('varchar', { name: 'confirmed_by', nullable: true })
  confirmedBy!: string | null;

  @Column('text', { nullable: true, transformer: jsonText })
  consent!: EnrolledPasskey['consent'];

  @Column('varchar', { name: 'created_at', transformer: milliseconds })
  createdAt!: string;

  @Column('varchar', { name: 'removed_at', nullable: true })
  removedAt!: string | null;
}

@Entity('recovery_keys')
@Index('recovery_keys_tenant', ['tenant', 'removedAt', 'person'])
export class RecoveryKeyEntity {
  @PrimaryColumn('varchar')
  id!: string;

  @Column('varchar')
  tenant!: string;

  @ForeignKey(() => PersonEntity, { name: 'recovery_keys_person_fk' })
  @Column('varchar')
  person!: string;

  @Column('text', { transformer: jsonText })
  jwk!: RecoveryJwk;

  @Column('varchar', { name: 'created_at', transformer: milliseconds })
  createdAt!: string;

  @Column('varchar', { name: 'removed_at', nullable: true })
  removedAt!: string | null;
}

/** Append-only, by trigger. */
@Entity('trust_versions')
@Index('trust_versions_ending', ['validUntil'])
export class TrustVersionEntity {
  @PrimaryColumn('varchar')
  tenant!: string;

  @PrimaryColumn('integer')
  chain!: number;

  @PrimaryColumn('integer')
  seq!: number;

  @Index('trust_versions_hash', { unique: true })
  @Column('varchar')
  hash!: string;

  @Column('text', { transformer: jsonText })
  document!: TrustDocument;

  @Column('text', { transformer: jsonText })
  signatures!: Signature<TrustDocument>[];

  @Column('varchar', { name: 'valid_until', transformer: milliseconds })
  validUntil!: string;

  @Column('varchar', { name: 'adopted_at', transformer: milliseconds })
  adoptedAt!: string;
}

@Entity('trust_proposals')
export class TrustProposalEntity {
  @PrimaryColumn('varchar')
  id!: string;

  @Column('varchar')
  tenant!: string;

  @Column('varchar')
  state!: ProposalState;

  @Column('integer')
  version!: number;

  /** The tenant while it is open, so that the index keeps it the only one. */
  @Index('trust_proposals_one_open', { unique: true })
  @Column('varchar', { name: 'open_for', nullable: true })
  openFor!: string | null;

  @Column('varchar')
  hash!: string;

  @Column('text', { transformer: jsonText })
  document!: TrustDocument;

  @Column('text', { nullable: true, transformer: jsonText })
  controls!: TrustProposal['controls'];

  @Column('varchar', { name: 'proposed_by' })
  by!: string;

  @Column('varchar', { name: 'created_at', transformer: milliseconds })
  createdAt!: string;

  @Column('varchar', { name: 'ended_at', nullable: true })
  endedAt!: string | null;
}

@Entity('trust_resets')
export class TrustResetEntity {
  @PrimaryColumn('varchar')
  id!: string;

  @Column('varchar')
  tenant!: string;

  @Column('varchar')
  state!: ResetState;

  /** The tenant while it is open, so that the index keeps it the only one. */
  @Index('trust_resets_one_open', { unique: true })
  @Column('varchar', { name: 'open_for', nullable: true })
  openFor!: string | null;

  @Column('text')
  reason!: string;

  @Column('varchar', { name: 'created_at', transformer: milliseconds })
  createdAt!: string;

  @Column('varchar', { name: 'ended_at', nullable: true })
  endedAt!: string | null;

  @Column('varchar', { name: 'ended_by', nullable: true })
  endedBy!: string | null;
}

/** Append-only, by trigger. */
@Entity('trust_signatures')
export class TrustSignatureEntity {
  @ForeignKey(() => TrustProposalEntity, { name: 'trust_signatures_proposal_fk' })
  @PrimaryColumn('varchar')
  proposal!: string;

  @PrimaryColumn('varchar')
  person!: string;

  @PrimaryColumn('varchar')
  credential!: string;

  @Column('varchar')
  tenant!: string;

  @Column('text', { transformer: jsonText })
  signature!: Signature<TrustDocument>;

  @Column('varchar', { transformer: milliseconds })
  at!: string;
}

/** Append-only, by trigger. */
@Entity('trust_reminders')
export class TrustReminderEntity {
  @PrimaryColumn('varchar')
  hash!: string;

  @PrimaryColumn('integer')
  days!: number;

  @Column('varchar')
  tenant!: string;

  @Column('varchar', { transformer: milliseconds })
  at!: string;
}

@Entity('stops')
@Index('stops_tenant', ['tenant', 'liftedAt'])
export class StopEntity {
  @PrimaryColumn('varchar')
  hash!: string;

  @Column('varchar')
  tenant!: string;

  @Column('varchar')
  person!: string;

  @Column('varchar', { nullable: true })
  digest!: string | null;

  @Column('text', { transformer: jsonText })
  signature!: Signature<StopStatement>;

  @Column('varchar', { transformer: milliseconds })
  at!: string;

  @Column('text', { nullable: true, transformer: jsonText })
  lift!: Signature<LiftStatement> | null;

  @Column('varchar', { name: 'lifted_by', nullable: true })
  liftedBy!: string | null;

  @Column('varchar', { name: 'lifted_at', nullable: true })
  liftedAt!: string | null;
}

@Entity('relayed_stops')
@Index('relayed_stops_tenant', ['tenant', 'at'])
@Index('relayed_stops_gateway', ['gateway'])
export class RelayedStopEntity {
  @PrimaryColumn('varchar')
  id!: string;

  @Column('varchar')
  tenant!: string;

  @Column('varchar')
  gateway!: string;

  @Column('text', { transformer: jsonText })
  signature!: RelayedStop['signature'];

  @Column('varchar', { transformer: milliseconds })
  at!: string;
}
