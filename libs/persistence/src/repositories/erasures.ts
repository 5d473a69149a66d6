import type { ErasedCopies, Erasure, ErasureRepository } from '@countersign/access';
import type { EntityManager } from 'typeorm';
import { ErasureEntity } from '../entities/log-keeping.entity.js';
import { BoundRepository, type RowAccess } from './bound.js';
import { inChunks, insertRows } from './many-rows.js';
import { among, query } from './plain-rows.js';

/** Values of one statement. */
const CHUNK = 500;

/**
 * Values of one tenant's log that were erased. Wherever the store keeps a copy of a value that stands in a log, `erase` has
 * a statement that deletes it; a new copy needs a new statement here.
 */
export class Erasures extends BoundRepository<ErasureEntity> implements ErasureRepository {
  constructor(manager: EntityManager, reach: RowAccess) {
    super(manager, reach, ErasureEntity);
  }

  async of(commitments: readonly string[]): Promise<Map<string, Erasure>> {
    const rows = await inChunks(commitments, (chunk) =>
      this.select(...among(this.manager, 'commitment', chunk)),
    );
    return new Map(rows.map(({ tenant: _tenant, ...erasure }) => [erasure.commitment, erasure]));
  }

  async forget({ commitments, records, reviews }: Parameters<ErasureRepository['forget']>[0]): Promise<void> {
    for (const [statement, column, values] of [
      ['DELETE FROM openings', 'commitment', commitments],
      ['DELETE FROM request_words', 'commitment', commitments],
      ['DELETE FROM access_records', 'id', records],
      ['UPDATE reviews SET reason = NULL', 'id', reviews],
    ] as const)
      for (let at = 0; at < values.length; at += CHUNK) {
        const [condition, parameters] = among(this.manager, column, values.slice(at, at + CHUNK));
        // A reason that is gone already stays as it is, by trigger.
        const isThere = column === 'id' && statement.startsWith('UPDATE') ? ' AND reason IS NOT NULL' : '';
        await query(this.manager, `${statement} WHERE tenant = ? AND ${condition}${isThere}`, [
          this.tenant,
          ...parameters,
        ]);
      }
  }

  async erase(erased: readonly Erasure[], copies: ErasedCopies): Promise<void> {
    const { tenant } = this;
    const run = (sql: string, ...parameters: unknown[]) => query(this.manager, sql, parameters);
    for (const { commitment } of erased)
      for (const table of ['openings', 'request_words'])
        await run(`DELETE FROM ${table} WHERE tenant = ? AND commitment = ?`, tenant, commitment);
    const { review, record, lock, reset } = copies;
    if (review !== undefined)
      await run('UPDATE reviews SET reason = NULL WHERE tenant = ? AND id = ?', tenant, review);
    if (record !== undefined)
      await run('UPDATE access_records SET path = NULL WHERE tenant = ? AND id = ?', tenant, record);
    if (lock !== undefined)
      await run("UPDATE locks SET reason = '' WHERE tenant = ? AND id = ?", tenant, lock);
    if (reset !== undefined)
      await run("UPDATE trust_resets SET reason = '' WHERE tenant = ? AND id = ?", tenant, reset);
    const isPostgres = this.manager.dataSource.options.type === 'postgres';
    for (const object of copies.objects)
      await run(
        `DELETE FROM idempotent_answers WHERE tenant = ? AND ${isPostgres ? 'strpos' : 'instr'}(result, ?) > 0`,
        tenant,
        object,
      );
    await insertRows(
      this.manager,
      ErasureEntity,
      erased.map((each) => ({ tenant, ...each })),
    );
  }
}
