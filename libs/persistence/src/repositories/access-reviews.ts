import type {
  AccessReview,
  AccessReviewItem,
  AccessReviewRepository,
  ItemOutcome,
  Located,
  Page,
  PageQuery,
  ReviewedItem,
} from '@countersign/access';
import type { EntityManager } from 'typeorm';
import {
  AccessReviewEntity,
  AccessReviewItemEntity,
  AccessReviewScheduleEntity,
} from '../entities/access-review.entity.js';
import { comparable } from '../entities/column-types.js';
import { BoundRepository, type RowAccess } from './bound.js';
import { orConflict } from './conflict.js';
import { keysetPage, type Listing } from './keyset.js';
import { inChunks, insertRows } from './many-rows.js';
import { among, changeRows, insertRow, selectRows, updateRow } from './plain-rows.js';

const LISTING: Listing = { what: 'Access reviews', order: 'openedAt', filters: {} };

/** The quarterly access reviews of a tenant. */
export class AccessReviews extends BoundRepository<AccessReviewEntity> implements AccessReviewRepository {
  constructor(manager: EntityManager, reach: RowAccess) {
    super(manager, reach, AccessReviewEntity);
  }

  async find(id: string): Promise<AccessReview | null> {
    const [row] = await this.select('id = ?', [id]);
    return row ?? null;
  }

  list(page: PageQuery): Promise<Page<AccessReview>> {
    return keysetPage(() => this.rows(), LISTING, {}, page);
  }

  async items(reviews: readonly string[]): Promise<(AccessReviewItem & { review: string })[]> {
    const rows = await inChunks(reviews, async (chunk) => {
      const [where, parameters] = among(this.manager, 'review', chunk);
      return this.itemRows(`${where} ORDER BY review, number`, parameters);
    });
    return rows.map((row) => ({ ...itemOf(row), review: row.review }));
  }

  async openItems(review: string, limit: number): Promise<AccessReviewItem[]> {
    const rows = await this.itemRows('review = ? AND outcome IS NULL ORDER BY number LIMIT ?', [
      review,
      limit,
    ]);
    return rows.map(itemOf);
  }

  async insert(review: AccessReview, items: readonly ReviewedItem[]): Promise<void> {
    const tenant = this.requireOwnTenant(review);
    await orConflict(
      insertRow(this.manager, AccessReviewEntity, { ...review }),
      'This quarter has an access review already.',
    );
    const undecided = { outcome: null, reason: null, by: null, at: null };
    await insertRows(
      this.manager,
      AccessReviewItemEntity,
      items.map((facts, number) => ({
        ...{ review: review.id, item: facts.item, tenant, number, facts },
        ...undecided,
      })),
    );
  }

  async decide(review: string, { item, outcome, reason, by, at }: ItemOutcome): Promise<boolean> {
    const changed = await changeRows(
      this.manager,
      AccessReviewItemEntity,
      `SET outcome = ?, reason = ?, decided_by = ?, decided_at = ?
       WHERE tenant = ? AND review = ? AND item = ? AND outcome IS NULL`,
      [outcome, reason, by, comparable(at), this.tenant, review, item],
    );
    return changed.length === 1;
  }

  update({ id, tenant, version, state, remindedAt, closedAt }: AccessReview): Promise<boolean> {
    return updateRow(
      this.manager,
      AccessReviewEntity,
      { id, tenant: this.requireOwnTenant({ tenant }), version: version - 1 },
      { state, version, remindedAt, closedAt },
    );
  }

  async nextQuarter(): Promise<string | null> {
    const [row] = await selectRows(this.manager, AccessReviewScheduleEntity, 'WHERE tenant = ?', [
      this.tenant,
    ]);
    return row?.nextQuarter ?? null;
  }

  begin(nextQuarter: string): Promise<void> {
    const row = { tenant: this.tenant, nextQuarter };
    return insertRows(this.manager, AccessReviewScheduleEntity, [row], 'skip');
  }

  advance(from: string, to: string): Promise<boolean> {
    const before = { tenant: this.tenant, nextQuarter: from };
    return updateRow(this.manager, AccessReviewScheduleEntity, before, { nextQuarter: to });
  }

  due(now: string, reminder: string, limit: number): Promise<Located[]> {
    return this.locate(
      `state = 'open' AND (due_at <= ? OR (due_at <= ? AND reminded_at IS NULL)) ORDER BY due_at LIMIT ?`,
      [comparable(now), comparable(reminder), limit],
    );
  }

  private itemRows(where: string, parameters: unknown[]): Promise<AccessReviewItemEntity[]> {
    return this.reach === 'all-tenants'
      ? selectRows(this.manager, AccessReviewItemEntity, `WHERE ${where}`, parameters)
      : selectRows(this.manager, AccessReviewItemEntity, `WHERE tenant = ? AND ${where}`, [
          this.tenant,
          ...parameters,
        ]);
  }
}

const itemOf = ({ facts, outcome, reason, by, at }: AccessReviewItemEntity): AccessReviewItem => ({
  ...facts,
  ...{ outcome, reason, by, at },
});
