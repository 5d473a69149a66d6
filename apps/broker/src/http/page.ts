import type { Page, PageQuery } from '@countersign/access';
import { type IdPrefix, isId, isInstant, isServiceName, isSlug } from '@countersign/contract';
import { z } from 'zod';
import { HttpProblem } from './problem.js';

const DEFAULT_LIMIT = 50;
const MAX_LIMIT = 200;

/** Query parameters of every list. */
export const pageQuery = {
  cursor: z.string().max(200).optional().describe('`next` of the page before.'),
  limit: z
    .string()
    .regex(/^[1-9][0-9]{0,2}$/, 'A whole number from 1 to 200')
    .refine((text) => Number(text) <= MAX_LIMIT, 'A whole number from 1 to 200')
    .optional()
    .describe('1 to 200; 50 where it is absent.'),
};

const id = (prefix: IdPrefix) => z.string().refine((text) => isId(prefix, text), `A ${prefix}_ id`);
/** Whole seconds hold in terms and statements only: a list is asked about times as records have them. */
const FRACTION = /\.\d{1,9}(?=Z$)/;
const instant = z
  .string()
  .refine(
    (text) => isInstant(text.replace(FRACTION, '')),
    'An RFC 3339 instant in UTC, like 2026-11-24T15:00:00Z',
  );

/** Filters of lists (CONTRACT §5); each list takes those that mean something there. */
export const filters = {
  tenant: z.string().refine(isSlug, 'A tenant’s slug').optional(),
  service: z.string().refine(isServiceName, 'A service’s name').optional(),
  grant: id('grt').optional(),
  request: id('req').optional(),
  person: id('usr').optional(),
  from: instant.optional().describe('From this instant on.'),
  to: instant.optional().describe('Before this instant.'),
};

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
