import { SCIM_SCHEMAS, type ScimListAnswer, type ScimListQuery, type ScimReadQuery } from '@countersign/api';
import { givingWay } from '@countersign/runtime';
import { type Filter, filter as matches, parse } from 'scim2-parse-filter';
import { ScimError } from './scim-error.js';
import { isJsonObject, type ScimResource, withVersion } from './scim-request.js';

const MOST_ITEMS = 500;
const DEFAULT_ITEMS = 100;
/** Longer filters are no use, and the parser calls itself for each bracket. */
const MAX_FILTER_LENGTH = 1_000;

/** Attributes whose values are compared exactly (`caseExact`, RFC 7643 §7); all others without regard to case. */
const CASE_EXACT: ReadonlySet<string> = new Set(['id', 'externalid', 'value']);

/** How many are read in one unit. A group may have a thousand members. */
const PART = { users: 200, groups: 5 } as const;

/** What a list is made of. Lists are long, so they are read in parts. */
export interface ScimItems<Item> {
  kind: keyof typeof PART;
  /** Names of attributes by which an index finds items. */
  keys: readonly string[];
  /**
   * The ids of all items in their order; with a key at least those that have its value.
   *
   * @param key one of `keys`, with the value to find
   */
  find(key: Readonly<Record<string, string>>): Promise<readonly string[]>;
  read(ids: readonly string[]): Promise<readonly Item[]>;
  /** Shows an item, without its version. */
  resourceOf(item: Item): ScimResource;
}

/**
 * One page of a list (RFC 7644 §3.4.2), filtered and cut to the members that the client wants. A filter that names an item by a
 * key looks at that one alone; another one looks at all items, and gives way to other calls between them.
 */
export async function scimList<Item>(list: ScimItems<Item>, query: ScimListQuery): Promise<ScimListAnswer> {
  const startIndex = Math.max(1, readCount('startIndex', query.startIndex, 1));
  const count = Math.min(MOST_ITEMS, Math.max(0, readCount('count', query.count, DEFAULT_ITEMS)));
  const filter = query.filter === undefined ? undefined : readFilter(query.filter);
  const ids = await list.find(filter === undefined ? {} : keyIn(filter, list.keys));
  const [first, end] = [startIndex - 1, startIndex - 1 + count];
  const page: Item[] = [];
  let total = ids.length;
  const giveWay = givingWay();
  if (filter === undefined)
    for (const part of parts(ids.slice(first, end), list)) page.push(...(await list.read(part)));
  else {
    const isMatch = matches(lowerCase(filter));
    total = 0;
    for (const part of parts(ids, list))
      for (const item of await list.read(part)) {
        await giveWay();
        if (!isMatch(loweredValues(list.resourceOf(item), ''))) continue;
        if (total >= first && total < end) page.push(item);
        total += 1;
      }
  }
  const resources: ScimResource[] = [];
  for (const item of page) {
    await giveWay();
    resources.push(selectAttributes(withVersion(list.resourceOf(item)), query));
  }
  return {
    schemas: [SCIM_SCHEMAS.listResponse],
    totalResults: total,
    startIndex,
    itemsPerPage: resources.length,
    Resources: resources,
  };
}

function* parts<Item>(ids: readonly string[], { kind }: ScimItems<Item>): Generator<readonly string[]> {
  for (let start = 0; start < ids.length; start += PART[kind]) yield ids.slice(start, start + PART[kind]);
}

/** A value that every match of the filter has, by the name of its attribute; empty if the filter requires none of the keys. */
function keyIn(filter: Filter, keys: readonly string[]): Readonly<Record<string, string>> {
  if (filter.op === 'and')
    return filter.filters.map((each) => keyIn(each, keys)).find((key) => Object.keys(key).length > 0) ?? {};
  if (filter.op !== 'eq' || typeof filter.compValue !== 'string') return {};
  const name = keys.find((key) => key.toLowerCase() === filter.attrPath.toLowerCase());
  return name === undefined ? {} : { [name]: filter.compValue };
}

function readCount(name: string, text: string | undefined, otherwise: number): number {
  if (text === undefined) return otherwise;
  if (!/^-?\d{1,9}$/.test(text)) throw new ScimError('invalidValue', `${name} is a whole number.`);
  return Number(text);
}

/** @throws ScimError `invalidFilter` */
function readFilter(text: string): Filter {
  if (text.length > MAX_FILTER_LENGTH)
    throw new ScimError('invalidFilter', `A filter has at most ${MAX_FILTER_LENGTH} characters.`);
  try {
    const filter = parse(text);
    // Compiling finds what parsing does not.
    matches(lowerCase(filter));
    return filter;
  } catch {
    throw new ScimError('invalidFilter', 'This is not a filter of RFC 7644 §3.4.2.2.');
  }
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
