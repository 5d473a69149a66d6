import { toCsv, toJsonLines } from './record-export.js';

describe('an export', () => {
  test('writes a header and one line for each row', () => {
    const rows = [
      { a: 1, b: 'x\ny' },
      { a: 2, b: '=z' },
    ];
    expect(toCsv(['b', 'a'], rows)).toBe('"b","a"\r\n"x y",1\r\n"\'=z",2\r\n');
    expect(toJsonLines(rows)).toBe('{"a":1,"b":"x\\ny"}\n{"a":2,"b":"=z"}\n');
  });
});
