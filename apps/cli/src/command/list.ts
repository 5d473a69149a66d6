import type { z } from 'zod';
import { pageOf } from '../api/shapes.js';
import type { Answer, Context } from './context.js';
import { wholeNumber } from './flags.js';

const NAMES = ['state', 'tenant', 'service', 'limit', 'cursor'] as const;

export type ListOptions = Partial<Record<(typeof NAMES)[number], string>>;

/**
 * Refuses what no list takes; for verbs that ask something else first.
 *
 * @throws {CliError} `invalid_usage` for a limit outside 1 to 200
 */
export function checkPage(options: ListOptions): void {
  if (options.limit !== undefined) wholeNumber('--limit', options.limit, 1, 200);
}

/**
 * One page, newest first; what goes to stderr says how to see the next, under the same filters.
 *
 * @param verb what the person typed, such as `notices list`
 * @param path of the list; a tenant that is part of it is no filter
 */
export async function listPage<Item extends z.ZodType>(
  context: Context,
  list: { verb: string; path: string; item: Item; textOf: (items: z.output<Item>[]) => string },
  options: ListOptions,
): Promise<Answer> {
  checkPage(options);
  const query = new URLSearchParams();
  for (const name of NAMES) {
    const value = options[name];
    if (value !== undefined && !(name === 'tenant' && list.path.includes('/tenants/')))
      query.set(name, value);
  }
  const page = await context.api().call(`${list.path}?${query}`, pageOf(list.item));
  if (page.next !== null && !context.json) {
    const same = NAMES.filter((name) => name !== 'cursor' && options[name] !== undefined);
    const flags = same.map((name) => ` --${name} ${options[name]}`).join('');
    context.note(`More: countersign ${list.verb}${flags} --cursor ${page.next}`);
  }
  return { document: page, text: list.textOf(page.items) };
}
