import type { RelayedStop, RelayedStopRepository } from '@countersign/access';
import { type EntityManager, IsNull } from 'typeorm';
import { GatewayEntity } from '../entities/credentials.entity.js';
import { RelayedStopEntity } from '../entities/trust.entity.js';
import { BoundRepository, type Reach } from './bound.js';

export class RelayedStops extends BoundRepository<RelayedStopEntity> implements RelayedStopRepository {
  constructor(manager: EntityManager, reach: Reach) {
    super(manager, reach, RelayedStopEntity);
  }

  async find(id: string): Promise<RelayedStop | null> {
    const row = await this.rows().andWhere('row.id = :id', { id }).getOne();
    return row && plain(row);
  }

  async list(tenant: string): Promise<RelayedStop[]> {
    return (await this.inOrder().andWhere('row.tenant = :tenant', { tenant }).getMany()).map(plain);
  }

  /** Of one gateway, of every tenant in reach. */
  async by(gateway: string): Promise<RelayedStop[]> {
    return (await this.inOrder().andWhere('row.gateway = :gateway', { gateway }).getMany()).map(plain);
  }

  /** Of every gateway that is not revoked, and every tenant in reach. */
  async ofEnrolled(): Promise<RelayedStop[]> {
    const gateways = await this.manager.find(GatewayEntity, {
      select: { id: true },
      where: { revokedAt: IsNull() },
    });
    const enrolled = new Set(gateways.map(({ id }) => id));
    const rows = await this.inOrder().getMany();
    return rows.filter(({ gateway }) => enrolled.has(gateway)).map(plain);
  }

  async insert(stop: RelayedStop): Promise<void> {
    this.own(stop);
    await this.manager.insert(RelayedStopEntity, { ...stop });
  }

  async remove(id: string): Promise<void> {
    await this.manager.delete(RelayedStopEntity, { id, tenant: this.tenant });
  }

  private inOrder() {
    return this.rows().orderBy('row.at').addOrderBy('row.id');
  }
}

const plain = (row: RelayedStopEntity): RelayedStop => ({ ...row });
