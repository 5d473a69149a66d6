import type {
  Located,
  Page,
  PageQuery,
  Practice,
  PracticeRepository,
  PracticeRequest,
} from '@countersign/access';
import type { EntityManager } from 'typeorm';
import { comparable } from '../entities/column-types.js';
import {
  PracticeEntity,
  PracticeRequestEntity,
  PracticeScheduleEntity,
} from '../entities/practice.entity.js';
import { BoundRepository, type RowAccess } from './bound.js';
import { orConflict } from './conflict.js';
import { keysetPage, type Listing } from './keyset.js';
import { inChunks, insertRows } from './many-rows.js';
import { among, changeRows, insertRow, selectRows, updateRow } from './plain-rows.js';

const LISTING: Listing = { what: 'Practices', order: 'openedAt', filters: {} };

/** The practices of a tenant's approvers. */
export class Practices extends BoundRepository<PracticeEntity> implements PracticeRepository {
  constructor(manager: EntityManager, reach: RowAccess) {
    super(manager, reach, PracticeEntity);
  }

  async find(id: string): Promise<Practice | null> {
    const [row] = await this.select('id = ?', [id]);
    return row ?? null;
  }

  list(page: PageQuery): Promise<Page<Practice>> {
    return keysetPage(() => this.rows(), LISTING, {}, page);
  }

  async open(): Promise<Practice | null> {
    const [row] = await this.select(`state = 'open' ORDER BY opened_at, id LIMIT 1`, []);
    return row ?? null;
  }

  async requests(practices: readonly string[]): Promise<PracticeRequest[]> {
    const rows = await inChunks(practices, (chunk) => {
      const [where, parameters] = among(this.manager, 'practice', chunk);
      return selectRows(
        this.manager,
        PracticeRequestEntity,
        `WHERE tenant = ? AND ${where} ORDER BY practice, person`,
        [this.tenant, ...parameters],
      );
    });
    return rows.map(({ tenant: _tenant, ...request }) => request);
  }

  async insert(
    practice: Practice,
    requests: readonly Pick<PracticeRequest, 'person' | 'task'>[],
  ): Promise<void> {
    const tenant = this.requireOwnTenant(practice);
    await orConflict(
      insertRow(this.manager, PracticeEntity, { ...practice }),
      'There was a practice for this occasion already.',
    );
    const open = { result: null, decision: null, channel: null, passkey: null, settledAt: null };
    await insertRows(
      this.manager,
      PracticeRequestEntity,
      requests.map(({ person, task }) => ({ practice: practice.id, person, tenant, task, ...open })),
    );
  }

  async settle({
    practice,
    person,
    result,
    decision,
    channel,
    passkey,
    settledAt,
  }: PracticeRequest): Promise<boolean> {
    const changed = await changeRows(
      this.manager,
      PracticeRequestEntity,
      `SET result = ?, decision = ?, channel = ?, passkey = ?, settled_at = ?
       WHERE tenant = ? AND practice = ? AND person = ? AND result IS NULL`,
      [
        ...[result, decision, channel, passkey, settledAt === null ? null : comparable(settledAt)],
        ...[this.tenant, practice, person],
      ],
    );
    return changed.length === 1;
  }

  update({ id, tenant, version, state, remindedAt, closedAt }: Practice): Promise<boolean> {
    return updateRow(
      this.manager,
      PracticeEntity,
      { id, tenant: this.requireOwnTenant({ tenant }), version: version - 1 },
      { state, version, remindedAt, closedAt },
    );
  }

  async nextQuarter(): Promise<string | null> {
    const [row] = await selectRows(this.manager, PracticeScheduleEntity, 'WHERE tenant = ?', [this.tenant]);
    return row?.nextQuarter ?? null;
  }

  begin(nextQuarter: string): Promise<void> {
    const row = { tenant: this.tenant, nextQuarter };
    return insertRows(this.manager, PracticeScheduleEntity, [row], 'skip');
  }

  advance(from: string, to: string): Promise<boolean> {
    const before = { tenant: this.tenant, nextQuarter: from };
    return updateRow(this.manager, PracticeScheduleEntity, before, { nextQuarter: to });
  }

  due(now: string, reminder: string, limit: number): Promise<Located[]> {
    return this.locate(
      `state = 'open' AND (due_at <= ? OR (due_at <= ? AND reminded_at IS NULL)) ORDER BY due_at LIMIT ?`,
      [comparable(now), comparable(reminder), limit],
    );
  }
}
