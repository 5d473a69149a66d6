import type {
  AccessPolicy,
  Coverage,
  OidcSettings,
  PrivacyControls,
  ScimSettings,
  SignalSettings,
  SlackPlace,
  TenantRecord,
  WebhookSettings,
} from '@countersign/access';
import type { ServiceDefinition, UpstreamSettings } from '@countersign/contract';
import { Column, Entity, PrimaryColumn } from 'typeorm';
import { jsonList, jsonText } from './column-types.js';

@Entity('tenants')
export class TenantEntity {
  @PrimaryColumn('varchar')
  slug!: string;

  @Column('text')
  name!: string;

  @Column('text', { transformer: jsonText })
  controls!: PrivacyControls;

  @Column('text', { nullable: true, transformer: jsonText })
  oidc!: OidcSettings | null;

  @Column('text', { nullable: true, transformer: jsonText })
  slack!: TenantRecord['slack'];

  @Column('text', { nullable: true, transformer: jsonList })
  webhooks!: WebhookSettings[];

  @Column('text', { nullable: true, transformer: jsonText })
  signals!: SignalSettings | null;

  @Column('text', { nullable: true, transformer: jsonText })
  scim!: ScimSettings | null;

  @Column('text', { nullable: true, transformer: jsonText })
  domains!: string[] | null;

  @Column('varchar', { name: 'removed_at', nullable: true })
  removedAt!: string | null;
}

@Entity('services')
export class ServiceEntity {
  @PrimaryColumn('varchar')
  name!: string;

  @Column('text', { transformer: jsonText })
  definition!: ServiceDefinition;

  @Column('varchar')
  routes!: string;

  @Column('text', { nullable: true, transformer: jsonText })
  tenants!: string[] | null;

  @Column('text', { nullable: true, transformer: jsonText })
  upstream!: UpstreamSettings | null;

  @Column('varchar', { name: 'removed_at', nullable: true })
  removedAt!: string | null;
}

/** Every version of every service's map, by its hash. */
@Entity('route_maps')
export class RouteMapEntity {
  @PrimaryColumn('varchar')
  hash!: string;

  @Column('text', { transformer: jsonText })
  definition!: ServiceDefinition;

  @Column('varchar')
  at!: string;
}

/** One row. */
@Entity('vendor')
export class VendorEntity {
  @PrimaryColumn('integer')
  id!: number;

  @Column('text')
  name!: string;

  @Column('text', { nullable: true, transformer: jsonText })
  oidc!: unknown;

  @Column('text', { nullable: true, transformer: jsonList })
  webhooks!: WebhookSettings[];

  @Column('text', { nullable: true, transformer: jsonText })
  slack!: SlackPlace | null;

  @Column('text', { nullable: true, transformer: jsonText })
  signals!: SignalSettings | null;

  @Column('text', { nullable: true, transformer: jsonText })
  scim!: ScimSettings | null;

  @Column('text', { transformer: jsonText })
  policy!: AccessPolicy;

  @Column('text', { nullable: true, transformer: jsonText })
  coverage!: Coverage | null;

  @Column('text', { nullable: true, transformer: jsonText })
  domains!: string[] | null;

  /** Slugs of the two tenants of the isolation test. */
  @Column('text', { nullable: true, transformer: jsonText })
  canaries!: [string, string] | null;
}
