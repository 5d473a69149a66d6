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

  /** Whether gateways have anything to learn from this unit. */
  get hasChanged(): boolean {
    return this.#hasNewEpoch || this.#pending.length > 0;
  }

  async flush(): Promise<void> {
    const changes = this.#pending;
    if (changes.length === 0) return;
    this.#pending = [];
    if (this.manager.dataSource.options.type === 'postgres') return this.number(changes);
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
  }

  /** In one statement. */
  private async number(changes: readonly { kind: FeedChangeKind; ref: string }[]): Promise<void> {
    await this.manager.query(
      `WITH head AS (UPDATE deployment SET feed_seq = feed_seq + $1 RETURNING feed_seq)
       INSERT INTO feed_changes (seq, kind, ref, mark)
       SELECT head.feed_seq - $1 + change.place, change.kind, change.ref, change.mark
       FROM head, unnest($2::varchar[], $3::varchar[], $4::varchar[])
         WITH ORDINALITY AS change (kind, ref, mark, place)`,
      [
        changes.length,
        changes.map(({ kind }) => kind),
        changes.map(({ ref }) => ref),
        changes.map(() => this.mark()),
      ],
    );
  }

  private mark(): string {
    return encodeBase64url(this.random.bytes(MARK_BYTES));
  }
}
