import type {
  Disclosure,
  DisclosureRepository,
  ListFilter,
  Located,
  Page,
  PageQuery,
} from '@countersign/access';
import type { EntityManager } from 'typeorm';
import { DisclosureEntity } from '../entities/disclosure.entity.js';
import { BoundRepository, type RowAccess } from './bound.js';
import { orConflict } from './conflict.js';
import { keysetPage, type Listing } from './keyset.js';
import { insertRow, updateRow } from './plain-rows.js';

const LISTING: Listing = {
  what: 'Disclosures',
  order: 'startedAt',
  filters: { state: 'state', tenant: 'tenant', requester: 'requester', grant: 'id', request: 'request' },
};

/** What the vendor has to explain to its customers, one row an emergency. */
export class Disclosures extends BoundRepository<DisclosureEntity> implements DisclosureRepository {
  constructor(manager: EntityManager, reach: RowAccess) {
    super(manager, reach, DisclosureEntity);
  }

  async find(id: string): Promise<Disclosure | null> {
    const [row] = await this.select('id = ?', [id]);
    return row ?? null;
  }

  list(filter: ListFilter, page: PageQuery): Promise<Page<Disclosure>> {
    return keysetPage(() => this.rows(), LISTING, filter, page);
  }

  /** Those whose term is over. `now` in the comparable spelling. */
  due(now: string, limit: number): Promise<Located[]> {
    return this.locate("state = 'due' AND due_at <= ? ORDER BY due_at LIMIT ?", [now, limit]);
  }

  async insert(disclosure: Disclosure): Promise<void> {
    this.requireOwnTenant(disclosure);
    await orConflict(
      insertRow(this.manager, DisclosureEntity, { ...disclosure }),
      'This emergency has a disclosure already.',
    );
  }

  async update(disclosure: Disclosure): Promise<boolean> {
    const { id, tenant, state, version, lateAt, content, answer } = disclosure;
    const before = { id, tenant: this.requireOwnTenant({ tenant }), version: version - 1 };
    return updateRow(this.manager, DisclosureEntity, before, { state, version, lateAt, content, answer });
  }
}
