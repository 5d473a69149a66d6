import { segment } from '../api/client.js';
import { noticeShape } from '../api/shapes.js';
import { idOf } from '../runtime/arguments.js';
import type { Answer, Context } from '../runtime/context.js';
import { noticesText } from '../text/notice-text.js';
import { type ListOptions, listPage } from './page.js';

/** One page of what people and programs were told, newest first. */
export const notices = (context: Context, options: ListOptions): Promise<Answer> =>
  listPage(
    context,
    { verb: 'notices list', path: '/api/v1/notices', item: noticeShape, textOf: noticesText },
    options,
  );

/** Makes a notice's dead letters due again, under their old id. */
export async function retryNotice(context: Context, id: string): Promise<Answer> {
  const path = `/api/v1/notices/${segment(idOf('ntc', id))}/retry`;
  const notice = await context.api().call(path, noticeShape, { method: 'POST' });
  return { document: notice, text: noticesText([notice]) };
}
