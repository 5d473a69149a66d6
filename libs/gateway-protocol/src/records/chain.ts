import { hash } from 'node:crypto';
import { canonicalJson } from '@countersign/contract';
import type { AccessRecord } from './access-record.js';

/** The last record of a chain (gateway, boot, tenant). */
export type ChainHead = { seq: number; hash: string };

/** `sha256:` + hex over the canonical JSON of a record: what the next record of its chain carries as `prev`. */
export function recordHash(record: AccessRecord): string {
  return canonicalRecordHash(canonicalJson(record));
}

/** The same for a record whose canonical JSON is at hand: a gateway writes and ships exactly this text. */
export function canonicalRecordHash(canonical: string): string {
  return `sha256:${hash('sha256', canonical, 'hex')}`;
}

/** Where a record stands to the head that is known: seen before, the next one, or beyond something missing. */
export function placeInChain(head: ChainHead | undefined, record: AccessRecord): 'known' | 'next' | 'gap' {
  const last = head?.seq ?? 0;
  if (record.seq <= last) return 'known';
  return record.seq === last + 1 && record.prev === (head?.hash ?? null) ? 'next' : 'gap';
}
