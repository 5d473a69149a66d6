import { canonicalJson } from '@countersign/scope';
import { allowed, outcome, refused } from '../../../../test/factories/spool-drafts.js';
import { placed } from './placed.js';

const place = { seq: 7, prev: `sha256:${'a'.repeat(64)}` };
const call = allowed();
const withTrust = { ...call.record, trust: `sha256:${'b'.repeat(64)}` };

describe('a record in its place', () => {
  test.each([
    ['an allowed call', withTrust],
    ['an allowed call without a pinned document', { ...call.record, trust: null }],
    ['an allowed call that does not say by which document', call.record],
    ['an outcome', outcome(call).record],
    ['a refused call', refused().record],
  ])('%s has every member that it had, and its place', (_case, record) => {
    expect(placed(record as typeof call.record, place)).toEqual({ ...record, ...place });
  });

  test('those of every call have their members in the order of canonical JSON', () => {
    for (const record of [withTrust as typeof call.record, outcome(call).record]) {
      const entry = placed(record, place);
      expect(JSON.stringify(entry)).toBe(canonicalJson({ ...record, ...place }));
    }
  });
});
