import type { FeedChange, FeedReads, Grant, Lock } from '@countersign/access';
import type { ServiceDefinition } from '@countersign/scope';
import { type EntityManager, In, MoreThan } from 'typeorm';
import { FeedChangeEntity } from '../entities/delivery.entity.js';
import { DeploymentEntity } from '../entities/deployment.entity.js';
import { RouteMapEntity } from '../entities/organisation.entity.js';
import { Grants } from './grants.js';
import { Locks } from './locks.js';

export class Feed implements FeedReads {
  constructor(private readonly manager: EntityManager) {}

  async head(): Promise<{ epoch: number; seq: number }> {
    const { epoch, feedSeq } = await this.manager.createQueryBuilder(DeploymentEntity, 'row').getOneOrFail();
    return { epoch, seq: feedSeq };
  }

  async markAt(seq: number): Promise<string | null> {
    return (await this.manager.findOneBy(FeedChangeEntity, { seq }))?.mark ?? null;
  }

  async since(seq: number, limit: number): Promise<FeedChange[]> {
    const rows = await this.manager.find(FeedChangeEntity, {
      where: { seq: MoreThan(seq) },
      order: { seq: 'ASC' },
      take: limit,
    });
    return rows.map((row) => ({ ...row }));
  }

  activeGrants(): Promise<Grant[]> {
    return new Grants(this.manager, 'everybody').active();
  }

  locks(): Promise<Lock[]> {
    return new Locks(this.manager, 'everybody').all();
  }

  async routeMaps(hashes: readonly string[]): Promise<Map<string, ServiceDefinition>> {
    const rows = await this.manager.findBy(RouteMapEntity, { hash: In([...hashes]) });
    return new Map(rows.map(({ hash, definition }) => [hash, definition]));
  }
}
