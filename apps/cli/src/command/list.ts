import type { z } from 'zod';
import { pageOf } from '../api/shapes.js';
import type { Answer, Context } from './context.js';
import { parseWholeNumber } from './flags.js';

const NAMES = ['state', 'tenant', 'service', 'limit', 'cursor'] as const;

export type ListOptions = Partial<Record<(typeof NAMES)[number], string>>;

/** @throws CliError `invalid_usage` for a limit outside 1 to 200 */
export function checkListOptions(options: ListOptions): void {
  if (options.limit !== undefined) parseWholeNumber('--limit', options.limit, 1, 200);
}

/**
 * Fetches one page, newest first. If there are more, a note on stderr gives the command for the next page.
 *
 * @param list `verb` is what the person typed, such as `notices list`; `path` is the list's path in the API. If the path
 *   names the tenant, `--tenant` is not sent as a filter
 */
export async function fetchPage<Item extends z.ZodType>(
  context: Context,
  list: { verb: string; path: string; item: Item; format: (items: z.output<Item>[]) => string },
  options: ListOptions,
): Promise<Answer> {
  checkListOptions(options);
  const query = new URLSearchParams();
  for (const name of NAMES) {
    const value = options[name];
    if (value !== undefined && !(name === 'tenant' && list.path.includes('/tenants/')))
      query.set(name, value);
  }
  const page = await context.api().call(`${list.path}?${query}`, pageOf(list.item));
  if (page.next !== null && !context.json) {
    const filters = NAMES.filter((name) => name !== 'cursor' && options[name] !== undefined);
    const flags = filters.map((name) => ` --${name} ${options[name]}`).join('');
    context.note(`More: countersign ${list.verb}${flags} --cursor ${page.next}`);
  }
  return { document: page, text: list.format(page.items) };
}
