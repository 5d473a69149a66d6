import type { Ids, Notice, NoticeDraft, Outbox, OutboxRepository } from '@countersign/access';
import type { EntityManager } from 'typeorm';
import { comparable } from '../entities/column-types.js';
import { NoticeEntity } from '../entities/delivery.entity.js';
import type { PendingWrites } from '../units/pending-writes.js';
import { insertRow, selectRows } from './plain-rows.js';

/** Notices that a tenant's unit of work adds. They go out after the commit (P7). */
export class TenantOutbox implements Outbox {
  constructor(
    private readonly manager: EntityManager,
    private readonly tenant: string,
    private readonly ids: Ids,
    private readonly writes: PendingWrites,
    private readonly onAdded: () => void,
  ) {}

  async add({ kind, subject, audience, at }: NoticeDraft): Promise<string> {
    const id = this.ids.next('ntc');
    const row = {
      id,
      tenant: this.tenant,
      kind,
      subject,
      audience,
      at,
      attempts: 0,
      state: 'due' as const,
      nextAt: at,
      deliveredAt: null,
    };
    await this.writes.add(insertRow(this.manager, NoticeEntity, row));
    this.onAdded();
    return id;
  }
}

/** Every tenant’s notices that are not fanned out yet. */
export class PendingNotices implements OutboxRepository {
  constructor(private readonly manager: EntityManager) {}

  async due(now: string, limit: number): Promise<Notice[]> {
    const rows = await selectRows(
      this.manager,
      NoticeEntity,
      "WHERE state = 'due' AND next_at <= ? ORDER BY next_at, id LIMIT ?",
      [comparable(now), limit],
    );
    return rows.map(toNotice);
  }

  async after(id: string, limit: number): Promise<Notice[]> {
    const rows = await selectRows(this.manager, NoticeEntity, 'WHERE id > ? ORDER BY id LIMIT ?', [
      id,
      limit,
    ]);
    return rows.map(toNotice);
  }
}

export const toNotice = ({ id, tenant, kind, subject, audience, at }: NoticeEntity): Notice => ({
  id,
  tenant,
  kind,
  subject,
  audience,
  at,
});
