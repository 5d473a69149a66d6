import type { FeedChangeKind, FeedChanges, FeedEpochs, Randomness } from '@countersign/access';
import { encodeBase64url } from '@countersign/contract';
import type { EntityManager } from 'typeorm';
import { FeedChangeEntity } from '../entities/delivery.entity.js';
import { DeploymentEntity } from '../entities/deployment.entity.js';

const MARK_BYTES = 12;

/**
 * Changes of the feed within one transaction. They are numbered last of all, just before the commit: the
 * deployment has one sequence, and every unit that holds its head makes the others wait.
 */
export class FeedTail implements FeedChanges, FeedEpochs {
  #pending: { kind: FeedChangeKind; ref: string }[] = [];
  #hasNewEpoch = false;

  constructor(
    private readonly manager: EntityManager,
    private readonly random: Randomness,
  ) {}

  async changed(kind: FeedChangeKind, ref: string): Promise<void> {
    this.#pending.push({ kind, ref });
  }

  async openEpoch(): Promise<{ epoch: number; after: { epoch: number; seq: number } }> {
    await this.manager
      .createQueryBuilder()
      .update(DeploymentEntity)
      .set({ epoch: () => 'epoch + 1' })
      .execute();
    const { epoch, feedSeq } = await this.manager.createQueryBuilder(DeploymentEntity, 'row').getOneOrFail();
    this.#hasNewEpoch = true;
    return { epoch, after: { epoch: epoch - 1, seq: feedSeq } };
  }

  /** @returns whether there was anything to number */
  async flush(): Promise<boolean> {
    const changes = this.#pending;
    if (changes.length === 0) return this.#hasNewEpoch;
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
      changes.map((change, position) => ({ ...change, seq: first + position, mark: this.mark() })),
    );
    return true;
  }

  private mark(): string {
    return encodeBase64url(this.random.bytes(MARK_BYTES));
  }
}
