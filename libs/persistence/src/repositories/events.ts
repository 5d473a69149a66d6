import type {
  EventReads,
  LogHead,
  Page,
  PageQuery,
  StoredEvent,
  TimedLeaf,
  TimedLeaves,
  TimeSpan,
} from '@countersign/access';
import {
  type CompactRange,
  completeSubtrees,
  emptyTreeHash,
  encodeBase64,
  joinSubtrees,
  rangeRoot,
  subtreeRoot,
  TILE_HEIGHT,
} from '@countersign/audit-log';
import type { EventType, Hashing } from '@countersign/contract';
import type { EntityManager, SelectQueryBuilder } from 'typeorm';
import { comparable, splitHashes } from '../entities/column-types.js';
import { EventEntity, LogHeadEntity, MARKS } from '../entities/log.entity.js';
import { BoundRepository } from './bound.js';
import { instant, nowhere } from './keyset.js';
import { places, query, selectRows, THE_DEPLOYMENT } from './plain-rows.js';

type EventFilter = Parameters<EventReads['list']>[0];

/**
 * One log, read newest first: by index, or by time where a time is asked for. Times need not follow the index, since
 * gateways hand in what they recorded while they were out of touch. Logs are never read across tenants: an index
 * means nothing there.
 */
export class Events extends BoundRepository<EventEntity> implements EventReads {
  constructor(
    manager: EntityManager,
    tenant: string,
    private readonly hashing: Hashing,
  ) {
    super(manager, { tenant }, EventEntity);
  }

  async list(filter: EventFilter, page: PageQuery): Promise<Page<StoredEvent>> {
    const rows = this.rows();
    const byTime = filter.from !== undefined || filter.to !== undefined;
    for (const name of ['requester', 'request', 'grant'] as const)
      if (filter[name] !== undefined) rows.andWhere(`row.${name} = :${name}`, { [name]: filter[name] });
    if (filter.types !== undefined) rows.andWhere('row.type IN (:...types)', { types: filter.types });
    if (filter.from !== undefined) rows.andWhere('row.at >= :from', { from: instant('from', filter.from) });
    if (filter.to !== undefined) rows.andWhere('row.at < :to', { to: instant('to', filter.to) });
    if (page.cursor !== null) await this.begin(rows, index(page.cursor), byTime);
    if (byTime) rows.orderBy('row.at', 'DESC').addOrderBy('row.seq', 'DESC');
    else rows.orderBy('row.seq', 'DESC');
    const found = await rows.limit(page.limit + 1).getMany();
    const items = found.slice(0, page.limit).map(({ seq, hash, leaf }) => ({ index: seq, hash, leaf }));
    return { items, next: found.length > page.limit ? String(items.at(-1)?.index) : null };
  }

  async head(): Promise<LogHead> {
    const [[head], epoch] = await Promise.all([
      selectRows(this.manager, LogHeadEntity, 'WHERE tenant = ?', [this.tenant]),
      epochOf(this.manager),
    ]);
    return headOf(this.hashing, epoch, { size: head?.size ?? 0, nodes: head?.range ?? [] });
  }

  async minimumIndex(): Promise<number> {
    const [head] = await selectRows(this.manager, LogHeadEntity, 'WHERE tenant = ?', [this.tenant]);
    return head?.prunedBefore ?? 0;
  }

  async prunedUntil(): Promise<string | null> {
    const [head] = await selectRows(this.manager, LogHeadEntity, 'WHERE tenant = ?', [this.tenant]);
    return head?.prunedUntil ?? null;
  }

  async newestOf(from: number, to: number): Promise<string | null> {
    const [row] = await query<{ at: string | null }>(
      this.manager,
      'SELECT MAX(at) AS at FROM events WHERE tenant = ? AND seq >= ? AND seq < ?',
      [this.tenant, from, to],
    );
    return row?.at ?? null;
  }

