import type {
  Incident,
  IncidentRepository,
  IncidentTenant,
  ListFilter,
  Page,
  PageQuery,
} from '@countersign/access';
import type { EntityManager } from 'typeorm';
import { IncidentEntity, IncidentTenantEntity } from '../entities/incident.entity.js';
import { keysetPage, type Listing } from './keyset.js';
import { insertRow, query, selectRows } from './plain-rows.js';

const LISTING: Listing = { what: 'Incidents', order: 'createdAt', filters: { person: 'person' } };

/** Incidents, with what became of the request to each tenant. */
export class Incidents implements IncidentRepository {
  constructor(private readonly manager: EntityManager) {}

  async find(id: string): Promise<Incident | null> {
    const [row] = await selectRows(this.manager, IncidentEntity, 'WHERE id = ?', [id]);
    return row ?? null;
  }

  list(filter: Pick<ListFilter, 'person' | 'from' | 'to'>, page: PageQuery): Promise<Page<Incident>> {
    const rows = () => this.manager.createQueryBuilder(IncidentEntity, 'row').where('1 = 1');
    return keysetPage(rows, LISTING, filter, page);
  }

  async tenantsOf(id: string): Promise<IncidentTenant[]> {
    const rows = await selectRows(this.manager, IncidentTenantEntity, 'WHERE incident = ? ORDER BY slug', [
      id,
    ]);
    return rows.map(({ slug, ...row }) => ({ ...row, tenant: slug }));
  }

  insert(incident: Incident): Promise<void> {
    return insertRow(this.manager, IncidentEntity, { ...incident });
  }

  async addTenant({ incident, tenant, request, refusals }: IncidentTenant): Promise<void> {
    const sql =
      'INSERT INTO incident_tenants (incident, slug, request, refusals) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING';
    await query(this.manager, sql, [incident, tenant, request, JSON.stringify(refusals)]);
  }
}
