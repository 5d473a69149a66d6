import type { Page, PageQuery } from '@countersign/access';
import { HttpProblem } from './problem.js';

const DEFAULT_LIMIT = 50;

/** Cursors are opaque to clients: base64url of the last item's id, or of its index in a log. */
const encodeCursor = (position: string): string => Buffer.from(position, 'utf8').toString('base64url');

function decodeCursor(cursor: string, isPosition: (text: string) => boolean): string {
  const position = Buffer.from(cursor, 'base64url').toString('utf8');
  if (encodeCursor(position) !== cursor || !isPosition(position))
    throw new HttpProblem('invalid_cursor', 'Use a cursor that this list returned.', {
      pointer: '/cursor',
    });
  return position;
}

/**
 * @param isPosition whether a decoded cursor can name an item of this list
 * @throws HttpProblem `invalid_cursor`
 */
export function readPage(
  query: { cursor?: string | undefined; limit?: string | undefined },
  isPosition: (text: string) => boolean,
): PageQuery {
  return {
    cursor: query.cursor === undefined ? null : decodeCursor(query.cursor, isPosition),
    limit: query.limit === undefined ? DEFAULT_LIMIT : Number(query.limit),
  };
}

export const isIndex = (text: string): boolean => /^(0|[1-9][0-9]{0,14})$/.test(text);

export interface PageAnswer<T> {
  items: T[];
  next: string | null;
}

export function pageAnswer<T, A>(page: Page<T>, answer: (item: T) => A): PageAnswer<A> {
  return { items: page.items.map(answer), next: page.next === null ? null : encodeCursor(page.next) };
}

/** The members that are not undefined, for types with exact optional members. */
export function definedOnly<T extends object>(object: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]?: Exclude<T[K], undefined>;
  };
}
