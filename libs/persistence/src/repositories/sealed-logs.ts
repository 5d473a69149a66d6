import type { SealedLog, SealedLogRepository } from '@countersign/access';
import type { EntityManager } from 'typeorm';
import { SealedLogEntity } from '../entities/demand.entity.js';
import { orConflict } from './conflict.js';
import { insertRow, query, selectRows, updateRow } from './plain-rows.js';

/** The logs that keep the access of demands under a gag apart. */
export class SealedLogs implements SealedLogRepository {
  constructor(private readonly manager: EntityManager) {}

  async find(slug: string): Promise<SealedLog | null> {
    const [row] = await this.select('WHERE slug = ?', [slug]);
    return row ?? null;
  }

  ofDemand(demand: string): Promise<SealedLog[]> {
    return this.select('WHERE demand = ? ORDER BY tenant', [demand]);
  }

  openOf(tenant: string): Promise<SealedLog[]> {
    return this.select('WHERE tenant = ? AND opened_at IS NOT NULL ORDER BY slug', [tenant]);
  }

  async grown(after: string, limit: number): Promise<SealedLog[]> {
    const rows = await query<{ slug: string }>(
      this.manager,
      `SELECT s.slug AS slug FROM sealed_logs s JOIN log_heads h ON h.tenant = s.slug
       WHERE h.size > s.recorded AND s.slug > ? ORDER BY s.slug LIMIT ?`,
      [after, limit],
    );
    const found = await Promise.all(rows.map(({ slug }) => this.find(slug)));
    return found.filter((log) => log !== null);
  }

  async insert(log: SealedLog): Promise<void> {
    await orConflict(
      insertRow(this.manager, SealedLogEntity, { ...log }),
      'This demand has a sealed log for this tenant already.',
    );
  }

  async open(slug: string, at: string): Promise<void> {
    await updateRow(this.manager, SealedLogEntity, { slug }, { openedAt: at });
  }

  async noteRecorded(slug: string, size: number): Promise<void> {
    await updateRow(this.manager, SealedLogEntity, { slug }, { recorded: size });
  }

  private async select(rest: string, parameters: unknown[]): Promise<SealedLog[]> {
    const rows = await selectRows(this.manager, SealedLogEntity, rest, parameters);
    return rows.map((row) => ({ ...row }));
  }
}
