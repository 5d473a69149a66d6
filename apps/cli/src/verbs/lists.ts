import { z } from 'zod';
import { grantShape, pageOf, requestShape } from '../api/shapes.js';
import { wholeNumber } from '../runtime/arguments.js';
import type { Answer, Context } from '../runtime/context.js';
import { grantsText, requestsText } from '../text/request-text.js';

export type ListOptions = {
  state?: string;
  tenant?: string;
  service?: string;
  limit?: string;
  cursor?: string;
};

/** One page, newest first; the text ends with how to see the next. */
async function list<Item extends z.ZodType>(
  context: Context,
  verb: string,
  item: Item,
  options: ListOptions,
  textOf: (items: z.output<Item>[]) => string,
): Promise<Answer> {
  if (options.limit !== undefined) wholeNumber('--limit', options.limit, 1, 200);
  const query = new URLSearchParams();
  for (const name of ['state', 'tenant', 'service', 'limit', 'cursor'] as const) {
    const value = options[name];
    if (value !== undefined) query.set(name, value);
  }
  const page = await context.api().call(`/api/v1/${verb}?${query}`, pageOf(item));
  if (page.next !== null && !context.json) context.note(`More: countersign ${verb} --cursor ${page.next}`);
  return { document: page, text: textOf(page.items) };
}

export const requests = (context: Context, options: ListOptions): Promise<Answer> =>
  list(context, 'requests', requestShape, options, requestsText);

export const grants = (context: Context, options: ListOptions): Promise<Answer> =>
  list(context, 'grants', grantShape, options, grantsText);
