import type { LeafV1 } from '@countersign/audit-log';
import {
  ContractError,
  canonicalJson,
  type Hashing,
  type MemberOfLeaf,
  membersOfRecord,
  type RecordKind,
  sha256Digest,
} from '@countersign/contract';

/** A record as canonical JSON has it. */
export type RecordJson = Record<string, unknown>;

/** What a record has, and its leaf has outside of its data. */
const OUTSIDE: Record<string, (leaf: LeafV1, prev: string | null) => unknown> = {
  at: ({ at }) => at,
  path: ({ commitments }) => commitments['path'],
  prev: (_, prev) => prev,
  tenant: ({ tenant }) => tenant,
  v: () => 1,
};

const ALLOWED = membersOfRecord('allowed');
/** A refused call has no member of an allowed one. If its leaf names one, the record that is made here has it too, and another hash. */
const REFUSED = [
  ...membersOfRecord('refused'),
  ...ALLOWED.filter(({ name }) => !membersOfRecord('refused').some((own) => own.name === name)),
].sort((one, other) => (one.name < other.name ? -1 : 1));

/** The kind and the members, in the order of canonical JSON, of the record that each type of leaf was made from. */
const RECORDS: Record<string, { kind: RecordKind; members: readonly MemberOfLeaf[] }> = {
  'access.allowed': { kind: 'allowed', members: ALLOWED },
  'access.refused': { kind: 'refused', members: REFUSED },
  'access.outcome': { kind: 'outcome', members: membersOfRecord('outcome') },
  'access.counters': { kind: 'counters', members: membersOfRecord('counters') },
  'gateway.head': { kind: 'head', members: membersOfRecord('head') },
};

/** Whether leaves of this type are records of gateways. */
export const isRecordLeaf = (type: string): boolean => type in RECORDS;

/** The record of a leaf (docs/contract.md, Access record); undefined if the leaf is of no record. */
export function recordOf(leaf: LeafV1, prev: string | null): RecordJson | undefined {
  const of = RECORDS[leaf.type];
  if (of === undefined) return undefined;
  const { data } = leaf;
  const record: RecordJson = {};
  for (const { name, leaf: from, isOptional } of of.members) {
    const value = from !== null ? data[from] : name === 'kind' ? of.kind : OUTSIDE[name]?.(leaf, prev);
    if (value !== undefined || !isOptional) record[name] = value;
  }
  // A gateway without a trust document of the tenant writes null, or nothing.
  if ('trust' in record) record['trust'] ??= null;
  return record;
}

/** The hash of a record; undefined if it lacks a member that every record has: then no gateway chained it. */
export function hashOf(hashing: Hashing, record: RecordJson | undefined): string | undefined {
  try {
    return sha256Digest(hashing, canonicalJson(record));
  } catch (error) {
    if (error instanceof ContractError) return undefined;
    throw error;
  }
}
