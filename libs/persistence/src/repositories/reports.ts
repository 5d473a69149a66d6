import type { PublishedReport, ReportRepository, RequestFact, TimeSpan } from '@countersign/access';
import type { Terms } from '@countersign/contract';
import type { EntityManager } from 'typeorm';
import { comparable } from '../entities/column-types.js';
import { PublishedReportEntity } from '../entities/report.entity.js';
import { SEALED_LOGS } from './bound.js';
import { insertRows } from './many-rows.js';
import { query, selectRows } from './plain-rows.js';

interface FactRow {
  id: string;
  tenant: string;
  state: string;
  created_at: string;
  ended_at: string | null;
  is_emergency: number | string;
  terms: string | null;
}

/** Terms are canonical JSON: a member is in them exactly so, and no value of another member can contain it. */
const EMERGENCY = '%"basis":"emergency"%';
const WITH_FACTS = '%"requesterFacts":{%';

/** Published reports, and the facts that reports count. */
export class Reports implements ReportRepository {
  constructor(private readonly manager: EntityManager) {}

  async find(period: string): Promise<PublishedReport | null> {
    const [row] = await selectRows(this.manager, PublishedReportEntity, 'WHERE period = ?', [period]);
    return row === undefined ? null : { ...row };
  }

  async list(): Promise<Pick<PublishedReport, 'period' | 'publishedAt'>[]> {
    return query(
      this.manager,
      'SELECT period AS period, published_at AS "publishedAt" FROM transparency_reports ORDER BY period DESC',
      [],
    );
  }

  async publish(report: PublishedReport): Promise<boolean> {
    if ((await this.find(report.period)) !== null) return false;
    await insertRows(this.manager, PublishedReportEntity, [report], 'refuse');
    return true;
  }

  async requests({ from, to }: Required<TimeSpan>, tenant: string | null): Promise<RequestFact[]> {
    const [where, parameters] = ofTenant(tenant);
    // The report about all tenants does not count by requester.
    const terms = tenant === null ? 'NULL' : `CASE WHEN terms LIKE '${WITH_FACTS}' THEN terms END`;
    const rows = await query<FactRow>(
      this.manager,
      `SELECT id, tenant, state, created_at, ended_at, CASE WHEN terms LIKE ? THEN 1 ELSE 0 END AS is_emergency, ${terms} AS terms
       FROM requests WHERE created_at >= ? AND created_at < ? AND tenant NOT LIKE '${SEALED_LOGS}'${where} ORDER BY created_at, id`,
      [EMERGENCY, comparable(from), comparable(to), ...parameters],
    );
    return rows.map(({ id, tenant: slug, state, created_at: createdAt, ended_at, ...row }) => {
      const isDecided = state === 'approved' || state === 'denied';
      const isEmergency = Number(row.is_emergency) === 1;
      return {
        ...{ id, tenant: slug, state: isDecided ? state : 'other', isEmergency },
        ...{ createdAt, decidedAt: isDecided ? ended_at : null },
        requester: row.terms === null ? null : ((JSON.parse(row.terms) as Terms).requesterFacts ?? null),
      };
    });
  }

  lateDisclosures({ from, to }: Required<TimeSpan>, tenant: string | null) {
    const [where, parameters] = ofTenant(tenant);
    return query<{ id: string; tenant: string }>(
      this.manager,
      `SELECT id, tenant FROM disclosures
       WHERE late_at IS NOT NULL AND started_at >= ? AND started_at < ?${where} ORDER BY id`,
      [comparable(from), comparable(to), ...parameters],
    );
  }
}

const ofTenant = (tenant: string | null): [string, string[]] =>
  tenant === null ? ['', []] : [' AND tenant = ?', [tenant]];
