import { areaOf, networkOf } from './network-of.js';

test.each([
  ['2001:db8:0:1::1', '2001:db8:0:0::/56'],
  ['2001:db8:0:1:ffff:ffff:ffff:ffff', '2001:db8:0:0::/56'],
  ['2001:DB8:0000:0001::2', '2001:db8:0:0::/56'],
  ['2001:db8:0:1ff::1', '2001:db8:0:100::/56'],
  ['2001:db8:0:ff::1', '2001:db8:0:0::/56'],
  ['2001:db8::1', '2001:db8:0:0::/56'],
  ['2001:db8::dead:beef', '2001:db8:0:0::/56'],
  ['2001:db8::5:6:7:8', '2001:db8:0:0::/56'],
  ['1:2:3::4:5:6:7', '1:2:3:0::/56'],
  ['fe80::1%eth0', 'fe80:0:0:0::/56'],
  ['64:ff9b::192.0.2.1', '64:ff9b:0:0::/56'],
  ['::', '0:0:0:0::/56'],
  ['::1', '0:0:0:0::/56'],
])('%s is counted as %s', (address, network) => {
  expect(networkOf(address)).toBe(network);
});

test.each([
  ['192.0.2.7', '192.0.2.7'],
  [undefined, 'unknown'],
])('%s is counted as itself: %s', (address, network) => {
  expect(networkOf(address)).toBe(network);
});

test.each([
  ['2001:db8:0:1ff::1', '2001:db8:0::/48'],
  ['2001:db8:0:2ff::1', '2001:db8:0::/48'],
  ['2001:db8:1::1', '2001:db8:1::/48'],
  ['192.0.2.7', '192.0.2.0/24'],
  [undefined, 'unknown'],
])('%s is in the area %s', (address, area) => {
  expect(areaOf(networkOf(address))).toBe(area);
});
