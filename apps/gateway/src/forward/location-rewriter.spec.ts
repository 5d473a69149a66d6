import type { RouteMaps } from '../authorize/route-maps.js';
import { LocationRewriter } from './location-rewriter.js';

const UPSTREAM = new URL('http://billing.internal');
const routeMaps = {
  *upstreams() {
    yield ['billing', UPSTREAM];
    yield ['crm', new URL('http://crm.internal')];
    yield ['reports', new URL('http://reports.internal')];
  },
  upstreamSettings: (service: string) => (service === 'crm' ? { origin: 'https://crm.gw.example' } : {}),
};
const locations = new LocationRewriter(() => routeMaps as unknown as RouteMaps);
/** Where a browser at the service's own host goes. */
const followed = (value: string): string =>
  new URL(locations.rewrite(value, 'billing', UPSTREAM, true), 'https://billing.gw.example/a/b').href;

describe('an address in an answer at a service’s own host', () => {
  test.each([
    ['/x?y=1#z', 'https://billing.gw.example/x?y=1#z'],
    ['http://billing.internal/x', 'https://billing.gw.example/x'],
    ['c', 'https://billing.gw.example/a/c'],
    ['http://crm.internal/x', 'https://crm.gw.example/x'],
    ['http://crm.internal//x', 'https://crm.gw.example//x'],
    ['http://reports.internal/x', 'https://billing.gw.example/x'],
    ['https://elsewhere.example/x', 'https://elsewhere.example/x'],
  ])('%s leads to %s', (value, expected) => {
    expect(followed(value)).toBe(expected);
  });

  test.each([
    'http://billing.internal//evil.example/x',
    'http://billing.internal/\\evil.example/x',
    'http://reports.internal//evil.example/x',
    '/.//evil.example/x',
  ])('a path of an upstream never becomes another host: %s', (value) => {
    expect(followed(value)).toBe('https://billing.gw.example//evil.example/x');
  });
});
