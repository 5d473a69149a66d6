import type { ExportedEvent } from './exported-event.js';

/**
 * One leaf as an event of Splunk’s HTTP Event Collector, on one line:
 *
 *     {"time":1795600800,"host":"broker.example","source":"countersign/dep_…/acme","sourcetype":"countersign:leaf","fields":{"leaf":0,"hash":"sha256:…"},"event":{…}}
 *
 * `time` is in seconds since 1970. Fields are indexed, so that a search by leaf or hash finds repetitions.
 *
 * @param json the event itself, as JSON
 * @param index Splunk’s index; null for the token’s own
 */
export function formatHec(
  { log, index: leafIndex, hash, leaf }: ExportedEvent,
  host: string,
  { json, sourcetype, index }: { json: string; sourcetype: string; index: string | null },
): string {
  const envelope = JSON.stringify({
    time: Date.parse(leaf.at) / 1000,
    host,
    source: log,
    sourcetype,
    ...(index === null ? {} : { index }),
    fields: { leaf: leafIndex, hash, type: leaf.type },
  });
  return `${envelope.slice(0, -1)},"event":${json}}`;
}
