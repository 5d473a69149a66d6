import type {
  Delivery,
  DeliveryRepository,
  DeliveryState,
  NoticeView,
  Page,
  PageQuery,
  PrunedBatch,
} from '@countersign/access';
import { type EntityManager, In } from 'typeorm';
import { comparable } from '../entities/column-types.js';
import { NoticeEntity } from '../entities/delivery.entity.js';
import { NoticeDeliveryEntity, WAITS } from '../entities/notice-delivery.entity.js';
import { recipientsOf } from './delivery-order.js';
import { toNotice } from './outbox.js';
import { query } from './plain-rows.js';

/** Where notices were sent, and whether they arrived. */
export class Deliveries implements DeliveryRepository {
  constructor(private readonly manager: EntityManager) {}

  async count(state: DeliveryState, most: number): Promise<number> {
    const rows = await this.manager
      .createQueryBuilder(NoticeDeliveryEntity, 'row')
      .select('row.notice')
      .where('row.state = :state', { state })
      .limit(most)
      .getRawMany();
    return rows.length;
  }

  async list(filter: Parameters<DeliveryRepository['list']>[0], page: PageQuery): Promise<Page<NoticeView>> {
    const query = this.manager
      .createQueryBuilder(NoticeDeliveryEntity, 'row')
      .select('row.notice', 'id')
      .distinct(true);
    if (filter.state !== undefined) query.andWhere('row.state = :state', { state: filter.state });
    if (filter.tenant !== undefined) query.andWhere('row.tenant = :tenant', { tenant: filter.tenant });
    if (page.cursor !== null) query.andWhere('row.notice < :cursor', { cursor: page.cursor });
    const rows = await query
      .orderBy('row.notice', 'DESC')
      .limit(page.limit + 1)
      .getRawMany<{ id: string }>();
    const ids = rows.slice(0, page.limit).map(({ id }) => id);
    return { items: await this.views(ids), next: rows.length > page.limit ? (ids.at(-1) ?? null) : null };
  }

  async find(notice: string): Promise<NoticeView | null> {
    const [view] = await this.views([notice]);
    return view ?? null;
  }

  async oldestDue(): Promise<string | null> {
    const [row] = await query<{ at: string }>(
      this.manager,
      `SELECT at FROM notices WHERE id = (SELECT notice FROM deliveries WHERE state = 'due' ORDER BY notice LIMIT 1)`,
      [],
    );
    return row?.at ?? null;
  }

  async prune(before: string, after: string | null, limit: number): Promise<PrunedBatch> {
    // Uses the index that finds notices that wait. Of a notice that went out, `nextAt` is the time at which it was stored.
    const query = this.manager
      .createQueryBuilder(NoticeEntity, 'row')
      .select(['row.id', 'row.nextAt'])
      .where("row.state = 'delivered' AND row.nextAt < :before", { before: comparable(before) });
    if (after !== null) {
      const [at, id] = after.split(' ');
      query.andWhere('(row.nextAt, row.id) > (:at, :id)', { at, id });
    }
    const old = await query.orderBy('row.nextAt').addOrderBy('row.id').limit(limit).getMany();
    const deliveries = await this.manager.find(NoticeDeliveryEntity, {
      select: { notice: true, channel: true, recipient: true },
      where: { notice: In(old.map(({ id }) => id)), state: In(['due', 'dead']) },
    });
    const waiting = new Set(deliveries.map(({ notice }) => notice));
    const over = old.map(({ id }) => id).filter((id) => !waiting.has(id));
    if (over.length > 0) {
      await this.manager.delete(NoticeDeliveryEntity, { notice: In(over) });
      await this.manager.delete(NoticeEntity, { id: In(over) });
    }
    const last = old.length === limit ? old.at(-1) : undefined;
    return { deleted: over.length, next: last === undefined ? null : `${last.nextAt} ${last.id}` };
  }

  private async views(ids: readonly string[]): Promise<NoticeView[]> {
    if (ids.length === 0) return [];
    const notices = await this.manager.findBy(NoticeEntity, { id: In([...ids]) });
    const deliveries = await this.manager.find(NoticeDeliveryEntity, {
      where: { notice: In([...ids]) },
      order: { channel: 'ASC', recipient: 'ASC' },
    });
    return ids.flatMap((id) => {
      const notice = notices.find((each) => each.id === id);
      if (notice === undefined) return [];
      const own = deliveries.filter((each) => each.notice === id).flatMap(toDeliveries);
      return [{ notice: toNotice(notice), deliveries: own }];
    });
  }
}

/** Each recipient's share of a message. */
const toDeliveries = ({ others, queue: _queue, nextAt, ...row }: NoticeDeliveryEntity): Delivery[] =>
  recipientsOf({ ...row, others }).map((recipient) => ({
    ...row,
    recipient,
    nextAt: nextAt === WAITS ? null : nextAt,
  }));
