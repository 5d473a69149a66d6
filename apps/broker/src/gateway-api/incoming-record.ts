import type { EnrolledGateway, IncomingRecord } from '@countersign/access';
import {
  type AccessRecordView,
  type Hashing,
  NO_OUTCOME,
  NOTHING_MORE,
  openCommitment,
} from '@countersign/contract';
import { isSignedBy, type RecordEntry, recordHash, type SignedRecord } from '@countersign/gateway-protocol';
import { HttpProblem } from '../http/problem.js';

/**
 * Translates a gateway's record from its wire form. It computes the hash over the record as it arrived and verifies the
 * signature with the gateway's registered key. The use case checks that the record continues its chain.
 *
 * @throws HttpProblem `invalid_request` for a record of another gateway, or an opening that does not match its commitment
 */
export function incomingRecord(
  hashing: Hashing,
  gateway: EnrolledGateway,
  entry: RecordEntry,
  index: number,
): IncomingRecord {
  const { record } = entry;
  if (record.gateway !== gateway.id)
    throw wrong(index, 'record/gateway', 'This record belongs to another gateway.');
  const { tenant, seq, prev, at } = record;
  const previous = record.previous === undefined ? {} : { previous: record.previous };
  const lane = record.lane === undefined ? {} : { lane: record.lane };
  const chained = { tenant, seq, prev, ...previous, ...lane, at, hash: recordHash(record) };
  switch (record.kind) {
    case 'outcome': {
      const { v: _v, kind, id, gateway: _gateway, boot: _boot, ...rest } = record;
      const {
        tenant: _tenant,
        seq: _seq,
        prev: _prev,
        previous: _previous,
        lane: _lane,
        at: _at,
        ...end
      } = rest;
      return { ...chained, kind, id, outcome: { ...NO_OUTCOME, ...end } };
    }
    case 'counters':
      return { ...chained, ...signatureOf(record, gateway), kind: 'counters', counts: record.counts };
    case 'head':
      return { ...chained, ...signatureOf(record, gateway), kind: 'head' };
    default: {
      const opening = entry.openings.path ?? null;
      if (opening !== null && !openCommitment(hashing, 'path', opening, record.path))
        throw wrong(index, 'openings/path', 'This opening does not fit the record’s path.');
      return {
        ...chained,
        kind: record.kind,
        view: viewOf(record, opening?.value ?? null),
        path: { commitment: record.path, opening },
      };
    }
  }
}

/** The signature of a gateway that has not registered its key yet does not count. */
function signatureOf(record: SignedRecord, { publicKey }: EnrolledGateway) {
  const { id, signature } = record;
  return { id, signature, signed: publicKey !== null && isSignedBy(record, publicKey) };
}

type CallRecord = Extract<RecordEntry['record'], { kind: 'allowed' | 'refused' }>;

/** A call as the API shows it: the members of the wire record. Mostly its outcome follows in a record of its own. */
function viewOf(record: CallRecord, path: string | null): AccessRecordView {
  const { v: _v, prev: _prev, previous: _previous, lane: _lane, kind: decision, ...rest } = record;
  const { masked, trust = null, ...members } = { masked: undefined, ...rest };
  const context = decision === 'allowed' ? ('ed25519' as const) : null;
  const maskedFields = masked ? 0 : null;
  const absent = { ...NOTHING_MORE, count: 1, droppedHeaders: [], context, maskedFields };
  return { ...absent, ...members, path, trust, decision };
}

function wrong(index: number, member: string, detail: string): HttpProblem {
  const pointer = `/entries/${index}/${member}`;
  return new HttpProblem('invalid_request', detail, { pointer, errors: [{ pointer, detail }] });
}
