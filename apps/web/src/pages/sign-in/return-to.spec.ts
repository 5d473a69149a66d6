import { localPath } from './return-to.js';

const ORIGIN = 'https://broker.example';

test.each([
  '//evil.example/x',
  '/\\evil.example',
  '\\/evil.example',
  'https://evil.example',
  'javascript:alert(1)',
  '/\t/evil.example',
  '',
  null,
])('signing in leads nowhere else: %j', (wanted) => {
  expect(localPath(wanted, ORIGIN)).toBe('/');
});

test('signing in leads back to the page that asked for it', () => {
  expect(localPath('/requests/req_1?a=b#c', ORIGIN)).toBe('/requests/req_1?a=b#c');
});
