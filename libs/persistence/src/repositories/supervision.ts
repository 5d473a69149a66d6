import type { SupervisionCount, SupervisionRepository } from '@countersign/access';
import type { EntityManager } from 'typeorm';
import { SupervisionCountEntity } from '../entities/supervision.entity.js';
import { BoundRepository, type RowAccess, type SharedWithUnit } from './bound.js';
import { inChunks, insertRows } from './many-rows.js';
import { among } from './plain-rows.js';

/** What rules of supervision have counted. */
export class Supervision extends BoundRepository<SupervisionCountEntity> implements SupervisionRepository {
  constructor(manager: EntityManager, reach: RowAccess, { writes }: SharedWithUnit = {}) {
    super(manager, reach, SupervisionCountEntity, writes);
  }

  async ofPeople(people: readonly string[]): Promise<SupervisionCount[]> {
    const rows = await inChunks(people, (chunk) => this.select(...among(this.manager, 'person', chunk)));
    return rows.map(({ side, rule, person, spans, since, quietUntil }) => ({
      ...{ side, rule, person, since, quietUntil },
      ...spans,
    }));
  }

  async save(counts: readonly SupervisionCount[]): Promise<void> {
    const rows = counts.map(({ spanMs, spans, ...count }) => ({
      ...{ ...count, tenant: this.tenant },
      spans: { spanMs, spans },
    }));
    const replaces = ['tenant', 'side', 'rule', 'person'];
    if (rows.length > 0)
      await this.send(insertRows(this.manager, SupervisionCountEntity, rows, { replaces }));
  }
}
