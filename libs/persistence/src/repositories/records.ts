import type { AccessRecordView, ListFilter, Page, PageQuery, RecordWrites } from '@countersign/access';
import type { EntityManager } from 'typeorm';
import { AccessRecordEntity } from '../entities/access-record.entity.js';
import { RecordChainEntity } from '../entities/record-chain.entity.js';
import { BoundRepository, type Reach } from './bound.js';
import { keysetPage, type Listing } from './keyset.js';

const LISTING: Listing = {
  what: 'Access records',
  order: 'at',
  filters: {
    tenant: 'tenant',
    service: 'service',
    requester: 'person',
    person: 'person',
    grant: 'grant',
    request: 'request',
    decision: 'decision',
  },
};

type Outcome = Parameters<RecordWrites['complete']>[1];

export class Records extends BoundRepository<AccessRecordEntity> implements RecordWrites {
  constructor(manager: EntityManager, reach: Reach) {
    super(manager, reach, AccessRecordEntity);
  }

  async list(filter: ListFilter, page: PageQuery): Promise<Page<AccessRecordView>> {
    const { items, next } = await keysetPage(() => this.rows(), LISTING, filter, page);
    return { items: items.map((row) => ({ ...row })), next };
  }

  insertAllowed(record: AccessRecordView): Promise<void> {
    return this.insert({ ...record, decision: 'allowed' });
  }

  insertRefused(record: AccessRecordView): Promise<void> {
    return this.insert({ ...record, decision: 'refused' });
  }

  private async insert(record: AccessRecordView): Promise<void> {
    this.own(record);
    await this.manager.insert(AccessRecordEntity, record);
  }

  async complete(id: string, outcome: Outcome): Promise<AccessRecordView | null> {
    const known = { id, tenant: this.tenant, decision: 'allowed' as const };
    const { status, bytes, bodySha256, durationMs, outcome: how } = outcome;
    const { affected } = await this.manager.update(AccessRecordEntity, known, {
      status,
      bytes,
      bodySha256,
      durationMs,
      outcome: how,
    });
    if (affected !== 1) return null;
    const row = await this.rows().andWhere('row.id = :id', { id }).getOneOrFail();
    return { ...row };
  }

  async cursor(gateway: string, boot: string): Promise<{ seq: number; hash: string } | null> {
    const chain = await this.manager.findOneBy(RecordChainEntity, { tenant: this.tenant, gateway, boot });
    return chain === null ? null : { seq: chain.seq, hash: chain.hash };
  }

  async moveCursor(gateway: string, boot: string, to: { seq: number; hash: string }): Promise<void> {
    await this.manager.upsert(
      RecordChainEntity,
      { tenant: this.tenant, gateway, boot, seq: to.seq, hash: to.hash },
      ['tenant', 'gateway', 'boot'],
    );
  }
}
