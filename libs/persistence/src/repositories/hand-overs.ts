import type { HandOverRepository } from '@countersign/access';
import type { EntityManager } from 'typeorm';
import { LogHandOverEntity } from '../entities/log.entity.js';
import { BoundRepository, type RowAccess } from './bound.js';
import { insertRow, query, selectRows } from './plain-rows.js';

/** Which logs have the leaf that hands over to a log key. */
export class HandOvers extends BoundRepository<LogHandOverEntity> implements HandOverRepository {
  constructor(manager: EntityManager, reach: RowAccess) {
    super(manager, reach, LogHandOverEntity);
  }

  async missing(kid: string, limit: number): Promise<string[]> {
    const rows = await query<{ tenant: string }>(
      this.manager,
      `SELECT h.tenant AS tenant FROM log_heads h
       LEFT JOIN log_hand_overs o ON o.tenant = h.tenant AND o.kid = ?
       WHERE o.tenant IS NULL AND h.size > 0 ORDER BY h.tenant LIMIT ?`,
      [kid, limit],
    );
    return rows.map(({ tenant }) => tenant);
  }

  async has(kid: string): Promise<boolean> {
    const found = await selectRows(this.manager, LogHandOverEntity, 'WHERE tenant = ? AND kid = ?', [
      this.tenant,
      kid,
    ]);
    return found.length > 0;
  }

  async note(kid: string, seq: number): Promise<void> {
    await insertRow(this.manager, LogHandOverEntity, { tenant: this.tenant, kid, seq });
  }
}
