import type { UnchainedRecord } from '@countersign/gateway-protocol';
import type { RecordText } from './spool/record-chains.js';

/** The record of an allowed call, before it has its place in a chain. */
export type AllowedRecord = Extract<UnchainedRecord, { kind: 'allowed' }>;

/** How `JSON.stringify` begins an unpaired surrogate, which canonical JSON refuses. */
export const LONE_SURROGATE = '\\ud';

/**
 * Writes the canonical JSON (RFC 8785) of records that are alike: same grant, route, method and mode. The text between the members
 * that differ is built once; each record is then only joined from these parts:
 *
 *     {"action":…,"at":"AT","boot":…,"digest":…,"gateway":…,"grant":…,"id":"ID","kind":"allowed",…,"path":"PATH",
 *     "person":…,"prev":"PREV","request":…,"resource":RESOURCE,"route":…,"seq":SEQ,"service":…,"tenant":…,"trust":…,"v":1}
 */
export class CallText implements RecordText {
  private readonly parts: readonly [string, string, string, string, string, string, string];

  private constructor(private readonly like: AllowedRecord) {
    const { action, boot, context, digest, gateway, grant, method, mode, outcome, person, request } = like;
    const { route, service, tenant, trust, v } = like;
    this.parts = [
      `{"action":${JSON.stringify(action)},"at":"`,
      `",${membersOf({ boot, context, digest, gateway, grant })},"id":"`,
      `","kind":"allowed",${membersOf({ method, mode, outcome })},"path":"`,
      `",${membersOf({ person })},"prev":"`,
      `",${membersOf({ request })},"resource":`,
      `,${membersOf({ route })},"seq":`,
      `,${membersOf({ service, tenant, trust, v })}}`,
    ];
  }

  /** Undefined for a record with further members, or with text that canonical JSON refuses. */
  static of(record: AllowedRecord): CallText | undefined {
    const { droppedHeaders, file, masked, requesterFacts, tenantFrom, trust } = record;
    const hasMore = [droppedHeaders, file, masked, requesterFacts, tenantFrom].some((m) => m !== undefined);
    if (hasMore || trust === undefined) return undefined;
    const text = new CallText(record);
    return text.parts.some((part) => part.includes(LONE_SURROGATE)) ? undefined : text;
  }

  /** Whether only `at`, `id`, `path` and `resource` differ from the first record. */
  fits(record: AllowedRecord): boolean {
    const { like } = this;
    return (
      record.route === like.route &&
      record.action === like.action &&
      record.method === like.method &&
      record.mode === like.mode &&
      record.context === like.context &&
      record.outcome === like.outcome &&
      record.trust === like.trust &&
      record.service === like.service &&
      record.tenant === like.tenant &&
      record.grant === like.grant &&
      record.digest === like.digest &&
      record.request === like.request &&
      record.person === like.person &&
      record.gateway === like.gateway &&
      record.boot === like.boot &&
      record.requesterFacts === undefined &&
      record.droppedHeaders === undefined &&
      record.tenantFrom === undefined &&
      record.masked === undefined &&
      record.file === undefined
    );
  }

  /** The record as canonical JSON, after the record with the hash `prev`. Undefined if it has text that canonical JSON refuses. */
  at({ at, id, path, resource }: AllowedRecord, seq: number, prev: string): string | undefined {
    const [start, boot, kind, person, request, route, service] = this.parts;
    const named = JSON.stringify(resource);
    if (named.includes(LONE_SURROGATE)) return undefined;
    return `${start}${at}${boot}${id}${kind}${path}${person}${prev}${request}${named}${route}${seq}${service}`;
  }
}

/** Members in the order in which they are given, without those that are absent. */
const membersOf = (members: object): string =>
  Object.entries(members)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `"${name}":${JSON.stringify(value)}`)
    .join(',');
