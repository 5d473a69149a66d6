import { ContractError, canonicalJson, isCommitment, isId, isSlug, utf8 } from '@countersign/contract';
import { AuditLogError } from '../errors.js';
import type { LeafV1 } from './leaf.js';

/** A tile holds entries behind a 16-bit length (C2SP tlog-tiles), so 65,535 bytes is the end; this leaves room. */
export const MAX_LEAF_BYTES = 60_000;

const MEMBERS = ['actor', 'at', 'commitments', 'data', 'seq', 'tenant', 'type', 'v'].join();
const TYPE = /^[a-z][a-z0-9_-]*(\.[a-z][a-z0-9_-]*)+$/;
const AT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{3})?Z$/;

/** The rules of a leaf, each with the member to blame. The log is never edited: what goes in wrong stays wrong. */
const RULES: readonly (readonly [member: keyof LeafV1, holds: (leaf: LeafV1) => boolean])[] = [
  ['v', (leaf) => leaf.v === 1],
  ['type', (leaf) => TYPE.test(leaf.type)],
  ['at', (leaf) => AT.test(leaf.at) && !Number.isNaN(Date.parse(leaf.at))],
  ['tenant', (leaf) => isSlug(leaf.tenant)],
  ['seq', (leaf) => Number.isSafeInteger(leaf.seq) && leaf.seq >= 0],
  ['actor', ({ actor }) => actor === 'job' || actor === 'host' || isId('usr', actor) || isId('gtw', actor)],
  ['data', ({ data }) => isRecord(data)],
  [
    'commitments',
    ({ commitments }) => isRecord(commitments) && Object.values(commitments).every(isCommitment),
  ],
];

/**
 * The bytes of a leaf: its canonical JSON (RFC 8785) as UTF-8. Throws AuditLogError `invalid_leaf` for a leaf that is
 * not of version 1 or cannot be said in JSON exactly, `leaf_too_large` above 60,000 bytes.
 */
export function encodeLeaf(leaf: LeafV1): Uint8Array {
  if (Object.keys(leaf).sort().join() !== MEMBERS) {
    throw new AuditLogError('invalid_leaf', 'a leaf has the members of version 1 and no others');
  }
  for (const [member, holds] of RULES) {
    if (!holds(leaf)) throw new AuditLogError('invalid_leaf', `a leaf's \`${member}\` is not of version 1`);
  }
  const { actor, at, commitments, data, seq, tenant, type, v } = leaf;
  // In the order of canonical JSON, which then has nothing to sort.
  const bytes = utf8(canonical({ actor, at, commitments, data, seq, tenant, type, v }));
  if (bytes.length > MAX_LEAF_BYTES) {
    throw new AuditLogError('leaf_too_large', `a leaf is at most ${MAX_LEAF_BYTES} bytes`);
  }
  return bytes;
}

function isRecord(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function canonical(leaf: LeafV1): string {
  try {
    return canonicalJson(leaf);
  } catch (cause) {
    if (!(cause instanceof ContractError)) throw cause;
    throw new AuditLogError('invalid_leaf', `a leaf is JSON: ${cause.pointer ?? ''}`, { cause });
  }
}
