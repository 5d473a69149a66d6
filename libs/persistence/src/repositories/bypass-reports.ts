import type { BypassReport, BypassReportRepository } from '@countersign/access';
import type { EntityManager } from 'typeorm';
import { BypassReportEntity } from '../entities/bypass-report.entity.js';
import { comparable } from '../entities/column-types.js';
import { BoundRepository, type RowAccess } from './bound.js';
import { orConflict } from './conflict.js';
import { insertRow } from './plain-rows.js';

/** Reports of calls that bypassed the gateway. */
export class BypassReports extends BoundRepository<BypassReportEntity> implements BypassReportRepository {
  constructor(manager: EntityManager, reach: RowAccess) {
    super(manager, reach, BypassReportEntity);
  }

  newest(limit: number): Promise<BypassReport[]> {
    return this.select('id > ? ORDER BY id DESC LIMIT ?', ['', limit]);
  }

  async byDigest(digest: string): Promise<BypassReport | null> {
    const [row] = await this.select('digest = ?', [digest]);
    return row ?? null;
  }

  async countBy(person: string, since: string): Promise<number> {
    const reports = await this.select('reported_by = ? AND reported_at >= ?', [person, comparable(since)]);
    return reports.length;
  }

  async insert(report: BypassReport): Promise<void> {
    this.requireOwnTenant(report);
    await orConflict(
      insertRow(this.manager, BypassReportEntity, { ...report }),
      'This was reported already.',
    );
  }
}
