import { AccessError, type Clock, type IdempotentAnswer } from '@countersign/access';
import { type EntityManager, LessThanOrEqual } from 'typeorm';
import { IdempotentAnswerEntity } from '../entities/delivery.entity.js';
import { causeOf, isUniqueViolation } from '../failures.js';

/** Answers by (principal, route, key), for as long as they are kept. */
export class IdempotentAnswers {
  constructor(
    private readonly manager: EntityManager,
    private readonly clock: Clock,
  ) {}

  async find(principal: string, route: string, key: string): Promise<IdempotentAnswer | null> {
    const row = await this.manager.findOneBy(IdempotentAnswerEntity, { principal, route, key });
    if (row === null || row.expiresAt <= this.now()) return null;
    return { bodyHash: row.bodyHash, result: row.result };
  }

  /** Clears what has expired, of every principal, and keeps the new answer. @throws AccessError `conflict` */
  async save(
    tenant: string,
    by: { principal: string; route: string; key: string },
    { bodyHash, result }: IdempotentAnswer,
    expiresAt: string,
  ): Promise<void> {
    await this.manager.delete(IdempotentAnswerEntity, { expiresAt: LessThanOrEqual(this.now()) });
    try {
      await this.manager.insert(IdempotentAnswerEntity, { ...by, tenant, bodyHash, result, expiresAt });
    } catch (error) {
      if (!isUniqueViolation(error)) throw error;
      throw new AccessError('conflict', 'This Idempotency-Key was used at the same moment.', {
        cause: causeOf(error),
      });
    }
  }

  async prune(now: string): Promise<number> {
    const { affected } = await this.manager.delete(IdempotentAnswerEntity, {
      expiresAt: LessThanOrEqual(now),
    });
    return affected ?? 0;
  }

  private now(): string {
    return this.clock.now().toISOString();
  }
}
