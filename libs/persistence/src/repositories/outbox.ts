import type { Ids, Notice, NoticeDraft, Outbox, OutboxReads, OutboxWrites } from '@countersign/access';
import { type EntityManager, In, MoreThan } from 'typeorm';
import { NoticeEntity } from '../entities/delivery.entity.js';
import { comparable } from '../entities/instants.js';

/** What a tenant's unit of work has to tell people; goes out after the commit (P7). */
export class TenantOutbox implements Outbox {
  constructor(
    private readonly manager: EntityManager,
    private readonly tenant: string,
    private readonly ids: Ids,
    private readonly onAdded: () => void,
  ) {}

  async add({ kind, subject, audience, at }: NoticeDraft): Promise<void> {
    await this.manager.insert(NoticeEntity, {
      id: this.ids.next('ntc'),
      tenant: this.tenant,
      kind,
      subject,
      audience,
      at,
      attempts: 0,
      state: 'due',
      nextAt: at,
      deliveredAt: null,
    });
    this.onAdded();
  }
}

/** Every tenant's notices, for whoever delivers them. */
export class Notices implements OutboxReads, OutboxWrites {
  constructor(private readonly manager: EntityManager) {}

  async due(now: string, limit: number): Promise<Notice[]> {
    const rows = await this.manager
      .createQueryBuilder(NoticeEntity, 'row')
      .where("row.state = 'due' AND row.nextAt <= :now", { now: comparable(now) })
      .orderBy('row.nextAt')
      .addOrderBy('row.id')
      .limit(limit)
      .getMany();
    return rows.map(toNotice);
  }

  async after(id: string, limit: number): Promise<Notice[]> {
    const rows = await this.manager.find(NoticeEntity, {
      where: { id: MoreThan(id) },
      order: { id: 'ASC' },
      take: limit,
    });
    return rows.map(toNotice);
  }

  /** Vendor units do not interleave, so that what is found due here nobody else is claiming. */
  async claim(now: string, until: string, limit: number): Promise<Notice[]> {
    const found = await this.due(now, limit);
    if (found.length > 0)
      await this.manager.update(NoticeEntity, { id: In(found.map(({ id }) => id)) }, { nextAt: until });
    return found;
  }

  async delivered(id: string, at: string): Promise<void> {
    await this.manager.update(NoticeEntity, { id, state: 'due' }, { state: 'delivered', deliveredAt: at });
  }

  async failed(id: string, nextAt: string): Promise<void> {
    await this.manager.update(NoticeEntity, { id, state: 'due' }, { attempts: () => 'attempts + 1', nextAt });
  }
}

const toNotice = ({ state: _state, nextAt: _next, deliveredAt: _at, ...notice }: NoticeEntity): Notice =>
  notice;
