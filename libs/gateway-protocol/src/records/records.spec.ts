import { generateKeyPairSync } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { membersOfRecord } from '@countersign/contract';
import { z } from 'zod';
import { exportEd25519PublicKey } from '../ed25519.js';
import { type AccessRecord, accessRecord, type CountersRecord, type HeadRecord } from './access-record.js';
import { isBatchSignedBy, isSignedBy, placeInChain, recordHash, signBatch, signRecord } from './chain.js';
import { parseRecordAnswer, parseRecordBatch } from './record-batch.js';

const boot = '01980000-0000-4000-8000-00000000000b';
const chained = (seq: number, prev: string | null) => ({
  v: 1 as const,
  id: 'rec_01980000-0000-7000-8000-000000000003',
  gateway: 'gtw_01980000-0000-7000-8000-000000000001',
  boot,
  seq,
  prev,
  at: '2026-11-24T15:00:00.000Z',
});
const counts = [
  { service: null, code: 'ambiguous_request', minute: '2026-11-24T15:00:00Z', count: 3 },
  { service: 'billing', code: 'invalid_token', minute: '2026-11-24T15:00:00Z', count: 1 },
];
const identity = generateKeyPairSync('ed25519');
const counters = (seq: number, prev: string | null): CountersRecord => {
  const unsigned = {
    ...chained(seq, prev),
    kind: 'counters' as const,
    tenant: 'deployment' as const,
    counts,
  };
  return { ...unsigned, signature: signRecord(unsigned, identity.privateKey) };
};
const head = (seq: number, prev: string | null): HeadRecord => {
  const unsigned = { ...chained(seq, prev), kind: 'head' as const, tenant: 'acme' };
  return { ...unsigned, signature: signRecord(unsigned, identity.privateKey) };
};
const entry = (record: AccessRecord) => ({ record, openings: {} });

