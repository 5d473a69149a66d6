import { csvCell, csvLine } from './csv.js';
import { requestRow } from './request-csv.js';

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
])('%j cannot run as a formula', (text, cell) => {
  expect(csvCell(text)).toBe(cell);
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

test.each([
  ['approved', 'Ada Moreau'],
  ['denied', 'Ada Moreau'],
  ['expired', null],
  ['cancelled', null],
  ['awaiting_customer', null],
])('a request in the state %s was decided by %j', (state, decidedBy) => {
  const request = {
    ...{
      id: 'req_1',
      createdAt: '2026-11-24T15:00:00Z',
      tenant: 'acme',
      service: 'billing',
      requester: 'usr_1',
    },
    ...{ state, scope: [], duration: 'PT1H', justification: null, ticket: null, grant: null },
    needs: { impact: { level: 'low' } },
    ...{ lapsesAt: '2026-11-25T03:00:00Z', digest: 'sha256:0' },
    reviews: [{ person: 'usr_2', at: '2026-11-24T16:00:00Z' }],
  };
  const row = requestRow(request, () => 'Ada Moreau');
  expect([row.decidedBy, row.decidedAt]).toEqual([
    decidedBy,
    decidedBy === null ? null : '2026-11-24T16:00:00Z',
  ]);
});
