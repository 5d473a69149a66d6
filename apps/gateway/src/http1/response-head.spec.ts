import { parseResponseHead } from './response-head.js';

test.each([
  ['HTTP/1.1 200 OK\r\nA: b\r\n', 1, 200],
  ['HTTP/1.0 404 Not Found at \xe9\t~\r\nA: b\r\n', 0, 404],
  ['HTTP/1.1 599 \r\nA: b\r\n', 1, 599],
  ['HTTP/1.1 100\r\nA: b\r\n', 1, 100],
])('%j is a status line, and its fields follow', (text, minorVersion, status) => {
  expect(parseResponseHead(text)).toEqual({ minorVersion, status, fields: [['a', 'b']] });
});

test.each([
  'HTTP/1.2 200 OK\r\n',
  'HTTP/2 200 OK\r\n',
  'HTTP/1.1 099 OK\r\n',
  'HTTP/1.1 600 OK\r\n',
  'HTTP/1.1 20 OK\r\n',
  'HTTP/1.1 2000 OK\r\n',
  'HTTP/1.1 2x0 OK\r\n',
  'HTTP/1.1 20x OK\r\n',
  'HTTP/1.1 200OK\r\n',
  'HTTP/1.1  200 OK\r\n',
  'HTTP/1.1 200 O\0K\r\n',
  'HTTP/1.1 200 O\x7fK\r\n',
  'HTTP/1.1 200 OK\n',
  ' HTTP/1.1 200 OK\r\n',
  'x\r\nHTTP/1.1 200 OK\r\n',
  '',
])('P4: %j is no status line', (text) => {
  expect(() => parseResponseHead(text)).toThrow('not a plain status line of HTTP/1');
});