  async timed({ types, from, to, newestFirst = false, after, limit }: TimedLeaves): Promise<TimedLeaf[]> {
    // The index of marks is used only by a statement that has its condition.
    const areMarks = types.every((type) => (MARKS as readonly string[]).includes(type));
    const marks = areMarks ? ` AND type IN (${MARKS.map((type) => `'${type}'`).join(', ')})` : '';
    const conditions: [string, unknown[]][] = [
      [`tenant = ? AND type IN ${places(types.length)}${marks}`, [this.tenant, ...types]],
      ...(from === undefined ? [] : [['at >= ?', [comparable(from)]] as [string, unknown[]]]),
      ...(to === undefined ? [] : [['at < ?', [comparable(to)]] as [string, unknown[]]]),
      ...(after === undefined
        ? []
        : [
            [`(at, seq) ${newestFirst ? '<' : '>'} (?, ?)`, [comparable(after.at), after.index]] as [
              string,
              unknown[],
            ],
          ]),
    ];
    const order = newestFirst ? 'at DESC, seq DESC' : 'at, seq';
    const rows = await query<{ seq: string | number; at: string; leaf: string }>(
      this.manager,
      `SELECT seq, at, leaf FROM events WHERE ${conditions.map(([sql]) => sql).join(' AND ')} ORDER BY ${order} LIMIT ?`,
      [...conditions.flatMap(([, values]) => values), limit],
    );
    return rows.map(({ seq, at, leaf }) => ({ index: Number(seq), at, leaf }));
  }

  async leavesWith(
    commitment: string,
    types: readonly EventType[],
  ): Promise<{ index: number; name: string }[]> {
    const contains = this.manager.dataSource.options.type === 'postgres' ? 'strpos' : 'instr';
    const rows = await query<{ seq: string | number; leaf: string }>(
      this.manager,
      `SELECT seq, leaf FROM events WHERE tenant = ? AND type IN ${places(types.length)} AND ${contains}(leaf, ?) > 0 ORDER BY seq`,
      [this.tenant, ...types, commitment],
    );
    return rows.flatMap(({ seq, leaf }) => {
      const { commitments } = JSON.parse(leaf) as { commitments: Record<string, string> };
      return Object.entries(commitments)
        .filter(([, each]) => each === commitment)
        .map(([name]) => ({ index: Number(seq), name }));
    });
  }

  async hashes(level: number, from: number, to: number): Promise<Uint8Array[]> {
    const [table, column] = level === 0 ? ['events', 'seq'] : ['log_nodes', 'node'];
    const ofLevel = level === 0 ? '' : ' AND level = ?';
    // As one text: a tile has 256 hashes, and a row of its own for each takes longer to read than the tile.
    const [row] = await query<{ hex: string | null }>(
      this.manager,
      `SELECT string_agg(hex, '') AS hex FROM (
         SELECT substr(hash, ${DIGEST_PREFIX.length + 1}) AS hex FROM ${table}
         WHERE tenant = ?${ofLevel} AND ${column} >= ? AND ${column} < ? ORDER BY ${column}
       ) AS ordered`,
      level === 0 ? [this.tenant, from, to] : [this.tenant, level, from, to],
    );
    return splitHashes(Buffer.from(row?.hex ?? '', 'hex'));
  }

  async rootAt(size: number): Promise<string | undefined> {
    const subtrees = await Promise.all(
      completeSubtrees(0, size).map(async ({ level, index }) => {
        const width = 2 ** (level % TILE_HEIGHT);
        const tileLevel = Math.floor(level / TILE_HEIGHT);
        const hashes = await this.hashes(tileLevel, index * width, (index + 1) * width);
        return { hashes, isWhole: hashes.length === width };
      }),
    );
    if (subtrees.some(({ isWhole }) => !isWhole)) return undefined;
    const roots = subtrees.map(({ hashes }) => subtreeRoot(this.hashing, hashes));
    return encodeBase64(size === 0 ? emptyTreeHash(this.hashing) : joinSubtrees(this.hashing, roots));
  }

