import { parseFurther, writeFurther } from './further-members.js';

test('the text is read back to the members that it was written from; what is not set is left out', () => {
  const members = { zone: 'Europe/Berlin', rules: [{ actions: ['read'], approvals: 2 }] };
  expect(parseFurther(writeFurther({ ...members, deputies: [], unnotified: [] }))).toEqual({ members });
  expect(writeFurther({ deputies: [] })).toBe('');
  expect(parseFurther(' ')).toEqual({ members: {} });
});

test.each(['{', '[]', 'null', '3', '"rules"'])('%s is no JSON object', (text) => {
  expect(parseFurther(text)).toEqual({ problem: 'no-object' });
});

test.each(['forbid', 'approvals', 'emergency', 'widening', 'version'])(
  'a text that sets %s too is refused, and not dropped silently',
  (ownField) => {
    expect(parseFurther(JSON.stringify({ rules: [], [ownField]: [] }))).toEqual({ problem: { ownField } });
  },
);
