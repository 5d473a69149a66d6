import {
  DEFAULT_LOG_SETTINGS,
  type LegalHold,
  type LogSettings,
  type LogSettingsRepository,
} from '@countersign/access';
import type { ReviewSide } from '@countersign/contract';
import type { EntityManager } from 'typeorm';
import { LegalHoldEntity, LogSettingsEntity } from '../entities/log-keeping.entity.js';
import { BoundRepository, type RowAccess } from './bound.js';
import { insertRows } from './many-rows.js';
import { query } from './plain-rows.js';

/** How one tenant's log is kept. */
export class LogSettingsRows extends BoundRepository<LogSettingsEntity> implements LogSettingsRepository {
  constructor(manager: EntityManager, reach: RowAccess) {
    super(manager, reach, LogSettingsEntity);
  }

  async read(): Promise<LogSettings> {
    const [row] = await this.select('tenant = ?', [this.tenant]);
    if (row === undefined) return DEFAULT_LOG_SETTINGS;
    const { erasureAfterDays, retentionDays, dailyStatement } = row;
    return { erasureAfterDays, retentionDays, dailyStatement };
  }

  async save(settings: LogSettings): Promise<void> {
    const [before] = await this.select('tenant = ?', [this.tenant]);
    const row = { tenant: this.tenant, nextStatement: before?.nextStatement ?? null, ...settings };
    await insertRows(this.manager, LogSettingsEntity, [row], { replaces: ['tenant'] });
  }

  async holds(): Promise<LegalHold[]> {
    const rows = await this.manager.find(LegalHoldEntity, {
      where: { tenant: this.tenant },
      order: { side: 'ASC' },
    });
    return rows.map(({ tenant: _tenant, ...hold }) => hold);
  }

  async hold(hold: LegalHold): Promise<boolean> {
    if ((await this.holds()).some(({ side }) => side === hold.side)) return false;
    await this.manager.insert(LegalHoldEntity, { tenant: this.tenant, ...hold });
    return true;
  }

  async release(side: ReviewSide): Promise<boolean> {
    const gone = await query(
      this.manager,
      'DELETE FROM legal_holds WHERE tenant = ? AND side = ? RETURNING side',
      [this.tenant, side],
    );
    return gone.length === 1;
  }
}
