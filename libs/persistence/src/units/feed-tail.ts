import type { FeedChangeKind, FeedChanges } from '@countersign/access';
import type { EntityManager } from 'typeorm';
import { FeedChangeEntity } from '../entities/delivery.entity.js';
import { DeploymentEntity } from '../entities/deployment.entity.js';

/**
 * Changes of the feed within one transaction. They are numbered last of all, just before the commit: the
 * deployment has one sequence, and every unit that holds its head makes the others wait.
 */
export class FeedTail implements FeedChanges {
  #pending: { kind: FeedChangeKind; ref: string }[] = [];

  constructor(private readonly manager: EntityManager) {}

  async changed(kind: FeedChangeKind, ref: string): Promise<void> {
    this.#pending.push({ kind, ref });
  }

  /** @returns whether there was anything to number */
  async flush(): Promise<boolean> {
    const changes = this.#pending;
    if (changes.length === 0) return false;
    this.#pending = [];
    await this.manager
      .createQueryBuilder()
      .update(DeploymentEntity)
      .set({ feedSeq: () => 'feed_seq + :count' })
      .setParameter('count', changes.length)
      .execute();
    const { feedSeq } = await this.manager.createQueryBuilder(DeploymentEntity, 'row').getOneOrFail();
    const first = feedSeq - changes.length + 1;
    await this.manager.insert(
      FeedChangeEntity,
      changes.map((change, position) => ({ ...change, seq: first + position })),
    );
    return true;
  }
}
