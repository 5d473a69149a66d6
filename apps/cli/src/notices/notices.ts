import { segment } from '../api/client.js';
import { type NoticeAnswer, noticeShape } from '../api/shapes.js';
import type { Answer, Context } from '../command/context.js';
import { idOf } from '../command/flags.js';
import { type ListOptions, listPage } from '../command/list.js';
import { table } from '../terminal/text.js';

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

/** A line for each delivery: what was to be told, to whom, and what became of it. */
export function noticesText(notices: readonly NoticeAnswer[]): string {
  if (notices.length === 0) return 'No notices.';
  return table(
    ['ID', 'TENANT', 'WHAT', 'BY', 'TO', 'STATE', 'ATTEMPTS', 'LAST ERROR'],
    notices.flatMap(({ id, tenant, kind, deliveries }) =>
      deliveries.map(({ channel, recipient, state, attempts, lastError }) => [
        id,
        tenant,
        kind,
        channel,
        recipient,
        state,
        String(attempts),
        lastError ?? '',
      ]),
    ),
  );
}
