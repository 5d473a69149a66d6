import type { ExportedEvent } from './exported-event.js';

/**
 * One leaf as one line of JSON, without its newline:
 *
 *     {"log":"countersign/dep_…/acme","index":7,"hash":"sha256:…","leaf":{…},"openings":{"path":{"value":"…","salt":"…"}},"unopened":{"reason":"erased"}}
 *
 * `leaf` is the canonical text that was hashed, byte for byte: SHA-256(0x00 ‖ its bytes) is `hash`.
 */
export function formatJsonLine({ log, index, hash, text, personal }: ExportedEvent): string {
  const openings: Record<string, unknown> = {};
  const unopened: Record<string, string> = {};
  for (const [name, value] of Object.entries(personal))
    if (typeof value === 'string') unopened[name] = value;
    else openings[name] = { value: value.value, salt: value.salt };
  const [head, tail] = [JSON.stringify({ log, index, hash }), JSON.stringify({ openings, unopened })];
  return `${head.slice(0, -1)},"leaf":${text},${tail.slice(1)}`;
}
