import type { OpeningWrites } from '@countersign/access';
import type { Opening } from '@countersign/scope';
import type { EntityManager } from 'typeorm';
import { OpeningEntity } from '../entities/opening.entity.js';
import { BoundRepository, type Reach } from './bound.js';
import { inChunks } from './chunks.js';

export class Openings extends BoundRepository<OpeningEntity> implements OpeningWrites {
  constructor(manager: EntityManager, reach: Reach) {
    super(manager, reach, OpeningEntity);
  }

  async find(commitments: readonly string[]): Promise<Map<string, Opening>> {
    const rows = await inChunks(commitments, (chunk) =>
      this.rows().andWhere('row.commitment IN (:...chunk)', { chunk }).getMany(),
    );
    return new Map(rows.map(({ commitment, value, salt }) => [commitment, { value, salt }]));
  }

  /** The same opening may come twice, with a record that names it again. */
  async save(commitment: string, name: string, { value, salt }: Opening): Promise<void> {
    await this.manager
      .createQueryBuilder()
      .insert()
      .into(OpeningEntity)
      .values({ tenant: this.tenant, commitment, name, value, salt })
      .orIgnore()
      .execute();
  }
}
