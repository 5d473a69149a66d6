import type { FeedChangeKind, Randomness } from '@countersign/access';
import { encodeBase64url } from '@countersign/contract';
import type { EntityManager } from 'typeorm';
import { execute } from '../engine/unit-runner.js';
import { FeedChangeEntity } from '../entities/delivery.entity.js';
import { insertRows } from '../repositories/many-rows.js';
import { THE_DEPLOYMENT } from '../repositories/plain-rows.js';

const MARK_BYTES = 12;

/**
 * The end of the feed's sequence. Changes are numbered last of all, just before the commit: the deployment has one sequence,
 * and every transaction that holds its head makes the others wait.
 */
export class FeedTail {
  constructor(
    private readonly manager: EntityManager,
    private readonly random: Randomness,
  ) {}

  async openEpoch(least = 1): Promise<{ epoch: number; after: { epoch: number; seq: number } }> {
    const before = await this.move('epoch = epoch');
    const next = Math.max(before.epoch + 1, Math.trunc(least));
    const { epoch, seq } = await this.move(`epoch = ${next}`);
    return { epoch, after: { epoch: before.epoch, seq } };
  }

  async number(changes: readonly { kind: FeedChangeKind; ref: string }[]): Promise<void> {
    const marked = changes.map((change) => ({ ...change, mark: this.mark() }));
    if (this.manager.dataSource.options.type === 'postgres') return this.numberAtOnce(marked);
    const { seq } = await this.move(`feed_seq = feed_seq + ${marked.length}`);
    const first = seq - marked.length + 1;
    await insertRows(
      this.manager,
      FeedChangeEntity,
      marked.map((change, position) => ({ ...change, seq: first + position })),
    );
  }

  private async move(assignment: string): Promise<{ epoch: number; seq: number }> {
    const sql = `UPDATE deployment SET ${assignment} WHERE ${THE_DEPLOYMENT} RETURNING epoch, feed_seq AS seq`;
    const { rows } = await execute(this.manager, sql, []);
    return { epoch: Number(rows[0]?.['epoch']), seq: Number(rows[0]?.['seq']) };
  }

  /** In one statement. */
  private async numberAtOnce(
    changes: readonly { kind: FeedChangeKind; ref: string; mark: string }[],
  ): Promise<void> {
    await execute(
      this.manager,
      `WITH head AS (UPDATE deployment SET feed_seq = feed_seq + $1 WHERE ${THE_DEPLOYMENT} RETURNING feed_seq)
       INSERT INTO feed_changes (seq, kind, ref, mark)
       SELECT head.feed_seq - $1 + change.place, change.kind, change.ref, change.mark
       FROM head, unnest($2::varchar[], $3::varchar[], $4::varchar[])
         WITH ORDINALITY AS change (kind, ref, mark, place)`,
      [
        changes.length,
        changes.map(({ kind }) => kind),
        changes.map(({ ref }) => ref),
        changes.map(({ mark }) => mark),
      ],
    );
  }

  private mark(): string {
    return encodeBase64url(this.random.bytes(MARK_BYTES));
  }
}
