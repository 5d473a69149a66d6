import { describeError, errorMessage, errorStack, plainError } from './describe-error.js';

test('an error is described by its code and message alone', () => {
  const error = Object.assign(new Error('refused', { cause: 'secret' }), { code: 'ECONNREFUSED', url: 'x' });
  expect(describeError(error)).toEqual({ code: 'ECONNREFUSED', detail: 'refused' });
  expect(describeError(Object.assign(new Error('m'), { code: 7 }))).toEqual({ code: undefined, detail: 'm' });
});

test.each([undefined, null, 'text', 7])('%p is not an error', (thrown) => {
  expect(describeError(thrown)).toEqual({ code: undefined, detail: 'not an error' });
  expect(errorMessage(thrown)).toBe(String(thrown));
  expect(errorStack(thrown)).toBe(String(thrown));
  expect(plainError(thrown)).toEqual({ type: typeof thrown });
});

test('message and stack are those of the error', () => {
  const error = new Error('no');
  expect(errorMessage(error)).toBe('no');
  expect(errorStack(error)).toBe(error.stack);
});
