import type { Stop, StopRepository } from '@countersign/access';
import { type EntityManager, IsNull } from 'typeorm';
import { StopEntity } from '../entities/trust.entity.js';
import { BoundRepository, type Reach } from './bound.js';
import { orConflict } from './conflict.js';

export class Stops extends BoundRepository<StopEntity> implements StopRepository {
  constructor(manager: EntityManager, reach: Reach) {
    super(manager, reach, StopEntity);
  }

  async find(hash: string): Promise<Stop | null> {
    const row = await this.rows().andWhere('row.hash = :hash', { hash }).getOne();
    return row === null ? null : { ...row };
  }

  async standing(tenant: string): Promise<Stop[]> {
    const rows = await this.rows()
      .andWhere('row.tenant = :tenant AND row.liftedAt IS NULL', { tenant })
      .orderBy('row.at')
      .addOrderBy('row.hash')
      .getMany();
    return rows.map((row) => ({ ...row }));
  }

  /** Lifted ones too, of every tenant in reach. */
  async all(): Promise<Stop[]> {
    const rows = await this.rows().orderBy('row.at').addOrderBy('row.hash').getMany();
    return rows.map((row) => ({ ...row }));
  }

  async insert(stop: Stop): Promise<void> {
    this.own(stop);
    await orConflict(this.manager.insert(StopEntity, { ...stop }), 'This very stop was set before.');
  }

  async lift({ hash, tenant, lift, liftedBy, liftedAt }: Stop): Promise<boolean> {
    const standing = { hash, tenant: this.own({ tenant }), liftedAt: IsNull() };
    const { affected } = await this.manager.update(StopEntity, standing, {
      lift: lift as never,
      liftedBy,
      liftedAt,
    });
    return affected === 1;
  }
}
