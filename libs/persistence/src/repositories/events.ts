import {
  AccessError,
  type EventReads,
  type Page,
  type PageQuery,
  type StoredEvent,
} from '@countersign/access';
import type { EntityManager } from 'typeorm';
import { EventEntity } from '../entities/event.entity.js';
import { BoundRepository } from './bound.js';
import { instant } from './keyset.js';

type EventFilter = Parameters<EventReads['list']>[0];

/** One log, read newest first. Logs are never read across tenants: an index means nothing there. */
export class Events extends BoundRepository<EventEntity> implements EventReads {
  constructor(manager: EntityManager, tenant: string) {
    super(manager, { tenant }, EventEntity);
  }

  async list(filter: EventFilter, page: PageQuery): Promise<Page<StoredEvent>> {
    const query = this.rows();
    if (filter.requester !== undefined)
      query.andWhere('row.requester = :requester', { requester: filter.requester });
    if (filter.request !== undefined) query.andWhere('row.request = :request', { request: filter.request });
    if (filter.grant !== undefined) query.andWhere('row.grant = :grant', { grant: filter.grant });
    if (filter.from !== undefined) query.andWhere('row.at >= :from', { from: instant('from', filter.from) });
    if (filter.to !== undefined) query.andWhere('row.at < :to', { to: instant('to', filter.to) });
    if (page.cursor !== null) query.andWhere('row.seq < :cursor', { cursor: index(page.cursor) });
    const found = await query
      .orderBy('row.seq', 'DESC')
      .limit(page.limit + 1)
      .getMany();
    const items = found.slice(0, page.limit).map(({ seq, hash, leaf }) => ({ index: seq, hash, leaf }));
    return { items, next: found.length > page.limit ? String(items.at(-1)?.index) : null };
  }
}

function index(cursor: string): number {
  if (!/^\d{1,15}$/.test(cursor))
    throw new AccessError('invalid_request', 'This cursor leads nowhere; begin the list again.', {
      pointer: '/cursor',
    });
  return Number(cursor);
}
