import { type KeyObject, sign, verify } from 'node:crypto';
import { canonicalJson } from '@countersign/contract';
import { importEd25519PublicKey } from '../feed/ed25519.js';
import type { SignedRecord, UnsignedRecord } from './access-record.js';

/** Keeps a record's signature from meaning anything elsewhere. */
const CONTEXT = 'countersign-record/v1\n';
const signedBytes = (record: UnsignedRecord) => Buffer.from(CONTEXT + canonicalJson(record), 'utf8');

/** Ed25519 by the gateway's identity over the context line and the record's canonical JSON (RFC 8785); base64url. */
export function signRecord(record: UnsignedRecord, identity: KeyObject): string {
  return sign(null, signedBytes(record), identity).toString('base64url');
}

/** Whether this identity (raw public key, base64url) signed exactly this record. */
export function isSignedBy(record: SignedRecord, publicKey: string): boolean {
  const { signature, ...unsigned } = record;
  const bytes = Buffer.from(signature, 'base64url');
  // The last character of base64url has spare bits: one signature must not have several spellings.
  if (bytes.toString('base64url') !== signature) return false;
  return verify(null, signedBytes(unsigned), importEd25519PublicKey(publicKey), bytes);
}
