import { generateSigningKey } from '@countersign/authorization/mint';
import { routeMapHash, type ServiceDefinition } from '@countersign/contract';
import { hashing } from '../../../../test/factories/grant-token.js';
import { GatewayState } from './gateway-state.js';

const NOW = Date.parse('2026-11-24T15:00:00Z');

describe('keys that verify tokens', () => {
  const staying = generateSigningKey();
  const retiring = generateSigningKey();
  const exp = NOW / 1_000 + 60;
  let narrowed = 0;
  const state = new GatewayState({
    onGrantEnded: () => {},
    onNarrowed: () => {
      narrowed += 1;
    },
  });
  state.applyChange({ keys: [{ ...staying.publicJwk }, { ...retiring.publicJwk, exp }] }, NOW);

  test('a retired key expires by time, without news from the broker', () => {
    const known = (now: number) =>
      [staying, retiring].map(({ kid }) => state.activeKey(kid, now) !== undefined);
    expect(known(NOW)).toEqual([true, true]);
    expect(known(exp * 1_000 - 1)).toEqual([true, true]);
    expect(known(exp * 1_000)).toEqual([true, false]);
    // Responses under it may finish: the key was not revoked.
    expect(state.isStillListed(retiring.kid)).toBe(true);
  });

  test('a key that is no longer listed is gone at once, and its open responses are cut', () => {
    const before = narrowed;
    state.applyChange({ keys: [{ ...retiring.publicJwk, exp }] }, NOW);
    expect(state.activeKey(staying.kid, NOW)).toBeUndefined();
    expect(state.isStillListed(staying.kid)).toBe(false);
    expect(narrowed).toBe(before + 1);
  });
});

test('the broker’s host is never the host of a service, even if the feed says so: cookies ignore ports', () => {
  const map: ServiceDefinition = {
    ...{ name: 'billing', upstream: 'http://billing.test', audience: 'billing', tenantFrom: 'path' },
    routes: [{ method: 'GET', path: '/tenants/{tenant}/x', resource: 'x', action: 'read' }],
  };
  const listed = {
    name: 'billing',
    routes: routeMapHash(hashing, map),
    upstream: map.upstream,
    audience: 'billing',
  };
  const at = (origin: string) => {
    const state = new GatewayState({ onGrantEnded: () => {}, onNarrowed: () => {} });
    const empty = { nonce: '', grants: [], endedGrants: [], keys: [], tenants: [], locks: [], trust: [] };
    const data = {
      ...empty,
      services: [{ ...listed, origin }],
      routeMaps: [map],
      issuer: 'https://broker.example',
    };
    state.applySnapshot(data as never, NOW);
    return state.serviceAtHost(new URL(origin).hostname);
  };
  expect(at('https://billing.gw.example')).toMatchObject({ service: 'billing' });
  expect(at('https://broker.example:8443')).toBeUndefined();
});

describe('a route map that breaks a rule', () => {
  const route = { method: 'GET', path: '/invoices', resource: 'invoices', action: 'list' };
  const map = (name: string, tenantHeader = 'X-Org'): ServiceDefinition => ({
    ...{ name, upstream: `http://${name}.test`, audience: name, tenantFrom: 'header', tenantHeader },
    routes: [route],
  });
  const named = (definition: ServiceDefinition) => ({
    ...{ name: definition.name, routes: routeMapHash(hashing, definition) },
    ...{ upstream: definition.upstream, audience: definition.audience },
  });
  const [billing, crm, bad] = [map('billing'), map('crm'), map('crm', 'Origin')];
  const told: string[][] = [];
  const state = new GatewayState({
    onGrantEnded: () => {},
    onNarrowed: () => {},
    onClosedServices: (closed) => told.push(closed.map(({ service }) => service)),
  });
  const apply = (current: ServiceDefinition[], earlier: ServiceDefinition[] = []) =>
    state.applyChange({ services: current.map(named), routeMaps: [...current, ...earlier] }, NOW);

  test('closes its service, and leaves the others as they are', () => {
    apply([billing, crm]);
    expect(state.routeMaps.services).toEqual(['billing', 'crm']);
    apply([billing, bad], [crm]);
    expect(state.routeMaps.services).toEqual(['billing']);
    expect(state.routeMaps.ofService('crm')).toBeUndefined();
    expect(state.routeMaps.withHash(named(bad).routes)).toBeUndefined();
    // Links to its upstream are still rewritten to the gateway.
    expect([...state.routeMaps.upstreams()].map(([service]) => service)).toEqual(['billing', 'crm']);
    expect(state.routeMaps.closed).toEqual([
      { service: 'crm', pointer: '/tenantHeader', rule: expect.stringContaining('a header of its own') },
    ]);
  });

  test('is reported once, and again after it was repaired', () => {
    apply([billing, bad]);
    apply([crm, billing]);
    expect(state.routeMaps.closed).toEqual([]);
    apply([bad, billing]);
    expect(told).toEqual([['crm'], [], ['crm']]);
  });

  test('that only an old grant names closes only that grant', () => {
    apply([billing, crm], [bad]);
    expect([state.routeMaps.services, state.routeMaps.closed]).toEqual([['billing', 'crm'], []]);
    expect(state.routeMaps.withHash(named(bad).routes)).toBeUndefined();
  });

  test('does not excuse a service that names a missing map, or another service’s map', () => {
    for (const routeMaps of [[billing], [billing, map('other', 'Origin')]]) {
      const [, other = bad] = routeMaps;
      const services = [named(billing), { ...named(crm), routes: named(other).routes }];
      expect(() => state.applyChange({ services, routeMaps }, NOW)).toThrow('not its own');
    }
  });
});
