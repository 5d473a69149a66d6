import type { Session, SignInAttempt } from '@countersign/access';
import type { Assurance, SessionKind } from '@countersign/contract';
import { Column, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm';
import { jsonText, milliseconds } from './column-types.js';
import { PersonEntity } from './person.entity.js';

@Entity('sessions')
@Index('sessions_person', ['person', 'endedAt', 'expiresAt'])
export class SessionEntity implements Session {
  @PrimaryColumn('varchar')
  id!: string;

  @Index('sessions_hash', { unique: true })
  @Column('varchar')
  hash!: string;

  @ForeignKey(() => PersonEntity, { name: 'sessions_person_fk' })
  @Column('varchar')
  person!: string;

  @Column('varchar')
  kind!: SessionKind;

  @Column('varchar')
  assurance!: Assurance;

  @Column('text')
  device!: string;

  @Index('sessions_parent')
  @Column('varchar', { nullable: true })
  parent!: string | null;

  @Column('varchar', { name: 'authenticated_at', nullable: true })
  authenticatedAt!: string | null;

  @Column('varchar', { name: 'created_at', transformer: milliseconds })
  createdAt!: string;

  @Column('varchar', { name: 'seen_at', transformer: milliseconds })
  seenAt!: string;

  @Index('sessions_expiry')
  @Column('varchar', { name: 'expires_at', transformer: milliseconds })
  expiresAt!: string;

  @Column('varchar', { name: 'ended_at', nullable: true })
  endedAt!: string | null;
}

@Entity('identities')
@Index('identities_one_per_person', ['person', 'issuer'], { unique: true })
export class IdentityEntity {
  /** A tenant's slug, or `VENDOR_SIDE`. */
  @PrimaryColumn('varchar')
  side!: string;

  @PrimaryColumn('varchar')
  issuer!: string;

  @PrimaryColumn('varchar')
  subject!: string;

  @ForeignKey(() => PersonEntity, { name: 'identities_person_fk' })
  @Column('varchar')
  person!: string;

  @Column('varchar', { name: 'pinned_at', transformer: milliseconds })
  pinnedAt!: string;
}

@Entity('sign_in_attempts')
@Index('sign_in_attempts_browser', ['browser', 'kind'])
@Index('sign_in_attempts_person', ['person', 'kind'])
export class SignInAttemptEntity implements SignInAttempt {
  @PrimaryColumn('varchar')
  hash!: string;

  @Column('varchar')
  kind!: SignInAttempt['kind'];

  @Column('varchar', { nullable: true })
  person!: string | null;

  @Column('varchar', { nullable: true })
  browser!: string | null;

  @Column('text', { transformer: jsonText })
  data!: SignInAttempt['data'];

  @Column('integer')
  misses!: number;

  @Column('varchar', { name: 'created_at', transformer: milliseconds })
  createdAt!: string;

  @Index('sign_in_attempts_expiry')
  @Column('varchar', { name: 'expires_at', transformer: milliseconds })
  expiresAt!: string;
}

/** A security event that was received, so that it counts once. */
@Entity('received_signals')
export class ReceivedSignalEntity {
  @PrimaryColumn('varchar')
  hash!: string;

  @Index('received_signals_age')
  @Column('varchar', { name: 'received_at', transformer: milliseconds })
  receivedAt!: string;
}
