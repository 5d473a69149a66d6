import { LogFault } from '@countersign/audit-log';
import fc from 'fast-check';
import { runs } from '../../../test/support/samples.js';
import { readOpenings } from './openings.js';

const bytes = (value: unknown) => Buffer.from(typeof value === 'string' ? value : JSON.stringify(value));
const salt = 'A'.repeat(43);

describe('the file of a leaf’s openings', () => {
  test('has values and salts by name; no file opens nothing', () => {
    const file = { index: 7, openings: { path: { value: '/a', salt } } };
    expect(readOpenings(bytes(file), 7)).toEqual(new Map([['path', { value: '/a', salt }]]));
    expect(readOpenings(undefined, 7)).toEqual(new Map());
  });

  test.each([
    ['of another leaf', { index: 8, openings: {} }],
    ['without openings', { index: 7 }],
    ['with a list', { index: 7, openings: [] }],
    ['with a text for an opening', { index: 7, openings: { path: 'x' } }],
    ['with a number for a value', { index: 7, openings: { path: { value: 1, salt } } }],
    ['with a member twice', '{"index":7,"index":7,"openings":{}}'],
    ['that is no JSON', '{'],
  ])('%s is refused', (_what, file) => {
    expect(() => readOpenings(bytes(file), 7)).toThrow(
      expect.objectContaining({ code: 'false_opening', index: 7 }),
    );
  });

  test('whatever it holds is read or refused, and never anything else', () => {
    fc.assert(
      fc.property(fc.oneof(fc.json(), fc.string(), fc.uint8Array().map(String)), (text) => {
        try {
          expect(readOpenings(bytes(text), 7)).toBeInstanceOf(Map);
        } catch (error) {
          expect(error).toBeInstanceOf(LogFault);
        }
      }),
      { numRuns: runs(300) },
    );
  });
});
