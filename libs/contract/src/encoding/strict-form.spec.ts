import { readStrictForm } from './strict-form.js';

const read = (text: string) => ({ ...readStrictForm(Buffer.from(text, 'latin1')) });

test('reads fields as URLSearchParams does, and lists those that occur more than once', () => {
  expect(read('a=1+2&b=%C3%A9%26&c&=x&&a=3&a=')).toEqual({ a: ['1 2', '3', ''], b: 'é&', c: '', '': 'x' });
  expect(read('')).toEqual({});
});

test('a field named after the prototype is only a field', () => {
  const fields = readStrictForm(Buffer.from('__proto__=x&constructor=y'));
  expect(Object.keys(fields)).toEqual(['__proto__', 'constructor']);
  expect(Object.getPrototypeOf(fields)).toBeNull();
});

test.each(['a=%FF', 'a=%C0%AF', 'a=%ED%A0%BD%ED%B8%80', 'a=%', 'a=%zz', '%FF=1', 'a=\xff'])(
  'refuses %j: it is not UTF-8',
  (text) => {
    expect(() => read(text)).toThrow(/UTF-8/);
  },
);
