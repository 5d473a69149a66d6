import type { ExportContent, ExportFormat } from '@countersign/contract';
import type { ExportedEvent } from './exported-event.js';
import { formatHec } from './hec.js';
import { formatJsonLine } from './json-lines.js';
import { formatOcsf } from './ocsf.js';
import { formatSyslog } from './syslog.js';

/** What formats need besides the event. */
export interface FormatOptions {
  /** The broker's host name, as the receiver knows it. */
  host: string;
  /** Default: the leaf. */
  content?: ExportContent;
  /** Splunk’s index; absent for the token’s own. */
  splunkIndex?: string | null;
}

/** One event on one line, without its newline. */
export function formatEvent(format: ExportFormat, event: ExportedEvent, options: FormatOptions): string {
  const { host, content = 'leaf', splunkIndex: index = null } = options;
  const inside = () => (content === 'ocsf' ? formatOcsf(event) : formatJsonLine(event));
  switch (format) {
    case 'jsonl':
      return inside();
    case 'ocsf':
      return formatOcsf(event);
    case 'syslog':
      return formatSyslog(event, host, inside());
    case 'hec':
      return formatHec(event, host, { json: inside(), sourcetype: `countersign:${content}`, index });
  }
}
