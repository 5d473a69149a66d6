import { postgresArray } from './arrays.js';

const hex = (sent: unknown) => (sent as Buffer).toString('hex');

describe('arrays as PostgreSQL receives them', () => {
  test('texts: their length in bytes and their UTF-8, NULL without any', () => {
    expect(hex(postgresArray('text', ['a', null, 'é"\\', '']))).toBe(
      [
        // One dimension, no flags, type 25, four elements from 1 on.
        ...['00000001', '00000000', '00000019', '00000004', '00000001'],
        ...['0000000161', 'ffffffff', '00000004c3a9225c', '00000000'],
      ].join(''),
    );
  });

  test.each([
    ['bigint', [0, 1, -1], `00000008${'0'.repeat(16)}00000008${'0'.repeat(15)}100000008${'f'.repeat(16)}`],
    ['bigint', [2 ** 53 - 1, -(2 ** 53 - 1)], '00000008001fffffffffffff' + '00000008ffe0000000000001'],
    ['integer', [7, -2, 2 ** 31 - 1], '0000000400000007' + '00000004fffffffe' + '000000047fffffff'],
    ['boolean', [true, false], '0000000101' + '0000000100'],
  ])('%s %j', (type, values, elements) => {
    expect(hex(postgresArray(type, values)).slice(40)).toBe(elements);
  });

  test.each([
    ['bigint', [1.5]],
    ['bigint', [2 ** 53]],
    ['bigint', ['1']],
    ['integer', [2 ** 31]],
    ['integer', [true]],
    ['text', [1]],
    ['text', [undefined]],
    ['boolean', [0]],
    ['uuid', ['x']],
    ['text', []],
  ])('%s %j is left to the driver', (type, values) => {
    expect(postgresArray(type, values)).toBe(values);
  });
});