describe('records', () => {
  test('the next record of a chain names the hash of the one before; everything else is known or a gap', () => {
    const first = counters(1, null);
    const last = { seq: 1, hash: recordHash(first) };
    expect(placeInChain(undefined, first)).toBe('next');
    expect(placeInChain(last, first)).toBe('known');
    expect(placeInChain(last, counters(2, last.hash))).toBe('next');
    expect(placeInChain(last, counters(3, last.hash))).toBe('gap');
    expect(placeInChain(last, counters(2, recordHash(counters(1, last.hash))))).toBe('gap');
    expect(placeInChain(undefined, counters(2, null))).toBe('gap');
  });

  test('the hash does not depend on the order of members', () => {
    const { v, ...rest } = counters(1, null);
    expect(recordHash({ ...rest, v } as AccessRecord)).toBe(recordHash(counters(1, null)));
  });

  test('P5: a head is signed over its place; no other place, key or spelling passes', () => {
    const publicKey = exportEd25519PublicKey(identity.publicKey);
    const signed = head(2, `sha256:${'a'.repeat(64)}`);
    expect(isSignedBy(signed, publicKey)).toBe(true);
    expect(isSignedBy(counters(1, null), publicKey)).toBe(true);
    const other = exportEd25519PublicKey(generateKeyPairSync('ed25519').publicKey);
    expect(isSignedBy(signed, other)).toBe(false);
    // The same bytes: the last character has spare bits.
    const respelled = signed.signature.replace(/.$/, (last) => String.fromCharCode(last.charCodeAt(0) + 1));
    expect(Buffer.from(respelled, 'base64url')).toEqual(Buffer.from(signed.signature, 'base64url'));
    for (const change of [
      { seq: 3 },
      { prev: `sha256:${'b'.repeat(64)}` },
      { tenant: 'globex' },
      { boot: boot.replace('b', 'c') },
      { signature: respelled },
    ])
      expect([change, isSignedBy({ ...signed, ...change }, publicKey)]).toEqual([change, false]);
  });

  test('the signature of a batch covers the gateway, the boot, and each record in its order', () => {
    const publicKey = exportEd25519PublicKey(identity.publicKey);
    const [one, two] = ['1', '2'].map((digit) => `sha256:${digit.repeat(64)}`) as [string, string];
    const batch = { gateway: head(1, null).gateway, boot, records: [one, two] };
    const signature = signBatch(batch, identity.privateKey);
    expect(isBatchSignedBy(batch, signature, publicKey)).toBe(true);
    const other = exportEd25519PublicKey(generateKeyPairSync('ed25519').publicKey);
    expect(isBatchSignedBy(batch, signature, other)).toBe(false);
    for (const change of [
      { records: [two, one] },
      { records: [one] },
      { records: [one, two, two] },
      { boot: boot.replace('b', 'c') },
      { gateway: 'gtw_another' },
    ])
      expect([change, isBatchSignedBy({ ...batch, ...change }, signature, publicKey)]).toEqual([
        change,
        false,
      ]);
  });

  test('a call has its outcome in its own record only if the gateway does not forward it', () => {
    const path = join(import.meta.dirname, '../../../../test/vectors/records.json');
    const { records } = JSON.parse(readFileSync(path, 'utf8')) as { records: { record: AccessRecord }[] };
    const call = records.find(({ record }) => record.kind === 'allowed')?.record as AccessRecord;
    const batch = (change: object) => ({
      ...{ boot: call.boot, signature: 'A'.repeat(86) },
      entries: [entry({ ...call, ...change } as AccessRecord)],
    });
    const whole = batch({ mode: 'authz', outcome: 'unknown' });
    expect(parseRecordBatch(whole)).toEqual(whole);
    const refused = expect.objectContaining({ code: 'invalid_records' });
    for (const bad of [{ outcome: 'unknown' }, { mode: 'authz', outcome: 'completed' }])
      expect(() => parseRecordBatch(batch(bad))).toThrow(refused);
  });

  test('a batch holds records of one boot alone, at least one, of known kinds', () => {
    const signature = 'A'.repeat(86);
    const entries = [entry(counters(1, null)), entry(head(2, `sha256:${'a'.repeat(64)}`))];
    expect(parseRecordBatch({ boot, signature, entries })).toEqual({ boot, signature, entries });
    const refused = expect.objectContaining({ code: 'invalid_records' });
    const otherBoot = { ...counters(1, null), boot: boot.replace('b', 'c') };
    for (const bad of [
      { boot, entries: [] },
      { boot, entries: [entry(otherBoot)] },
      { boot, entries: [entry({ ...counters(1, null), kind: 'gossip' } as never)] },
      { boot, entries: [{ record: counters(1, null) }] },
      { boot, entries: [entry(counters(1, null))], more: true },
      { boot, entries: [entry({ ...counters(1, null), tenant: 'acme' } as never)] },
      { boot, entries: [entry({ ...counters(1, null), counts: [] })] },
      { boot, entries: [entry({ ...head(1, null), signature: 'none' })] },
    ]) {
      expect(() => parseRecordBatch({ signature, ...bad })).toThrow(refused);
    }
    // A batch of a gateway that is older than its broker: the broker refuses it for the missing signature.
    expect(parseRecordBatch({ boot, entries })).toEqual({ boot, entries });
    expect(() => parseRecordBatch({ boot, entries, signature: 'none' })).toThrow(refused);
  });

  test('P5: the records of two runs have the published hashes and signatures', () => {
    const path = join(import.meta.dirname, '../../../../test/vectors/records.json');
    const vectors = JSON.parse(readFileSync(path, 'utf8')) as {
      publicKey: string;
      records: { record: AccessRecord; hash: string }[];
    };
    const kinds = vectors.records.map(({ record, hash }) => {
      expect(recordHash(record)).toBe(hash);
      if (record.kind === 'head') expect(isSignedBy(record, vectors.publicKey)).toBe(true);
      return record.kind;
    });
    expect(kinds).toEqual(['allowed', 'outcome', 'head', 'refused', 'head']);
    const [first, , last, next] = vectors.records;
    expect(first?.record.previous).toBeNull();
    const { boot, seq } = (last as (typeof vectors.records)[0]).record;
    expect(next?.record.previous).toEqual({ boot, seq, hash: last?.hash });
    for (const { record } of vectors.records)
      parseRecordBatch({ boot: record.boot, entries: [entry(record)], signature: 'A'.repeat(86) });
  });

  test('P5: only the first record of a chain names the run before, and a head’s signature covers it', () => {
    const signature = 'A'.repeat(86);
    const previous = { boot: boot.replace('b', 'a'), seq: 3, hash: `sha256:${'a'.repeat(64)}` };
    const first = { ...counters(1, null), previous };
    expect(parseRecordBatch({ boot, signature, entries: [entry(first)] }).entries[0]?.record).toEqual(first);
    expect(isSignedBy(first, exportEd25519PublicKey(identity.publicKey))).toBe(false);
    for (const bad of [
      { ...counters(2, previous.hash), previous },
      { ...first, previous: { ...previous, seq: 0 } },
      { ...first, previous: { ...previous, more: 1 } },
      { ...first, previous: undefined, prev: undefined },
    ])
      expect(() => parseRecordBatch({ boot, signature, entries: [entry(bad as never)] })).toThrow(
        expect.objectContaining({ code: 'invalid_records' }),
      );
  });

  test('P5: the records of two lanes have the published hashes and signatures; a run continues its own lane and names the other', () => {
    const path = join(import.meta.dirname, '../../../../test/vectors/record-lanes.json');
    const { publicKey, records } = JSON.parse(readFileSync(path, 'utf8')) as {
      publicKey: string;
      records: { record: AccessRecord; hash: string }[];
    };
    for (const { record, hash } of records) {
      expect(recordHash(record)).toBe(hash);
      if (record.kind === 'head') expect(isSignedBy(record, publicKey)).toBe(true);
      parseRecordBatch({ boot: record.boot, entries: [entry(record)], signature: 'A'.repeat(86) });
    }
    const [, , zero, one, next] = records.map(({ record: { boot, seq }, hash }) => ({ boot, seq, hash }));
    expect(records[4]?.record).toMatchObject({ boot: next?.boot, previous: one });
    expect(records[4]?.record.lane).toEqual({ number: 1, of: 2, beside: [{ lane: 0, ...zero }] });
  });

  test('P5: the first record of a chain and heads name the lane, and only the first one the other lanes', () => {
    const signature = 'A'.repeat(86);
    const lane = { number: 1, of: 2 };
    const beside = [{ lane: 0, boot: boot.replace('b', 'a'), seq: 3, hash: `sha256:${'a'.repeat(64)}` }];
    const batchOf = (record: object) => ({ boot, signature, entries: [entry(record as never)] });
    const later = head(2, `sha256:${'a'.repeat(64)}`);
    for (const good of [
      { ...counters(1, null), lane },
      { ...counters(1, null), lane: { ...lane, beside } },
    ])
      expect(parseRecordBatch(batchOf(good)).entries[0]?.record).toEqual(good);
    expect(parseRecordBatch(batchOf({ ...later, lane })).entries[0]?.record.lane).toEqual(lane);
    for (const bad of [
      { ...later, lane: { ...lane, beside } },
      { ...counters(2, `sha256:${'a'.repeat(64)}`), lane },
      { ...counters(1, null), lane: { number: 0, of: 0 } },
      { ...counters(1, null), lane: { number: 1, of: 1 } },
      { ...counters(1, null), lane: { number: 2, of: 2 } },
      { ...counters(1, null), lane: { number: 1, of: 65 } },
      { ...counters(1, null), lane: { ...lane, beside: [] } },
      { ...counters(1, null), lane: { ...lane, more: 1 } },
    ])
      expect(() => parseRecordBatch(batchOf(bad))).toThrow(
        expect.objectContaining({ code: 'invalid_records' }),
      );
  });

  test('have the members of the table, and may lack those that it says', () => {
    for (const { shape } of accessRecord.options) {
      const parsed = Object.entries(shape).map(([name, member]) => ({
        ...{ name, isOptional: member instanceof z.ZodExactOptional },
      }));
      const [kind = 'head'] = shape.kind.values;
      const listed = membersOfRecord(kind).map(({ name, isOptional }) => ({
        // A gateway that has pinned no trust document writes null, or nothing. Its leaf always says null.
        ...{ name, isOptional: isOptional || name === 'trust' },
      }));
      expect([kind, new Set(parsed)]).toEqual([kind, new Set(listed)]);
    }
  });

  test('the answer gives a last seq for each tenant', () => {
    expect(parseRecordAnswer({ accepted: { acme: 3, deployment: 0 } })).toEqual({
      accepted: { acme: 3, deployment: 0 },
    });
    expect(() => parseRecordAnswer({ accepted: { acme: -1 } })).toThrow();
    expect(() => parseRecordAnswer({})).toThrow();
  });
});
