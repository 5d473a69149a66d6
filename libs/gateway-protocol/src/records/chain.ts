import { hash, type KeyObject, sign } from 'node:crypto';
import { canonicalJson } from '@countersign/contract';
import { isSignature } from '../ed25519.js';
import type { AccessRecord, SignedRecord, UnsignedRecord } from './access-record.js';

/** The last record of a chain (gateway, boot, tenant). */
export type ChainHead = { seq: number; hash: string };

/** `sha256:` + hex of SHA-256 over a record's canonical JSON. The next record of the chain has it as `prev`. */
export function recordHash(record: AccessRecord): string {
  return canonicalRecordHash(canonicalJson(record));
}

/** The same for a record that is canonical JSON already: a gateway writes and ships exactly this text. */
export function canonicalRecordHash(canonical: string): string {
  return `sha256:${hash('sha256', canonical, 'hex')}`;
}

/** The place of a record relative to the known head: seen before, the next one, or after a gap. */
export function placeInChain(head: ChainHead | undefined, record: AccessRecord): 'known' | 'next' | 'gap' {
  const last = head?.seq ?? 0;
  if (record.seq <= last) return 'known';
  return record.seq === last + 1 && record.prev === (head?.hash ?? null) ? 'next' : 'gap';
}

/** Keeps a record's signature from being valid for anything else. */
const CONTEXT = 'countersign-record/v1\n';
const signedBytes = (record: UnsignedRecord) => Buffer.from(CONTEXT + canonicalJson(record), 'utf8');

/** Signs a record with the gateway's identity (Ed25519, base64url): UTF-8 `countersign-record/v1` ‖ 0x0A ‖ canonical JSON. */
export function signRecord(record: UnsignedRecord, identity: KeyObject): string {
  return sign(null, signedBytes(record), identity).toString('base64url');
}

/** Whether this identity (raw public key in base64url) signed exactly this record. */
export function isSignedBy(record: SignedRecord, publicKey: string): boolean {
  const { signature, ...unsigned } = record;
  return isSignature(signature, signedBytes(unsigned), publicKey);
}

/** What the signature of a batch covers: the hash of each of its records, in their order. */
export type BatchHashes = { gateway: string; boot: string; records: readonly string[] };

/** Keeps the signature of a batch from being valid for anything else. */
const BATCH_CONTEXT = 'countersign-records/v1\n';
const batchBytes = ({ gateway, boot, records }: BatchHashes) =>
  Buffer.from(BATCH_CONTEXT + canonicalJson({ gateway, boot, records }), 'utf8');

/**
 * Signs a batch with the gateway's identity (Ed25519, base64url): UTF-8 `countersign-records/v1` ‖ 0x0A ‖ canonical JSON of
 * `{boot, gateway, records: [hash, …]}`. A record's hash covers the hash of the record before it, so the signature covers
 * the chains up to these records.
 */
export function signBatch(batch: BatchHashes, identity: KeyObject): string {
  return sign(null, batchBytes(batch), identity).toString('base64url');
}

/** Whether this identity (raw public key in base64url) signed exactly these records, in this order. */
export function isBatchSignedBy(batch: BatchHashes, signature: string, publicKey: string): boolean {
  return isSignature(signature, batchBytes(batch), publicKey);
}
