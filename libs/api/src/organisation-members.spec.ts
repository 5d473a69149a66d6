import { nameText } from './organisation-members.js';

test.each(['Ada Moreau', 'Zoë D’Angelo', 'می\u200cخواهم', '株式会社', 'Acme ❤️'])('%s is a name', (name) => {
  expect(nameText.safeParse(name).success).toBe(true);
});

test.each([
  ['a change of direction', 'Ada \u202EuaeroM'],
  ['an isolate', 'Ada \u2066Moreau\u2069'],
  ['a right-to-left mark', 'Ada\u200F'],
  ['a zero-width space', 'A\u200Bda'],
  ['a joiner between Latin letters', 'A\u200Dda'],
  ['a filler', 'Ada\u3164'],
  ['a soft hyphen', 'A\u00ADda'],
  ['a control character', 'Ada\u0007'],
])('a name with %s is refused, because it could look like another one', (_what, name) => {
  expect(nameText.safeParse(name).error?.issues).toEqual([
    expect.objectContaining({ message: expect.stringMatching(/^must not contain/) }),
  ]);
});
