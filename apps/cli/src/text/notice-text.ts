import type { NoticeAnswer } from '../api/shapes.js';
import { table } from './table.js';

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
