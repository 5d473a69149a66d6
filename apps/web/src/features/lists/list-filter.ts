import { isId, isServiceName, isSlug } from '@countersign/contract';
import { startOfDay } from '../../text/clock.js';
import { changeSearch, useSearchParams } from '../../ui/address.js';

/** What a list can be narrowed by. Each is a part of the address, so that a link shows the same list. */
export type FilterField = 'text' | 'ticket' | 'state' | 'tenant' | 'service' | 'person' | 'from' | 'to';

/** What the address asks for. What is not valid is as if it were absent. */
export type ListChoice = Partial<Record<FilterField, string>>;

const DAY = /^\d{4}-\d\d-\d\d$/;
const WORD = /[\p{L}\p{N}]/u;
const LONGEST = 256;

/** A day of the reader's calendar: `2026-11-24`. */
export const isDay = (text: string): boolean =>
  DAY.test(text) && !Number.isNaN(Date.parse(`${text}T00:00:00`));

const IS_VALID: Record<FilterField, (text: string) => boolean> = {
  text: (text) => WORD.test(text) && text.length <= LONGEST,
  ticket: (text) => text.trim() !== '' && text.length <= LONGEST,
  state: (text) => text !== '',
  tenant: isSlug,
  service: isServiceName,
  person: (text) => isId('usr', text),
  from: isDay,
  to: isDay,
};

/** @param states the states of the list, if it has any */
export function readListChoice(
  params: URLSearchParams,
  fields: readonly FilterField[],
  states: readonly string[] = [],
): ListChoice {
  const choice: ListChoice = {};
  for (const field of fields) {
    const value = params.get(field);
    if (value === null || !IS_VALID[field](value)) continue;
    if (field === 'state' && !states.includes(value)) continue;
    choice[field] = value;
  }
  return choice;
}

/** The filter of the API for a choice. Days begin and end in the reader's time zone; both are inclusive. */
export function apiFilter({ from, to, ...others }: ListChoice): ListChoice {
  return {
    ...others,
    ...(from === undefined ? {} : { from: startOfDay(from) }),
    ...(to === undefined ? {} : { to: startOfDay(to, 1) }),
  };
}

/** Whether one of these texts has each word of the search. For lists that arrive whole. */
export function hasWords(search: string | undefined, ...texts: readonly string[]): boolean {
  const all = texts.join(' ').toLowerCase();
  return (search ?? '')
    .toLowerCase()
    .split(/\s+/)
    .every((word) => all.includes(word));
}

/** What the address of this page asks for. */
export function useListChoice(fields: readonly FilterField[], states?: readonly string[]): ListChoice {
  const params = useSearchParams();
  return readListChoice(params, fields, states);
}

/** Changes parts of the present address. An empty value removes its part. */
export function changeAddress(
  change: Readonly<Record<string, string | null>>,
  options?: { replace?: boolean },
): void {
  const next = new URLSearchParams(location.search);
  for (const [name, value] of Object.entries(change))
    if (value === null || value === '') next.delete(name);
    else next.set(name, value);
  changeSearch(next, options);
}
