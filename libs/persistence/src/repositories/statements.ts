import {
  type ChainVouch,
  type DailyStatementRow,
  DEFAULT_LOG_SETTINGS,
  type Page,
  type PageQuery,
  type StatementRepository,
} from '@countersign/access';
import type { EntityManager } from 'typeorm';
import { HeadWantEntity, LogSettingsEntity, StatementEntity } from '../entities/log-keeping.entity.js';
import { RecordChainEntity } from '../entities/record-chain.entity.js';
import { BoundRepository, type RowAccess } from './bound.js';
import { orConflict } from './conflict.js';
import { nowhere } from './keyset.js';
import { insertRows } from './many-rows.js';
import { insertRow, query, selectRows } from './plain-rows.js';
import { signedByAllLanes } from './signed-by-all-lanes.js';

/** One tenant's statements of accesses, and the heads that they wait for. */
export class Statements extends BoundRepository<StatementEntity> implements StatementRepository {
  constructor(manager: EntityManager, reach: RowAccess) {
    super(manager, reach, StatementEntity);
  }

  async find(day: string): Promise<DailyStatementRow | null> {
    const [row] = await this.select('day = ?', [day]);
    return row === undefined ? null : toStatement(row);
  }

  async list({ cursor, limit }: PageQuery): Promise<Page<Omit<DailyStatementRow, 'note'>>> {
    if (cursor !== null && !/^\d{4}-\d{2}-\d{2}$/.test(cursor)) throw nowhere();
    const rows = await query<Omit<StatementEntity, 'note'>>(
      this.manager,
      `SELECT day, is_complete AS "isComplete", accesses, size, root, made_at AS "madeAt" FROM statements
       WHERE tenant = ? AND day < ? ORDER BY day DESC LIMIT ?`,
      [this.tenant, cursor ?? '9999', limit + 1],
    );
    const items = rows.slice(0, limit).map(({ day, isComplete, accesses, size, root, madeAt }) => ({
      ...{ day, isComplete: Number(isComplete) === 1, accesses: Number(accesses) },
      ...{ size: Number(size), root, madeAt },
    }));
    return { items, next: rows.length > limit ? (items.at(-1)?.day ?? null) : null };
  }

  async next(): Promise<string | null> {
    const [row] = await selectRows(this.manager, LogSettingsEntity, 'WHERE tenant = ?', [this.tenant]);
    return row?.nextStatement ?? null;
  }

  async expect(day: string | null): Promise<void> {
    const [row] = await selectRows(this.manager, LogSettingsEntity, 'WHERE tenant = ?', [this.tenant]);
    const before = row ?? { tenant: this.tenant, ...DEFAULT_LOG_SETTINGS };
    await insertRows(this.manager, LogSettingsEntity, [{ ...before, nextStatement: day }], {
      replaces: ['tenant'],
    });
  }

  async insert({ isComplete, ...statement }: DailyStatementRow): Promise<void> {
    const row = { tenant: this.tenant, ...statement, isComplete: isComplete ? 1 : 0 };
    await orConflict(
      insertRow(this.manager, StatementEntity, row),
      'The statement of this day was made at the same moment.',
    );
  }

  async wantHeads(after: string): Promise<void> {
    const [known] = await selectRows(this.manager, HeadWantEntity, 'WHERE tenant = ?', [this.tenant]);
    if (known !== undefined && Date.parse(known.after) >= Date.parse(after)) return;
    await insertRows(this.manager, HeadWantEntity, [{ tenant: this.tenant, after }], {
      replaces: ['tenant'],
    });
  }

  async lastHeads(): Promise<Map<string, string>> {
    const chains = await selectRows(this.manager, RecordChainEntity, 'WHERE tenant = ?', [this.tenant]);
    const heads = new Map<string, ChainVouch[]>();
    for (const { gateway, head } of chains)
      if (head !== null) heads.set(gateway, [...(heads.get(gateway) ?? []), head]);
    const signed = [...heads].map(([gateway, all]) => [gateway, signedByAllLanes(all)] as const);
    return new Map(signed.flatMap(([gateway, at]) => (at === undefined ? [] : [[gateway, at]])));
  }
}

const toStatement = ({ tenant: _tenant, isComplete, ...row }: StatementEntity): DailyStatementRow => ({
  ...row,
  isComplete: isComplete === 1,
});
