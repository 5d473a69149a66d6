import type { AccessRecord } from '@countersign/api';
import { recordsAsCsv, toCsv, toJsonLines } from './record-export.js';

describe('an export', () => {
  test('writes a header and one line for each row', () => {
    const rows = [
      { a: 1, b: 'x\ny' },
      { a: 2, b: '=z' },
    ];
    expect(toCsv(['b', 'a'], rows)).toBe('"b","a"\r\n"x y",1\r\n"\'=z",2\r\n');
    expect(toJsonLines(rows)).toBe('{"a":1,"b":"x\\ny"}\n{"a":2,"b":"=z"}\n');
  });

  test('of calls has the name of each person beside the id', () => {
    const record = { at: '2026-11-24T14:03:00Z', person: 'usr_1', method: 'GET' } as AccessRecord;
    const [header, line] = recordsAsCsv([record], (id) => (id === 'usr_1' ? 'Erin Okafor' : id)).split(
      '\r\n',
    );
    expect(header?.startsWith('"at","person","personName",')).toBe(true);
    expect(line?.startsWith('"2026-11-24T14:03:00Z","usr_1","Erin Okafor",')).toBe(true);
  });

  test('of calls says what was hidden or withheld, and where a file came from', () => {
    const record = {
      ...{ at: '2026-11-24T14:03:00Z', masked: true, maskedFields: 2, withheld: 'malformed' },
      ...{ sentSha256: 'sha256:ab', file: { from: 'rec_1', host: 'files.example' } },
    } as AccessRecord;
    const [header = '', line = ''] = recordsAsCsv([record], (id) => id).split('\r\n');
    const columns = header.split(',').map((name) => JSON.parse(name) as string);
    const values = line.split(',');
    const shown = ['maskedFields', 'withheld', 'sentSha256', 'fileHost', 'fileFrom'];
    expect(shown.map((name) => values[columns.indexOf(name)])).toEqual([
      ...['2', '"malformed"', '"sha256:ab"', '"files.example"', '"rec_1"'],
    ]);
  });
});
