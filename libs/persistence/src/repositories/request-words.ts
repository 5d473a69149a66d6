import type { FoundRequest, ListFilter, RequestWordRepository, SearchedText } from '@countersign/access';
import type { EntityManager } from 'typeorm';
import { comparable } from '../entities/column-types.js';
import { RequestWordEntity } from '../entities/request-word.entity.js';
import { BoundRepository, type RowAccess, SEALED_LOGS, type SharedWithUnit } from './bound.js';
import { instant } from './keyset.js';
import { insertRows } from './many-rows.js';
import { query } from './plain-rows.js';

/** Requests by the words of their texts. Each search is a range of one index, in the order of the list. */
export class RequestWords extends BoundRepository<RequestWordEntity> implements RequestWordRepository {
  constructor(manager: EntityManager, reach: RowAccess, { writes }: SharedWithUnit = {}) {
    super(manager, reach, RequestWordEntity, writes);
  }

  async find(
    word: string,
    { tenant: filtered, requester, from, to, sealed }: ListFilter,
    after: FoundRequest | null,
    limit: number,
  ): Promise<FoundRequest[]> {
    if (filtered !== undefined && !this.reaches(filtered)) return [];
    const tenant = this.reach === 'all-tenants' ? filtered : this.reach.tenant;
    const conditions: [string, unknown[]][] = [['word = ?', [word]]];
    if (tenant !== undefined) conditions.push(['tenant = ?', [tenant]]);
    if (requester !== undefined) conditions.push(['requester = ?', [requester]]);
    if (from !== undefined) conditions.push(['created_at >= ?', [instant('from', from)]]);
    if (to !== undefined) conditions.push(['created_at < ?', [instant('to', to)]]);
    if (this.reach === 'all-tenants' && sealed === undefined)
      conditions.push([`tenant NOT LIKE '${SEALED_LOGS}'`, []]);
    if (after !== null)
      conditions.push(['(created_at, request_id) < (?, ?)', [comparable(after.createdAt), after.request]]);
    const where = conditions.map(([sql]) => sql).join(' AND ');
    const parameters = conditions.flatMap(([, values]) => values);
    const index = requester === undefined ? (tenant === undefined ? 'word' : 'tenant') : 'requester';
    return query<FoundRequest>(
      this.manager,
      `SELECT request_id AS request, created_at AS "createdAt" FROM request_words${this.hint(index)}
        WHERE ${where} ORDER BY created_at DESC, request_id DESC LIMIT ?`,
      [...parameters, limit],
    );
  }

  /** SQLite's planner assumes that every word is rare, and would use another index and sort the rows. */
  private hint(index: string): string {
    const isPostgres = this.manager.dataSource.options.type === 'postgres';
    return isPostgres ? '' : ` INDEXED BY request_words_${index}`;
  }

  async insert(
    request: { id: string; tenant: string; requester: string; createdAt: string },
    texts: readonly SearchedText[],
  ): Promise<void> {
    const tenant = this.requireOwnTenant(request);
    const { id, requester, createdAt } = request;
    const rows = texts.flatMap(({ commitment, words }) =>
      words.map((word) => ({ commitment, word, request: id, tenant, requester, createdAt })),
    );
    if (rows.length > 0) await this.send(insertRows(this.manager, RequestWordEntity, rows));
  }
}
