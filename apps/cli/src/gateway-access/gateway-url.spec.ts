import { grantAnswer } from '../../test/answers.js';
import { grantShape } from '../api/shapes.js';
import { gatewayUrlOf, requireActive } from './gateway-url.js';

const grant = (url: string, changes = {}) => grantShape.parse(grantAnswer(url, changes));

test.each([
  ['http://localhost:4100/billing', 'http://localhost:4100/billing'],
  ['https://gateway.example:443/billing/', 'https://gateway.example/billing'],
  ['http://127.0.0.1:4100/billing', 'http://127.0.0.1:4100/billing'],
])('%s is where calls go', (url, address) => {
  expect(gatewayUrlOf(grant(url))).toBe(address);
});

test.each([
  'http://gateway.example/billing',
  'https://user:secret@gateway.example/billing',
  'https://gateway.example/billing?x',
  'file:///etc/passwd',
  'billing',
])('P11: a token is never sent to %s', (url) => {
  expect(() => gatewayUrlOf(grant(url))).toThrow(expect.objectContaining({ code: 'bad_answer' }));
});

test('a grant that has ended is told with its reason', () => {
  requireActive(grant('http://localhost/x'));
  expect(() => requireActive(grant('http://localhost/x', { state: 'ended', endReason: 'released' }))).toThrow(
    'ended (released)',
  );
});
