import type { Notice } from '@countersign/access';

/** The body of a webhook: ids alone. Who may know more asks the API, as themselves. */
export function writeMessage(notice: Notice, request: string | null, publicUrl: string): string {
  const { id, kind, tenant, subject, at } = notice;
  const link = request === null ? null : `${publicUrl}/requests/${request}`;
  return JSON.stringify({ type: kind, timestamp: at, data: { id, tenant, subject, request, link } });
}
