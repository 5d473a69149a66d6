import type { IsolationReport, IsolationRepository, StatedRun } from '@countersign/access';
import type { EntityManager } from 'typeorm';
import { comparable } from '../entities/column-types.js';
import { IsolationRunEntity } from '../entities/isolation.entity.js';
import { insertRows } from './many-rows.js';
import { selectRows, updateRow } from './plain-rows.js';

/** The nightly isolation tests. */
export class IsolationRuns implements IsolationRepository {
  constructor(private readonly manager: EntityManager) {}

  async newest(): Promise<StatedRun | null> {
    const rows = await this.select('WHERE report IS NOT NULL ORDER BY day DESC LIMIT 1', []);
    return rows[0] ?? null;
  }

  async find(day: string): Promise<StatedRun | null> {
    const rows = await this.select('WHERE day = ?', [day]);
    return rows[0] ?? null;
  }

  async claim(day: string, now: string, until: string): Promise<boolean> {
    const fresh = { report: null, endedAt: null, statedThrough: '' };
    await insertRows(this.manager, IsolationRunEntity, [{ day, claimedUntil: '', ...fresh }], 'skip');
    const [row] = await selectRows(this.manager, IsolationRunEntity, 'WHERE day = ?', [day]);
    const isMade = row?.report != null && (row.report.problem === null || row.report.leaks.length > 0);
    if (row === undefined || isMade || row.claimedUntil > comparable(now)) return false;
    const { claimedUntil } = row;
    return updateRow(
      this.manager,
      IsolationRunEntity,
      { day, claimedUntil },
      { claimedUntil: comparable(until) },
    );
  }

  finish(day: string, claim: string, report: IsolationReport, at: string, again: string): Promise<boolean> {
    return updateRow(
      this.manager,
      IsolationRunEntity,
      { day, claimedUntil: comparable(claim) },
      { report, endedAt: at, claimedUntil: comparable(again) },
    );
  }

  advance(day: string, from: string, through: string): Promise<boolean> {
    return updateRow(
      this.manager,
      IsolationRunEntity,
      { day, statedThrough: from },
      { statedThrough: through },
    );
  }

  private async select(where: string, parameters: unknown[]): Promise<StatedRun[]> {
    const rows = await selectRows(this.manager, IsolationRunEntity, where, parameters);
    return rows.map(({ day, report, endedAt, statedThrough }) => ({ day, report, endedAt, statedThrough }));
  }
}
