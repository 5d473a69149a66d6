import { SCIM_SCHEMAS, type ScimListAnswer, type ScimListQuery, type ScimReadQuery } from '@countersign/api';
import { type Filter, filter as matches, parse } from 'scim2-parse-filter';
import { ScimError } from './scim-error.js';
import { isJsonObject, type ScimResource, withVersion } from './scim-request.js';

const MOST_ITEMS = 500;
const DEFAULT_ITEMS = 100;
/** Longer filters are no use, and the parser calls itself for each bracket. */
const MAX_FILTER_LENGTH = 1_000;

/** Attributes whose values are compared exactly (`caseExact`, RFC 7643 §7); all others without regard to case. */
const CASE_EXACT: ReadonlySet<string> = new Set(['id', 'externalid', 'value']);

/**
 * One page of a list (RFC 7644 §3.4.2), filtered and cut to the members that the client wants.
 *
 * @param resourceOf shows an item, without its version. Without a filter only the items of the page are shown, and versions
 *   are computed for the page alone
 */
export function scimList<Item>(
  items: readonly Item[],
  resourceOf: (item: Item) => ScimResource,
  query: ScimListQuery,
): ScimListAnswer {
  const found = query.filter === undefined ? items : applyFilter(items, resourceOf, query.filter);
  const startIndex = Math.max(1, readCount('startIndex', query.startIndex, 1));
  const count = Math.min(MOST_ITEMS, Math.max(0, readCount('count', query.count, DEFAULT_ITEMS)));
  const page = found.slice(startIndex - 1, startIndex - 1 + count);
  return {
    schemas: [SCIM_SCHEMAS.listResponse],
    totalResults: found.length,
    startIndex,
    itemsPerPage: page.length,
    Resources: page.map((item) => selectAttributes(withVersion(resourceOf(item)), query)),
  };
}

function readCount(name: string, text: string | undefined, otherwise: number): number {
  if (text === undefined) return otherwise;
  if (!/^-?\d{1,9}$/.test(text)) throw new ScimError('invalidValue', `${name} is a whole number.`);
  return Number(text);
}

function applyFilter<Item>(
  items: readonly Item[],
  resourceOf: (item: Item) => ScimResource,
  text: string,
): readonly Item[] {
  if (text.length > MAX_FILTER_LENGTH)
    throw new ScimError('invalidFilter', `A filter has at most ${MAX_FILTER_LENGTH} characters.`);
  let isMatch: (resource: unknown) => boolean;
  try {
    isMatch = matches(lowerCase(parse(text)));
  } catch {
    throw new ScimError('invalidFilter', 'This is not a filter of RFC 7644 §3.4.2.2.');
  }
  return items.filter((item) => isMatch(loweredValues(resourceOf(item), '')));
}

const nameOf = (path: string): string => path.slice(path.lastIndexOf('.') + 1).toLowerCase();
const isExact = (path: string): boolean => CASE_EXACT.has(nameOf(path));

/** The filter with lower-case values wherever case does not count. */
function lowerCase(filter: Filter): Filter {
  switch (filter.op) {
    case 'and':
    case 'or':
      return { ...filter, filters: filter.filters.map(lowerCase) };
    case 'not':
      return { ...filter, filter: lowerCase(filter.filter) };
    case '[]':
      return { ...filter, valFilter: lowerCase(filter.valFilter) };
    case 'pr':
      return filter;
    default: {
      const { compValue } = filter;
      const isText = typeof compValue === 'string' && !isExact(filter.attrPath);
      return isText ? { ...filter, compValue: compValue.toLowerCase() } : filter;
    }
  }
}

function loweredValues(value: unknown, name: string): unknown {
  if (typeof value === 'string') return isExact(name) ? value : value.toLowerCase();
  if (Array.isArray(value)) return value.map((each) => loweredValues(each, name));
  if (!isJsonObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, loweredValues(each, key)]));
}

/** The members that are always returned (RFC 7643 §7, `returned: always`). */
const ALWAYS: ReadonlySet<string> = new Set(['schemas', 'id', 'meta']);

/** The resource with the members that `attributes` names, or without those that `excludedAttributes` names. */
export function selectAttributes(
  resource: ScimResource,
  { attributes, excludedAttributes }: ScimReadQuery,
): ScimResource {
  const [wanted, unwanted] = [attributes, excludedAttributes].map(namesIn);
  const entries = Object.entries(resource).filter(([name]) => {
    if (ALWAYS.has(name)) return true;
    if (wanted !== undefined) return wanted.has(name.toLowerCase());
    return unwanted === undefined || !unwanted.has(name.toLowerCase());
  });
  return Object.fromEntries(entries) as ScimResource;
}

/** The first part of each name: a member is returned whole. */
function namesIn(list: string | undefined): Set<string> | undefined {
  if (list === undefined || list.trim() === '') return undefined;
  const names = list.split(',').map((name) => {
    const path = name.trim().toLowerCase();
    return path.slice(path.lastIndexOf(':') + 1).split('.', 1)[0] ?? '';
  });
  return new Set(names);
}
