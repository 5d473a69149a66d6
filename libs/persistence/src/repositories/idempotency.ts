import type { IdempotentAnswer, KeptAnswer } from '@countersign/access';
import { type EntityManager, LessThanOrEqual } from 'typeorm';
import { IdempotentAnswerEntity } from '../entities/delivery.entity.js';
import { orConflict } from './conflict.js';

/** Answers by (principal, route, key), for as long as they are kept. */
export class IdempotentAnswers {
  constructor(private readonly manager: EntityManager) {}

  async find(principal: string, route: string, key: string): Promise<KeptAnswer | null> {
    const row = await this.manager.findOneBy(IdempotentAnswerEntity, { principal, route, key });
    return row && { bodyHash: row.bodyHash, result: row.result, expiresAt: row.expiresAt };
  }

  /** Of every principal; in a tenant's unit, of what that tenant's units kept. @returns how many */
  async clearExpired(now: string): Promise<number> {
    const { affected } = await this.manager.delete(IdempotentAnswerEntity, {
      expiresAt: LessThanOrEqual(now),
    });
    return affected ?? 0;
  }

  /** Clears what has expired and keeps the new answer. @throws AccessError `conflict` */
  async save(
    tenant: string,
    by: { principal: string; route: string; key: string },
    { bodyHash, result }: IdempotentAnswer,
    { now, expiresAt }: { now: string; expiresAt: string },
  ): Promise<void> {
    await this.clearExpired(now);
    await orConflict(
      this.manager.insert(IdempotentAnswerEntity, { ...by, tenant, bodyHash, result, expiresAt }),
      'This Idempotency-Key was used at the same moment.',
    );
  }
}
