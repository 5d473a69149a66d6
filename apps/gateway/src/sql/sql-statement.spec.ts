import { parseStatement, recordedStatement, StatementRefused } from './sql-statement.js';

const parsed = (body: unknown) => parseStatement(Buffer.from(JSON.stringify(body), 'utf8'));

test('P5: whatever statement is accepted can be recorded', () => {
  const odd = parsed({ statement: 'SELECT $1, $2, $3, $4', params: ['\u{1f600}\u2028', 1e300, true, null] });
  expect(recordedStatement(odd)).toContain('"params":["\u{1f600}\u2028","1e+300","true",null]');
});

test.each([
  ['a lone surrogate', '\ud800'],
  ['a NUL', 'a\0b'],
])('neither a statement nor a parameter may have %s', (_what, text) => {
  expect(() => parsed({ statement: `SELECT '${text}'` })).toThrow(StatementRefused);
  expect(() => parsed({ statement: 'SELECT $1', params: [text] })).toThrow(StatementRefused);
});
