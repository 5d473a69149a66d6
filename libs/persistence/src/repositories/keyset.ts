import { AccessError, type ListFilter, type Page, type PageQuery } from '@countersign/access';
import type { ObjectLiteral, SelectQueryBuilder } from 'typeorm';
import { comparable } from '../entities/column-types.js';

/** How one kind of row is listed. */
export interface Listing {
  /** For messages. */
  what: string;
  /** The property that orders the list, newest first; `id` breaks ties. Also what `from` and `to` are about. */
  order: string;
  /** Property by filter. A filter that is missing here does not apply to these rows and is refused. */
  filters: Partial<Record<keyof ListFilter, string>>;
}

const refuse = (message: string, pointer: string): AccessError =>
  new AccessError('invalid_request', message, { pointer });

function applyFilter<Row extends ObjectLiteral>(
  query: SelectQueryBuilder<Row>,
  listing: Listing,
  filter: ListFilter,
): void {
  for (const [name, value] of Object.entries(filter) as [keyof ListFilter, string | undefined][]) {
    // Which logs are in reach: `BoundRepository`.
    if (value === undefined || name === 'sealed') continue;
    if (name === 'from' || name === 'to') {
      const sign = name === 'from' ? '>=' : '<';
      query.andWhere(mostly(query, `row.${listing.order} ${sign} :${name}`), {
        [name]: instant(name, value),
      });
      continue;
    }
    const property = listing.filters[name];
    if (property === undefined) throw refuse(`${listing.what} have no “${name}” to filter by.`, `/${name}`);
    query.andWhere(`row.${property} = :${name}`, { [name]: value });
  }
}

/**
 * A range that most rows may lie in. SQLite takes a range to be narrow unless told otherwise, and would choose
 * an index by time over the one that has every filter in it.
 */
function mostly<Row extends ObjectLiteral>(query: SelectQueryBuilder<Row>, range: string): string {
  return query.dataSource.options.type === 'better-sqlite3' ? `likelihood(${range}, 0.99)` : range;
}

/** For a cursor that is not in reach. */
export const nowhere = (): AccessError =>
  refuse('This cursor is not valid. Start the list again without one.', '/cursor');

/** @throws AccessError `invalid_request` where the text is no instant */
export function instant(name: string, value: string): string {
  if (Number.isNaN(Date.parse(value))) throw refuse(`“${name}” is no RFC 3339 instant.`, `/${name}`);
  return comparable(value);
}

/**
 * One page, newest first: the rows after the cursor's place in the order, found through an index that ends
 * in that order. One extra row shows whether there is a next page.
 *
 * @param rows a fresh query over the rows in reach, alias `row`
 * @throws AccessError `invalid_request` for a filter that does not apply or a cursor that is not in reach
 */
export async function keysetPage<Row extends ObjectLiteral & { id: string }>(
  rows: () => SelectQueryBuilder<Row>,
  listing: Listing,
  filter: ListFilter,
  page: PageQuery,
): Promise<Page<Row>> {
  const query = rows();
  applyFilter(query, listing, filter);
  if (page.cursor !== null) {
    const place = await rows()
      .andWhere('row.id = :cursor', { cursor: page.cursor })
      .select(`row.${listing.order}`, 'place')
      .getRawOne<{ place: string }>();
    if (place === undefined) throw nowhere();
    const after = `(row.${listing.order}, row.id) < (:place, :cursor)`;
    query.andWhere(mostly(query, after), { place: place.place, cursor: page.cursor });
  }
  const found = await query
    .orderBy(`row.${listing.order}`, 'DESC')
    .addOrderBy('row.id', 'DESC')
    .limit(page.limit + 1)
    .getMany();
  const items = found.slice(0, page.limit);
  return { items, next: found.length > page.limit ? (items.at(-1)?.id ?? null) : null };
}
