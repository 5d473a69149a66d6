import { compileRouteMap, type ServiceDefinition } from '@countersign/contract';
import { sampleTerms } from '../../../../test/factories/grant-token.js';
import type { CallContext } from './call.js';
import { namesNoOtherPinnedTenant } from './named-tenants.js';

/** What is said of a call of globex, on a gateway that has pinned acme. */
function said(
  call: Partial<Pick<CallContext['call'], 'path' | 'headerFields'>>,
  {
    upstream = 'http://billing.internal:4200',
    tenant = 'globex',
    pinned = ['acme'],
    listed = [] as string[],
  } = {},
) {
  const definition: ServiceDefinition = {
    ...{ name: 'billing', upstream, audience: 'billing', tenantFrom: 'path', routes: [] },
  };
  const context = {
    claims: { tenant, terms: sampleTerms },
    call: { service: 'billing', path: '/tenants/globex/invoices/7', headerFields: [], ...call },
    view: { pinnedTenants: new Set(pinned) },
    currentMap: { definition, compiled: compileRouteMap(definition) },
    headers: new Set(listed),
  };
  return namesNoOtherPinnedTenant(context as unknown as CallContext)?.code;
}

describe('P12: a call of one tenant cannot name another that is pinned', () => {
  test.each([
    '/tenants/acme/invoices/7',
    '/globex/acme',
    '/acme',
    '/tenants/ACME/invoices',
    '/tenants/acme.json',
    '/tenants/globex,acme',
    '/tenants/id=acme/globex',
    '/tenants/acme~',
  ])('in its path: %s', (path) => {
    expect(said({ path })).toBe('insufficient_scope');
  });

  test.each([
    ['x-org', 'acme'],
    ['x-org', 'globex, Acme'],
    ['x-account-id', ' acme '],
    ['content-tenant', 'acme'],
    ['accept-tenant', 'acme'],
    ['if-tenant', 'acme'],
    ['sec-tenant', 'acme'],
    ['X-Org', 'ACME'],
    ['X-TENANT-ID', '\tacme'],
    ['x-scope', 'tenant:acme'],
    ['x-scope', 'globex;tenant="Acme"'],
    ['x-trace', 'of acme'],
    ['x-target', 'https://api.example/tenants/acme/invoices'],
  ])('in a header: %s: %s', (...field) => {
    expect(said({ headerFields: [['accept', '*/*'], field] })).toBe('insufficient_scope');
  });

  test('in any of the values of a header that is given more than once', () => {
    const headerFields = [
      ['x-org', 'globex'],
      ['X-Org', 'acme'],
      ['x-org', 'globex'],
    ] as const;
    expect(said({ headerFields })).toBe('insufficient_scope');
  });

  test('in the first label of the upstream’s host', () => {
    expect(said({}, { upstream: 'http://acme.billing.internal:4200' })).toBe('insufficient_scope');
  });

  test('may name its own tenant, and longer or unknown names', () => {
    expect(said({ path: '/tenants/acme/invoices/7' }, { tenant: 'acme' })).toBeUndefined();
    expect(said({ path: '/tenants/acme-europe/invoices/acmes' })).toBeUndefined();
    expect(said({ headerFields: [['x-trace', 'of acme-europe and acmes']] })).toBeUndefined();
    expect(said({}, { upstream: 'http://billing.acme.internal' })).toBeUndefined();
  });

  test('in a header that every client sends, if the route lists it: its service reads it', () => {
    const headerFields = [['cookie', 'theme=dark; org=acme']] as const;
    expect(said({ headerFields }, { listed: ['cookie'] })).toBe('insufficient_scope');
    expect(said({ headerFields })).toBeUndefined();
  });

  test('what every client sends names nobody, and where nothing is pinned nobody is named', () => {
    for (const name of [
      'accept-language',
      'content-type',
      'if-match',
      'sec-fetch-site',
      'sec-ch-ua-platform',
      'Accept-Language',
    ])
      expect(said({ headerFields: [[name, 'acme']] })).toBeUndefined();
    expect(said({ path: '/tenants/acme' }, { pinned: [] })).toBeUndefined();
  });
});
