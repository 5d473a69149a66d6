import type { Refusal } from '@countersign/access';
import { Column, Entity, Index, PrimaryColumn } from 'typeorm';
import { jsonText, milliseconds } from './column-types.js';

/** Incidents of the vendor's. No tenant reads them. */
@Entity('incidents')
@Index('incidents_list', ['createdAt', 'id'])
@Index('incidents_list_person', ['person', 'createdAt', 'id'])
export class IncidentEntity {
  @PrimaryColumn('varchar')
  id!: string;

  @Column('text')
  title!: string;

  @Column('varchar')
  person!: string;

  @Column('varchar', { name: 'created_at', transformer: milliseconds })
  createdAt!: string;
}

/** What became of the request to each tenant. `slug`, not `tenant`: the row is not that tenant's. */
@Entity('incident_tenants')
export class IncidentTenantEntity {
  @PrimaryColumn('varchar')
  incident!: string;

  @PrimaryColumn('varchar')
  slug!: string;

  @Column('varchar', { nullable: true })
  request!: string | null;

  @Column('text', { transformer: jsonText })
  refusals!: Refusal[];
}
