import { safeLocalPath } from './pages.js';

test.each([
  ['/', '/'],
  ['/requests/req_1?tab=a#b', '/requests/req_1?tab=a#b'],
  ['/auth/cli?port=1&state=x', '/auth/cli?port=1&state=x'],
  ['/a/../b', '/b'],
])('%s is a path of this broker', (asked, place) => {
  expect(safeLocalPath(asked)).toBe(place);
});

test.each([
  'https://evil.example/',
  '//evil.example',
  '/\\evil.example',
  '\\\\evil.example',
  '/\t/evil.example',
  '/\n/evil.example',
  '/..//evil.example',
  '/.//evil.example',
  '/.//evil.example/',
  '/./..//evil.example/x',
  '/%2e//evil.example',
  '\\/evil.example',
  'javascript:alert(1)',
  'evil',
  '',
  ' /x',
  '/x y',
  '/%0d\r\nSet-Cookie: a=b',
  `/${'x'.repeat(2_000)}`,
  undefined,
  null,
  ['/a', '/b'],
])('%j leads to the start page', (asked) => {
  expect(safeLocalPath(asked)).toBe('/');
});
