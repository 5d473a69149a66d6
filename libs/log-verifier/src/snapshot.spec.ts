/** @soak */

import fc from 'fast-check';
import { runs } from '../../../test/support/samples.js';
import { readSnapshot, writeSnapshot } from './snapshot.js';

const plain = fc.oneof(fc.integer(), fc.string(), fc.boolean(), fc.constant(null));
/** What a leaf may name a member of its own, to be read as something else. */
const mark = fc.constantFrom('$map', '$set', '$record');
const state = fc.letrec((tie) => ({
  value: fc.oneof({ depthSize: 'small' }, plain, tie('list'), tie('record'), tie('map'), tie('set')),
  list: fc.array(tie('value'), { maxLength: 4 }),
  record: fc.dictionary(fc.oneof(fc.stringMatching(/^[a-z]{1,8}$/), mark), tie('value'), {
    maxKeys: 4,
    noNullPrototype: true,
  }),
  map: fc.array(fc.tuple(fc.string(), tie('value')), { maxLength: 4 }).map((entries) => new Map(entries)),
  set: fc.array(plain, { maxLength: 4 }).map((members) => new Set(members)),
})).value;

test('a state comes back as it was written', () => {
  fc.assert(
    fc.property(state, (value) => {
      expect(readSnapshot(writeSnapshot(value))).toEqual(value);
    }),
    { numRuns: runs(200) },
  );
});

test('a state that is no JSON is damaged', () => {
  expect(() => readSnapshot('{')).toThrow(expect.objectContaining({ code: 'invalid_state' }));
});
