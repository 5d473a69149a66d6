import { segment } from '../api/client.js';
import { noticeShape, pageOf } from '../api/shapes.js';
import { idOf, wholeNumber } from '../runtime/arguments.js';
import type { Answer, Context } from '../runtime/context.js';
import { noticesText } from '../text/notice-text.js';

export type NoticeOptions = { state?: string; tenant?: string; limit?: string; cursor?: string };

/** One page of what people and programs were told, newest first. */
export async function notices(context: Context, options: NoticeOptions): Promise<Answer> {
  if (options.limit !== undefined) wholeNumber('--limit', options.limit, 1, 200);
  const query = new URLSearchParams();
  for (const name of ['state', 'tenant', 'limit', 'cursor'] as const) {
    const value = options[name];
    if (value !== undefined) query.set(name, value);
  }
  const page = await context.api().call(`/api/v1/notices?${query}`, pageOf(noticeShape));
  if (page.next !== null && !context.json)
    context.note(`More: countersign notices list --cursor ${page.next}`);
  return { document: page, text: noticesText(page.items) };
}

/** Makes a notice's dead letters due again, under their old id. */
export async function retryNotice(context: Context, id: string): Promise<Answer> {
  const path = `/api/v1/notices/${segment(idOf('ntc', id))}/retry`;
  const notice = await context.api().call(path, noticeShape, { method: 'POST' });
  return { document: notice, text: noticesText([notice]) };
}
