import type { IdempotencyKey, IdempotencyRepository } from '@countersign/access';
import { type EntityManager, LessThanOrEqual } from 'typeorm';
import { IdempotentAnswerEntity } from '../entities/delivery.entity.js';
import { isUniqueViolation } from '../failures.js';
import { insertRow, query, selectRows } from './plain-rows.js';

const KEPT_MS = 24 * 3_600_000;

export interface KeptAnswer {
  bodyHash: string;
  /** JSON of the unit's result. */
  result: string;
  expiresAt: string;
}

/** Results by (principal, route, key), for as long as they are kept. */
export class IdempotentAnswers implements IdempotencyRepository {
  constructor(private readonly manager: EntityManager) {}

  /** What is stored under the key, expired or not. */
  async find({ principal, route, key }: IdempotencyKey): Promise<KeptAnswer | null> {
    const by = [principal, route, key];
    const where = 'WHERE principal = ? AND route = ? AND "key" = ?';
    const [row] = await selectRows(this.manager, IdempotentAnswerEntity, where, by);
    return row === undefined
      ? null
      : { bodyHash: row.bodyHash, result: row.result, expiresAt: row.expiresAt };
  }

  /** Of every principal; in a tenant's unit, only what that tenant's units stored. @returns how many */
  async clearExpired(now: string): Promise<number> {
    const { affected } = await this.manager.delete(IdempotentAnswerEntity, {
      expiresAt: LessThanOrEqual(now),
    });
    return affected ?? 0;
  }

  /**
   * Deletes what has expired and stores the result for 24 hours.
   * @throws KeyTaken if another unit has used the key
   */
  async save(
    tenant: string,
    { principal, route, key, bodyHash, now }: IdempotencyKey & { now: Date },
    result: unknown,
  ): Promise<void> {
    // Sent before the insert: the key may be among the expired ones.
    const expired = 'DELETE FROM idempotent_answers WHERE expires_at <= ?';
    const cleared = query(this.manager, expired, [now.toISOString()]);
    const expiresAt = new Date(now.getTime() + KEPT_MS).toISOString();
    const row = { principal, route, key, tenant, bodyHash, result: JSON.stringify(result), expiresAt };
    try {
      await Promise.all([cleared, insertRow(this.manager, IdempotentAnswerEntity, row)]);
    } catch (error) {
      throw isUniqueViolation(error) ? new KeyTaken() : error;
    }
  }
}

/** Another unit, of another tenant or of this moment, has stored its result under the key. */
export class KeyTaken extends Error {}
