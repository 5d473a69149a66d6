import { isNetwork, prefixThatContains } from './network.js';

test.each(['203.0.113.0/24', '10.0.0.0/8', '198.51.100.7/32', '2001:db8::/32', 'fe80::/10', '::1/128'])(
  '%s is a network',
  (text) => expect(isNetwork(text)).toBe(true),
);

test.each([
  ...[
    '',
    '10.0.0.0',
    '0.0.0.0/0',
    '::/0',
    '10.0.0.1/8',
    '10.0.0.0/33',
    '256.0.0.0/8',
    '10.0.0/8',
    '1.2.3.4./8',
  ],
  ...[
    '2001:db8::/129',
    '2001:db8::1::/32',
    '2001:db8/32',
    '2001:db8::1/32',
    ':::/16',
    'g::/16',
    '10.0.0.0/ 8',
  ],
])('“%s” is none', (text) => expect(isNetwork(text)).toBe(false));

test.each([
  ['203.0.113.0/24', '203.0.113.255', 24],
  ['203.0.113.0/24', '203.0.114.0', undefined],
  ['203.0.113.0/24', '::ffff:203.0.113.9', 24],
  ['2001:db8::/32', '2001:DB8:0:1::7', 32],
  ['2001:db8::/32', '2001:db9::', undefined],
  ['2001:db8::/32', '203.0.113.9', undefined],
  ['203.0.113.0/24', 'unknown', undefined],
])('%s and %s', (network, address, prefix) => expect(prefixThatContains(network, address)).toBe(prefix));
