import type { EventType } from './events/index.js';
import { EVENT_TYPES } from './events/names.js';

/**
 * The types that a list names, for filters: each part is a type, or the first word of several (`request`). Undefined if a
 * part names no type.
 *
 * @param list separated by commas: `request,grant.ended`
 */
export function expandEventTypes(list: string): EventType[] | undefined {
  const named = list
    .split(',')
    .map((part) => EVENT_TYPES.filter((type) => type === part || type.startsWith(`${part}.`)));
  return named.some((types) => types.length === 0) ? undefined : [...new Set(named.flat())];
}

/**
 * How many of each a leaf lists; it counts the others. A leaf has at most 64 kB: a way in takes about 200 bytes, a gateway or a person
 * 43. A verifier believes that there are others only if the list is full, so a smaller number here is a new form of the leaf.
 */
export const MOST_LISTED = { ways: 200, gateways: 500, reviewItems: 300, practicePeople: 500 } as const;
