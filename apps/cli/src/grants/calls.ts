import { type AccessRecord, grantEndpoints, logEndpoints } from '@countersign/api';
import { answerNotes } from '@countersign/wording';
import { openWithId } from '../api/find-id.js';
import type { Answer, Context } from '../command/context.js';
import { fetchPage, type ListOptions } from '../command/list.js';
import { formatTable } from '../terminal/text.js';

/** Lists the calls under a grant, newest first, as the gateways recorded them. `SENT`: the SHA-256 of the files among the answers. */
export async function listCalls(context: Context, grant: string, options: ListOptions): Promise<Answer> {
  const { api, id } = await openWithId(context, 'grt', grant);
  const { tenant, sealedLog } = await api.call(grantEndpoints.read, { params: { id } });
  const list = {
    verb: `calls ${id}`,
    endpoint: logEndpoints.records,
    params: { slug: sealedLog ?? tenant },
    filter: { grant: id },
    format: formatCalls,
  };
  return fetchPage(context, list, options);
}

function formatCalls(records: readonly AccessRecord[]): string {
  if (records.length === 0) return 'No calls.';
  const hasFiles = records.some(({ sentSha256 }) => sentSha256 !== undefined);
  return formatTable(
    ['AT', 'CALL', 'RESULT', 'STATUS', 'BYTES', ...(hasFiles ? ['SENT'] : []), 'RECORD'],
    records.map((record) => [
      record.at,
      `${record.method} ${record.path ?? '(erased)'}${record.file === undefined ? '' : ` (file from ${record.file.host})`}`,
      formatResult(record),
      record.status === null ? '' : String(record.status),
      record.bytes === null ? '' : String(record.bytes),
      ...(hasFiles ? [record.sentSha256 ?? ''] : []),
      record.id,
    ]),
  );
}

/** `allowed`, `allowed (cut), 2 fields hidden`, `refused: grant_ended`, `refused: locked, 12 times`. */
function formatResult(record: AccessRecord): string {
  const { decision, code, count, outcome } = record;
  if (decision === 'refused') return `refused: ${code}${count > 1 ? `, ${count} times` : ''}`;
  const allowed = outcome === null || outcome === 'completed' ? 'allowed' : `allowed (${outcome})`;
  return [allowed, ...answerNotes(record, 'en')].join(', ');
}