  async leaves(from: number, to: number): Promise<string[]> {
    const rows = await query<{ leaf: string }>(
      this.manager,
      'SELECT leaf FROM events WHERE tenant = ? AND seq >= ? AND seq < ? ORDER BY seq',
      [this.tenant, from, to],
    );
    return rows.map(({ leaf }) => leaf);
  }

  async stored(from: number, to: number, span: TimeSpan = {}): Promise<StoredEvent[]> {
    const { sql, parameters } = within(span);
    const rows = await query<{ seq: string | number; hash: string; leaf: string }>(
      this.manager,
      `SELECT seq, hash, leaf FROM events WHERE tenant = ? AND seq >= ? AND seq < ?${sql} ORDER BY seq`,
      [this.tenant, from, to, ...parameters],
    );
    return rows.map(({ seq, hash, leaf }) => ({ index: Number(seq), hash, leaf }));
  }

  async firstWithin(span: TimeSpan, from: number): Promise<number | null> {
    const { sql, parameters } = within(span);
    // `+ 0`: found by the index of times, which has the number too. By the primary key all leaves would be read.
    const [row] = await query<{ first: string | number | null }>(
      this.manager,
      `SELECT MIN(seq + 0) AS first FROM events WHERE tenant = ?${sql} AND seq + 0 >= ?`,
      [this.tenant, ...parameters, from],
    );
    return row?.first == null ? null : Number(row.first);
  }

  async lastWithin(span: TimeSpan, before: number): Promise<number | null> {
    const { sql, parameters } = within(span);
    // `+ 0`: as in `firstWithin`.
    const [row] = await query<{ last: string | number | null }>(
      this.manager,
      `SELECT MAX(seq + 0) AS last FROM events WHERE tenant = ?${sql} AND seq + 0 < ?`,
      [this.tenant, ...parameters, before],
    );
    return row?.last == null ? null : Number(row.last);
  }

  /** Begins the page after the leaf of this index. */
  private async begin(query: SelectQueryBuilder<EventEntity>, seq: number, byTime: boolean): Promise<void> {
    if (!byTime) {
      query.andWhere('row.seq < :seq', { seq });
      return;
    }
    const place = await this.rows().andWhere('row.seq = :seq', { seq }).getOne();
    if (place === null) throw nowhere();
    query.andWhere('(row.at, row.seq) < (:at, :seq)', { at: place.at, seq });
  }
}

const DIGEST_PREFIX = 'sha256:';

/** The condition that a leaf's time lies in the span. @throws AccessError `invalid_request` for a text that is no instant */
function within({ from, to }: TimeSpan): { sql: string; parameters: string[] } {
  const ends = [
    ...(from === undefined ? [] : [{ sql: ' AND at >= ?', value: instant('from', from) }]),
    ...(to === undefined ? [] : [{ sql: ' AND at < ?', value: instant('to', to) }]),
  ];
  return { sql: ends.map(({ sql }) => sql).join(''), parameters: ends.map(({ value }) => value) };
}

/** The head of a log with this range, in the deployment's current epoch. */
export async function logHeadOf(
  manager: EntityManager,
  hashing: Hashing,
  range: CompactRange,
): Promise<LogHead> {
  return headOf(hashing, await epochOf(manager), range);
}

/** The deployment's current epoch. */
export async function epochOf(manager: EntityManager): Promise<number> {
  const sql = `SELECT epoch FROM deployment WHERE ${THE_DEPLOYMENT}`;
  const [row] = await query<{ epoch: string | number }>(manager, sql, []);
  return Number(row?.epoch);
}

/** The head of a log with this range, in this epoch. */
export const headOf = (hashing: Hashing, epoch: number, range: CompactRange): LogHead => ({
  epoch,
  size: range.size,
  root: encodeBase64(rangeRoot(hashing, range)),
});

function index(cursor: string): number {
  if (!/^\d{1,15}$/.test(cursor)) throw nowhere();
  return Number(cursor);
}
