import type { Page, PageQuery } from '@countersign/access';
import { HttpProblem } from './problem.js';

const DEFAULT_LIMIT = 50;

/** Cursors are opaque: base64url of the last item's id, or of its index in a log. */
const encodeCursor = (place: string): string => Buffer.from(place, 'utf8').toString('base64url');

function decodeCursor(cursor: string, isPlace: (text: string) => boolean): string {
  const place = Buffer.from(cursor, 'base64url').toString('utf8');
  if (encodeCursor(place) !== cursor || !isPlace(place))
    throw new HttpProblem('invalid_cursor', 'This cursor is not one that a list gave.', {
      pointer: '/cursor',
    });
  return place;
}

/** @throws HttpProblem `invalid_cursor` */
export function readPage(
  query: { cursor?: string | undefined; limit?: string | undefined },
  isPlace: (text: string) => boolean,
): PageQuery {
  return {
    cursor: query.cursor === undefined ? null : decodeCursor(query.cursor, isPlace),
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

/** Members that were given: absent ones are absent, as `exactOptionalPropertyTypes` wants them. */
export function given<T extends object>(object: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]?: Exclude<T[K], undefined>;
  };
}
