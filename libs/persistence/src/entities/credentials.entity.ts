import type { ApiKey, EnrolledGateway, GatewayPin, StoredKey } from '@countersign/access';
import { Column, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm';
import { jsonList, jsonText } from './column-types.js';
import { PersonEntity } from './person.entity.js';

@Entity('api_keys')
export class ApiKeyEntity implements ApiKey {
  @PrimaryColumn('varchar')
  id!: string;

  @Index('api_keys_hash', { unique: true })
  @Column('varchar')
  hash!: string;

  @Index('api_keys_person')
  @ForeignKey(() => PersonEntity, { name: 'api_keys_person_fk' })
  @Column('varchar')
  person!: string;

  @Column('varchar', { nullable: true })
  tenant!: string | null;

  @Column('varchar', { name: 'created_at' })
  createdAt!: string;

  @Column('varchar', { name: 'expires_at' })
  expiresAt!: string;

  @Column('varchar', { name: 'revoked_at', nullable: true })
  revokedAt!: string | null;

  @Column('varchar', { name: 'signed_in_at', nullable: true })
  signedInAt!: string | null;
}

@Entity('gateways')
export class GatewayEntity implements EnrolledGateway {
  @PrimaryColumn('varchar')
  id!: string;

  @Column('text')
  name!: string;

  @Column('varchar', { name: 'secret_hash' })
  secretHash!: string;

  @Column('varchar', { name: 'public_key', nullable: true })
  publicKey!: string | null;

  @Column('varchar', { name: 'created_at' })
  createdAt!: string;

  @Column('varchar', { name: 'revoked_at', nullable: true })
  revokedAt!: string | null;

  @Column('varchar', { name: 'last_seen_at', nullable: true })
  lastSeenAt!: string | null;

  @Column('varchar', { name: 'closed_at', nullable: true })
  closedAt!: string | null;

  @Column('text', { nullable: true, transformer: jsonList })
  pins!: GatewayPin[];

  @Column('varchar', { name: 'pins_at', nullable: true })
  pinsAt!: string | null;

  @Column('text', { nullable: true, transformer: jsonText })
  services!: string[] | null;

  @Column('text', { nullable: true, transformer: jsonText })
  tenants!: string[] | null;

  @Column('varchar', { nullable: true })
  version!: string | null;

  @Column('text', { nullable: true })
  forms!: string | null;
}

/** The broker's key pairs; `sealedPem` is the private half, sealed under the master key. */
@Entity('signing_keys')
export class SigningKeyEntity {
  @PrimaryColumn('varchar')
  kid!: string;

  @Column('varchar')
  use!: StoredKey['use'];

  @Column('text', { name: 'public_jwk', transformer: jsonText })
  publicJwk!: Record<string, unknown>;

  @Column('text', { name: 'sealed_pem' })
  sealedPem!: string;

  @Column('varchar', { name: 'created_at' })
  createdAt!: string;

  @Column('varchar', { name: 'active_from' })
  activeFrom!: string;

  @Column('varchar', { name: 'retires_at', nullable: true })
  retiresAt!: string | null;

  @Column('varchar', { name: 'revoked_at', nullable: true })
  revokedAt!: string | null;
}
