import { csvCell, toCsv, toJsonLines } from './record-export.js';

describe('an export', () => {
  test.each([
    ['=HYPERLINK("http://evil.example")', `"'=HYPERLINK(""http://evil.example"")"`],
    ['+1', `"'+1"`],
    ['-2+3', `"'-2+3"`],
    ['@SUM(A1)', `"'@SUM(A1)"`],
    ['  =1', `"'  =1"`],
    ['\t=1', `"' =1"`],
    ['\uFEFF=1', `"'\uFEFF=1"`],
    ['|cmd', `"'|cmd"`],
    ['a\r\n=1', '"a =1"'],
  ])('%j cannot run as a formula', (given, cell) => {
    expect(csvCell(given)).toBe(cell);
  });

  test('harmless values do not change', () => {
    expect(csvCell('/tenants/acme/invoices?page=2')).toBe('"/tenants/acme/invoices?page=2"');
    expect(csvCell(-12)).toBe('-12');
    expect(csvCell(null)).toBe('""');
    expect(csvCell('say "hi", twice')).toBe('"say ""hi"", twice"');
  });

  test('writes a header and one line for each row', () => {
    const rows = [
      { a: 1, b: 'x\ny' },
      { a: 2, b: '=z' },
    ];
    expect(toCsv(['b', 'a'], rows)).toBe('"b","a"\r\n"x y",1\r\n"\'=z",2\r\n');
    expect(toJsonLines(rows)).toBe('{"a":1,"b":"x\\ny"}\n{"a":2,"b":"=z"}\n');
  });
});
