import type { Event, Trust } from '@countersign/api';
import {
  AuditLogError,
  type Checkpoint,
  decodeBase64,
  hadRoot,
  type LeafV1,
  LogFault,
  openCheckpoint,
  parseVerifierKey,
  UnknownLeaves,
  unknownEvent,
} from '@countersign/audit-log';
import { checkPersonSignature } from '@countersign/authorization/signatures';
import { ContractError, parseSignature, type TrustDocument } from '@countersign/contract';
import { api } from '../../api/client.js';
import { unwrap } from '../../api/problem.js';
import { HttpLog } from '../../log/http-log.js';
import { requireIncluded } from '../../log/inclusion.js';
import type { Fault } from '../../log/verify-log.js';
import { requireWorkingCrypto, UnsupportedBrowser, webEd25519, webHashing } from '../../log/web-crypto.js';
import { withWebSignatures } from '../../log/web-signatures.js';
import { type KeptPoint, readKept } from '../proof/verified-point.js';
import { compareReceipt, type Mismatch, type Shown } from './compare.js';

/** A countersignature that is not valid. `reason` is the code of the check that refused it. */
export interface BadSignature {
  person: string;
  reason: string;
}

/**
 * What the check of a receipt found. Two things in it are the broker's word: the trust document, and the log's key if
 * `keyFrom` is `broker`.
 */
export type ReceiptCheck =
  | {
      ok: true;
      leaves: number;
      size: number;
      /** How many leaves this browser had verified before. The checkpoint continues them. Null if there were none. */
      since: number | null;
      /** Where the log's key came from. */
      keyFrom: KeptPoint['keyFrom'];
      /** Persons whose passkeys signed, by their ids. */
      signers: string[];
      /** Signatures whose keys are not in the trust document in force. */
      unknownKeys: number;
    }
  | { ok: false; fault: Fault }
  | { ok: false; mismatch: Mismatch }
  | { ok: false; signature: BadSignature };

/**
 * Checks in this browser that a receipt says what the log says: the leaves of its grant and request stand in the tree that
 * the newest checkpoint signs, the receipt shows what is in them, and the countersignatures are by passkeys of the trust
 * document in force.
 *
 * @param trust null if the tenant has no trust document or the reader may not see it
 * @throws ApiProblem if the broker cannot be reached or refuses
 */
export async function verifyReceipt(shown: Shown, trust: Trust | null): Promise<ReceiptCheck> {
  const log = shown.grant.tenant;
  const events = await readEvents(log, shown);
  try {
    await requireWorkingCrypto();
    const { source, checkpoint, point } = await readCheckpoint(log);
    const leaves = events.map(({ index, ...leaf }) => ({ index, leaf: leaf as LeafV1 }));
    await requireIncluded(source, checkpoint, leaves);
    const unknown = new UnknownLeaves();
    for (const { leaf } of leaves) unknown.take(leaf);
    // It may have changed what the receipt shows, so the two cannot be compared.
    if (unknown.found !== null) throw unknownEvent(unknown.found);
    const mismatch = compareReceipt(webHashing, shown, events);
    if (mismatch !== null) return { ok: false, mismatch };
    const signed = await checkSignatures(shown, trust?.document as TrustDocument | null | undefined);
    if ('reason' in signed) return { ok: false, signature: signed };
    return {
      ok: true,
      leaves: events.length,
      size: checkpoint.size,
      since: point?.point.size ?? null,
      keyFrom: point?.keyFrom ?? 'broker',
      ...signed,
    };
  } catch (error) {
    return { ok: false, fault: faultOf(error) };
  }
}

function faultOf(error: unknown): Fault {
  if (error instanceof LogFault)
    return { code: error.code, index: error.index ?? null, detail: error.message };
  if (error instanceof UnsupportedBrowser) return { code: 'unsupported', index: null, detail: error.message };
  if (error instanceof AuditLogError)
    return {
      code: error.code === 'not_included' ? 'changed_leaf' : 'checkpoint',
      index: null,
      detail: error.message,
    };
  throw error;
}

/** All leaves that name the grant or its request, each once. */
async function readEvents(log: string, { grant }: Shown): Promise<Event[]> {
  const found = new Map<number, Event>();
  for (const filter of [{ grant: grant.id }, { request: grant.request }]) {
    let cursor: string | null = null;
    do {
      const query = { ...filter, limit: '200', ...(cursor === null ? {} : { cursor }) };
      const page: { items: Event[]; next: string | null } = await unwrap(
        api.GET('/api/v1/tenants/{slug}/events', { params: { path: { slug: log }, query } }),
      );
      for (const event of page.items) found.set(event.index, event);
      cursor = page.next;
    } while (cursor !== null);
  }
  return [...found.values()].sort((one, other) => one.index - other.index);
}

/**
 * The newest checkpoint, signed by a key that this browser knows or else the one that the broker gives, and a continuation
 * of what this browser has verified.
 */
async function readCheckpoint(
  log: string,
): Promise<{ source: HttpLog; checkpoint: Checkpoint; point: KeptPoint | undefined }> {
  const source = new HttpLog(log);
  const point = readKept(log);
  if (point === 'damaged') throw new LogFault('invalid_state', 'What this browser kept is damaged.');
  const offered = (await source.text('vkey')).text.trim();
  const vkeys = point === undefined ? [offered] : (point.point.keys ?? [point.vkey]);
  const keys = vkeys.map((vkey) => parseVerifierKey(webHashing, vkey));
  const { text } = await source.text('checkpoint');
  const { checkpoint } = await openCheckpoint(webEd25519, text, keys);
  if (point !== undefined) await requireContinues(source, checkpoint, point);
  return { source, checkpoint, point };
}

async function requireContinues(
  source: HttpLog,
  checkpoint: Checkpoint,
  { point }: KeptPoint,
): Promise<void> {
  if (checkpoint.size < point.size)
    throw new LogFault('rolled_back', `The log has ${checkpoint.size} leaves, and had ${point.size} before.`);
  const root = decodeBase64(point.root) ?? new Uint8Array();
  if (!(await hadRoot(webHashing, source, { size: point.size, root }, checkpoint)))
    throw new LogFault('forked', 'The log does not continue what was verified before.');
}

/** Checks each countersignature against the trust document. */
async function checkSignatures(
  { grant, request }: Shown,
  document: TrustDocument | null | undefined,
): Promise<{ signers: string[]; unknownKeys: number } | BadSignature> {
  const signers: string[] = [];
  let unknownKeys = 0;
  for (const countersignature of request.countersignatures) {
    try {
      const signature = parseSignature(countersignature);
      const { statement } = signature;
      if (!('person' in statement) || !('digest' in statement)) return { person: '', reason: 'wrong_type' };
      const { person } = statement;
      if (statement.digest !== grant.digest) {
        // A denial, or an approval of other terms that were offered before.
        if (request.reviews.some(({ digest }) => digest === statement.digest)) continue;
        return { person, reason: 'wrong_digest' };
      }
      if (statement.tenant !== grant.tenant) return { person, reason: 'wrong_tenant' };
      const refusal =
        document === null || document === undefined
          ? { reason: 'unknown_key' }
          : await withWebSignatures((ports) => checkPersonSignature(signature, person, document, ports));
      if (refusal === undefined) signers.push(person);
      else if (refusal.reason === 'unknown_key' || refusal.reason === 'unknown_person') unknownKeys += 1;
      else return { person, reason: refusal.reason };
    } catch (error) {
      if (!(error instanceof ContractError)) throw error;
      return { person: '', reason: 'malformed' };
    }
  }
  return { signers, unknownKeys };
}
