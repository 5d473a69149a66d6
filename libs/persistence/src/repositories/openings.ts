import type { NamedOpening, OpeningRepository } from '@countersign/access';
import type { Opening } from '@countersign/contract';
import type { EntityManager } from 'typeorm';
import { OpeningEntity } from '../entities/log.entity.js';
import { BoundRepository, type RowAccess, type SharedWithUnit } from './bound.js';
import { inChunks, insertRows } from './many-rows.js';
import { among } from './plain-rows.js';

export class Openings extends BoundRepository<OpeningEntity> implements OpeningRepository {
  constructor(manager: EntityManager, reach: RowAccess, { writes }: SharedWithUnit = {}) {
    super(manager, reach, OpeningEntity, writes);
  }

  async find(commitments: readonly string[]): Promise<Map<string, Opening>> {
    const rows = await inChunks(commitments, (chunk) =>
      this.select(...among(this.manager, 'commitment', chunk)),
    );
    return new Map(rows.map(({ commitment, value, salt }) => [commitment, { value, salt }]));
  }

  /** The same opening may come twice, with a record that names it again. */
  async save(openings: readonly NamedOpening[]): Promise<void> {
    const rows = openings.map(({ commitment, name, opening }) => ({
      tenant: this.tenant,
      commitment,
      name,
      value: opening.value,
      salt: opening.salt,
    }));
    if (rows.length > 0) await this.send(insertRows(this.manager, OpeningEntity, rows, 'skip'));
  }
}
