import {
  AccessError,
  type Delivery,
  type DeliveryChannel,
  type DeliveryDraft,
  type DeliveryOutcome,
  type DeliveryRepository,
  type DeliveryState,
  type Notice,
  type NoticeView,
  type Page,
  type PageQuery,
  type PrunedBatch,
} from '@countersign/access';
import { type EntityManager, In } from 'typeorm';
import { comparable } from '../entities/column-types.js';
import { NoticeEntity } from '../entities/delivery.entity.js';
import { NoticeDeliveryEntity } from '../entities/notice-delivery.entity.js';
import { insertRows } from './many-rows.js';
import { toNotice } from './outbox.js';
import { places, selectRows, updateRow } from './plain-rows.js';

/** An undelivered one before it, of the same recipient about the same request. */
const EARLIER = `SELECT 1 FROM deliveries e WHERE e.channel = deliveries.channel AND e.recipient = deliveries.recipient
  AND e.lane = deliveries.lane AND e.state = 'due' AND e.notice < deliveries.notice`;

/** Where notices go, one row for each recipient. */
export class Deliveries implements DeliveryRepository {
  constructor(private readonly manager: EntityManager) {}

  due(channel: DeliveryChannel, now: string, limit: number, busy: readonly string[]): Promise<Delivery[]> {
    const others = busy.length === 0 ? '' : `AND recipient NOT IN ${places(busy.length)}`;
    return selectRows(
      this.manager,
      NoticeDeliveryEntity,
      `WHERE channel = ? AND state = 'due' AND next_at <= ? AND NOT EXISTS (${EARLIER}) ${others}
       ORDER BY notice, recipient LIMIT ?`,
      [channel, comparable(now), ...busy, limit],
    );
  }

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

  async fanOut(notice: Notice, drafts: readonly DeliveryDraft[], at: string): Promise<boolean> {
    const isOurs = await updateRow(
      this.manager,
      NoticeEntity,
      { id: notice.id, state: 'due' },
      { state: 'delivered', deliveredAt: at },
    );
    if (!isOurs) return false;
    await insertRows(this.manager, NoticeDeliveryEntity, newRows(notice.id, notice.tenant, drafts, at));
    return true;
  }

  async add({ notice, tenant }: Delivery, drafts: readonly DeliveryDraft[], at: string): Promise<void> {
    await insertRows(this.manager, NoticeDeliveryEntity, newRows(notice, tenant, drafts, at), 'skip');
  }

  async claim(delivery: Delivery, until: string): Promise<boolean> {
    const { affected } = await this.manager.update(
      NoticeDeliveryEntity,
      { ...keyOf(delivery), state: 'due', attempts: delivery.attempts },
      { attempts: delivery.attempts + 1, nextAt: until },
    );
    return affected === 1;
  }

  async settle(delivery: Delivery, outcome: DeliveryOutcome): Promise<void> {
    // Only the attempt that was claimed: a later one, after this took too long, speaks for itself.
    await this.manager.update(
      NoticeDeliveryEntity,
      { ...keyOf(delivery), state: 'due', attempts: delivery.attempts + 1 },
      changeOf(delivery, outcome),
    );
  }

  async retry(notice: string, at: string): Promise<number> {
    const { affected } = await this.manager.update(
      NoticeDeliveryEntity,
      { notice, state: 'dead' },
      { state: 'due', attempts: 0, nextAt: at, deadAt: null },
    );
    if (affected === undefined) throw new AccessError('conflict', 'The store did not say what it changed.');
    return affected;
  }

  async prune(before: string, after: string | null, limit: number): Promise<PrunedBatch> {
    // The order of the index by which notices that wait are found: for one that went out, the time it was made.
    const query = this.manager
      .createQueryBuilder(NoticeEntity, 'row')
      .select(['row.id', 'row.nextAt'])
      .where("row.state = 'delivered' AND row.nextAt < :before", { before: comparable(before) });
    if (after !== null) {
      const [at, id] = after.split(' ');
      query.andWhere('(row.nextAt, row.id) > (:at, :id)', { at, id });
    }
    const old = await query.orderBy('row.nextAt').addOrderBy('row.id').limit(limit).getMany();
    const kept = await this.manager.find(NoticeDeliveryEntity, {
      select: { notice: true, channel: true, recipient: true },
      where: { notice: In(old.map(({ id }) => id)), state: In(['due', 'dead']) },
    });
    const waiting = new Set(kept.map(({ notice }) => notice));
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
      return [{ notice: toNotice(notice), deliveries: deliveries.filter((each) => each.notice === id) }];
    });
  }
}

const newRows = (
  notice: string,
  tenant: string,
  drafts: readonly DeliveryDraft[],
  at: string,
): NoticeDeliveryEntity[] =>
  drafts.map((draft) => ({
    ...draft,
    ...{ notice, tenant, state: 'due', attempts: 0, nextAt: at },
    ...{ deliveredAt: null, deadAt: null, lastError: null },
  }));

const keyOf = ({ notice, channel, recipient }: Delivery) => ({ notice, channel, recipient });

function changeOf({ attempts }: Delivery, outcome: DeliveryOutcome): Partial<NoticeDeliveryEntity> {
  switch (outcome.state) {
    case 'delivered':
      return { state: 'delivered', deliveredAt: outcome.at, lastError: null };
    case 'skipped':
      return { state: 'skipped', lastError: outcome.error };
    case 'due':
      return {
        ...{ nextAt: outcome.nextAt, lastError: outcome.error },
        ...(outcome.uncounted === true ? { attempts } : {}),
      };
    case 'dead':
      return { state: 'dead', deadAt: outcome.at, lastError: outcome.error };
  }
}
