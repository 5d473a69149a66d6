import type { ExportedEvent, Severity } from './exported-event.js';
import { severityOf } from './exported-event.js';

/** Facility 13, “log audit” (RFC 5424, table 1). */
const FACILITY = 13;
const SEVERITY: Readonly<Record<Severity, number>> = { warning: 4, notice: 5, info: 6 };
/** 32473 is the number that RFC 5612 sets aside for examples: Countersign has none of its own. */
const SD_ID = 'countersign@32473';
const NIL = '-';

/**
 * One leaf as a syslog message (RFC 5424), without framing:
 *
 *     <110>1 2026-11-24T10:00:00Z broker.example countersign - request.created [countersign@32473 log="…" index="0" hash="sha256:…" actor="usr_…"] {…}
 *
 * @param host the broker's host name
 * @param message JSON. What is not ASCII in it is escaped, so the message needs no byte-order mark, and it has no line
 *   breaks: a receiver that ends messages at a newline finds one message.
 */
export function formatSyslog(event: ExportedEvent, host: string, message: string): string {
  const { log, index, hash, leaf } = event;
  const priority = FACILITY * 8 + SEVERITY[severityOf(leaf)];
  const data = structuredData({ log, index: String(index), hash, actor: leaf.actor });
  const header = `<${priority}>1 ${leaf.at} ${headerField(host, 255)} countersign ${NIL} ${headerField(leaf.type, 32)}`;
  return `${header} ${data} ${asciiJson(message)}`;
}

/** A message in the frame that it has on a stream: its length in octets first (RFC 6587, section 3.4.1). */
export function frameSyslog(message: string): Buffer {
  const bytes = Buffer.from(message, 'utf8');
  return Buffer.concat([Buffer.from(`${bytes.length} `, 'latin1'), bytes]);
}

/** PRINTUSASCII of at most so many characters; the nil value if it is anything else. */
export const headerField = (text: string, longest: number): string =>
  text.length <= longest && /^[\x21-\x7e]+$/.test(text) ? text : NIL;

/** An SD-ELEMENT. In a value `"`, `\` and `]` are escaped (section 6.3.3); control characters become `#` and three digits. */
export function structuredData(parameters: Readonly<Record<string, string>>): string {
  const written = Object.entries(parameters).map(([name, value]) => ` ${name}="${parameterValue(value)}"`);
  return `[${SD_ID}${written.join('')}]`;
}

function parameterValue(value: string): string {
  return value
    .replaceAll(/["\\\]]/g, '\\$&')
    .replaceAll(/\p{Cc}/gu, (found) => `#${String(found.charCodeAt(0)).padStart(3, '0')}`);
}

/** In JSON these characters stand inside strings alone, where an escape means the same. */
const asciiJson = (json: string): string =>
  json.replaceAll(/[\u007f-\uffff]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
