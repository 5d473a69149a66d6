import type { InvitationState, InvitationStatement, Signature } from '@countersign/contract';
import { Column, Entity, Index, PrimaryColumn } from 'typeorm';
import { jsonText, wholeSeconds } from './column-types.js';

/** What was stated never changes, and `used` neither shrinks nor passes `uses`, by trigger. */
@Entity('invitations')
@Index('invitations_list_tenant', ['tenant', 'createdAt', 'id'])
@Index('invitations_list_tenant_state', ['tenant', 'state', 'createdAt', 'id'])
@Index('invitations_list_tenant_service', ['tenant', 'service', 'createdAt', 'id'])
@Index('invitations_list_tenant_state_service', ['tenant', 'state', 'service', 'createdAt', 'id'])
@Index('invitations_open', ['tenant', 'service', 'state', 'notAfter', 'id'])
@Index('invitations_due', ['state', 'notAfter'])
@Index('invitations_of_person', ['person', 'state'])
export class InvitationEntity {
  @PrimaryColumn('varchar')
  id!: string;

  @Column('varchar')
  tenant!: string;

  @Column('varchar')
  service!: string;

  @Column('varchar')
  person!: string;

  @Column('varchar')
  state!: InvitationState;

  @Column('integer')
  version!: number;

  @Index('invitations_hash', { unique: true })
  @Column('varchar')
  hash!: string;

  @Column('text', { transformer: jsonText })
  statement!: InvitationStatement;

  @Column('text', { nullable: true, transformer: jsonText })
  countersignature!: Signature<InvitationStatement> | null;

  @Column('integer', { nullable: true })
  uses!: number | null;

  @Column('integer')
  used!: number;

  @Column('varchar', { name: 'not_after', transformer: wholeSeconds })
  notAfter!: string;

  @Column('varchar', { name: 'created_at', transformer: wholeSeconds })
  createdAt!: string;

  @Column('varchar', { name: 'ended_at', nullable: true, transformer: wholeSeconds })
  endedAt!: string | null;
}
