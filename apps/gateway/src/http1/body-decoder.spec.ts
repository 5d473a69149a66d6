import { requestBodyDecoder } from './body-decoder.js';
import { MalformedMessage } from './malformed-message.js';

test('the decoder of a body is that of its framing', () => {
  const contentOf = (framing: Parameters<typeof requestBodyDecoder>[0], text: string) => {
    let content = '';
    requestBodyDecoder(framing)?.push(Buffer.from(text), 0, (piece) => {
      content += piece.toString();
    });
    return content;
  };
  expect(requestBodyDecoder({ kind: 'none' })).toBeUndefined();
  expect(contentOf({ kind: 'length', bytes: 2 }, '2\r\nab')).toBe('2\r');
  expect(contentOf({ kind: 'chunked' }, '2\r\nab\r\n0\r\n\r\n')).toBe('ab');
  // A request may have neither extensions nor trailers.
  expect(() => contentOf({ kind: 'chunked' }, '2;x\r\nab')).toThrow(MalformedMessage);
});
