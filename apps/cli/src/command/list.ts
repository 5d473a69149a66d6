import type { Endpoint } from '@countersign/api';
import type { z } from 'zod';
import { quoteForShell } from '../terminal/text.js';
import type { Answer, Context } from './context.js';
import { parseInstant, parseWholeNumber } from './flags.js';

const NAMES = [
  ...(['state', 'tenant', 'service', 'person', 'from', 'to', 'ticket', 'text'] as const),
  ...(['limit', 'cursor'] as const),
] as const;

type Page<Item> = { items: Item[]; next: string | null };

export type ListOptions = Partial<Record<(typeof NAMES)[number], string>>;

/** @throws CliError `invalid_usage` for a limit outside 1 to 200, or a time without its zone */
export function checkListOptions(options: ListOptions): void {
  if (options.limit !== undefined) parseWholeNumber('--limit', options.limit, 1, 200);
  for (const name of ['from', 'to'] as const)
    if (options[name] !== undefined) parseInstant(`--${name}`, options[name]);
}

/**
 * Fetches one page, newest first. If there are more, a note on stderr gives the command for the next page.
 *
 * @param list `verb` is what the person typed, such as `notices list`. If the endpoint's path names the tenant, `params`
 *   holds its slug, and `--tenant` is not sent as a filter
 */
export async function fetchPage<Item>(
  context: Context,
  list: {
    verb: string;
    endpoint: Endpoint & { answer: { schema: z.ZodType<Page<Item>> } };
    params?: { slug: string };
    /** Filters that the verb's arguments give. */
    filter?: Readonly<Record<string, string>>;
    format: (items: readonly Item[]) => string;
  },
  options: ListOptions,
): Promise<Answer> {
  const query = listFilter(options, list);
  const { endpoint, params = {} } = list;
  const page = await (await context.api()).call(endpoint, { params, query });
  if (page.next !== null && !context.json) {
    const isNamed = (name: string) => name === 'cursor' || Object.hasOwn(list.filter ?? {}, name);
    const filters = NAMES.filter((name) => options[name] !== undefined && !isNamed(name));
    const flags = filters.map((name) => ` --${name} ${quoteForShell(options[name] ?? '')}`).join('');
    context.note(`More: countersign ${list.verb}${flags} --cursor ${page.next}`);
  }
  return { document: page, text: list.format(page.items) };
}

/** The query of a list for these flags. @throws CliError `invalid_usage` */
function listFilter(
  options: ListOptions,
  { filter, params }: { filter?: Readonly<Record<string, string>>; params?: { slug: string } },
): URLSearchParams {
  checkListOptions(options);
  const query = new URLSearchParams(filter);
  for (const name of NAMES) {
    const value = options[name];
    if (value !== undefined && !(name === 'tenant' && params !== undefined))
      query.set(name, name === 'from' || name === 'to' ? parseInstant(`--${name}`, value) : value);
  }
  return query;
}

/** Fetches every page of a list, newest first. `--cursor` begins after an item. @throws CliError `invalid_usage` */
export async function fetchAll<Item>(
  context: Context,
  endpoint: Endpoint & { answer: { schema: z.ZodType<Page<Item>> } },
  options: ListOptions,
): Promise<Item[]> {
  const query = listFilter({ limit: '200', ...options }, {});
  const api = await context.api();
  const items: Item[] = [];
  for (;;) {
    const page: Page<Item> = await api.call(endpoint, { query });
    items.push(...page.items);
    if (page.next === null) return items;
    query.set('cursor', page.next);
  }
}
