import { MalformedMessage, requirePlain } from './malformed-message.js';

test('bytes that are no message name the rule, and end HTTP only if they say so', () => {
  const cause = new TypeError('x');
  expect(new MalformedMessage('a rule')).toMatchObject({ message: 'a rule', endsHttp: false });
  expect('cause' in new MalformedMessage('a rule')).toBe(false);
  expect(new MalformedMessage('a rule', { cause })).toMatchObject({ endsHttp: false, cause });
  expect(new MalformedMessage('a rule', { endsHttp: true })).toMatchObject({
    endsHttp: true,
    name: 'MalformedMessage',
  });
});

test('a rule that holds throws nothing', () => {
  expect(() => requirePlain(true, 'a rule')).not.toThrow();
  expect(() => requirePlain(false, 'a rule')).toThrow(new MalformedMessage('a rule'));
});
