import { membersOfRecord, OUTCOME_MEMBERS } from '@countersign/contract';
import type { UnchainedRecord } from '@countersign/gateway-protocol';

/** The records that each call has. Others are rare. */
export type RecordOfCall = Extract<UnchainedRecord, { kind: 'allowed' | 'outcome' }>;
type Members = Readonly<Record<string, unknown>>;

/** What differs among the calls with one token, and among the outcomes in one chain. All other members are mostly the same. */
const DIFFER: Record<RecordOfCall['kind'], ReadonlySet<string>> = {
  allowed: new Set(['at', 'id', 'path', 'prev', 'resource', 'seq']),
  outcome: new Set(['at', 'id', 'prev', 'seq', ...OUTCOME_MEMBERS]),
};
const namesOf = (kind: RecordOfCall['kind'], differ: boolean) =>
  membersOfRecord(kind).flatMap(({ name }) => (DIFFER[kind].has(name) === differ ? [name] : []));
const SAME = { allowed: namesOf('allowed', false), outcome: namesOf('outcome', false) };

/** How `JSON.stringify` begins an unpaired surrogate, which canonical JSON refuses. */
const LONE_SURROGATE = '\\ud';

/** A member that differs: the text before it since the last such member, and its own name. */
type Slot = { name: string; before: string; label: string };

/**
 * Writes the canonical JSON (RFC 8785) of records that are alike. The text between the members that differ is built once; each
 * record is then only joined from these parts:
 *
 *     {"action":…,"at":AT,"boot":…,"digest":…,"gateway":…,"grant":…,"id":ID,"kind":"allowed",…,"path":PATH,
 *     "person":…,"prev":PREV,"request":…,"resource":RESOURCE,"route":…,"seq":SEQ,"service":…,"tenant":…,"trust":…,"v":1}
 */
export class RecordText {
  private readonly slots: readonly Slot[];
  private readonly end: string;
  private readonly like: Members;
  private readonly same: readonly string[];

  private constructor(record: RecordOfCall) {
    this.like = record;
    this.same = SAME[record.kind];
    const slots: Slot[] = [];
    let text = '{';
    let comma = '';
    for (const { name } of membersOfRecord(record.kind)) {
      const label = `${comma}"${name}":`;
      if (DIFFER[record.kind].has(name)) {
        slots.push({ name, before: text, label });
        text = '';
      } else if (this.like[name] === undefined) continue;
      else text += label + JSON.stringify(this.like[name]);
      comma = ',';
    }
    this.slots = slots;
    this.end = `${text}}`;
  }

  /** Undefined for a record with a list or an object, which is never the same as another one. */
  static of(record: RecordOfCall): RecordText | undefined {
    const members: Members = record;
    const isPlain = SAME[record.kind].every((name) => typeof (members[name] ?? '') !== 'object');
    return isPlain ? new RecordText(record) : undefined;
  }

  /** Whether the record differs from the first one only in the members that this text does not keep. */
  fits(record: RecordOfCall): boolean {
    const members: Members = record;
    for (const name of this.same) if (members[name] !== this.like[name]) return false;
    return true;
  }

  /**
   * The record as canonical JSON, after the record with the hash `prev`. Undefined if it has text that canonical JSON refuses.
   *
   * @param record must fit
   */
  at(record: RecordOfCall, seq: number, prev: string): string | undefined {
    const members: Members = record;
    let text = '';
    for (const { name, before, label } of this.slots) {
      const value = name === 'seq' ? seq : name === 'prev' ? prev : members[name];
      text += before;
      if (value !== undefined) text += label + JSON.stringify(value);
    }
    text += this.end;
    return text.includes(LONE_SURROGATE) ? undefined : text;
  }
}
