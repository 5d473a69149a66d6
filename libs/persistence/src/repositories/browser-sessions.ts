import type { BrowserSession, BrowserSessionRepository } from '@countersign/access';
import { type EntityManager, In } from 'typeorm';
import { BrowserSessionEntity } from '../entities/browser-session.entity.js';
import { BoundRepository, type RowAccess } from './bound.js';

/** Browsers that engineers opened with grants. */
export class BrowserSessions
  extends BoundRepository<BrowserSessionEntity>
  implements BrowserSessionRepository
{
  constructor(manager: EntityManager, reach: RowAccess) {
    super(manager, reach, BrowserSessionEntity);
  }

  async ofGrant(grant: string): Promise<BrowserSession[]> {
    const rows = await this.rows()
      .andWhere('row.grant = :grant', { grant })
      .orderBy('row.createdAt')
      .addOrderBy('row.id')
      .getMany();
    return rows.map((row) => ({ ...row }));
  }

  async insert(session: BrowserSession): Promise<void> {
    this.requireOwnTenant(session);
    await this.manager.insert(BrowserSessionEntity, session);
  }

  async open({ id, tenant, codeHash }: BrowserSession, secretHash: string): Promise<boolean> {
    this.requireOwnTenant({ tenant });
    if (codeHash === null) return false;
    const found = { id, tenant, codeHash };
    const { affected } = await this.manager.update(BrowserSessionEntity, found, {
      codeHash: null,
      secretHash,
    });
    return affected === 1;
  }

  async drop(ids: readonly string[]): Promise<void> {
    if (ids.length > 0)
      await this.manager.delete(BrowserSessionEntity, { id: In([...ids]), tenant: this.tenant });
  }

  async dropOf(grant: string): Promise<void> {
    await this.manager.delete(BrowserSessionEntity, { grant, tenant: this.tenant });
  }
}
