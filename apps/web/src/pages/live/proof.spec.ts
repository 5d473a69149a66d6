import type { AccessRecord } from '../../api/client.js';
import { proofOf } from './proof.js';

const record = (at: string, decision: 'allowed' | 'refused', code: string | null = null) =>
  ({ id: at, at, decision, code }) as AccessRecord;
const stop = '2026-11-24T14:03:08Z';

test('the last call that came through, and the first that was turned away after the stop', () => {
  const records = [
    record('2026-11-24T14:03:12.000Z', 'refused', 'grant_ended'),
    record('2026-11-24T14:03:09.100Z', 'refused', 'grant_ended'),
    record('2026-11-24T14:03:07.900Z', 'allowed'),
    record('2026-11-24T14:03:05.000Z', 'refused', 'insufficient_scope'),
    record('2026-11-24T14:03:01.000Z', 'allowed'),
  ];
  expect(proofOf({ endedAt: stop }, records)).toEqual({ lastAllowed: records[2], nextRefused: records[1] });
});

test('a refusal for another reason, or from before, proves nothing', () => {
  const records = [
    record('2026-11-24T14:03:10.000Z', 'refused', 'insufficient_scope'),
    record('2026-11-24T14:03:01.000Z', 'refused', 'grant_ended'),
  ];
  expect(proofOf({ endedAt: stop }, records)).toEqual({ lastAllowed: null, nextRefused: null });
  expect(proofOf({ endedAt: null }, records).nextRefused).toBeNull();
});
