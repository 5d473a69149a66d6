import { csvCell, csvLine } from './csv.js';

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

test('a line ends with CRLF', () => {
  expect(csvLine(['a', 1, '=b'])).toBe('"a",1,"\'=b"\r\n');
});
