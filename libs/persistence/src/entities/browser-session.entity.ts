import { Column, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm';
import { GrantEntity } from './grant.entity.js';

/** A browser that an engineer opened with a grant. No secret is in it: only hashes. */
@Entity('browser_sessions')
@Index('browser_sessions_grant', ['grant'])
export class BrowserSessionEntity {
  @PrimaryColumn('varchar')
  id!: string;

  @Column('varchar')
  tenant!: string;

  @ForeignKey(() => GrantEntity, { name: 'browser_sessions_grant_fk' })
  @Column('varchar', { name: 'grant_id' })
  grant!: string;

  @Column('varchar')
  requester!: string;

  @Column('varchar')
  service!: string;

  @Column('varchar')
  challenge!: string;

  @Column('varchar', { name: 'code_hash', nullable: true })
  codeHash!: string | null;

  @Column('varchar', { name: 'code_until' })
  codeUntil!: string;

  @Column('varchar', { name: 'secret_hash', nullable: true })
  secretHash!: string | null;

  @Column('varchar', { name: 'created_at' })
  createdAt!: string;

  @Column('varchar', { nullable: true })
  address!: string | null;

  @Column('varchar', { name: 'web_session', nullable: true })
  webSession!: string | null;
}
