import type { RelayedStop, RelayedStopRepository, Stop, StopRepository } from '@countersign/access';
import { type EntityManager, IsNull } from 'typeorm';
import { GatewayEntity } from '../entities/credentials.entity.js';
import { RelayedStopEntity, StopEntity } from '../entities/trust.entity.js';
import { BoundRepository, type RowAccess } from './bound.js';
import { orConflict } from './conflict.js';
import { among } from './plain-rows.js';

export class Stops extends BoundRepository<StopEntity> implements StopRepository {
  constructor(manager: EntityManager, reach: RowAccess) {
    super(manager, reach, StopEntity);
  }

  async find(hash: string): Promise<Stop | null> {
    const row = await this.rows().andWhere('row.hash = :hash', { hash }).getOne();
    return row === null ? null : { ...row };
  }

  async standing(tenants: readonly string[]): Promise<Stop[]> {
    if (tenants.length === 0) return [];
    const [those, slugs] = among(this.manager, 'tenant', tenants);
    return this.select(`${those} AND lifted_at IS NULL ORDER BY at, hash`, slugs);
  }

  /** Lifted ones too, of every tenant in reach. */
  async all(): Promise<Stop[]> {
    const rows = await this.rows().orderBy('row.at').addOrderBy('row.hash').getMany();
    return rows.map((row) => ({ ...row }));
  }

  async insert(stop: Stop): Promise<void> {
    this.requireOwnTenant(stop);
    await orConflict(this.manager.insert(StopEntity, { ...stop }), 'This very stop was set before.');
  }

  async lift({ hash, tenant, lift, liftedBy, liftedAt }: Stop): Promise<boolean> {
    const standing = { hash, tenant: this.requireOwnTenant({ tenant }), liftedAt: IsNull() };
    const { affected } = await this.manager.update(StopEntity, standing, {
      lift: lift as never,
      liftedBy,
      liftedAt,
    });
    return affected === 1;
  }
}

export class RelayedStops extends BoundRepository<RelayedStopEntity> implements RelayedStopRepository {
  constructor(manager: EntityManager, reach: RowAccess) {
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
    this.requireOwnTenant(stop);
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
