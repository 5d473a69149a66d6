import type { AccessRecord, CountersRecord } from './access-record.js';
import { placeInChain, recordHash } from './chain.js';
import { parseRecordAnswer, parseRecordBatch } from './record-batch.js';

const boot = '01980000-0000-4000-8000-00000000000b';
const counters = (seq: number, prev: string | null): CountersRecord => ({
  v: 1,
  kind: 'counters',
  id: 'rec_01980000-0000-7000-8000-000000000003',
  gateway: 'gtw_01980000-0000-7000-8000-000000000001',
  boot,
  tenant: 'deployment',
  seq,
  prev,
  at: '2026-11-24T15:00:00.000Z',
  service: null,
  code: 'ambiguous_request',
  minute: '2026-11-24T15:00:00Z',
  count: 3,
});
const entry = (record: AccessRecord) => ({ record, openings: {} });

describe('records', () => {
  test('the next record of a chain names the hash of the one before; everything else is known or a gap', () => {
    const first = counters(1, null);
    const head = { seq: 1, hash: recordHash(first) };
    expect(placeInChain(undefined, first)).toBe('next');
    expect(placeInChain(head, first)).toBe('known');
    expect(placeInChain(head, counters(2, head.hash))).toBe('next');
    expect(placeInChain(head, counters(3, head.hash))).toBe('gap');
    expect(placeInChain(head, counters(2, recordHash(counters(1, head.hash))))).toBe('gap');
    expect(placeInChain(undefined, counters(2, null))).toBe('gap');
  });

  test('the hash does not depend on the order of members', () => {
    const { v, ...rest } = counters(1, null);
    expect(recordHash({ ...rest, v } as AccessRecord)).toBe(recordHash(counters(1, null)));
  });

  test('a batch holds records of one boot alone, at least one, of known kinds', () => {
    const batch = { boot, entries: [entry(counters(1, null))] };
    expect(parseRecordBatch(batch)).toEqual(batch);
    const refused = expect.objectContaining({ code: 'invalid_records' });
    const otherBoot = { ...counters(1, null), boot: boot.replace('b', 'c') };
    for (const bad of [
      { boot, entries: [] },
      { boot, entries: [entry(otherBoot)] },
      { boot, entries: [entry({ ...counters(1, null), kind: 'gossip' } as never)] },
      { boot, entries: [{ record: counters(1, null) }] },
      { boot, entries: [entry(counters(1, null))], more: true },
      { boot, entries: [entry({ ...counters(1, null), tenant: 'acme' } as never)] },
    ]) {
      expect(() => parseRecordBatch(bad)).toThrow(refused);
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
