import type { ScimProfile } from '@countersign/access';
import { Column, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm';
import { jsonText } from './column-types.js';
import { PersonEntity } from './person.entity.js';

/** A bearer token of one side's SCIM client. `side` is a tenant's slug, or `VENDOR_SIDE`, in all of these tables. */
@Entity('scim_tokens')
export class ScimTokenEntity {
  @PrimaryColumn('varchar')
  id!: string;

  @Index('scim_tokens_hash', { unique: true })
  @Column('varchar')
  hash!: string;

  @Column('varchar')
  side!: string;

  @Column('varchar', { name: 'created_at' })
  createdAt!: string;

  @Column('varchar', { name: 'expires_at' })
  expiresAt!: string;

  @Column('varchar', { name: 'revoked_at', nullable: true })
  revokedAt!: string | null;
}

/** A person whom the side's provider manages, with what it says of them beyond what a person has. */
@Entity('scim_users')
@Index('scim_users_external_id', ['side', 'externalId'])
export class ScimUserEntity {
  @ForeignKey(() => PersonEntity, { name: 'scim_users_person_fk' })
  @PrimaryColumn('varchar')
  person!: string;

  @Index('scim_users_side')
  @Column('varchar')
  side!: string;

  @Column('varchar', { name: 'external_id', nullable: true })
  externalId!: string | null;

  @Column('text', { transformer: jsonText })
  profile!: ScimProfile;

  @Column('varchar', { name: 'created_at' })
  createdAt!: string;

  @Column('varchar', { name: 'modified_at' })
  modifiedAt!: string;
}

@Entity('scim_groups')
@Index('scim_groups_one_per_side_and_name', ['side', 'name'], { unique: true })
export class ScimGroupEntity {
  @PrimaryColumn('varchar')
  id!: string;

  @Column('varchar')
  side!: string;

  @Column('text')
  name!: string;

  @Column('varchar', { name: 'external_id', nullable: true })
  externalId!: string | null;

  @Column('varchar', { name: 'created_at' })
  createdAt!: string;

  @Column('varchar', { name: 'modified_at' })
  modifiedAt!: string;
}

@Entity('scim_members')
export class ScimMemberEntity {
  @ForeignKey(() => ScimGroupEntity, { name: 'scim_members_group_fk' })
  @PrimaryColumn('varchar', { name: 'group_id' })
  group!: string;

  @ForeignKey(() => PersonEntity, { name: 'scim_members_person_fk' })
  @Index('scim_members_person')
  @PrimaryColumn('varchar')
  person!: string;

  @Index('scim_members_side')
  @Column('varchar')
  side!: string;
}
