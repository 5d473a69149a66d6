import type { AccessRecord } from '@countersign/api';
import { findEndProof } from './proof.js';

const record = (at: string, decision: 'allowed' | 'refused', code: string | null = null) =>
  ({ id: at, at, decision, code }) as AccessRecord;
/** A page each for as many records as `size`, counted as they are read. */
const read = { pages: 0 };
async function* paged(records: AccessRecord[], size = 200) {
  read.pages = 0;
  for (let from = 0; from < records.length; from += size) {
    read.pages += 1;
    yield records.slice(from, from + size);
  }
}
const stop = '2026-11-24T14:03:08Z';

test('finds the last allowed call and the first call refused after the stop', async () => {
  const records = [
    record('2026-11-24T14:03:12.000Z', 'refused', 'grant_ended'),
    record('2026-11-24T14:03:09.100Z', 'refused', 'grant_ended'),
    record('2026-11-24T14:03:07.900Z', 'allowed'),
    record('2026-11-24T14:03:05.000Z', 'refused', 'insufficient_scope'),
    record('2026-11-24T14:03:01.000Z', 'allowed'),
  ];
  const proof = { lastAllowed: records[2], nextRefused: records[1] };
  expect(await findEndProof({ endedAt: stop }, paged(records))).toEqual(proof);
  expect(await findEndProof({ endedAt: stop }, paged(records, 1))).toEqual(proof);
});

test('a refusal for another reason or before the end proves nothing', async () => {
  const records = [
    record('2026-11-24T14:03:10.000Z', 'refused', 'insufficient_scope'),
    record('2026-11-24T14:03:01.000Z', 'refused', 'grant_ended'),
  ];
  const nothing = { lastAllowed: null, nextRefused: null };
  expect(await findEndProof({ endedAt: stop }, paged(records))).toEqual(nothing);
  expect(await findEndProof({ endedAt: null }, paged(records))).toEqual(nothing);
});

test('finds the last allowed call after many refusals, and reads no further', async () => {
  const refused = Array.from({ length: 450 }, (_, second) =>
    record(new Date(Date.parse(stop) + (450 - second) * 1000).toISOString(), 'refused', 'grant_ended'),
  );
  const allowed = Array.from({ length: 450 }, (_, second) =>
    record(new Date(Date.parse(stop) - (second + 1) * 1000).toISOString(), 'allowed'),
  );
  const proof = await findEndProof({ endedAt: stop }, paged([...refused, ...allowed]));
  expect(proof).toEqual({ lastAllowed: allowed[0], nextRefused: refused[449] });
  expect(read.pages).toBe(3);
});
