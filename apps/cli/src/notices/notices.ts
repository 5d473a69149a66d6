import { type Notice, noticeEndpoints } from '@countersign/api';
import type { Answer, Context } from '../command/context.js';
import { parseId } from '../command/flags.js';
import { fetchPage, type ListOptions } from '../command/list.js';
import { formatTable } from '../terminal/text.js';

/** One page of notices, newest first. */
export const listNotices = (context: Context, options: ListOptions): Promise<Answer> =>
  fetchPage(
    context,
    { verb: 'notices list', endpoint: noticeEndpoints.list, format: formatNotices },
    options,
  );

/** Makes the deliveries of a notice that were given up due again. The notice keeps its id. */
export async function retryNotice(context: Context, id: string): Promise<Answer> {
  const params = { id: parseId('ntc', id) };
  const notice = await (await context.api()).call(noticeEndpoints.retry, { params });
  return { document: notice, text: formatNotices([notice]) };
}

/** One line a delivery: what was sent to whom, and its state. */
function formatNotices(notices: readonly Notice[]): string {
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
