import { segment } from '../api/client.js';
import { type NoticeAnswer, noticeShape } from '../api/shapes.js';
import type { Answer, Context } from '../command/context.js';
import { parseId } from '../command/flags.js';
import { fetchPage, type ListOptions } from '../command/list.js';
import { formatTable } from '../terminal/text.js';

/** One page of notices, newest first. */
export const listNotices = (context: Context, options: ListOptions): Promise<Answer> =>
  fetchPage(
    context,
    { verb: 'notices list', path: '/api/v1/notices', item: noticeShape, format: formatNotices },
    options,
  );

/** Makes the deliveries of a notice that were given up due again. The notice keeps its id. */
export async function retryNotice(context: Context, id: string): Promise<Answer> {
  const path = `/api/v1/notices/${segment(parseId('ntc', id))}/retry`;
  const notice = await context.api().call(path, noticeShape, { method: 'POST' });
  return { document: notice, text: formatNotices([notice]) };
}

/** One line a delivery: what was sent to whom, and its state. */
function formatNotices(notices: readonly NoticeAnswer[]): string {
  if (notices.length === 0) return 'No notices.';
  return formatTable(
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
