import type {
  ControlsWidening,
  ListFilter,
  Located,
  Page,
  PageQuery,
  WideningRepository,
} from '@countersign/access';
import type { EntityManager } from 'typeorm';
import { WideningEntity } from '../entities/widening.entity.js';
import { BoundRepository, type RowAccess } from './bound.js';
import { orConflict } from './conflict.js';
import { keysetPage, type Listing } from './keyset.js';
import { insertRow, updateRow } from './plain-rows.js';

const LISTING: Listing = { what: 'Widenings', order: 'createdAt', filters: { state: 'state' } };

/** Widenings of privacy controls. */
export class Widenings extends BoundRepository<WideningEntity> implements WideningRepository {
  constructor(manager: EntityManager, reach: RowAccess) {
    super(manager, reach, WideningEntity);
  }

  async find(id: string): Promise<ControlsWidening | null> {
    const [row] = await this.select('id = ?', [id]);
    return row === undefined ? null : toWidening(row);
  }

  async waiting(tenant: string): Promise<ControlsWidening | null> {
    const [row] = await this.select('open_for = ?', [tenant]);
    return row === undefined ? null : toWidening(row);
  }

  async list(filter: Pick<ListFilter, 'state'>, page: PageQuery): Promise<Page<ControlsWidening>> {
    const { items, next } = await keysetPage(() => this.rows(), LISTING, filter, page);
    return { items: items.map(toWidening), next };
  }

  /** Those that the scheduler has to look at. `now` in the comparable spelling. */
  due(now: string, limit: number): Promise<Located[]> {
    return this.locate("state = 'waiting' AND due_at <= ? ORDER BY due_at LIMIT ?", [now, limit]);
  }

  async insert(widening: ControlsWidening): Promise<void> {
    this.requireOwnTenant(widening);
    await orConflict(
      insertRow(this.manager, WideningEntity, { ...widening, openFor: widening.tenant }),
      'A widening waits already. Withdraw it first, or wait until it takes effect.',
    );
  }

  update({ id, tenant, state, version, confirmation, dueAt, endedAt }: ControlsWidening): Promise<boolean> {
    const before = { id, tenant: this.requireOwnTenant({ tenant }), version: version - 1 };
    const openFor = state === 'waiting' ? tenant : null;
    const change = { state, version, confirmation, dueAt, endedAt, openFor };
    return updateRow(this.manager, WideningEntity, before, change);
  }
}

const toWidening = ({ openFor: _openFor, ...row }: WideningEntity): ControlsWidening => row;
