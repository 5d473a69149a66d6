import type { UnchainedRecord } from '@countersign/gateway-protocol';
import { LONE_SURROGATE } from './call-text.js';
import type { RecordText } from './spool/record-chains.js';

/** The outcome of an allowed call, before it has its place in a chain. */
export type OutcomeRecord = Extract<UnchainedRecord, { kind: 'outcome' }>;

/**
 * Writes the canonical JSON (RFC 8785) of the outcomes in one chain: same run, gateway and tenant, and none of the rare members
 * (`maskedFields`, `sentSha256`, `withheld`). Only the gateway itself makes the other texts, and none of them needs an escape:
 *
 *     {"at":"AT","bodySha256":SHA256,"boot":…,"bytes":BYTES,"durationMs":MS,"gateway":…,"id":"ID","kind":"outcome",
 *     "outcome":"OUTCOME","prev":"PREV","seq":SEQ,"status":STATUS,"tenant":…,"v":1}
 */
export class OutcomeText implements RecordText {
  private readonly parts: readonly [boot: string, gateway: string, tenant: string];

  private constructor(private readonly like: OutcomeRecord) {
    const { boot, gateway, tenant, v } = like;
    this.parts = [
      `,"boot":${JSON.stringify(boot)},"bytes":`,
      `,"gateway":${JSON.stringify(gateway)},"id":"`,
      `,"tenant":${JSON.stringify(tenant)},"v":${v}}`,
    ];
  }

  /** Undefined for a record with rare members, or with text that canonical JSON refuses. */
  static of(record: OutcomeRecord): OutcomeText | undefined {
    if (hasRareMembers(record)) return undefined;
    const text = new OutcomeText(record);
    return text.parts.some((part) => part.includes(LONE_SURROGATE)) ? undefined : text;
  }

  /** Whether the record is of the same chain, and has no rare members. */
  fits(record: OutcomeRecord): boolean {
    const { boot, gateway, tenant } = this.like;
    return (
      record.boot === boot &&
      record.gateway === gateway &&
      record.tenant === tenant &&
      !hasRareMembers(record)
    );
  }

  /** The record as canonical JSON, after the record with the hash `prev`. */
  at(
    { at, bodySha256, bytes, durationMs, id, outcome, status }: OutcomeRecord,
    seq: number,
    prev: string,
  ): string {
    const [boot, gateway, tenant] = this.parts;
    const sha256 = bodySha256 === null ? null : `"${bodySha256}"`;
    const first = `{"at":"${at}","bodySha256":${sha256}${boot}${bytes},"durationMs":${durationMs}${gateway}${id}`;
    return `${first}","kind":"outcome","outcome":"${outcome}","prev":"${prev}","seq":${seq},"status":${status}${tenant}`;
  }
}

const hasRareMembers = ({ maskedFields, sentSha256, withheld }: OutcomeRecord): boolean =>
  maskedFields !== undefined || sentSha256 !== undefined || withheld !== undefined;
