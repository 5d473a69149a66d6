import { ContractError, canonicalJson, isCommitment, isId, isSlug, utf8 } from '@countersign/contract';
import { equalBytes } from './bytes.js';
import { AuditLogError } from './errors.js';

/** Who caused an event: a person, a gateway, a job of the broker, or the operator of its host. */
export type Actor = `usr_${string}` | `gtw_${string}` | 'job' | 'host';

/**
 * One entry of a tenant's log, version 1 (docs/contract.md, Leaf). It has no personal values. Each of them is a commitment;
 * value and salt are kept beside the log, where they can be erased without breaking a hash.
 */
export type LeafV1 = {
  v: 1;
  /** What happened: `request.created`, `access.allowed`. */
  type: string;
  /** RFC 3339 in UTC with `Z`, whole seconds or milliseconds. */
  at: string;
  /** The tenant's slug. `deployment` for events that belong to no tenant, `vendor` for those of the vendor alone. */
  tenant: string;
  /** Index in the tenant's log, from 0, without gaps. */
  seq: number;
  actor: Actor;
  /** Plain and never erasable: ids, digests, resources, actions. */
  data: Record<string, unknown>;
  /** `c1:…`, by the name of the member that it replaces. */
  commitments: Record<string, string>;
};

/** A tile stores each entry after a 16-bit length (C2SP tlog-tiles), so 65,535 bytes is the limit. This leaves room. */
export const MAX_LEAF_BYTES = 60_000;

const MEMBERS = ['actor', 'at', 'commitments', 'data', 'seq', 'tenant', 'type', 'v'].join();
const TYPE = /^[a-z][a-z0-9_-]*(\.[a-z][a-z0-9_-]*)+$/;
const AT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{3})?Z$/;

/** The rules of a leaf, each with the member to blame. A wrong leaf could never be corrected: the log only grows. */
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
 * The bytes of a leaf (docs/contract.md, Leaf): its canonical JSON as UTF-8.
 *
 *     {"actor":"usr_…","at":"…Z","commitments":{"path":"c1:…"},"data":{…},"seq":0,"tenant":"…","type":"access.allowed","v":1}
 *
 * Throws AuditLogError `invalid_leaf` if the leaf is not of version 1 or not exact JSON, `leaf_too_large` above 60,000
 * bytes.
 */
export const encodeLeaf = (leaf: LeafV1): Uint8Array => utf8(leafText(leaf));

/** The text whose UTF-8 bytes are the leaf's bytes. Throws as `encodeLeaf` does. */
export function leafText(leaf: LeafV1): string {
  if (Object.keys(leaf).sort().join() !== MEMBERS) {
    throw new AuditLogError('invalid_leaf', 'a leaf has the members of version 1 and no others');
  }
  for (const [member, holds] of RULES) {
    if (!holds(leaf)) throw new AuditLogError('invalid_leaf', `a leaf's \`${member}\` is not of version 1`);
  }
  const { actor, at, commitments, data, seq, tenant, type, v } = leaf;
  // In canonical order, so that nothing has to be sorted.
  const text = canonical({ actor, at, commitments, data, seq, tenant, type, v });
  // A character has at most three bytes, so nearly no leaf has to be encoded for this.
  if (text.length * 3 > MAX_LEAF_BYTES && utf8(text).length > MAX_LEAF_BYTES) {
    throw new AuditLogError('leaf_too_large', `a leaf is at most ${MAX_LEAF_BYTES} bytes`);
  }
  return text;
}

/**
 * Reads the bytes of a leaf. They must be the one encoding of a leaf of version 1.
 *
 * @throws AuditLogError `invalid_leaf`
 */
export function parseLeaf(bytes: Uint8Array): LeafV1 {
  let leaf: LeafV1;
  try {
    leaf = JSON.parse(decoder.decode(bytes)) as LeafV1;
  } catch (cause) {
    throw new AuditLogError('invalid_leaf', 'a leaf is JSON in UTF-8', { cause });
  }
  if (!isRecord(leaf) || !equalBytes(encodeLeaf(leaf), bytes))
    throw new AuditLogError('invalid_leaf', 'a leaf is canonical JSON');
  return leaf;
}

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

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
